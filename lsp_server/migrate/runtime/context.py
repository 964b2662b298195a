"""The two contexts that code runs in, and the names that look into the current one.

An application context holds `current_app` and `g`, a request context holds `request` and `session`.
Both are context variables, so threads and tasks each see their own.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token
from functools import update_wrapper
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

from werkzeug.exceptions import HTTPException
from werkzeug.local import LocalProxy

from lsp_server.migrate.runtime.signals import appcontext_popped, appcontext_pushed
from lsp_server.migrate.runtime.values import UNSET, Function

if TYPE_CHECKING:
    from werkzeug.routing import MapAdapter

    from lsp_server.migrate.runtime.app import App
    from lsp_server.migrate.runtime.request import Request
    from lsp_server.migrate.runtime.sessions import SessionMixin

_NO_APP = "Working outside of application context.\n\nEnter one: `with app.app_context(): ...`."
_NO_REQUEST = (
    "Working outside of request context.\n\n"
    "This needs a request that is being answered, or `with app.test_request_context(): ...`."
)


class AppGlobals:
    """`g`: whatever a request wants to remember, until its application context ends."""

    if TYPE_CHECKING:

        def __setattr__(self, name: str, value: Any) -> None: ...

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)

    def __delattr__(self, name: str) -> None:
        if name not in self.__dict__:
            raise AttributeError(name)
        del self.__dict__[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self.__dict__.get(name, default)

    def pop(self, name: str, default: Any = UNSET) -> Any:
        return self.__dict__.pop(name, *(() if default is UNSET else (default,)))

    def setdefault(self, name: str, default: Any = None) -> Any:
        return self.__dict__.setdefault(name, default)

    def __contains__(self, name: object) -> bool:
        return name in self.__dict__

    def __iter__(self) -> Iterator[str]:
        return iter(self.__dict__)

    def __repr__(self) -> str:
        context = _app_context.get(None)
        return object.__repr__(self) if context is None else f"<flask.g of {context.app.name!r}>"


class AppContext:
    """What `current_app` and `g` show: for a request, a command, a script or a test."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.url_adapter: MapAdapter | None = app.create_url_adapter(None)
        self.g: AppGlobals = app.app_ctx_globals_class()
        self._tokens: list[Token[AppContext]] = []

    @property
    def is_live(self) -> bool:
        """Whether it is entered; a copy of the context variables may still show it afterwards."""
        return bool(self._tokens)

    def push(self) -> None:
        self._tokens.append(_app_context.set(self))
        appcontext_pushed.send(self.app, _async_wrapper=self.app.ensure_sync)

    def pop(self, exc: BaseException | None = UNSET) -> None:
        try:
            if len(self._tokens) == 1:
                self.app.do_teardown_appcontext(sys.exc_info()[1] if exc is UNSET else exc)
        finally:
            current = _app_context.get()
            _app_context.reset(self._tokens.pop())
        if current is not self:
            raise AssertionError(f"Popped wrong app context. ({current!r} instead of {self!r})")
        appcontext_popped.send(self.app, _async_wrapper=self.app.ensure_sync)

    def __enter__(self) -> AppContext:
        self.push()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.pop(exc_value)


class HeldContext(AppContext):
    """The application context of a test or a script, which holds it around requests."""

    def push(self) -> None:
        super().push()
        _held_contexts().append(self)

    def pop(self, exc: BaseException | None = UNSET) -> None:
        _held_contexts().remove(self)
        super().pop(exc)


def _held_contexts() -> list[AppContext]:
    """Those that this thread holds, the innermost last."""
    found: list[AppContext] = _thread.__dict__.setdefault("held", [])
    return found


def is_called_by_test(scope: Mapping[str, Any]) -> bool:
    """Whether a request, as ASGI tells it, comes from a client for tests, not from a server."""
    return "wsgi.environ" in scope.get("extensions", {}) or "pytest" in sys.modules


def is_held_by_test(app: App, scope: Mapping[str, Any]) -> bool:
    """Whether the test that sends a request holds a context of the app around it: what is in its
    `g`, a connection of sqlite3 say, may belong to the test's thread."""
    return is_called_by_test(scope) and any(each.app is app for each in _held_contexts())


@contextmanager
def sight_of_held_context(app: App) -> Iterator[None]:
    """See the context that a test holds, whatever the context variables show.

    Flask's test client calls the app where the test is. A client of ASGI calls it on a loop, and
    what a task on it sees may have been copied when the loop was made (`asyncio.Runner`).
    """
    held = next((each for each in reversed(_held_contexts()) if each.app is app), None)
    seen = _app_context.get(None)
    is_inner = seen is not None and seen.is_live and seen not in _held_contexts()
    if held is None or held is seen or is_inner:
        yield
        return
    token = _app_context.set(held)
    try:
        yield
    finally:
        _app_context.reset(token)


