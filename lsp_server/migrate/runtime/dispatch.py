"""Where a request comes in: ASGI on one side, the app's pipeline on the other.

A request runs in one worker thread from its first hook to its last byte, so that what belongs to a
thread can be used all the way. In tests (`TESTING`, or a context that is held around the request)
it runs in the caller's own thread instead. Native routes of FastAPI run on the event loop, within
the same contexts and hooks. Mounted apps are apart: no context, no hook, no session.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

import anyio
from anyio import from_thread, to_thread
from anyio.abc import TaskGroup
from anyio.lowlevel import RunVar
from starlette.routing import BaseRoute, Host, Match, Mount
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import MapAdapter, RequestRedirect

from lsp_server.migrate.runtime.context import is_held_by_test, sight_of_held_context
from lsp_server.migrate.runtime.environ import (
    RequestBody,
    announces_body,
    environ_from_scope,
    header_bytes,
)
from lsp_server.migrate.runtime.native import NativeCall
from lsp_server.migrate.runtime.native_routes import NativeRoute
from lsp_server.migrate.runtime.routing import ViewRoute

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App

_request_threads: RunVar[anyio.CapacityLimiter] = RunVar("request_threads")


class RequestMiddleware:
    """The innermost middleware: asks the app's rules first, then FastAPI's router."""

    def __init__(self, app: ASGIApp, owner: App) -> None:
        self.router = app
        self.owner = owner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.router(scope, receive, send)
            return
        native = native_route(self.owner, scope)
        if isinstance(native, (Mount, Host)):
            await self.router(scope, receive, send)
        elif native is None and (self.owner.testing or is_held_by_test(self.owner, scope)):
            await self._answer_here(scope, receive, send)
        else:
            await self._answer_in_thread(scope, receive, send, native)

    async def _answer_here(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = RequestBody(receive, _cannot_wait)
        await body.read_all()
        with sight_of_held_context(self.owner):
            for messages in response_messages(self.owner, environ_from_scope(scope, body)):
                for message in messages:
                    await send(message)

    async def _answer_in_thread(
        self, scope: Scope, receive: Receive, send: Send, native: BaseRoute | None
    ) -> None:
        body = RequestBody(receive, _wait_in_thread)
        environ = environ_from_scope(scope, body)
        error: BaseException | None = None
        async with anyio.create_task_group() as tasks:
            if native is not None:
                environ["asgi.native"] = NativeCall(self.router, scope, body, tasks)
            try:
                await Exchange(self.owner, environ, body, tasks).answer(send, self._threads())
            except anyio.get_cancelled_exc_class():
                raise
            except BaseException as raised:
                # Kept, because a task group would wrap it into a group of exceptions.
                error = raised
        if error is not None:
            raise error

    def _threads(self) -> anyio.CapacityLimiter:
        try:
            return _request_threads.get()
        except LookupError:
            limiter = anyio.CapacityLimiter(self.owner.request_threads)
            _request_threads.set(limiter)
            return limiter


class Exchange:
    """One request in its thread: messages go to the server as the pipeline makes them.

    A place among the `request_threads` is held until the first piece of the answer is sent. A
    stream lasts as long as its client likes, so it would keep others waiting.
    """

    def __init__(
        self, owner: App, environ: dict[str, Any], body: RequestBody, tasks: TaskGroup
    ) -> None:
        self._owner = owner
        self._environ = environ
        self._body = body
        self._tasks = tasks
        self._is_streaming = False
        self._is_watched = False
        self._watching = anyio.CancelScope()

    async def answer(self, send: Send, places: anyio.CapacityLimiter) -> None:
        """Run the pipeline in a thread, as soon as there is a place for it."""
        await places.acquire_on_behalf_of(self)
        try:
            last = await to_thread.run_sync(
                self._run, send, places, limiter=anyio.CapacityLimiter(1)
            )
            await self._send(send, last, places)
        finally:
            if not self._is_streaming:
                places.release_on_behalf_of(self)
            self._watching.cancel()

    def _run(self, send: Send, places: anyio.CapacityLimiter) -> list[AsgiMessage]:
        """Send all but the last messages, which are sent when the thread is done: it would have to
        wait for the server while others run."""
        pieces = response_messages(self._owner, self._environ)
        last: list[AsgiMessage] = []
        try:
            for messages in pieces:
                if not messages[-1]["more_body"]:
                    last = messages
                    continue
                from_thread.run(self._send, send, messages, places)
                if self._body.disconnected:
                    # Nobody reads on. Closing is what tells an endless stream.
                    pieces.close()
                    from_thread.run_sync(self._tasks.cancel_scope.cancel)
        finally:
            # Here, where the contexts are, if the server does not take what the app sends.
            pieces.close()
        return last

    async def _send(
        self, send: Send, messages: list[AsgiMessage], places: anyio.CapacityLimiter
    ) -> None:
        for message in messages:
            await send(message)
        if messages and messages[-1]["more_body"]:
            self._go_on_streaming(places)

    def _go_on_streaming(self, places: anyio.CapacityLimiter) -> None:
        if not self._is_streaming:
            self._is_streaming = True
            places.release_on_behalf_of(self)
        # While a native route streams, Starlette watches the client itself.
        if not self._is_watched and self._is_read() and "asgi.native" not in self._environ:
            self._is_watched = True
            self._tasks.start_soon(self._until_disconnected)

    def _is_read(self) -> bool:
        # A body that is still to come may be read by the view while it streams.
        return self._body.is_over or not announces_body(self._environ)

    async def _until_disconnected(self) -> None:
        with self._watching:
            await self._body.watch()


def response_messages(
    owner: App, environ: dict[str, Any]
) -> Generator[list[AsgiMessage], None, None]:
    """Run the pipeline; its answer as ASGI messages, those together that are there together."""
    answer = AnswerMessages()
    chunks = owner.wsgi_app(environ, answer.start_response)
    try:
        for chunk in chunks:
            messages = answer.take(chunk, more=True)
            if messages:
                yield messages
        messages = answer.take(b"", more=False)
        if messages:
            yield messages
    finally:
        if hasattr(chunks, "close"):
            chunks.close()


class AnswerMessages:
    """What a WSGI answer is in messages of ASGI.

    A body that told its length is over with its last byte, so the server need not be woken up once
    more to hear it. What comes after that is left out, as WSGI servers do.
    """

    def __init__(self) -> None:
        self._start: list[AsgiMessage] = []
        self._written: list[bytes] = []
        self._left: int | None = None
        self._is_over = False

    def start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        encoded = [(key.lower().encode("latin-1"), header_bytes(value)) for key, value in headers]
        code = int(status.split(" ", 1)[0])
        self._start = [{"type": "http.response.start", "status": code, "headers": encoded}]
        self._left = next(
            (int(value) for key, value in encoded if key == b"content-length" and value.isdigit()),
            None,
        )
        return self._written.append

    def take(self, chunk: bytes, *, more: bool) -> list[AsgiMessage]:
        """The messages for a chunk of the body; none if there is nothing to tell."""
        piece = b"".join([*self._written, chunk])
        self._written.clear()
        messages, self._start = self._start, []
        if self._left is not None:
            piece = piece[: self._left]
            self._left -= len(piece)
            more = more and self._left > 0
        if not self._is_over and (piece or messages or not more):
            self._is_over = not more
            body = {"type": "http.response.body", "body": piece, "more_body": more}
            messages.append(body)
        return messages


def _wait_in_thread(receive: Receive) -> AsgiMessage:
    return from_thread.run(receive)  # type: ignore[arg-type]


def _cannot_wait(receive: Receive) -> AsgiMessage:
    raise AssertionError("the body was read before the request began")


def native_route(owner: App, scope: Scope) -> BaseRoute | None:
    """The route of FastAPI's router that answers a request: one in the place of a view, or one for
    which none of the app's rules is."""
    ruled = _ruled_route(owner, scope) if owner.native_rules else None
    if ruled is not None:
        return ruled
    found = None
    for route in owner.router.routes:
        if not isinstance(route, (ViewRoute, NativeRoute)):
            match, _ = route.matches(scope)
            if match is Match.FULL:
                found = route
                break
            if match is Match.PARTIAL and found is None:
                found = route
    return found if found is not None and not _has_rule(owner, scope, found) else None


def _ruled_route(owner: App, scope: Scope) -> NativeRoute | None:
    try:
        rule, values = _url_adapter(owner, scope).match(return_rule=True)
    except HTTPException:
        return None
    route = owner.native_rules.get(id(rule))
    is_automatic = scope["method"] == "OPTIONS" and getattr(
        rule, "provide_automatic_options", False
    )
    if route is None or is_automatic:
        return None
    scope["native_match"] = (route, dict(values))
    return route


def _url_adapter(owner: App, scope: Scope) -> MapAdapter:
    environ = environ_from_scope(scope, RequestBody(_nothing_comes, _cannot_wait))
    adapter = owner.create_url_adapter(owner.request_class(environ))
    assert adapter is not None
    return adapter


def _has_rule(owner: App, scope: Scope, native: BaseRoute) -> bool:
    try:
        _url_adapter(owner, scope).match()
    except (NotFound, MethodNotAllowed):
        return False
    except RequestRedirect:
        # A slash to be added: a mounted app would take the path, a route means exactly it.
        return isinstance(native, (Mount, Host))
    except HTTPException:
        return True
    return True


async def _nothing_comes() -> AsgiMessage:
    raise AssertionError("only the path is looked at")
