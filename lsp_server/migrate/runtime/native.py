"""FastAPI's own routes, within the contexts and hooks of the app."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from contextvars import copy_context
from functools import partial, update_wrapper
from inspect import iscoroutinefunction
from typing import Any, TypeAlias

import anyio
from anyio import from_thread
from anyio.abc import TaskGroup
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from starlette.types import ASGIApp, Receive, Scope
from starlette.types import Message as AsgiMessage
from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge

from lsp_server.migrate.runtime.context import current_app, request
from lsp_server.migrate.runtime.environ import RequestBody
from lsp_server.migrate.runtime.response import Response


class OwnThreadCall:
    """A function that the event loop hands to the thread of the request, and waits for."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self._function = function
        self._done = anyio.Event()
        self._result: Any = None
        self._error: BaseException | None = None

    def run(self) -> None:
        """Called in the thread."""
        try:
            self._result = self._function()
        except BaseException as error:
            self._error = error
        from_thread.run_sync(self._done.set)

    async def result(self) -> Any:
        await self._done.wait()
        if self._error is not None:
            raise self._error
        return self._result


NativeMessage: TypeAlias = AsgiMessage | Exception | OwnThreadCall


class NativeCall:
    """Stands where a view would be called: runs the route on the event loop, waits for its answer.

    Its answer goes through the after_request functions like any other. A body that arrives in
    pieces is passed on in pieces.
    """

    def __init__(self, router: ASGIApp, scope: Scope, body: RequestBody, tasks: TaskGroup) -> None:
        self._router = router
        self._scope = scope
        self._body = body
        body.keep()
        self._tasks = tasks
        self._sending: MemoryObjectSendStream[NativeMessage] | None = None

    def __call__(self) -> Response:
        receive = self._receive()
        sending, receiving = anyio.create_memory_object_stream[NativeMessage](8)
        self._sending = sending
        # Started from here, the task inherits the contexts of this request.
        from_thread.run_sync(self._tasks.start_soon, self._run, receive, sending)
        try:
            start = self._next(receiving)
            first = self._next(receiving)
        except BaseException:
            receiving.close()
            raise
        streamed = first.get("more_body", False)
        body: Any = self._pieces(first, receiving) if streamed else first.get("body", b"")
        response = current_app.response_class(body, status=start["status"])
        response.call_on_close(receiving.close)
        response.headers = Headers(
            [(key.decode("latin-1"), value.decode("latin-1")) for key, value in start["headers"]]
        )
        return response

    def _receive(self) -> Receive:
        limit = request.max_content_length
        if limit is not None and (request.content_length or 0) > limit:
            raise RequestEntityTooLarge
        # A hook may have read the body: the route gets it from the start.
        return self._body.from_start()

    async def call(self, function: Callable[[], Any]) -> Any:
        """Call a function in the thread of the request, where the hooks run, too."""
        assert self._sending is not None, "a route runs within its call"
        work = OwnThreadCall(partial(copy_context().run, function))
        await self._sending.send(work)
        return await work.result()

    async def _run(self, receive: Receive, sending: MemoryObjectSendStream[NativeMessage]) -> None:
        # The answer may be given up before it has been taken.
        with suppress(anyio.BrokenResourceError):
            async with sending:
                try:
                    await self._router(self._scope, receive, sending.send)
                except anyio.BrokenResourceError:
                    raise
                except Exception as error:
                    await sending.send(error)

    def _next(self, receiving: MemoryObjectReceiveStream[NativeMessage]) -> AsgiMessage:
        message = from_thread.run(receiving.receive)
        while isinstance(message, OwnThreadCall):
            message.run()
            message = from_thread.run(receiving.receive)
        if isinstance(message, Exception):
            raise message
        return message

    def _pieces(
        self, message: AsgiMessage, receiving: MemoryObjectReceiveStream[NativeMessage]
    ) -> Iterator[bytes]:
        yield message.get("body", b"")
        while message.get("more_body"):
            message = self._next(receiving)
            yield message.get("body", b"")


def in_request_thread(function: Callable[..., Any]) -> Callable[..., Any]:
    """A route's function as FastAPI is to call it: what belongs to one thread, such as a connection
    of sqlite3, can be shared with the hooks."""
    if iscoroutinefunction(function):
        return function

    async def called(*args: Any, **kwargs: Any) -> Any:
        return await request.environ["asgi.native"].call(partial(function, *args, **kwargs))

    return update_wrapper(called, function)
