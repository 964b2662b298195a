"""Lands edits in a document that is open in an editor: the one place from which edits leave.

For each document one edit is under way at a time. It carries the version it was computed for.
After the answer the text decides (`flight`): shown, the author goes on; absent, the edit is
computed again from the newest text and sent again; applied to the wrong place, it is taken back
first. An edit that the client says it applied is never sent again for a timeout alone: a change
that arrived since must show it absent (eglot reports half a second late, and would have it
twice).

No labels and no metadata: Neovim prints the one, eglot fails on the other.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from lsprotocol import types

from lsp_server.errors import EditRefused, PageClosed, PageError
from lsp_server.lsp.documents import Documents
from lsp_server.lsp.flight import Absent, Flight, Landed, Misplaced, Verdict
from lsp_server.page import Author
from lsp_server.text import Edit, Snapshot, Span
from lsp_server.writer import CLOSED

# Seconds. A client's changes for one edit come back to back; a debounced one is late by 0.15
# (Neovim) or 0.5 (eglot), but then it reports everything at once.
SETTLE = 0.1
REFUSED_WAIT = 0.6
SHOW_LIMIT = 60.0
# Of one edit, while the text stays as it is; and how often a wrong one is taken back.
MOST_REFUSALS = 10
MOST_TAKEN_BACK = 25

REFUSED = (
    "The editor takes no edit of this document; check that it can be written to, and ask again."
)
ALTERED = (
    "The editor alters what is written into this document; turn its formatting while typing off, "
    'or set "delivery" to "whole", and ask again.'
)


class Answer(Enum):
    """What the client said to an edit. A silent one did not answer in time."""

    APPLIED = "applied"
    REFUSED = "refused"
    SILENT = "silent"


class Editor(Protocol):
    """The client, as far as edits go."""

    async def apply(self, uri: str, version: int, edits: Sequence[types.TextEdit]) -> Answer: ...


@dataclass(slots=True)
class _Patch:
    """`text` of ours in a wrong place: `undo` on the text as it is now takes it back."""

    undo: Edit
    text: str

    @property
    def redo(self) -> Edit:
        """What put it there, in the text without it."""
        return Edit(self.undo.result, self.text)

    @property
    def delta(self) -> int:
        """By how much the text with the patch is longer than without."""
        return -self.undo.delta

    def without(self, edit: Edit) -> Edit | None:
        """The user's edit on the text without the patch; None when it touches the patch."""
        span = self.undo.span
        if edit.span.end <= span.start:
            self.undo = Edit(Span(span.start + edit.delta, span.end + edit.delta), self.undo.text)
            return edit
        if edit.span.start >= span.end:
            start, end = edit.span.start - self.delta, edit.span.end - self.delta
            return Edit(Span(start, end), edit.text)
        return None


