"""What is still Flask, served by the app: its URLs, with the same session, `g` and hooks.

The Flask app's rules become rules of the app, so that every URL is answered by exactly one of the
two, `url_for` finds the views of both, and 405 names the methods of both. An answer of Flask's
passes the app's hooks and error handlers like any other.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, NoReturn

from werkzeug.local import LocalProxy
from werkzeug.routing import BuildError
from werkzeug.wrappers import Response as WerkzeugResponse

from lsp_server.migrate.runtime.context import (
    AppContext,
    g,
    has_request_context,
    request,
    request_ctx,
    stream_with_context,
)
from lsp_server.migrate.runtime.sessions import NullSession
from lsp_server.migrate.runtime.signals import appcontext_pushed
from lsp_server.migrate.runtime.templating import share_templates

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App


def flask_beside(app: Any) -> Any:
    """The Flask app beside an app, made when it is first asked for. The app serves its URLs.

    Outgrow it: when nothing is registered on the Flask app any more, delete the calls.
    """
    from flask import Flask

    app = app._get_current_object() if isinstance(app, LocalProxy) else app
    if "flask_beside" not in app.extensions:
        flask_app = Flask(
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


class FlaskBeside:
    """The ties between an app and the Flask app beside it."""

    def __init__(self, app: App, flask_app: Any) -> None:
        self.app = app
        self.flask_app = flask_app
        self._known: set[int] = set()
        self._views: dict[str, Callable[..., WerkzeugResponse]] = {}
        self._is_furnished = False
        self._app_context = flask_app.app_context
        flask_app.app_context = self._context_of_both
        flask_app.cli = app.cli
        flask_app.config = app.config
        flask_app.extensions = app.extensions
        flask_app.session_interface = SessionOfApp()
        flask_app.app_ctx_globals_class = globals_of_app
        flask_app.url_build_error_handlers.append(self._url_for)
        processors = flask_app.template_context_processors[None]
        processors.append(self._template_context)
        self._own_processors = tuple(processors)
        app.template_context_processors[None].append(self._context_of_extensions)
        flask_app.register_error_handler(Exception, self._pass_on)
        flask_app.add_url_rule = self._after_calling(flask_app.add_url_rule, self._add_rules)
        flask_app.create_url_adapter = self._matched_already(flask_app.create_url_adapter)
        app.create_url_adapter = self._ready(app.create_url_adapter)  # type: ignore[assignment, method-assign]
        appcontext_pushed.connect(self._push, app, weak=False)
        app.teardown_appcontext_funcs.insert(0, self._pop)
        app.before_request_funcs[None].insert(0, self._enter)
        app.after_request_funcs[None].append(self._after)
        app.teardown_request_funcs[None].insert(0, self._leave)

    def _context_of_both(self) -> AppContext:
        """The app's context, which Flask's is pushed with."""
        return AppContext(self.app)

    def _push(self, app: App, **extra: Any) -> None:
        if "_flask_beside_app" not in g:  # a stream enters the app's context once more
            g._flask_beside_app = self._app_context()
            g._flask_beside_app.push()

    def _pop(self, error: BaseException | None) -> None:
        context = g.pop("_flask_beside_app", None)
        if context is not None:
            context.pop(error)

    def _after_calling(
        self, function: Callable[..., Any], then: Callable[[], None]
    ) -> Callable[..., Any]:
        def both(*args: Any, **kwargs: Any) -> Any:
            result = function(*args, **kwargs)
            then()
            return result

        return both

    def _ready(self, create_url_adapter: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Before a request is matched, the app knows all rules, and its body can be read twice."""

        def create(request: Any) -> Any:
            self._add_rules()
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

    def _add_rules(self) -> None:
        """Take over the rules that were added since; those of the app itself win."""
        self.app.url_map.converters.update(
            (name, converter)
            for name, converter in self.flask_app.url_map.converters.items()
            if name not in self.app.url_map.converters
        )
        for rule in self.flask_app.url_map.iter_rules():
            if id(rule) in self._known:
                continue
            self._known.add(id(rule))
            view = self.app.view_functions.get(rule.endpoint)
            if view is not None and view is not self._views.get(rule.endpoint):
                continue
            copy = rule.empty()
            automatic = getattr(rule, "provide_automatic_options", True)
            copy.provide_automatic_options = automatic
            self.app.url_map.add(copy)
            self._views.setdefault(rule.endpoint, self._view(rule.endpoint))
            self.app.view_functions[rule.endpoint] = self._views[rule.endpoint]

    def _view(self, endpoint: str) -> Callable[..., WerkzeugResponse]:
        """What the app calls; it has the name of Flask's view, by which extensions know it."""

        def view(**values: Any) -> WerkzeugResponse:
            return self._answer()

        theirs = self.flask_app.view_functions.get(endpoint)
        view.__module__ = getattr(theirs, "__module__", __name__)
        view.__name__ = getattr(theirs, "__name__", endpoint)
        return view

    def _answer(self) -> WerkzeugResponse:
        """Flask answers in the context that was entered before; a stream keeps it."""
        answer: WerkzeugResponse = self.flask_app.full_dispatch_request()
        if answer.is_streamed and not answer.direct_passthrough:
            answer.response = stream_with_context(answer.response)
        return answer

    def _pass_on(self, error: Exception) -> NoReturn:
        """An error that Flask has no handler for is the app's to answer."""
        raise error

    def _enter(self) -> Any:
        """Code that still uses Flask's `request`, `g`, `url_for` works in the app's views, too."""
        self._furnish()
        context = self.flask_app.request_context(environ_for_flask())
        context.push()
        g.setdefault("_flask_beside", []).append(context)
        # Flask calls its own hooks where it answers itself.
        return None if self._is_answered_by_flask() else self.flask_app.preprocess_request()

    def _after(self, response: Any) -> Any:
        if self._is_answered_by_flask() or not g.get("_flask_beside"):
            return response
        return self.flask_app.process_response(response)

    def _is_answered_by_flask(self) -> bool:
        view = self._views.get(request.endpoint or "")
        return view is not None and view is self.app.view_functions.get(request.endpoint or "")

    def _leave(self, error: BaseException | None) -> None:
        contexts = g.get("_flask_beside")
        if contexts:
            contexts.pop().pop(error)

    def _furnish(self) -> None:
        """Flask finds what extensions put on the app, and what its templates may use.

        Flask-Login's functions, for one, look for `current_app.login_manager`.
        """
        if not self._is_furnished:
            self._is_furnished = True
            own = vars(self.flask_app)
            own.update((name, value) for name, value in vars(self.app).items() if name not in own)
            share_templates(self.app.jinja_env, self.flask_app.jinja_env)
            share_templates(self.flask_app.jinja_env, self.app.jinja_env)

    def _template_context(self) -> dict[str, Any]:
        context: dict[str, Any] = {}
        if has_request_context():
            g._flask_beside_renders = True
            self.app.update_template_context(context)
            del g._flask_beside_renders
        return context

    def _context_of_extensions(self) -> dict[str, Any]:
        """What extensions on the Flask app give to all templates, for those of the app."""
        context: dict[str, Any] = {}
        if "_flask_beside_renders" not in g:
            for processor in self.flask_app.template_context_processors[None]:
                if processor not in self._own_processors:
                    context.update(self.flask_app.ensure_sync(processor)())
        return context

    def _url_for(self, error: Exception, endpoint: str, values: dict[str, Any]) -> str:
        if isinstance(error, BuildError) and endpoint not in self.flask_app.view_functions:
            return self.app.url_for(endpoint, **values)
        raise error


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


class SessionOfApp:
    """Flask's session is the app's, which saves it."""

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
