"""JSON as Flask writes it: keys in order, dates as in HTTP headers, a line end after the answer."""

from __future__ import annotations

import dataclasses
import decimal
import json
import uuid
import weakref
from collections.abc import Callable
from datetime import date
from typing import IO, TYPE_CHECKING, Any, cast

from werkzeug.http import http_date

from lsp_server.migrate.runtime.context import current_app

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App
    from lsp_server.migrate.runtime.response import Response


def json_default(value: Any) -> Any:
    """What the json module does not know: dates, decimals, UUIDs, dataclasses, markup."""
    if isinstance(value, date):
        return http_date(value)
    if isinstance(value, (decimal.Decimal, uuid.UUID)):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if hasattr(value, "__html__"):
        return str(value.__html__())
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


class JSONProvider:
    """How an app reads and writes JSON; assign a subclass to `App.json_provider_class`."""

    def __init__(self, app: App) -> None:
        self._app = cast("App", weakref.proxy(app))

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        raise NotImplementedError

    def dump(self, obj: Any, fp: IO[str], **kwargs: Any) -> None:
        fp.write(self.dumps(obj, **kwargs))

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        raise NotImplementedError

    def load(self, fp: IO[Any], **kwargs: Any) -> Any:
        return self.loads(fp.read(), **kwargs)

    def _prepare_response_obj(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if args and kwargs:
            raise TypeError("app.json.response() takes either args or kwargs, not both")
        if len(args) == 1:
            return args[0]
        return args or kwargs or None

    def response(self, *args: Any, **kwargs: Any) -> Response:
        text = self.dumps(self._prepare_response_obj(args, kwargs))
        return self._app.response_class(text, mimetype="application/json")


class DefaultJSONProvider(JSONProvider):
    """The json module, with Flask's settings, each of which can be assigned."""

    default: Callable[[Any], Any] = staticmethod(json_default)
    ensure_ascii = True
    sort_keys = True
    compact: bool | None = None
    mimetype = "application/json"

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        settings = {
            "default": self.default,
            "ensure_ascii": self.ensure_ascii,
            "sort_keys": self.sort_keys,
        }
        return json.dumps(obj, **{**settings, **kwargs})

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return json.loads(s, **kwargs)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        obj = self._prepare_response_obj(args, kwargs)
        wide = self._app.debug if self.compact is None else not self.compact
        layout: dict[str, Any] = {"indent": 2} if wide else {"separators": (",", ":")}
        return self._app.response_class(f"{self.dumps(obj, **layout)}\n", mimetype=self.mimetype)


def json_dumps(obj: Any, **kwargs: Any) -> str:
    """Write JSON by the app's provider, where there is an app."""
    if current_app:
        return current_app.json.dumps(obj, **kwargs)
    return json.dumps(obj, **{"default": json_default, **kwargs})


def json_dump(obj: Any, fp: IO[str], **kwargs: Any) -> None:
    """Write JSON into a file by the app's provider."""
    fp.write(json_dumps(obj, **kwargs))


def json_loads(s: str | bytes, **kwargs: Any) -> Any:
    """Read JSON by the app's provider, where there is an app."""
    return current_app.json.loads(s, **kwargs) if current_app else json.loads(s, **kwargs)


def json_load(fp: IO[Any], **kwargs: Any) -> Any:
    """Read JSON from a file by the app's provider."""
    return json_loads(fp.read(), **kwargs)


class JSONReading:
    """How a request or a response that stands alone reads JSON."""

    loads = staticmethod(json_loads)


def jsonify(*args: Any, **kwargs: Any) -> Response:
    """A JSON answer of the one argument, of all of them as a list, or of the keywords.

    Outgrow it: return a Pydantic model from a route of a plain `APIRouter`.
    """
    return current_app.json.response(*args, **kwargs)


class JSON:
    """What `flask.json` was as a module."""

    dumps = staticmethod(json_dumps)
    dump = staticmethod(json_dump)
    loads = staticmethod(json_loads)
    load = staticmethod(json_load)
    jsonify = staticmethod(jsonify)