class RequestContext:
    """One request: what `request` and `session` show, and the functions it wants called after it.

    Pushing it pushes an application context, too, unless one of the same app is there already.
    """

    def __init__(
        self,
        app: App,
        environ: dict[str, Any],
        request: Request | None = None,
        session: SessionMixin | None = None,
    ) -> None:
        self.app = app
        if request is None:
            request = app.request_class(environ)
            request.json_module = app.json
        self.request: Request = request
        self.url_adapter: MapAdapter | None = None
        try:
            self.url_adapter = app.create_url_adapter(request)
        except HTTPException as error:
            request.routing_exception = error
        self.flashes: list[tuple[str, str]] | None = None
        self.opened_session = session
        self.after_request_functions: list[Callable[..., Any]] = []
        self._tokens: list[tuple[Token[RequestContext], AppContext | None]] = []

    def copy(self) -> RequestContext:
        return type(self)(self.app, self.request.environ, self.request, self.opened_session)

    @property
    def session(self) -> SessionMixin:
        """The session; who looks at it makes the answer depend on the cookie."""
        assert self.opened_session is not None, "The session has not yet been opened."
        self.opened_session.accessed = True
        return self.opened_session

    def push(self) -> None:
        outer = _app_context.get(None)
        pushed = None
        if outer is None or not self._is_within(outer):
            pushed = AppContext(self.app)
            pushed.push()
        self._tokens.append((_request_context.set(self), pushed))
        if self.opened_session is None:
            self.opened_session = self.app.open_session(self.request)
        if self.url_adapter is not None:
            self.match_request()

    def _is_within(self, outer: AppContext) -> bool:
        """Whether the request takes a context that is entered already, with its `g`.

        Not one that is held around a server: `app.app_context().push()` at the top of a module is
        seen by all requests, which with one `g` would share a user and a database session. A test
        does hold one around its requests.
        """
        if outer.app is not self.app or not outer.is_live:
            return False
        scope = self.request.environ.get("asgi.scope")
        if scope is None or not isinstance(outer, HeldContext) or outer in _held_contexts():
            return True
        return is_called_by_test(scope)

    def match_request(self) -> None:
        assert self.url_adapter is not None
        try:
            rule, view_args = self.url_adapter.match(return_rule=True)
            self.request.url_rule, self.request.view_args = rule, dict(view_args)
        except HTTPException as error:
            self.request.routing_exception = error

    def pop(self, exc: BaseException | None = UNSET) -> None:
        last = len(self._tokens) == 1
        try:
            if last:
                exc = sys.exc_info()[1] if exc is UNSET else exc
                self.app.do_teardown_request(exc)
                self.request.close()
        finally:
            self._leave(exc, last)

    def _leave(self, exc: BaseException | None, last: bool) -> None:
        current = _request_context.get()
        token, pushed = self._tokens.pop()
        _request_context.reset(token)
        if last:
            # The environ and the request refer to each other: one of the two has to let go.
            current.request.environ["werkzeug.request"] = None
        if pushed is not None:
            pushed.pop(exc)
        if current is not self:
            raise AssertionError(f"Popped wrong request context. ({current!r} instead of {self!r})")

    def __enter__(self) -> RequestContext:
        self.push()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.pop(exc_value)

    def __repr__(self) -> str:
        request = self.request
        return f"<RequestContext {request.url!r} [{request.method}] of {self.app.name}>"


_thread = threading.local()
_app_context: ContextVar[AppContext] = ContextVar("app_context")
_request_context: ContextVar[RequestContext] = ContextVar("request_context")

app_ctx = cast("AppContext", LocalProxy(_app_context, unbound_message=_NO_APP))
current_app = cast("App", LocalProxy(_app_context, "app", unbound_message=_NO_APP))
g = cast("AppGlobals", LocalProxy(_app_context, "g", unbound_message=_NO_APP))
request_ctx = cast("RequestContext", LocalProxy(_request_context, unbound_message=_NO_REQUEST))
request = cast("Request", LocalProxy(_request_context, "request", unbound_message=_NO_REQUEST))
session = cast("SessionMixin", LocalProxy(_request_context, "session", unbound_message=_NO_REQUEST))


def has_app_context() -> bool:
    """Whether `current_app` and `g` can be used here."""
    return _app_context.get(None) is not None


def has_request_context() -> bool:
    """Whether `request` and `session` can be used here."""
    return _request_context.get(None) is not None


def request_context_for(name: str) -> RequestContext:
    """The context of the request being answered, for what makes no sense without one."""
    context = _request_context.get(None)
    if context is None:
        raise RuntimeError(
            f"'{name}' can only be used when a request context is active, "
            "such as in a view function."
        )
    return context


def after_this_request(f: Function) -> Function:
    """Have the answer to the current request go through a function, too."""
    request_context_for("after_this_request").after_request_functions.append(f)
    return f


def copy_current_request_context(f: Function) -> Function:
    """Take the current request along into a thread or a task of one's own."""
    context = request_context_for("copy_current_request_context").copy()

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        with context:
            return context.app.ensure_sync(f)(*args, **kwargs)

    return cast("Function", update_wrapper(wrapper, f))


def stream_with_context(generator_or_function: Any) -> Any:
    """Keep the request's context while its answer is being streamed."""
    if not hasattr(generator_or_function, "__iter__"):

        def decorator(*args: Any, **kwargs: Any) -> Any:
            return stream_with_context(generator_or_function(*args, **kwargs))

        return update_wrapper(decorator, generator_or_function)
    stream = _in_context(iter(generator_or_function))
    # The first step holds the contexts, before the request leaves them.
    next(stream)
    return stream


def _in_context(chunks: Iterator[Any]) -> Iterator[Any]:
    request_context = request_context_for("stream_with_context")
    app_context = _app_context.get()
    yield None
    with app_context, request_context:
        try:
            yield from chunks
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
