"""`POST /v1/chat/completions`: from a request to work for the engine, and its events to the client.

An ASGI application of its own, because it reads and writes at the same time: while the reply
goes out, it waits for the connection to close, and then cancels the work.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from lsp_server.host import wire
from lsp_server.host.chat_request import ChatRequest, parse
from lsp_server.host.chat_template import TemplateRefused
from lsp_server.host.engine_thread import EngineThread, LoadFailed, Loading, Ready
from lsp_server.host.idle import Activity
from lsp_server.host.json_fields import BadRequest
from lsp_server.host.work import (
    Cancelled,
    Event,
    Failed,
    Finished,
    PrefillProgress,
    ReplyText,
    Work,
)

MAX_BODY = 16 * 2**20
"""Bytes; many times what any window holds."""

BODY_TIMEOUT_S = 30
"""A client that never ends its request would keep an idle host alive."""

EVENT_STREAM = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache")]


class ChatEndpoint:
    """One for all requests. `model` is the name that replies carry."""

    def __init__(self, model: str, engine_thread: EngineThread, activity: Activity) -> None:
        self._model = model
        self._engine_thread = engine_thread
        self._activity = activity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._activity.request():
            try:
                await self._answer(Request(scope, receive), send)
            except ClientDisconnect:
                return

    async def _answer(self, request: Request, send: Send) -> None:
        match self._engine_thread.state:
            case Loading():
                message = "The model is still being loaded; ask again in a moment."
                refusal = _refusal(503, wire.error(message, "unavailable_error", 503))
            case LoadFailed(message):
                refusal = _refusal(500, wire.error(message, "server_error"))
            case Ready() as ready:
                try:
                    await _Exchange(request, send, wire.ReplyForm(self._model)).run(ready)
                    return
                except BadRequest as error:
                    refusal = _bad_request(error)
        await refusal(request.scope, request.receive, send)


class _Exchange:
    """One request and its reply."""

    def __init__(self, request: Request, send: Send, form: wire.ReplyForm) -> None:
        self._request = request
        self._send = send
        self._form = form
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()

    async def run(self, ready: Ready) -> None:
        """Raises BadRequest before anything is sent."""
        chat = parse(await _body(self._request))
        work = await asyncio.to_thread(_work, ready, chat, self._emit)
        async with self._cancelled_when_gone(ready, work):
            ready.scheduler.submit(work)
            await (self._stream(chat) if chat.streams else self._reply_whole())

    def _emit(self, event: Event) -> None:
        """Called in the engine thread. The loop is gone only when the process ends."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._events.put_nowait, event)

    @asynccontextmanager
    async def _cancelled_when_gone(self, ready: Ready, work: Work) -> AsyncIterator[None]:
        async def wait() -> None:
            while (await self._request.receive())["type"] != "http.disconnect":
                pass
            ready.scheduler.cancel(work)

        waiting = asyncio.create_task(wait())
        try:
            yield
        finally:
            waiting.cancel()
            ready.scheduler.cancel(work)

    async def _stream(self, chat: ChatRequest) -> None:
        await self._send({"type": "http.response.start", "status": 200, "headers": EVENT_STREAM})
        await self._write(wire.event(self._form.chunk({"role": "assistant", "content": ""})))
        while True:
            event = await self._events.get()
            for data in self._data(event, chat):
                await self._write(data)
            if isinstance(event, Finished | Cancelled | Failed):
                break
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _write(self, data: bytes) -> None:
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    def _data(self, event: Event, chat: ChatRequest) -> list[bytes]:
        """The server-sent events for one of ours."""
        form = self._form
        match event:
            case PrefillProgress():
                chunk = form.chunk({}, prompt_progress=wire.progress(event))
                return [wire.event(chunk)] if chat.returns_progress else []
            case ReplyText(text):
                return [wire.event(form.chunk({"content": text}))]
            case Finished():
                return [*map(wire.event, self._ending(event, chat)), wire.DONE]
            case Failed(message):
                return [wire.event(wire.error(message, "server_error")), wire.DONE]
            case Cancelled():
                return []

    def _ending(self, event: Finished, chat: ChatRequest) -> list[wire.Json]:
        """The last chunk carries the timings; with `include_usage` another one follows."""
        if chat.includes_usage:
            return [self._form.chunk({}, event.reason), self._form.usage_chunk(event)]
        return [self._form.chunk({}, event.reason, timings=wire.timings(event.timings))]

    async def _reply_whole(self) -> None:
        texts: list[str] = []
        while not isinstance(event := await self._events.get(), Finished | Cancelled | Failed):
            if isinstance(event, ReplyText):
                texts.append(event.text)
        match event:
            case Finished():
                response: Response = JSONResponse(self._form.whole("".join(texts), event))
            case Failed(message):
                response = _refusal(500, wire.error(message, "server_error"))
            case Cancelled():
                return
        await response(self._request.scope, self._request.receive, self._send)


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for part in request.stream():
                body += part
                if len(body) > MAX_BODY:
                    raise BadRequest("The body is larger than 16 MiB.", "body_too_large")
    except TimeoutError as error:
        raise BadRequest(f"The body did not come within {BODY_TIMEOUT_S} seconds.") from error
    return bytes(body)


def _work(ready: Ready, chat: ChatRequest, emit: Callable[[Event], None]) -> Work:
    """Raises BadRequest if the template or the window does not take the messages."""
    try:
        prompt = ready.chat_template.tokens(chat.messages)
    except TemplateRefused as error:
        raise BadRequest(str(error)) from error
    n_ctx = ready.engine.n_ctx
    if len(prompt) >= n_ctx:
        raise BadRequest(
            f"The prompt has {len(prompt)} tokens, but the model's window holds {n_ctx}; "
            "ask with less context.",
            "context_length_exceeded",
            n_prompt_tokens=len(prompt),
            n_ctx=n_ctx,
        )
    if not prompt:
        raise BadRequest("The prompt is empty.")
    return Work(
        prompt=tuple(prompt),
        emit=emit,
        sampling=chat.sampling,
        max_tokens=chat.max_tokens,
        stop=chat.stop,
        reuses_prefix=chat.reuses_prefix,
    )


def _bad_request(error: BadRequest) -> Response:
    content = wire.error(str(error), "invalid_request_error", error.code, **error.details)
    return _refusal(413 if error.code == "body_too_large" else 400, content)


def _refusal(status: int, content: wire.Json) -> Response:
    return JSONResponse(content, status)
