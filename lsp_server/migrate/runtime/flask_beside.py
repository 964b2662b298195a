"""What is still Flask, served by the app: its URLs, with the same session, `g` and hooks.

The two apps have one set of registries. A rule, a hook or an error handler that is registered on
the Flask app is the app's, in the order in which both came, and who looks at the Flask app finds
what is the app's. So the app answers every request by itself; Flask's contexts are entered around
it, for code that says `from flask import request`.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from inspect import isgenerator
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from werkzeug.local import LocalProxy

from lsp_server.migrate.runtime.app_of_both import tied_app, tied_context
from lsp_server.migrate.runtime.context import (
    AppContext,
    HeldContext,
    RequestContext,
    app_ctx,
    g,
    request,
    request_ctx,
    stream_with_context,
)
from lsp_server.migrate.runtime.request_of_both import tied_to_app
from lsp_server.migrate.runtime.response import Response
from lsp_server.migrate.runtime.scaffold import Scaffold
from lsp_server.migrate.runtime.signals import (
    appcontext_pushed,
    before_render_template,
    got_request_exception,
    message_flashed,
    request_finished,
    request_started,
    template_rendered,
)

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App

SHARED = (
    "after_request_funcs",
    "before_request_funcs",
    "blueprints",
    "cli",
    "config",
    "error_handler_spec",
    "extensions",
    "shell_context_processors",
    "teardown_request_funcs",
    "template_context_processors",
    "update_template_context",
    "url_build_error_handlers",
    "url_default_functions",
    "url_for",
    "url_map",
    "url_value_preprocessors",
    "view_functions",
)
RELAYED = (
    before_render_template,
    got_request_exception,
    message_flashed,
    request_finished,
    request_started,
    template_rendered,
)


def flask_beside(app: Any) -> Any:
    """The Flask app beside an app, made when it is first asked for. The app serves its URLs.

    Of `current_app` it is a proxy, too: extensions may be given one before there is an app.

    Outgrow it: when nothing is registered on the Flask app any more, delete the calls.
    """
    if isinstance(app, LocalProxy):
        return LocalProxy(lambda: flask_beside(app._get_current_object()))
    if "flask_beside" not in app.extensions:
        from flask import Flask

        flask_app = tied_app(Flask)(
            app.import_name,
            root_path=app.root_path,
            instance_path=app.instance_path,
            static_folder=None,
            template_folder=app.template_folder,
        )
        # Told to extensions, but served by the app.
        flask_app.static_folder = app.static_folder
        flask_app.static_url_path = app.static_url_path
        app.extensions["flask_beside"] = FlaskBeside(app, flask_app)
    return app.extensions["flask_beside"].flask_app


class RequestContextOfBoth(RequestContext):
    """A request's context, in which Flask's is entered, too."""

    def push(self) -> None:
        super().push()
        if len(self._tokens) == 1:  # a stream enters it once more
            self.app.extensions["flask_beside"].enter()


class FlaskBeside:
    """The ties between an app and the Flask app beside it."""

    def __init__(self, app: App, flask_app: Any) -> None:
        self.app = app
        self.flask_app = flask_app
        self._endpoints: set[str] = set()
        self._is_furnished = False
        self._app_context = flask_app.app_context
        self._request_context = flask_app.request_context
        for name in SHARED:
            setattr(flask_app, name, getattr(app, name))
        app.request_context = self._request_context_of_both  # type: ignore[method-assign]
        flask_app.request_context = self._request_context_of_both
        flask_app.app_context = self._app_context_of_both
        flask_app.do_teardown_request = self._torn_down
        flask_app.app_ctx_globals_class = globals_of_app
        flask_app.request_class = tied_to_app(flask_app.request_class)
        flask_app.create_jinja_environment = lambda: app.jinja_env
        flask_app.add_url_rule = self._noting_endpoints(flask_app.add_url_rule)
        flask_app.create_url_adapter = self._matched_already(flask_app.create_url_adapter)
        app.create_url_adapter = self._keeping_body(app.create_url_adapter)  # type: ignore[assignment, method-assign]
        appcontext_pushed.connect(self._push, app, weak=False)
        for signal in RELAYED:
            signal.connect(self._relay_of(signal), app, weak=False)
        app.teardown_appcontext_funcs.insert(0, self._pop)
        app.teardown_request_funcs[None].insert(0, self._leave)
        make_known_to_flask()
        flask_app._of_app = app

    def _app_context_of_both(self) -> AppContext:
        """The app's context, which Flask's is pushed with."""
        return HeldContext(self.app)

    def _request_context_of_both(self, environ: dict[str, Any]) -> RequestContextOfBoth:
        return RequestContextOfBoth(self.app, environ)

    def _push(self, app: App, **extra: Any) -> None:
        of_app = app_ctx._get_current_object()  # type: ignore[attr-defined]
        if not hasattr(of_app, "of_flask"):  # a stream enters the app's context once more
            of_app.of_flask = context = self._app_context()
            context.__class__ = tied_context(type(context))
            context._of_app = of_app
            context.push()

    def _pop(self, error: BaseException | None) -> None:
        context = vars(app_ctx._get_current_object()).pop("of_flask", None)  # type: ignore[attr-defined]
        if context is not None:
            context.pop(error)

    def _noting_endpoints(self, add_url_rule: Callable[..., None]) -> Callable[..., None]:
        def add(
            rule: str, endpoint: str | None = None, view_func: Any = None, *args: Any, **kwargs: Any
        ) -> None:
            add_url_rule(rule, endpoint, view_func, *args, **kwargs)
            self._endpoints.add(endpoint or view_func.__name__)

        return add

    def _keeping_body(self, create_url_adapter: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """A request's body can be read by both."""

        def create(request: Any) -> Any:
            if request is not None:
                request.environ["wsgi.input"] = KeptBody.around(request.environ["wsgi.input"])
            return create_url_adapter(request)

        return create

    def _matched_already(self, create_url_adapter: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Flask need not find out what the app has found out: the rule and its values."""

        def create(request: Any) -> Any:
            adapter = create_url_adapter(request)
            matched = request.environ.get("flask_beside.matched") if request is not None else None
            if adapter is not None and matched is not None:
                adapter.match = lambda *args, **kwargs: matched
            return adapter

        return create

    def enter(self) -> None:
        """Flask's `request`, `g` and `session` work from here on."""
        self._furnish()
        context = self._request_context(environ_for_flask())
        context.push()
        of_app = request_ctx._get_current_object()  # type: ignore[attr-defined]
        context.request._of_app = of_app.request
        context._after_request_functions = of_app.after_request_functions
        context.copy = of_app.copy
        of_app.of_flask = context
        if request.endpoint in self._endpoints:
            request_ctx.after_request_functions.append(stream_in_contexts)

    def _leave(self, error: BaseException | None) -> None:
        context = vars(request_ctx._get_current_object()).pop("of_flask", None)  # type: ignore[attr-defined]
        if context is not None:
            context.pop(error)

    def _torn_down(self, error: BaseException | None = None) -> None:
        """The app has called all functions for that."""
        from flask import request_tearing_down

        request_tearing_down.send(self.flask_app, exc=error)

    def _relay_of(self, signal: Any) -> Callable[..., None]:
        """What is sent for the app is sent for the Flask app, too."""
        from flask import signals

        theirs = getattr(signals, signal.name.replace("-", "_"))

        def relay(app: App, **extra: Any) -> None:
            theirs.send(self.flask_app, _async_wrapper=self.app.ensure_sync, **extra)

        return relay

    def _furnish(self) -> None:
        """Flask finds what was put on the app while it was set up.

        Flask-Login's functions, for one, look for `current_app.login_manager`.
        """
        if not self._is_furnished:
            self._is_furnished = True
            own = vars(self.flask_app)
            own.update((name, value) for name, value in vars(self.app).items() if name not in own)
            self.flask_app.json = self.app.json
            self.flask_app._got_first_request = True


def make_known_to_flask() -> None:
    """Extensions ask whether an answer is a `flask.Response`, a blueprint a `flask.Blueprint`."""
    import flask

    routers = [each for each in Scaffold.__subclasses__() if issubclass(each, APIRouter)]
    if not issubclass(Response, flask.Response):
        Response.__bases__ = (flask.Response,)
    for router in routers:
        if not issubclass(router, flask.Blueprint):
            router.__bases__ = (*router.__bases__, flask.Blueprint)


def stream_in_contexts(response: Any) -> Any:
    """A generator of a Flask view, such as `stream_with_context` makes, keeps both contexts."""
    if isgenerator(response.response) and not response.direct_passthrough:
        response.response = stream_with_context(response.response)
    return response


def environ_for_flask() -> dict[str, Any]:
    """The current request's environment, with the body from its start."""
    environ = {**request.environ, "wsgi.input": request.environ["wsgi.input"].again()}
    environ.pop("werkzeug.request", None)
    if request.url_rule is not None:
        environ["flask_beside.matched"] = (request.url_rule, request.view_args)
    return environ


def globals_of_app() -> Any:
    """What Flask uses as its `g`: the app's."""
    return g._get_current_object()


class KeptBody(io.RawIOBase):
    """A request's body that can be read once more: hooks of the app may have read it."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self._kept = SpooledTemporaryFile(max_size=500_000)  # noqa: SIM115

    @classmethod
    def around(cls, source: Any) -> KeptBody:
        return source if isinstance(source, KeptBody) else cls(source)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._source.read(len(buffer))
        self._kept.seek(0, io.SEEK_END)
        self._kept.write(piece)
        buffer[: len(piece)] = piece
        return len(piece)

    def kept(self, start: int, size: int) -> bytes:
        """Some of what has been read already."""
        self._kept.seek(start)
        return self._kept.read(size)

    def again(self) -> BodyAgain:
        """The body from its start."""
        return BodyAgain(self)

    def close(self) -> None:
        self._kept.close()
        super().close()


class BodyAgain(io.RawIOBase):
    """A second reader of a body: first what was kept, then what has not been read yet."""

    def __init__(self, body: KeptBody) -> None:
        self._body = body
        self._position = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._body.kept(self._position, len(buffer))
        n = len(piece)
        if piece:
            buffer[:n] = piece
        else:
            n = self._body.readinto(buffer)
        self._position += n
        return n

    def again(self) -> BodyAgain:
        """The body from its start, for a request within the request."""
        return BodyAgain(self._body)