class DocumentPage:
    """Implements `page.Page` and `documents.Follower` for one open document."""

    def __init__(self, editor: Editor, documents: Documents, uri: str) -> None:
        self.uri = uri
        self._editor, self._documents = editor, documents
        self._authors: list[Author] = []
        self._lock = asyncio.Lock()
        self._news = asyncio.Event()
        self._flight: Flight | None = None
        self._answer: Answer | None = None
        self._patches: list[_Patch] = []
        self._closed = False

    @property
    def snapshot(self) -> Snapshot:
        found = None if self._closed else self._documents.get(self.uri)
        if found is None:
            raise PageClosed(CLOSED)
        return found

    def join(self, author: Author) -> None:
        if not self._authors:
            self._closed = not self._documents.follow(self.uri, self)
        self._authors.append(author)

    def leave(self, author: Author) -> None:
        self._authors.remove(author)
        if not self._authors:
            # From here on nobody tells where they are.
            self._patches.clear()
            self._documents.unfollow(self.uri, self)

    async def land(self, author: Author) -> bool:
        async with self._lock:
            n_refused = 0
            while n_refused < MOST_REFUSALS:
                await self._take_back_misplaced()
                before = self.snapshot
                edit = author.plan(before)
                if edit is None:
                    return False
                verdict = await self._deliver(edit, author)
                if isinstance(verdict, Landed):
                    return True
                # Who types fast in a slow editor has every edit refused, and means no refusal.
                n_refused += self.snapshot.version == before.version
            raise EditRefused(REFUSED)

    # documents.Follower

    def changed(self, before: Snapshot, edit: Edit, after: Snapshot) -> None:
        if self._flight is not None:
            self._flight.changed(edit, after)
        else:
            self._others_changed(edit)

    def batch_ended(self) -> None:
        self._news.set()

    def closed(self) -> None:
        self._closed = True
        for author in self._authors:
            author.closed()
        self._news.set()

    # One edit

    async def _deliver(self, edit: Edit, author: Author | None) -> Verdict:
        """Send one edit and hold back all news of the text until it is known what became of it."""
        snapshot = self.snapshot
        carried = author.carried if author is not None else _carried
        flight = self._flight = Flight(snapshot, edit, self._documents.encoding, carried)
        self._answer = None
        asking = asyncio.ensure_future(self._ask(snapshot, flight))
        try:
            verdict = await self._verdict(flight)
            await asking
            if self._answer is Answer.REFUSED and not flight.distinct:
                # The user pressed Enter where a line end was to go.
                verdict = Absent()
        except PageError:
            self._flight = None
            self._all_changed(flight.edits)
            raise
        finally:
            asking.cancel()
            self._flight = None
        # What came while the answer was awaited is in the flight as well.
        self._tell(flight, verdict, author)
        return verdict

    async def _ask(self, snapshot: Snapshot, flight: Flight) -> None:
        self._answer = await self._editor.apply(self.uri, snapshot.version, [flight.wire])
        self._news.set()

    async def _verdict(self, flight: Flight) -> Verdict:
        loop = asyncio.get_running_loop()
        sent = loop.time()
        while True:
            if self._closed:
                raise PageClosed(CLOSED)
            shown = flight.shown()
            if shown is not None:
                return shown
            if loop.time() - sent > SHOW_LIMIT:
                raise EditRefused(REFUSED)
            if not await self._anything_new(self._patience(flight)) and self._answer is not None:
                decided = self._decide(flight)
                if decided is not None:
                    return decided

    def _patience(self, flight: Flight) -> float:
        """How long silence must last, in seconds, before it says something."""
        if self._answer is Answer.REFUSED:
            # No quiet is waited for: who types fast would stop the stream until he pauses.
            return 0.0 if flight.edits else REFUSED_WAIT
        return SETTLE if self._answer is not None and flight.edits else SHOW_LIMIT

    async def _anything_new(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()
        # Looked at last: news that came just when the time was up counts.
        anything = self._news.is_set()
        self._news.clear()
        return anything

    def _decide(self, flight: Flight) -> Verdict | None:
        """It is quiet, the client has answered, and the text does not show the edit as sent."""
        if self._answer is Answer.REFUSED:
            return Absent()
        if not flight.edits:
            return None
        merged = flight.merged()
        if merged is None and flight.altered:
            raise EditRefused(ALTERED)
        # Neovim never compares version 0, so there it drops nothing, and reports 0.15 s late.
        return merged or (Absent() if flight.sent.version else None)

    # What the others hear

    def _tell(self, flight: Flight, verdict: Verdict, author: Author | None) -> None:
        if isinstance(verdict, Absent):
            self._all_changed(flight.edits)
            return
        self._all_changed(flight.edits[: verdict.first])
        if isinstance(verdict, Misplaced):
            self._patches.append(_Patch(verdict.undo, verdict.edit.text))
        elif author is None:
            self._taken_back(verdict.edit)
        else:
            author.landed(verdict.edit)
            for other in self._authors:
                if other is not author:
                    other.moved(verdict.edit)
        self._all_changed(flight.edits[verdict.after :])

    def _taken_back(self, edit: Edit) -> None:
        """Nobody knew of the text, unless the user has made it his meanwhile."""
        if self._patches:
            self._patches.pop()
        else:
            self._others_changed(edit)

    def _all_changed(self, edits: Sequence[Edit]) -> None:
        for edit in edits:
            self._others_changed(edit)

    def _others_changed(self, edit: Edit) -> None:
        """A change that is not ours, told as if no text of ours stood in a wrong place."""
        seen: Edit | None = edit
        redone = [patch.redo for patch in self._patches]
        for patch in reversed(tuple(self._patches)):
            if seen == patch.undo:
                # The user was quicker.
                self._patches.remove(patch)
                return
            seen = patch.without(seen) if seen is not None else None
        if seen is None:
            # The user works on our text, so it is his now: everybody hears that it is there.
            self._patches.clear()
            self._all_changed([*redone, edit])
            return
        for author in self._authors:
            author.moved(seen)

    async def _take_back_misplaced(self) -> None:
        for _ in range(MOST_TAKEN_BACK):
            if not self._patches:
                return
            await self._deliver(self._patches[-1].undo, None)
        raise EditRefused(REFUSED)


def _carried(edit: Edit, changes: Sequence[Edit]) -> tuple[Edit, ...]:
    """An edit that takes back text of ours, wherever others' changes moved that text."""
    span: Span | None = edit.span
    for change in changes:
        span = change.shift(span) if span is not None else None
    return () if span is None else (Edit(span, edit.text),)
