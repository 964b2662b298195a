"""A server as its clients see it: one request, and when each piece of the reply came.

Every request has a connection of its own, as an editor's has; closing it is how a client cancels.
What only some servers know is left out once a server has refused it. Times are seconds of
`time.perf_counter`. Deliberately absent: what is asked, and how often (`sections/`).
"""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsp_server.bench.measures import Side
from lsp_server.bench.reply_form import Timings, piece
from lsp_server.errors import HostFailed
from lsp_server.model import wire
from lsp_server.model.endpoint import Endpoint, UnixSocket, connect
from lsp_server.model.failures import broken_stream, refused, sentences
from lsp_server.model.sse import EventReader

if TYPE_CHECKING:
    import httpx

STALL_SECONDS = 900.0

EXTENSIONS: Mapping[str, object] = {
    "stream_options": {"include_usage": True},
    "return_progress": True,
    "cache_prompt": True,
    # llama-server's name. Drafts that happen to hold would be taken for a faster machine.
    "speculative.n_max": 0,
    # The small Qwen3 think for minutes on a CPU unless told not to.
    "chat_template_kwargs": {"enable_thinking": False},
}
DISLIKED = (400, 422)


@dataclass(frozen=True, slots=True)
class Messages:
    """`system` "" sends none."""

    system: str
    user: str


class Refused(HostFailed):
    """The server answers, and does not do this."""


class Server:
    """One side that answers on the wire. `model` is the name to ask for."""

    def __init__(self, side: Side, endpoint: Endpoint, model: str = "") -> None:
        self.side = side
        self.endpoint = endpoint
        self.model = model
        # The host never lets a model think, and knows no such field.
        is_host = isinstance(endpoint, UnixSocket)
        self.left_out = frozenset({"chat_template_kwargs"} if is_host else ())

    @property
    def name(self) -> str:
        return self.endpoint.name

    async def ask(self, messages: Messages, max_tokens: int) -> "Exchange":
        """Ask and wait for the end."""
        exchange = Exchange(self, messages, max_tokens)
        await exchange.run()
        return exchange

    async def warm_up(self, messages: Messages) -> bool:
        """Let it read the prompt alone; False if it does not do that."""
        try:
            await Exchange(self, messages, 0, {"warm_up": True}).run()
        except Refused:
            return False
        return True

    async def settle(self, messages: Messages) -> None:
        """Wake it: memory that lay idle is brought back, and what it refuses is found out."""
        await self.ask(messages, 4)


class Exchange:
    """One request and its reply, as they happen. `run` is awaited once; cancelling it closes the
    connection."""

    def __init__(
        self,
        server: Server,
        messages: Messages,
        max_tokens: int,
        more: Mapping[str, object] | None = None,
    ) -> None:
        self.sent = self.finished = 0.0
        self.pieces: list[float] = []
        self.progress: list[tuple[float, int]] = []
        self.timings = Timings()
        self._news = asyncio.Event()
        self._has_ended = False
        self._server = server
        self._fields = _fields(server.model, messages, max_tokens)
        self._extensions = {**EXTENSIONS, **(more or {})}

    async def run(self) -> None:
        """Raises HostFailed, PromptTooLong, and Refused for what the server does not do."""
        try:
            with sentences(self._server.name, STALL_SECONDS):
                async with connect(self._server.endpoint, STALL_SECONDS) as client:
                    while not await self._answered(client):
                        pass
        finally:
            self._has_ended = True
            self._news.set()

    async def until(self, n_pieces: int) -> bool:
        """Wait until so many pieces have come; False if it ended with fewer."""
        while len(self.pieces) < n_pieces and not self._has_ended:
            self._news.clear()
            await self._news.wait()
        return len(self.pieces) >= n_pieces

    @property
    def time_to_first_token(self) -> float | None:
        """Seconds until the first piece of text; None if there was none."""
        return self.pieces[0] - self.sent if self.pieces else None

    @property
    def n_prompt(self) -> int:
        """As the server counted them; 0 if it did not tell."""
        return self.timings.n_reused + self.timings.n_prefilled

    @property
    def n_reply(self) -> int:
        return self.timings.n_decoded or len(self.pieces)

    @property
    def prefill_rate(self) -> float | None:
        """Tokens a second until the first one of the reply; None if they were not counted."""
        seconds = self.time_to_first_token
        return self.timings.n_prefilled / seconds if seconds and self.n_prompt else None

    @property
    def decode_rate(self) -> float | None:
        """From the first piece to the end; None of fewer than two tokens."""
        elapsed = self.finished - self.pieces[0] if self.pieces else 0.0
        return (self.n_reply - 1) / elapsed if elapsed > 0 and self.n_reply > 1 else None

    async def _answered(self, client: "httpx.AsyncClient") -> bool:
        """False if the server dislikes some extension, which is left out next time."""
        extensions = {
            name: value
            for name, value in self._extensions.items()
            if name not in self._server.left_out
        }
        content = json.dumps({**self._fields, **extensions}).encode()
        self.sent = time.perf_counter()
        async with client.stream("POST", "chat/completions", content=content) as answer:
            if answer.status_code == 200:
                await self._read(answer)
                return True
            refusal = wire.refusal((await answer.aread()).decode("utf-8", "replace"))
        self._leave_out(answer.status_code, refusal, frozenset(extensions))
        return False

    def _leave_out(self, status: int, refusal: wire.Refusal, sent: frozenset[str]) -> None:
        """What the refusal names, or all that was sent; raised if there is nothing to leave out."""
        error = refused(self._server.name, status, refusal)
        if status not in DISLIKED or refusal.is_too_long:
            raise error
        if not sent:
            raise Refused(str(error))
        named = frozenset(name for name in sent if name in refusal.message)
        self._server.left_out |= named or sent

    async def _read(self, answer: "httpx.Response") -> None:
        reader = EventReader()
        async for chunk in answer.aiter_bytes():
            now = time.perf_counter()
            try:
                pieces = [piece(data) for data in reader.feed(chunk)]
            except ValueError as error:
                raise broken_stream(self._server.name, str(error)) from None
            for each in pieces:
                if each.refusal is not None:
                    raise refused(self._server.name, 200, each.refusal)
                if each.has_text:
                    self.pieces.append(now)
                if each.n_read is not None:
                    self.progress.append((now, each.n_read))
                if each.timings is not None:
                    self.timings = each.timings.beside(self.timings)
                if each.is_finished:
                    self.finished = now
            self._news.set()
        self.finished = self.finished or time.perf_counter()


def _fields(model: str, messages: Messages, max_tokens: int) -> dict[str, object]:
    user = {"role": "user", "content": messages.user}
    system = {"role": "system", "content": messages.system}
    fields: dict[str, object] = {
        "messages": [system, user] if messages.system else [user],
        "stream": True,
        "temperature": 0,
        "max_tokens": max_tokens,
    }
    return fields | ({"model": model} if model else {})
