"""One action being carried out, from its offer to exactly one of four endings.

The job reads the reply, the writer turns it into edits, the page lands them; all three go on at
their own pace. Cancelling stops the model at once and waits for the edit under way: what is on
its way cannot be called back, only undone. A job that fails or is cancelled puts back what was
there, unless the user prefers to keep it or has edited it since.

No clock but the one for the rate, no LSP, no files: a `Desk` opens the pages.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Literal, Protocol

from lsp_server import errors
from lsp_server.actions.offer import InDocument, InFile, Offer, Place, Scratch, Step, unasked
from lsp_server.filling import Filling, Part, Stopped
from lsp_server.model.protocol import Replying
from lsp_server.outcome import (
    Cancelled,
    Checking,
    Failed,
    Finished,
    Interrupted,
    Outcome,
    Repairing,
    Stage,
)
from lsp_server.page import Page
from lsp_server.policy import Policy
from lsp_server.prompt import Prompt, Room
from lsp_server.text import LINE_END, Edit, Snapshot, Span
from lsp_server.writer import Writer

CANCELLED = "Cancelled."
NO_MODEL = "This needs a model: run `penna model pull` to get one, then ask again."
WITHOUT_MODEL = "Made from the code's structure, without a model."


class Desk(Protocol):
    """Opens the pages that a job writes to."""

    def document(self) -> Page:
        """The document that the action was asked for."""
        ...

    async def open(self, place: InFile | Scratch) -> Page:
        """A document beside it. Its text is the place's text; raises `PageError`."""
        ...

    async def shut(self, page: Page, *, discard: bool) -> None:
        """The job is done with a page from `open`; `discard` removes it if the job made it."""
        ...


