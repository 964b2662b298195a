"""What an app offers to tests and scripts, as `app.state`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.datastructures import State

from lsp_server.migrate.runtime.context import (
    AppContext,
    HeldContext,
    RequestContext,
    current_app,
    g,
    request,
    session,
)
from lsp_server.migrate.runtime.sessions import SessionCodec
from lsp_server.migrate.runtime.testing import (
    EnvironBuilder,
    FlaskClient,
    FlaskCliRunner,
)

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App
    from lsp_server.migrate.runtime.config import Config


class AppState(State):
    """Starlette's state of an app, with the ways into it from outside a request.

    `app.app_context()` and `app.test_request_context()` are found here, too, unless a test tool has
    put its own on the app. `session_codec` and `flask_proxies` are for such tools.
    """

    def __init__(self, app: App) -> None:
        super().__init__({"_app": app, "session_codec": SessionCodec(app)})
        self._state["flask_proxies"] = {
            "g": g,
            "session": session,
            "request": request,
            "current_app": current_app,
            "url_for": self.url_path,
        }

    @property
    def config(self) -> Config:
        found: Config = self._app.config
        return found

    def app_context(self) -> AppContext:
        """Enter it to use `current_app` and `g` outside of a request."""
        return HeldContext(self._app)

    def test_request_context(self, *args: Any, **kwargs: Any) -> RequestContext:
        """Enter it to use `request` and `url_for` without a client; arguments as for a client."""
        builder = EnvironBuilder(self._app, *args, **kwargs)
        try:
            made: RequestContext = self._app.request_context(builder.get_environ())
            return made
        finally:
            builder.close()

    def test_client(self, use_cookies: bool = True, **kwargs: Any) -> Any:
        """A client for tests, with Flask's methods, that calls the app as a server would."""
        client_class = getattr(self._app, "test_client_class", None) or FlaskClient
        return client_class(self._app, self._app.response_class, use_cookies, **kwargs)

    def test_cli_runner(self, **kwargs: Any) -> Any:
        """Runs the app's commands in tests."""
        runner_class = getattr(self._app, "test_cli_runner_class", None) or FlaskCliRunner
        return runner_class(self._app, **kwargs)

    def url_path(self, endpoint: str, **values: Any) -> str:
        """The path of a view, with or without a request."""
        app: App = self._app
        app.inject_url_defaults(endpoint, values)
        root = app.config["APPLICATION_ROOT"]
        adapter = app.url_map.bind(app.config["SERVER_NAME"] or "localhost", script_name=root)
        return adapter.build(endpoint, values)
