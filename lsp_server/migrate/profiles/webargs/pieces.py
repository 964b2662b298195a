"""What `webargs.flaskparser` has, on webargs' own core, which knows no framework."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn

import marshmallow
import webargs.core
from werkzeug.exceptions import HTTPException

from lsp_server.migrate.runtime.context import request
from lsp_server.migrate.runtime.urls import abort


def webargs_abort(http_status_code: int, exc: Exception | None = None, **kwargs: Any) -> NoReturn:
    """Abort, and leave what an error handler may want to know in the exception's `data`.

    In webargs its name is abort. Outgrow it: raise HTTPException(status, detail).
    """
    try:
        abort(http_status_code)
    except HTTPException as error:
        error.data = kwargs  # type: ignore[attr-defined]
        error.exc = exc  # type: ignore[attr-defined]
        raise


class WebargsParser(webargs.core.Parser[Any]):
    """Reads a request's arguments by a marshmallow schema, as webargs' FlaskParser does.

    Outgrow it: parameters of the view with types, and Pydantic models.
    """

    DEFAULT_UNKNOWN_BY_LOCATION: ClassVar[dict[str, str | None]] = {  # type: ignore[misc]
        "view_args": marshmallow.RAISE,
        "path": marshmallow.RAISE,
        **webargs.core.Parser.DEFAULT_UNKNOWN_BY_LOCATION,
    }
    __location_map__: ClassVar[dict[str, Any]] = {  # type: ignore[misc]
        "view_args": "load_view_args",
        "path": "load_view_args",
        **webargs.core.Parser.__location_map__,
    }

    def get_default_request(self) -> Any:
        """The current request."""
        return request

    def _raw_load_json(self, req: Any) -> Any:
        """The JSON in the body; `missing` if its type is another."""
        if not webargs.core.is_json(req.mimetype):
            return webargs.core.missing
        return webargs.core.parse_json(req.get_data(cache=True))

    def _handle_invalid_json_error(
        self, error: json.JSONDecodeError | UnicodeDecodeError, req: Any, *args: Any, **kwargs: Any
    ) -> NoReturn:
        webargs_abort(400, exc=error, messages={"json": ["Invalid JSON body."]})

    def load_view_args(self, req: Any, schema: marshmallow.Schema) -> Any:
        """The variables of the path."""
        return req.view_args or webargs.core.missing

    def load_querystring(self, req: Any, schema: marshmallow.Schema) -> Any:
        """The query."""
        return self._makeproxy(req.args, schema)

    def load_form(self, req: Any, schema: marshmallow.Schema) -> Any:
        """The form's fields."""
        return self._makeproxy(req.form, schema)

    def load_headers(self, req: Any, schema: marshmallow.Schema) -> Any:
        """The headers."""
        return self._makeproxy(req.headers, schema)

    def load_cookies(self, req: Any, schema: marshmallow.Schema) -> Any:
        """The cookies."""
        return req.cookies

    def load_files(self, req: Any, schema: marshmallow.Schema) -> Any:
        """The form's files."""
        return self._makeproxy(req.files, schema)

    def handle_error(
        self,
        error: marshmallow.ValidationError,
        req: Any,
        schema: marshmallow.Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        """Abort with 422, or with what the view asked for."""
        webargs_abort(
            error_status_code or self.DEFAULT_VALIDATION_STATUS,
            exc=error,
            messages=error.messages,
            schema=schema,
            headers=error_headers,
        )


webargs_parser = WebargsParser()
use_args = webargs_parser.use_args
use_kwargs = webargs_parser.use_kwargs
