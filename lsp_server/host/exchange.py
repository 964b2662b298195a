"""One request and its reply, streamed or whole, whatever was asked for.

An ASGI application of its own, because it reads and writes at the same time: while the reply
goes out, it waits for the connection to close, and then cancels the work. Deliberately absent:
what requests mean (chat.py, completions.py) and the JSON of replies (wire.py, choices.py).
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from lsp_server.host import body, wire
from lsp_server.host.engine_thread import EngineThread, LoadFailed, Loading, Ready
from lsp_server.host.idle import Activity
from lsp_server.host.json_fields import BadRequest
from lsp_server.host.plan import Plan
from lsp_server.host.work import (
    Cancelled,
    Event,
    Failed,
    Finished,
    PrefillProgress,
    ReplyText,
    Timings,
    Work,
)

EVENT_STREAM = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache")]

MakePlan = Callable[[Ready, bytes], Plan]


class ReplyEndpoint:
    """One for all requests to a path. `model` is the name that replies carry; `make_plan` may
    raise BadRequest, and is called in a thread of its own."""

    def __init__(
        self, model: str, engine_thread: EngineThread, activity: Activity, make_plan: MakePlan
    ) -> None:
        self._model = model
        self._engine_thread = engine_thread
        self._activity = activity
        self._make_plan = make_plan

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
                    content = await body.read(request)
                    plan = await asyncio.to_thread(self._make_plan, ready, content)
                except BadRequest as error:
                    refusal = _bad_request(error)
                else:
                    await _Exchange(request, send, plan, self._model).run(ready)
                    return
        await refusal(request.scope, request.receive, send)


class _Exchange:
    """What was asked for, while it is computed and sent."""

    def __init__(self, request: Request, send: Send, plan: Plan, model: str) -> None:
        self._request = request
        self._send = send
        self._plan = plan
        self._form = wire.ReplyForm(model, plan.kind)
        self._choices = plan.make_choices()
        self._timings: dict[int, Timings] = {}
        self._queue: asyncio.Queue[tuple[int, Event]] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()

    async def run(self, ready: Ready) -> None:
        works = self._plan.works(self._emit)
        async with self._cancelled_when_gone(ready, works), aclosing(self._events()) as events:
            for work in works:
                ready.scheduler.submit(work)
            await (self._stream if self._plan.options.streams else self._reply_whole)(events)

    def _emit(self, index: int, event: Event) -> None:
        """Called in the engine thread. The loop is gone only when the process ends."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._queue.put_nowait, (index, event))

    @asynccontextmanager
    async def _cancelled_when_gone(self, ready: Ready, works: list[Work]) -> AsyncIterator[None]:
        async def wait() -> None:
            while (await self._request.receive())["type"] != "http.disconnect":
                pass
            cancel()

        def cancel() -> None:
            for work in works:
                ready.scheduler.cancel(work)

        waiting = asyncio.create_task(wait())
        try:
            yield
        finally:
            waiting.cancel()
            cancel()

    async def _events(self) -> AsyncGenerator[tuple[int, Event]]:
        """Until all replies have finished, or one has ended otherwise."""
        while len(self._timings) < len(self._choices):
            index, event = await self._queue.get()
            if isinstance(event, Finished):
                self._timings[index] = event.timings
            yield index, event
            if isinstance(event, Cancelled | Failed):
                return

    # --- in chunks ------------------------------------------------------------------------

    async def _stream(self, events: AsyncIterator[tuple[int, Event]]) -> None:
        await self._send({"type": "http.response.start", "status": 200, "headers": EVENT_STREAM})
        for choice in self._choices:
            await self._write(*(self._form.chunk([each]) for each in choice.opening()))
        async for index, event in events:
            await self._write(*self._chunks(index, event))
        if len(self._timings) == len(self._choices) and self._plan.options.includes_usage:
            await self._write(self._form.chunk([], **self._totals()))
        done = {"type": "http.response.body", "body": wire.DONE, "more_body": False}
        await self._send(done)

    async def _write(self, *values: wire.Json) -> None:
        for value in values:
            data = wire.event(value)
            await self._send({"type": "http.response.body", "body": data, "more_body": True})

    def _chunks(self, index: int, event: Event) -> list[wire.Json]:
        choice, form = self._choices[index], self._form
        match event:
            case PrefillProgress():
                # Replies to one prompt wait for the first of them to read it.
                is_told = self._plan.options.returns_progress and index == 0
                told = form.chunk([choice.empty()], prompt_progress=wire.progress(event))
                return [told] if is_told else []
            case ReplyText():
                return [form.chunk([each]) for each in choice.pieces(event)]
            case Finished():
                return self._ending(index, event)
            case Failed(message):
                return [wire.error(message, "server_error")]
            case Cancelled():
                return []

    def _ending(self, index: int, event: Finished) -> list[wire.Json]:
        """The last chunk of a choice carries its timings, unless one with the usage follows."""
        *parts, end = self._choices[index].ending(event.reason)
        includes_usage = self._plan.options.includes_usage
        more = {} if includes_usage else {"timings": wire.timings(event.timings)}
        return [*(self._form.chunk([part]) for part in parts), self._form.chunk([end], **more)]

    # --- whole ----------------------------------------------------------------------------

    async def _reply_whole(self, events: AsyncIterator[tuple[int, Event]]) -> None:
        async for index, event in events:
            match event:
                case ReplyText():
                    self._choices[index].pieces(event)
                case Finished(reason):
                    self._choices[index].ending(reason)
                case Failed(message):
                    await self._respond(_refusal(500, wire.error(message, "server_error")))
                    return
                case Cancelled():
                    return
        choices = [choice.whole() for choice in self._choices]
        await self._respond(JSONResponse(self._form.whole(choices, **self._totals())))

    async def _respond(self, response: Response) -> None:
        await response(self._request.scope, self._request.receive, self._send)

    def _totals(self) -> dict[str, wire.Json]:
        timings = self._plan.together([self._timings[at] for at in range(len(self._choices))])
        usage = wire.usage(self._plan.n_prompt, timings)
        return {"usage": usage, "timings": wire.timings(timings)}


def _bad_request(error: BadRequest) -> Response:
    content = wire.error(str(error), "invalid_request_error", error.code, **error.details)
    return _refusal(413 if error.code == "body_too_large" else 400, content)


def _refusal(status: int, content: wire.Json) -> Response:
    return JSONResponse(content, status)
