"""What flask-smorest's decorators and its document have in common: notes on a view, and tools.

A decorated view carries its notes in `_apidoc`. They are copied before they are added to, so that a
function under two decorators is not described twice.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import wraps
from itertools import takewhile
from typing import Any

from apispec.utils import dedent, trim_docstring
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import PreconditionFailed as WerkzeugPreconditionFailed
from werkzeug.exceptions import PreconditionRequired as WerkzeugPreconditionRequired
from werkzeug.local import LocalProxy

from lsp_server.migrate.runtime.context import current_app, g, request
from lsp_server.migrate.runtime.values import called

SmorestView = Callable[..., Any]
SmorestDoc = dict[str, Any]


class FlaskSmorestError(Exception):
    """What flask-smorest's own errors derive from."""


class MissingAPIParameterError(FlaskSmorestError):
    """Title, version or OpenAPI's version are told nowhere."""


class CurrentApiNotAvailableError(FlaskSmorestError):
    """The request's blueprint is registered in no Api."""


@called("NotModified")
class SmorestNotModified(HTTPException, FlaskSmorestError):
    """The client has the newest version."""

    code = 304
    description = "Resource not modified since last request."


@called("PreconditionRequired")
class SmorestPreconditionRequired(WerkzeugPreconditionRequired, FlaskSmorestError):
    """A change must name the version that it changes."""

    description = 'This request is required to be conditional; try using "If-Match".'


@called("PreconditionFailed")
class SmorestPreconditionFailed(WerkzeugPreconditionFailed, FlaskSmorestError):
    """The version to change is not the newest."""


def smorest_notes(view: SmorestView) -> SmorestDoc:
    """A view's notes, its own copy."""
    view._apidoc = deepcopy(getattr(view, "_apidoc", {}))  # type: ignore[attr-defined]
    return view._apidoc  # type: ignore[attr-defined, no-any-return]


def smorest_wrapped(view: SmorestView) -> SmorestView:
    """A function that does what the view does, to carry notes of its own."""

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return current_app.ensure_sync(view)(*args, **kwargs)

    return wrapper


def smorest_update(original: Any, update: Mapping[Any, Any]) -> Any:
    """`original` with `update` merged in, at every depth."""
    if not isinstance(original, Mapping):
        return update
    merged: Any = original
    for key, value in update.items():
        is_mapping = isinstance(value, Mapping)
        merged[key] = smorest_update(original.get(key, {}), value) if is_mapping else value
    return merged


def smorest_without_none(mapping: Mapping[str, Any]) -> SmorestDoc:
    """What of the mapping is not None."""
    return {key: value for key, value in mapping.items() if value is not None}


def smorest_schema(schema: Any) -> Any:
    """An instance of the schema, be it a class or one already."""
    return schema() if isinstance(schema, type) else schema


def smorest_of_request() -> SmorestDoc:
    """What the decorators of one view tell each other during a request."""
    notes: SmorestDoc = g.setdefault("_flask_smorest", {})
    return notes


def smorest_docstring(docstring: str | None, delimiter: str | None) -> SmorestDoc:
    """Summary and description of a docstring, up to the line that starts with the delimiter."""
    lines = trim_docstring(docstring or "").split("\n")
    if delimiter is not None:
        lines = [*takewhile(lambda line: not line.lstrip().startswith(delimiter), lines)]
    blank = next((n for n, line in enumerate(lines) if not line.strip()), len(lines))
    parts = {"summary": lines[:blank], "description": lines[blank + 1 :]}
    return {name: dedent("\n".join(part)) for name, part in parts.items() if part}


def smorest_unpacked(value: Any) -> tuple[Any, Any, Any]:
    """Body, status and headers of what a view returned. Subclasses of tuple are bodies."""
    if type(value) is not tuple:
        return value, None, None
    if len(value) == 3:
        return value
    if len(value) != 2:
        raise TypeError(
            "The view function did not return a valid response tuple."
            " The tuple must have the form (body, status, headers),"
            " (body, status), or (body, headers)."
        )
    body, second = value
    has_headers = isinstance(second, (Headers, dict, tuple, list))
    return (body, None, second) if has_headers else (body, second, None)


def smorest_set_status(response: Any, status: Any, headers: Any) -> None:
    """Give a response the status and headers that its view returned beside it."""
    if headers:
        response.headers.extend(headers)
    if isinstance(status, int):
        response.status_code = status
    elif status is not None:
        response.status = status


def smorest_place_content(response: SmorestDoc, spec: Any, content_type: str) -> None:
    """Move schema and examples of a described response to where this OpenAPI has them."""
    if spec.openapi_version.major < 3:
        if "example" in response:
            response["examples"] = {content_type: response.pop("example")}
        return
    for field in ("schema", "example", "examples"):
        if field in response:
            content = response.setdefault("content", {}).setdefault(content_type, {})
            content[field] = response.pop(field)


def smorest_config_prefix(prefix: str) -> str:
    """The prefix of an Api's settings: in capitals, with an underscore at its end."""
    prefix = prefix.strip().upper()
    return prefix if not prefix or prefix.endswith("_") else prefix + "_"


class SmorestConfig(Mapping[str, Any]):
    """The app's settings that start with an Api's prefix, without it."""

    def __init__(self, config: Mapping[str, Any], prefix: str) -> None:
        self._config = config
        self.prefix = prefix

    def __getitem__(self, key: str) -> Any:
        return self._config[self.prefix + str(key)]

    def __iter__(self) -> Iterator[str]:
        return iter([key for key in self._config if key.startswith(self.prefix)])

    def __len__(self) -> int:
        return len([*iter(self)])


def _smorest_find_api() -> Any:
    apis = current_app.extensions["flask-smorest"]["blp_name_to_api"]
    for name in request.blueprints:
        if api := apis.get(name):
            return api
    raise CurrentApiNotAvailableError("Current Blueprint not registered in any Api.")


smorest_current_api: Any = LocalProxy(_smorest_find_api)
