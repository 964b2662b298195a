"""Routes of FastAPI's own in the place of views: `@app.native.get("/users/{n:int}")`.

Such a route keeps its rule in the app's map. So it is matched, named, and surrounded by hooks like
the view that it was; only what it takes and what it returns is FastAPI's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Receive, Scope, Send
from werkzeug.routing import Rule

from lsp_server.migrate.runtime.native import in_request_thread
from lsp_server.migrate.runtime.routing import path_from_rule, rule_from_path

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.scaffold import Scaffold


class NativeRoute(APIRoute):
    """A route that matches where Werkzeug's map has found its rule."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        route, values = scope.get("native_match", (None, {}))
        if route is not self:
            return Match.NONE, {}
        return Match.FULL, {"endpoint": self.endpoint, "path_params": values, "route": self}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The map has looked at the method, too; where there is GET, it takes HEAD.
        await self.app(scope, receive, send)


class NativeView:
    """What the app knows of a native route before it is registered; for hooks it is the view."""

    __name__: str

    def __init__(self, function: Callable[..., Any], options: dict[str, Any]) -> None:
        update_wrapper(self, function)
        self._function = function
        self._options = options

    # Several rules may show one view.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, NativeView) and self._function is other._function

    def __hash__(self) -> int:
        return hash(self._function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """A call from code, with everything that the function declares."""
        return self._function(*args, **kwargs)

    def route(self, rule: Rule, methods: Iterable[str], app: Any) -> NativeRoute:
        return NativeRoute(
            path_from_rule(rule.rule),
            in_request_thread(self._function),
            name=str(rule.endpoint),
            methods=set(methods),
            dependency_overrides_provider=app,
            **self._options,
        )


class NativeRouter(APIRouter):
    """FastAPI's decorators, with the app's or blueprint's own rules, names and prefix.

    Outgrow it: a plain `APIRouter`, once nothing asks for the endpoint's name or its hooks.
    """

    def __init__(self, owner: Scaffold) -> None:
        super().__init__()
        self._owner = owner

    def add_api_route(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        methods: Any = None,
        name: str | None = None,
        **options: Any,
    ) -> None:
        view = NativeView(endpoint, options)
        self._owner.add_url_rule(rule_from_path(path), name, view, methods=methods or ["GET"])