class Job:
    """Carry out one offer. `run` once; `cancel` at any time."""

    def __init__(
        self, offer: Offer, snapshot: Snapshot, desk: Desk, model: Replying | None, policy: Policy
    ) -> None:
        self.on_stage: Callable[[Stage], None] = lambda _: None
        self._offer, self._before, self._desk = offer, snapshot, desk
        self._model, self._policy = model, policy
        self._cancelled = False
        self._filling: Filling | None = None
        self._parts: list[Part] = []
        self._steps = offer.steps()
        self._join_document()

    @property
    def spans(self) -> tuple[Span, ...]:
        """Where in the document the job writes, as its text is now."""
        return tuple(part.writer.region for part in self._parts if _in_document(part))

    def cancel(self) -> None:
        self._cancelled = True
        if self._filling is not None:
            self._filling.stop()

    async def run(self) -> Outcome:
        """Never raises but for a defect; the pages are left in every case."""
        outcome: Outcome = Failed("Penna stopped.")
        try:
            outcome = await self._carried_out()
        finally:
            self.leave()
            await self._shut(discard=not isinstance(outcome, Finished))
        return outcome

    def leave(self) -> None:
        """Let go of the pages, also of a job that is never run."""
        for part in self._parts:
            part.page.leave(part.writer)

    async def _carried_out(self) -> Outcome:
        try:
            return await self._carry_out()
        except errors.Interrupted as ending:
            return Interrupted(str(ending))
        except Stopped:
            await self._put_back(self._policy.on_cancel)
            return Cancelled(CANCELLED)
        except errors.CheckFailed as ending:
            await self._put_back(self._policy.on_check_failure)
            kept = self.spans if self._policy.on_check_failure == "keep" else ()
            return Failed(str(ending), kept)
        except errors.PennaError as ending:
            await self._put_back("restore")
            return Failed(str(ending))

    async def _carry_out(self) -> Finished:
        if self._model is None and not self._offer.has_draft:
            raise errors.NoModel(NO_MODEL)
        if not self._steps:
            return Finished(self._offer.summary)
        await self._open_others()
        for part in self._parts:
            await self._fill(part, part.step.prompt)
            part.writer.release()
        await self._check()
        await self._tell()
        by_model = self._model is not None
        summary = self._offer.summary
        if not by_model:
            summary = f"{summary} {WITHOUT_MODEL}".strip()
        return Finished(summary, self._offer.n_checks, by_model)

    # Pages

    def _join_document(self) -> None:
        """At once, before anything is awaited: from here on every change is heard."""
        for step in self._steps:
            if isinstance(step.place, InDocument):
                self._join(step, self._desk.document(), step.place.span)

    async def _open_others(self) -> None:
        for step in self._steps:
            if isinstance(step.place, InFile | Scratch):
                page = await self._desk.open(step.place)
                self._join(step, page, _target(step.place, page.snapshot.text))

    def _join(self, step: Step, page: Page, target: Span) -> None:
        writer = Writer(page.snapshot, target)
        page.join(writer)
        self._parts.append(Part(step, page, writer))

    async def _shut(self, *, discard: bool) -> None:
        for part in self._parts:
            if not _in_document(part):
                unused = discard and not part.writer.text.strip()
                await self._desk.shut(part.page, discard=unused)

    async def _fill(self, part: Part, prompt: Callable[[Room], Prompt]) -> None:
        if self._cancelled:
            raise Stopped
        if self._policy.delivery == "whole":
            part.writer.hold()
        model, follows = self._model, part.step.follows
        if follows is not None:
            part.step, model = (
                replace(part.step, draft=partial(follows, self._before_it(part))),
                None,
            )
        self._filling = Filling(part, model, self._policy.sampling(part.step.sampling))
        self._filling.on_stage = self.on_stage
        await self._filling.run(prompt)

    def _before_it(self, part: Part) -> tuple[str, ...]:
        """The texts of the steps before one."""
        parts = self._parts[: self._parts.index(part)]
        return tuple(LINE_END.sub("\n", each.writer.text) for each in parts)

    # Checking

    async def _check(self) -> None:
        """Everything together; if that does not hold, each failing step is written once more."""
        if not self._offer.n_checks:
            return
        self.on_stage(Checking())
        problem = await self._problem(self._parts)
        if problem is None:
            return
        if self._model is None:
            raise errors.CheckFailed(problem)
        following = [part for part in self._parts if part.step.follows is not None]
        for part in (part for part in self._parts if part.step.follows is None):
            own = await self._problem([part, *following])
            if own is not None and part.writer.untouched:
                await self._repair(part, own)
                await self._fill_again(following)
        self.on_stage(Checking())
        problem = await self._problem(self._parts)
        if problem is not None:
            raise errors.CheckFailed(problem)

    async def _repair(self, part: Part, problem: str) -> None:
        def prompt(room: Room) -> Prompt:
            asked = part.step.prompt(room)
            told = f"{asked.user}\n\nYour last answer was:\n\n{answer}\n\nIt was not usable: "
            user = f"{told}{problem}\nAnswer again, whole and corrected."
            return replace(asked, user=user, prediction=answer)

        answer = LINE_END.sub("\n", part.writer.text)
        self.on_stage(Repairing(problem))
        part.writer.rewrite()
        await self._fill(part, prompt)

    async def _fill_again(self, following: list[Part]) -> None:
        for part in following:
            if part.writer.untouched:
                part.writer.rewrite()
                await self._fill(part, part.step.prompt)

    async def _problem(self, parts: list[Part]) -> str | None:
        before, after = self._result(parts)
        for check in self._offer.checks:
            found = await asyncio.to_thread(check, before, after)
            if found is not None:
                return found
        return await self._tried(before, after)

    async def _tried(self, before: Snapshot, after: str) -> str | None:
        if self._offer.trial is None:
            return None
        tried = partial(self._offer.trial, before, after, lambda: not self._cancelled)
        found = await asyncio.to_thread(tried)
        if self._cancelled:
            raise Stopped
        return found

    def _result(self, parts: list[Part]) -> tuple[Snapshot, str]:
        """The text as the job was asked for it, and the same with the parts written in.

        Not the text in the editor: what the user types meanwhile is not the job's to answer for.
        """
        place = parts[0].step.place
        before = self._before
        if isinstance(place, InFile):
            before = Snapshot(place.path.as_uri(), 0, place.language, place.text)
        after = before.text
        for part in sorted(parts, key=lambda part: part.writer.target.start, reverse=True):
            after = Edit(part.writer.target, part.writer.text).apply(after)
        return before, after

    # Telling

    async def _tell(self) -> None:
        """Beside the code, what the offer has to say of the result; where no page is to be had,
        the result counts all the same."""
        report = self._offer.report
        if report is None:
            return
        self.on_stage(Checking())
        before, after = self._result(self._parts)
        text = partial(report.text, before, after, lambda: not self._cancelled)
        place = Scratch(report.title)
        with suppress(errors.PageError):
            page = await self._desk.open(place)
            step = Step(place, unasked, follows=lambda _: text())
            self._join(step, page, _target(place, page.snapshot.text))
            await self._fill(self._parts[-1], unasked)

    # Ending

    async def _put_back(self, policy: Literal["restore", "keep"]) -> None:
        """The last written first, so that each finds its text where it left it."""
        for part in reversed(self._parts):
            kept = policy == "keep" or isinstance(part.step.place, Scratch)
            if part.writer.untouched and not kept:
                part.writer.restore()
                await _land_all(part)


async def _land_all(part: Part) -> None:
    """As far as the page takes it: where it is gone or refuses, there is nothing left to do."""
    try:
        while await part.page.land(part.writer):
            pass
    except errors.PageError:
        return


def _target(place: InFile | Scratch, text: str) -> Span:
    """Where to write. A blank document is filled: Neovim gives an empty file as one blank line."""
    if not text.strip():
        return Span(0, len(text))
    at = place.at if isinstance(place, InFile) else len(text)
    return Span(at, at)


def _in_document(part: Part) -> bool:
    place: Place = part.step.place
    return isinstance(place, InDocument)
