"""One step of a job being written: the reply is read and landed side by side, each at its pace.

Stopping ends the model at once and waits for the edit under way: what is on its way cannot be
called back, only undone.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass

from lsp_server import errors
from lsp_server.actions.offer import Step
from lsp_server.model.protocol import Chunk, Ended, Event, Replying, Starting
from lsp_server.outcome import Drafting, Stage, Writing
from lsp_server.page import Page
from lsp_server.prompt import Prompt, Room, Sampling
from lsp_server.reply import Newlines, Pipeline
from lsp_server.text import LINE_END
from lsp_server.writer import Writer

CUT_OFF = "The reply was cut off at its length limit; select less, or allow longer replies."
EMPTY = "The model's reply held nothing to write; ask again, or choose a larger model."


class Stopped(Exception):
    """The user cancelled the job."""


@dataclass(slots=True)
class Part:
    """One step, where it is written, and by whom."""

    step: Step
    page: Page
    writer: Writer


class Filling:
    """Writes one part's text. `run` once; `stop` at any time makes it raise `Stopped`."""

    def __init__(self, part: Part, model: Replying | None, sampling: Sampling) -> None:
        self.on_stage: Callable[[Stage], None] = lambda _: None
        self._part, self._model, self._sampling = part, model, sampling
        self._stopped = False
        self._woken = asyncio.Event()
        self._source: asyncio.Task[None] | None = None

    def stop(self) -> None:
        self._stopped = True
        if self._source is not None:
            self._source.cancel()
        self._woken.set()

    async def run(self, prompt: Callable[[Room], Prompt]) -> None:
        """Raises `PennaError` for what went wrong with the reply or the page."""
        self._part.writer.woken = self._woken.set
        self._source = asyncio.ensure_future(self._read(prompt))
        self._source.add_done_callback(lambda _: self._woken.set())
        try:
            await self._land_until_read(self._source)
        finally:
            self._source.cancel()
            await asyncio.wait([self._source])

    async def _land_until_read(self, source: asyncio.Task[None]) -> None:
        page, writer = self._part.page, self._part.writer
        while True:
            self._woken.clear()
            if self._stopped:
                raise Stopped
            # Seen before landing: what ends meanwhile (cut off, stopped) must be looked at, too.
            read = source.done()
            if read:
                source.result()
            if await page.land(writer):
                continue
            if read and writer.idle:
                return
            await self._woken.wait()

    async def _read(self, prompt: Callable[[Room], Prompt]) -> None:
        step, writer = self._part.step, self._part.writer
        if self._model is None:
            assert step.draft is not None, "an offer that says so has its drafts"
            self.on_stage(Drafting())
            text = await asyncio.to_thread(step.draft)
            writer.push(LINE_END.sub(self._part.page.snapshot.newline, text))
        else:
            await self._read_reply(self._model, prompt)
        writer.finish()

    async def _read_reply(self, model: Replying, prompt: Callable[[Room], Prompt]) -> None:
        step = self._part.step
        self.on_stage(Starting())
        room = Room(model.n_ctx, self._sampling.max_tokens)
        asked = await asyncio.to_thread(prompt, room)
        newlines = Newlines(self._part.page.snapshot.newline)
        pipeline = Pipeline([*(make() for make in step.adapters), newlines])
        progress, framed = _Progress(asked, self.on_stage), _Framed(self._part)
        async with aclosing(model.reply(asked, self._sampling)) as events:
            async for event in events:
                progress.tell(event)
                if isinstance(event, Chunk):
                    framed.push(pipeline.push(event.text))
                elif isinstance(event, Ended) and event.reason == "length":
                    raise errors.ReplyCutOff(CUT_OFF)
                if pipeline.done:
                    break
        framed.push(pipeline.close())
        framed.finish()


class _Framed:
    """Writes the reply between the step's head and tail, and nothing before there is a reply.

    Where text is inserted, what ends it goes in with the first piece, ahead of the rest: in
    mid-stream a docstring is closed, and no line runs into the next. Without a tail that is a
    line's end, and then the reply's own last one is held back.
    """

    def __init__(self, part: Part) -> None:
        self._writer, self._begun, self._owed = part.writer, False, ""
        self._newline = part.page.snapshot.newline
        self._head = Newlines(self._newline).push(part.step.head)
        self._tail = Newlines(self._newline).push(part.step.tail)
        inserts, lines = part.writer.inserts, part.writer.inserts and part.writer.starts_line
        self._ahead = self._tail if inserts else ""
        self._end_of_line = self._newline if lines and not self._tail else ""

    def push(self, piece: str) -> None:
        text = self._owed + piece
        self._owed = ""
        if self._end_of_line and text.endswith(self._end_of_line):
            self._owed = self._end_of_line
            text = text.removesuffix(self._owed)
        if text:
            self._write(text)

    def finish(self) -> None:
        """Raises `ReplyError` where there was no reply."""
        if not self._begun:
            raise errors.ReplyError(EMPTY)
        if not self._ahead:
            self._writer.push(self._tail)
        if not self._owed:
            self._writer.drop_ahead(len(self._end_of_line))

    def _write(self, text: str) -> None:
        self._writer.push(text if self._begun else self._head + text)
        if not self._begun:
            self._begun = True
            self._writer.push_ahead(self._ahead + self._end_of_line)


class _Progress:
    """Turns the model's events into stages, the rate counted from the first token."""

    def __init__(self, prompt: Prompt, on_stage: Callable[[Stage], None]) -> None:
        self._expected = prompt.n_expected
        self._on_stage = on_stage
        self._began: float | None = None

    def tell(self, event: Event) -> None:
        if isinstance(event, Chunk):
            self._on_stage(self._writing(event.n_tokens))
        elif not isinstance(event, Ended):
            self._on_stage(event)

    def _writing(self, n: int) -> Writing:
        now = time.monotonic()
        self._began = now if self._began is None else self._began
        seconds = now - self._began
        return Writing(n, (n - 1) / seconds if seconds > 0 else 0.0, self._expected)
