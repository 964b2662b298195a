"""`request`: Werkzeug's, which Flask's was made of, with the rule that it matched."""

from __future__ import annotations

from typing import Any, NoReturn

from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.routing import Rule
from werkzeug.wrappers import Request as WerkzeugRequest

from lsp_server.migrate.runtime.context import current_app
from lsp_server.migrate.runtime.json import JSONReading


class RequestLimit:
    """How much of a body is read: the app's setting, unless a view sets its own for one request."""

    def __init__(self, setting: str) -> None:
        self._setting = setting

    def __get__(self, request: Request | None, owner: type) -> Any:
        if request is None:
            return self
        own = request.__dict__.get(self._setting)
        if own is not None:
            return own
        if current_app:
            return current_app.config[self._setting]
        return getattr(WerkzeugRequest, self._setting.lower())

    def __set__(self, request: Request, value: int | None) -> None:
        request.__dict__[self._setting] = value


class Request(WerkzeugRequest):
    """One request, with Flask's attributes and its ways to answer bad input.

    Outgrow it: declare what a view takes as parameters with types; a wrong value is then answered
    with 422, where it was a default or 400 here.
    """

    json_module: Any = JSONReading
    url_rule: Rule | None = None
    view_args: dict[str, Any] | None = None
    routing_exception: HTTPException | None = None
    max_content_length = RequestLimit("MAX_CONTENT_LENGTH")
    max_form_memory_size = RequestLimit("MAX_FORM_MEMORY_SIZE")
    max_form_parts = RequestLimit("MAX_FORM_PARTS")

    @property
    def endpoint(self) -> str | None:
        """The name of the matched rule, with its blueprints' names before it."""
        return None if self.url_rule is None else self.url_rule.endpoint

    @property
    def blueprint(self) -> str | None:
        """The dotted name of the blueprint that answers."""
        return (self.endpoint or "").rpartition(".")[0] or None

    @property
    def blueprints(self) -> list[str]:
        """That blueprint's name and its parents', innermost first."""
        return blueprint_path(self.blueprint)

    def on_json_loading_failed(self, e: ValueError | None) -> NoReturn:
        try:
            super().on_json_loading_failed(e)
        except BadRequest as error:
            if current_app and current_app.debug:
                raise
            raise BadRequest from error
        raise AssertionError("a JSON failure always raises")


def blueprint_path(name: str | None) -> list[str]:
    """`a.b.c` as [`a.b.c`, `a.b`, `a`]."""
    path = []
    while name:
        path.append(name)
        name = name.rpartition(".")[0]
    return path
