"""Flask-RESTful's request parser."""

from __future__ import annotations

from collections.abc import MutableSequence
from typing import Any, ClassVar

from lsp_server.migrate.profiles.restful.pieces import restful_abort
from lsp_server.migrate.profiles.restful.pieces_shared_reqparse import (
    RestArgument,
    RestNamespace,
    RestRequestParser,
)


class RestfulArgument(RestArgument):
    """An argument whose `help` is the message, with `{error_msg}` in it where one wants it."""

    def rest_values(self, source: Any, name: str) -> list[Any]:
        """A list of a JSON body is several values to `append`, and one value to `store`."""
        values = super().rest_values(source, name)
        if self.action == "append" and not hasattr(source, "getlist"):
            return list(values[0]) if isinstance(values[0], MutableSequence) else values
        return values

    def rest_not_a_choice(self, value: Any, name: str) -> Any:
        return ValueError(f"{value} is not a valid choice")

    def handle_validation_error(self, error: Any, bundle_errors: bool) -> Any:
        said = self.help.format(error_msg=str(error)) if self.help else str(error)
        message = {self.name: said}
        if bundle_errors:
            return error, message
        return restful_abort(400, message=message)


class RestfulRequestParser(RestRequestParser):
    """Flask-RESTful's RequestParser."""

    rest_argument: ClassVar[type[RestArgument]] = RestfulArgument

    def parse_args(self, req: Any = None, strict: bool = False, http_error_code: int = 400) -> Any:
        """The arguments; what is wrong with them ends the request."""
        return self.rest_parse(
            req, strict, lambda errors: restful_abort(http_error_code, message=errors)
        )


class RestfulReqparse:
    """`flask_restful.reqparse`."""

    Argument = RestfulArgument
    Namespace = RestNamespace
    RequestParser = RestfulRequestParser
