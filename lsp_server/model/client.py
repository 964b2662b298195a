"""A model behind HTTP: any server that speaks OpenAI's chat completions, the host among them.

Each reply has a connection of its own, so that closing the generator closes the connection, which
stops the model at once. There is no limit on the whole time; a server that sends nothing at all
for `STALL_SECONDS` is taken for dead. A stream counts as ended only when the server gave a
finish_reason. Redirects are not followed and proxies of the environment are not used: nothing
leaves the machine but to the address that the user set. Deliberately absent: starting a host.
"""

import json
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsp_server.errors import PennaError
from lsp_server.model import wire
from lsp_server.model.dialect import Dialect, disliked
from lsp_server.model.endpoint import BaseUrl, Endpoint, connect, import_http
from lsp_server.model.failures import NotUnderstood, broken_stream, refused, sentences, stopped
from lsp_server.model.protocol import Chunk, Ended, Event
from lsp_server.model.sse import EventReader
from lsp_server.prompt import Prompt, Sampling

if TYPE_CHECKING:
    import httpx

# A slow CPU reads a long prompt for minutes, and a server may say nothing meanwhile.
STALL_SECONDS = 900.0
log = logging.getLogger(__name__)


class HttpModel:
    """A model at an endpoint. `model` is the name to ask for; empty takes the first one served.

    `dialect` is what is known of the server from before, and learns.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        n_ctx: int,
        model: str = "",
        dialect: Dialect | None = None,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self.n_ctx = n_ctx
        self._endpoint = endpoint
        self._model = model
        self._dialect = dialect or Dialect()
        self._stall_seconds = stall_seconds

    async def reply(self, prompt: Prompt, sampling: Sampling) -> AsyncGenerator[Event]:
        """Stream the reply; see protocol.py. Raises HostFailed and PromptTooLong."""
        async with self._connected() as client:
            fields = wire.request_fields(prompt, sampling, await self._served_model(client))
            async with (
                self._answer(client, fields) as answer,
                aclosing(_events(answer.aiter_bytes(), self._endpoint.name)) as events,
            ):
                async for event in events:
                    yield event

    async def is_at_hand(self) -> bool:
        """Whether it is on this machine. That it runs is for its owner to see to."""
        return self._endpoint.is_here

    async def start(self) -> None:
        """It is started by others."""

    async def warm_up(self, prompt: Prompt) -> None:
        """Have a prompt read; see protocol.py.

        A server that refuses it, or that writes although nothing may be written, is not asked
        again. One token is not held against it: llama-server writes that.
        """
        if not self._dialect.warms_up:
            return
        try:
            async with self._connected() as client:
                fields = wire.warm_up_fields(prompt, await self._served_model(client))
                async with self._answer(client, fields) as answer:
                    self._dialect.warms_up = await _is_read(answer, self._endpoint.name)
        except PennaError as error:
            self._dialect.warms_up = not isinstance(error, NotUnderstood)
            log.debug("not warmed up: %s", error)

    @asynccontextmanager
    async def _connected(self) -> "AsyncGenerator[httpx.AsyncClient]":
        await import_http()
        with sentences(self._endpoint.name, self._stall_seconds):
            async with connect(self._endpoint, self._stall_seconds) as client:
                yield client

    @asynccontextmanager
    async def _answer(
        self, client: "httpx.AsyncClient", fields: Mapping[str, object]
    ) -> "AsyncGenerator[httpx.Response]":
        """The open answer, asked for again without what the server refuses."""
        left_out = self._dialect.left_out
        while True:
            body = {name: value for name, value in fields.items() if name not in left_out}
            request = client.stream("POST", "chat/completions", content=_encoded(body))
            async with request as answer:
                if answer.status_code == 200:
                    self._dialect.left_out |= left_out
                    yield answer
                    return
                refusal = wire.refusal((await answer.aread()).decode("utf-8", "replace"))
            more = disliked(answer.status_code, refusal, body)
            if not more:
                raise refused(self._endpoint.name, answer.status_code, refusal, self.n_ctx)
            left_out |= more

    async def _served_model(self, client: "httpx.AsyncClient") -> str:
        if not self._model and isinstance(self._endpoint, BaseUrl):
            answer = await client.get("models")
            self._model = wire.served_model(answer.text) if answer.is_success else ""
        return self._model


def _encoded(body: Mapping[str, object]) -> bytes:
    """UTF-8. An editor may send half a surrogate pair, which has no encoding: "?" then."""
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


async def _is_read(answer: "httpx.Response", name: str) -> bool:
    """Wait for the end of an answer to a warm-up; False as soon as it is a reply."""
    reader, n_written = EventReader(), 0
    async for chunk in answer.aiter_bytes():
        for piece in _pieces(reader, chunk, name):
            n_written += bool(piece.text) or piece.is_thought
            if n_written > 1:
                return False
            if piece.is_last:
                return True
    return True


@dataclass(slots=True)
class _Clock:
    """Counts the reply's chunks and when they came, for servers that send no timings."""

    n_chunks: int = 0
    first: float = 0.0
    last: float = 0.0

    def tick(self) -> int:
        self.last = time.monotonic()
        self.first = self.first or self.last
        self.n_chunks += 1
        return self.n_chunks

    @property
    def rate(self) -> float:
        """Chunks a second; 0 for fewer than two."""
        elapsed = self.last - self.first
        return (self.n_chunks - 1) / elapsed if elapsed > 0 else 0.0


async def _events(chunks: AsyncIterator[bytes], name: str) -> AsyncGenerator[Event]:
    reader, clock = EventReader(), _Clock()
    counts, finish, is_done = wire.Counts(), "", False
    async for chunk in chunks:
        for piece in _pieces(reader, chunk, name):
            if piece.reading is not None:
                yield piece.reading
            if piece.text and not finish:
                yield Chunk(piece.text, clock.tick())
            if piece.counts is not None and (piece.counts.is_timed or not counts.is_timed):
                counts = piece.counts
            finish = piece.finish or finish
            is_done = is_done or piece.is_last
        if is_done:
            break
    yield _ended(finish, counts, clock, name)


def _pieces(reader: EventReader, chunk: bytes, name: str) -> Iterator[wire.Piece]:
    """The pieces of the stream that end in this chunk. An error in the stream is raised."""
    try:
        pieces = [wire.piece(data) for data in reader.feed(chunk)]
    except ValueError as error:
        raise broken_stream(name, str(error)) from None
    for piece in pieces:
        if piece.refusal is not None:
            raise refused(name, 200, piece.refusal)
        yield piece


def _ended(finish: str, counts: wire.Counts, clock: _Clock, name: str) -> Ended:
    if finish not in ("stop", "length"):
        raise stopped(name, finish)
    return Ended(
        "stop" if finish == "stop" else "length",
        n_prompt=counts.n_prompt,
        n_reused=counts.n_reused,
        n_reply=counts.n_reply or clock.n_chunks,
        prefill_rate=counts.prefill_rate,
        decode_rate=counts.decode_rate or clock.rate,
    )
