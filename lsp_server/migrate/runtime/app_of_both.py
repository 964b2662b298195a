"""What an extension puts on the Flask app beside is on the app: `app.jobs`, `app.json`.

Two things are asked of the app alone: it is the one that is called, and the one that opens and
saves sessions. What an extension puts in their place is therefore called by the app. A name that
FastAPI's app has for something else (`title`, `state`) stays on the Flask app.
"""

from __future__ import annotations

from typing import Any

from lsp_server.migrate.runtime.context import has_request_context, request_ctx
from lsp_server.migrate.runtime.sessions import NullSession


class AppOfBoth:
    """Mixed into Flask's class of apps, for the one beside an app."""

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        app = vars(self).get("_of_app")
        if app is None or name.startswith("_") or hasattr(type(self), name):
            return
        shared: set[str] = vars(self).setdefault("_given_to_app", {"json"})
        if name in shared or not hasattr(app, name):
            shared.add(name)
            setattr(app, name, value)

    @property
    def wsgi_app(self) -> Any:
        return vars(self)["_of_app"].wsgi_app

    @wsgi_app.setter
    def wsgi_app(self, wrapped: Any) -> None:
        vars(self)["_of_app"].wsgi_app = wrapped

    @property
    def session_interface(self) -> SessionOfApp:
        return SessionOfApp(vars(self)["_of_app"])

    @session_interface.setter
    def session_interface(self, interface: Any) -> None:
        vars(self)["_of_app"].session_interface = SessionsOfFlask(interface, self)


class ContextOfBoth:
    """Mixed into Flask's application context: its `g` is the app's, also when it is exchanged."""

    @property
    def g(self) -> Any:
        return vars(self)["_of_app"].g

    @g.setter
    def g(self, values: Any) -> None:
        vars(self)["_of_app"].g = values


class SessionOfApp:
    """Flask's session is the app's, which saves it."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app.session_interface, name)

    def open_session(self, flask_app: Any, flask_request: Any) -> Any:  # called by Flask
        # Not by the name `session`, which would count as a look into it: `Vary: Cookie`.
        opened = request_ctx.opened_session if has_request_context() else None
        return NullSession() if opened is None else opened

    def save_session(self, flask_app: Any, session: Any, response: Any) -> None:  # called by Flask
        """The app does it, once the whole answer is there."""

    def is_null_session(self, session: object) -> bool:  # called by Flask
        return True

    def make_null_session(self, flask_app: Any) -> NullSession:  # called by Flask
        return NullSession()


class SessionsOfFlask:
    """The app's sessions are kept where an extension keeps them, which knows the Flask app only."""

    def __init__(self, interface: Any, flask_app: Any) -> None:
        self._interface = interface
        self._flask_app = flask_app

    def __getattr__(self, name: str) -> Any:
        return getattr(self._interface, name)

    def open_session(self, app: Any, request: Any) -> Any:
        return self._interface.open_session(self._flask_app, request)

    def save_session(self, app: Any, session: Any, response: Any) -> None:
        self._interface.save_session(self._flask_app, session, response)

    def make_null_session(self, app: Any) -> Any:
        return self._interface.make_null_session(self._flask_app)


def tied_app(app_class: type) -> type:
    """Flask's class of apps, of which one is given the app as `_of_app`."""
    return type(app_class.__name__, (AppOfBoth, app_class), {})


def tied_context(context_class: type) -> type:
    """Flask's class of application contexts, of which one is given the app's as `_of_app`."""
    return type(context_class.__name__, (ContextOfBoth, context_class), {})
