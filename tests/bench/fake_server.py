"""A server whose pace is known: it reads and writes tokens at the times that it is told.

It speaks chat completions over `tests.model.http_server`, counts what it computes for `/metrics`,
and stops computing when its client has gone, some time after that.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.model.http_server import (
    DONE,
    Request,
    Send,
    Server,
    answer,
    delta,
    event,
    head,
    on_loopback,
)


@dataclass(slots=True)
class Pace:
    """`read_s` for a prompt of more than `n_long` words, none for others; `write_s` between two
    tokens; `stop_s` until it has noticed that its client has gone. `refuses`: fields it dislikes,
    named in the refusal unless `names_them` is False."""

    read_s: float = 0.0
    write_s: float = 0.0
    stop_s: float = 0.0
    refuse_s: float = 0.0
    n_long: int = 50
    refuses: tuple[str, ...] = ()
    names_them: bool = True
    has_metrics: bool = True
    has_timings: bool = True
    n_drafted: int = 0
    n_running: int = 0
    bodies: list[dict[str, object]] = field(default_factory=list)

    async def handle(self, request: Request, send: Send) -> None:
        match request.path:
            case "/v1/models":
                await send(answer(200, {"data": [{"id": "fake"}]}))
            case "/metrics" if self.has_metrics:
                await send(answer(200, {}).replace(b"{}", self._metrics()))
            case "/v1/chat/completions":
                await self._chat(request.body, send)
            case _:
                await send(answer(404, {"error": {"message": "no such page"}}))

    def _metrics(self) -> bytes:
        kind = "# TYPE penna_requests_running gauge\n"
        return f"{kind}penna_requests_running {self.n_running}\n".encode()

    async def _chat(self, body: dict[str, object], send: Send) -> None:
        self.bodies.append(body)
        if disliked := [name for name in self.refuses if name in body]:
            await asyncio.sleep(self.refuse_s)
            named = f"unknown: {disliked[0]}" if self.names_them else "bad request"
            await send(answer(400, {"error": {"message": named}}))
            return
        self.n_running += 1
        try:
            await self._reply(body, send)
        finally:
            await asyncio.shield(asyncio.sleep(self.stop_s))
            self.n_running -= 1

    async def _reply(self, body: dict[str, object], send: Send) -> None:
        n_prompt = len(_text(body).split())
        await send(head())
        await asyncio.sleep(self.read_s if n_prompt > self.n_long else 0)
        n_reply = int(str(body["max_tokens"]))
        for n in range(n_reply):
            await send(delta(f"{n} "))
            await asyncio.sleep(self.write_s)
        await send(event({"choices": [{"delta": {}, "finish_reason": "length"}]}))
        usage = {"prompt_tokens": n_prompt, "completion_tokens": n_reply}
        timings = {"cache_n": 0, "prompt_n": n_prompt, "prompt_ms": 1000.0 * self.read_s + 1}
        timings |= {"predicted_n": n_reply, "predicted_ms": 1000.0 * self.write_s * n_reply + 1}
        timings |= {"draft_n": self.n_drafted}
        more = {"timings": timings} if self.has_timings else {}
        await send(event({"choices": [], "usage": usage, **more}) + DONE)


@asynccontextmanager
async def served(pace: Pace) -> AsyncIterator[Server]:
    async with on_loopback(pace.handle) as server:
        yield server


def _text(body: dict[str, object]) -> str:
    messages = body["messages"]
    assert isinstance(messages, list)
    return " ".join(message["content"] for message in messages)
