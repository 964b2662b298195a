"""Flask-RESTX's errors, and the small functions that all of it is made of."""

from __future__ import annotations

import re
from copy import deepcopy
from http import HTTPStatus
from typing import Any

from werkzeug.exceptions import HTTPException

from lsp_server.migrate.runtime.urls import abort
from lsp_server.migrate.runtime.values import called

# Flask-RESTX has the status codes of Python 3.5 alone, and answers 500 in place of a younger one.
RESTX_UNKNOWN_STATUS = frozenset({103, 418, 421, 425, 451})


@called("RestError")
class RestxRestError(Exception):
    """The base of Flask-RESTX's errors."""

    def __init__(self, msg: Any) -> None:
        self.msg = msg

    def __str__(self) -> str:
        return str(self.msg)


@called("ValidationError")
class RestxValidationError(RestxRestError):
    """Something is not as it should be."""


@called("SpecsError")
class RestxSpecsError(RestxRestError):
    """The specification contradicts itself."""


def restx_abort(
    code: Any = HTTPStatus.INTERNAL_SERVER_ERROR, message: Any = None, **kwargs: Any
) -> None:
    """End the request with an error; message and keyword arguments are its JSON body."""
    try:
        abort(code)
    except HTTPException as error:
        if message:
            kwargs["message"] = str(message)
        if kwargs:
            error.data = kwargs  # type: ignore[attr-defined]
        raise


def restx_status(code: Any) -> HTTPStatus:
    """A status code with its phrase.

    Raises:
        ValueError: Flask-RESTX does not know the code.
    """
    if code in RESTX_UNKNOWN_STATUS:
        raise ValueError(f"{code} is not a valid HTTPStatus")
    return HTTPStatus(code)


def restx_unpack(response: Any, default_code: Any = HTTPStatus.OK) -> tuple[Any, Any, Any]:
    """Data, status and headers of what a resource or an error handler returned."""
    if not isinstance(response, tuple):
        return response, default_code, {}
    if len(response) == 1:
        return response[0], default_code, {}
    if len(response) == 2:
        return response[0], response[1], {}
    if len(response) == 3:
        return response[0], response[1] or default_code, response[2]
    raise ValueError("Too many response values")


def restx_merge(first: Any, second: Any) -> Any:
    """A deep copy of the first mapping, with the second's values in it, level by level."""
    if not isinstance(second, dict):
        return second
    merged = deepcopy(first)
    for key, value in second.items():
        if key in merged and isinstance(merged[key], dict):
            merged[key] = restx_merge(merged[key], value)
        else:
            merged[key] = deepcopy(value)
    return merged


def restx_not_none(data: Any) -> dict[str, Any]:
    """The items that are not None."""
    return {key: value for key, value in data.items() if value is not None}


def restx_camel_to_dash(value: str) -> str:
    """`TodoList` as `todo_list`."""
    parted = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", value)
    return re.sub("([a-z0-9])([A-Z])", r"\1_\2", parted).lower()


def restx_default_id(resource: str, method: str) -> str:
    """The operation id of a resource's method: `get_todo_list`."""
    return f"{method}_{restx_camel_to_dash(resource)}"
