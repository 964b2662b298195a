"""Flask-RESTX's request parser, which can tell the specification what it reads."""

from __future__ import annotations

from collections.abc import Hashable
from http import HTTPStatus
from typing import Any, ClassVar

from lsp_server.migrate.profiles.restful.pieces_shared_reqparse import (
    RestArgument,
    RestNamespace,
    RestRequestParser,
)
from lsp_server.migrate.profiles.restx.pieces_errors import RestxSpecsError, restx_abort
from lsp_server.migrate.profiles.restx.pieces_marshalling import restx_marshal
from lsp_server.migrate.profiles.restx.pieces_model import RestxModel

RESTX_LOCATIONS: dict[Any, str] = {
    "args": "query",
    "form": "formData",
    "headers": "header",
    "json": "body",
    "values": "query",
    "files": "formData",
}
RESTX_PY_TYPES: dict[Any, str] = {
    int: "integer",
    str: "string",
    bool: "boolean",
    float: "number",
    None: "void",
}


class RestxArgument(RestArgument):
    """An argument whose `help` stands before the message."""

    def rest_at(self, request: Any, location: str, default: Any) -> Any:
        """A body that is no JSON holds nothing, and is no error."""
        if location in ("json", "get_json"):
            return request.get_json(silent=True)
        return super().rest_at(request, location, default)

    def convert(self, value: Any, op: str) -> Any:
        if isinstance(self.type, RestxModel) and isinstance(value, dict):
            return restx_marshal(value, self.type)
        return super().convert(value, op)

    def rest_convert_named(self, value: Any) -> Any:
        return self.type(value, self.name)

    def rest_convert(self, value: Any, op: str) -> Any:
        if self.action != "split":
            return self.convert(value, op)
        return [self.convert(part, op) for part in value.split(",")]

    def rest_not_a_choice(self, value: Any, name: str) -> Any:
        return f"The value '{value}' is not a valid choice for '{name}'."

    def handle_validation_error(self, error: Any, bundle_errors: bool) -> Any:
        errors = {self.name: f"{self.help} {error}" if self.help else str(error)}
        if bundle_errors:
            return ValueError(error), errors
        return restx_abort(HTTPStatus.BAD_REQUEST, "Input payload validation failed", errors=errors)

    @property
    def __schema__(self) -> dict[str, Any] | None:
        """The parameter in the specification; None for one that has no place there."""
        if self.location == "cookie":
            return None
        # A list of locations has no place, and the error is the one that is told of it.
        place = RESTX_LOCATIONS.get(self.location, "query")
        param: dict[str, Any] = {"name": self.name, "in": place}
        self.restx_describe_type(param)
        if self.required:
            param["required"] = True
        if self.help:
            param["description"] = self.help
        if self.default is not None:
            param["default"] = self.default() if callable(self.default) else self.default
        self.restx_describe_action(param)
        if self.choices:
            param["enum"] = self.choices
        return param

    def restx_describe_type(self, param: dict[str, Any]) -> None:
        if isinstance(self.type, Hashable) and self.type in RESTX_PY_TYPES:
            param["type"] = RESTX_PY_TYPES[self.type]
        elif hasattr(self.type, "__apidoc__"):
            param["type"] = self.type.__apidoc__["name"]
            param["in"] = "body"
        elif hasattr(self.type, "__schema__"):
            param.update(self.type.__schema__)
        else:
            param["type"] = "file" if self.location == "files" else "string"

    def restx_describe_action(self, param: dict[str, Any]) -> None:
        formats = {"append": "multi", "split": "csv"}
        if self.action not in formats:
            return
        param["items"] = {"type": param["type"]}
        if self.action == "append" and "pattern" in param:
            param["items"]["pattern"] = param.pop("pattern")
        param["type"] = "array"
        param["collectionFormat"] = formats[self.action]


class RestxRequestParser(RestRequestParser):
    """Flask-RESTX's RequestParser."""

    rest_argument: ClassVar[type[RestArgument]] = RestxArgument

    def __init__(
        self,
        argument_class: Any = None,
        result_class: Any = RestNamespace,
        trim: bool = False,
        bundle_errors: bool = False,
    ) -> None:
        super().__init__(argument_class, result_class, trim, bundle_errors)
        self.result_class = result_class

    def parse_args(self, req: Any = None, strict: bool = False) -> Any:
        """The arguments; what is wrong with them ends the request."""
        message = "Input payload validation failed"
        return self.rest_parse(
            req,
            strict,
            lambda errors: restx_abort(HTTPStatus.BAD_REQUEST, message, errors=errors),
        )

    @property
    def __schema__(self) -> list[dict[str, Any]]:
        """The parameters in the specification."""
        params = [param for param in (argument.__schema__ for argument in self.args) if param]
        if {"body", "formData"} <= {param["in"] for param in params}:
            raise RestxSpecsError("Can't use formData and body at the same time")
        return params


class RestxReqparse:
    """`flask_restx.reqparse`."""

    Argument = RestxArgument
    ParseResult = RestNamespace
    RequestParser = RestxRequestParser
