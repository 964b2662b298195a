"""A simulated editor: takes edits and reports changes the way its profile says.

It stands on both ends of the wire: `apply` is what the server calls, and what the editor reports
goes into the server's own `Documents`. Messages take time in both directions and keep their
order. Who wrote what is in `cells`; a `Watcher` hears of every change before it is made.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import cycle
from typing import Protocol

from lsprotocol import types

from lsp_server.lsp.delivery import Answer
from lsp_server.lsp.documents import Documents
from tests import naive
from tests.race.cells import Cells, Change
from tests.race.profiles import Profile

URI = "file:///race.py"
ANSWER_LIMIT = 10.0


class Watcher(Protocol):
    """Knows what each change means for the jobs."""

    def user_changes(self, start: int, end: int, text: str, /) -> None: ...

    def user_changed(self, change: Change, /) -> None: ...

    def user_undoes(self, change: Change, start: int, /) -> None: ...

    def server_changes(self, start: int, end: int, text: str, /, *, blind: bool) -> int:
        """Whose edit this is: the job's number, or -1 when it is in a wrong place."""
        ...

    def reported(self) -> Callable[[], None]:
        """Called for each change made; the result when the server has heard of it."""
        ...


class Channel:
    """One direction of the wire: latencies in seconds, used in turn; nothing overtakes."""

    def __init__(self, latencies: Sequence[float]) -> None:
        self._latencies = cycle(latencies or (0.0,))
        self._last = 0.0

    def send(self, deliver: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        self._last = max(loop.time() + next(self._latencies), self._last + 1e-6)
        loop.call_at(self._last, deliver)


@dataclass(slots=True)
class _Unsent:
    version: int
    change: types.TextDocumentContentChangePartial
    arrived: Callable[[], None]


@dataclass(slots=True)
class Editor:
    """Implements `delivery.Editor`. `refuses` numbers the edits that it takes for no reason."""

    profile: Profile
    cells: Cells
    documents: Documents
    to_client: Channel
    to_server: Channel
    watcher: Watcher
    refuses: frozenset[int] = frozenset()
    silent: bool = False
    version: int = 0
    asked: int = 0
    closed: bool = False
    history: list[Change] = field(default_factory=list)
    _by_server: list[Change] = field(default_factory=list)
    _unsent: list[_Unsent] = field(default_factory=list)
    _timer: asyncio.TimerHandle | None = None
    _last_report: float = -1.0

    def open(self) -> None:
        self.version = self.profile.first_version
        item = types.TextDocumentItem(URI, "python", self.version, self.cells.text)
        self.documents.opened(item)

    def close(self) -> None:
        self._report()
        self.closed = True
        self.to_server.send(lambda: self.documents.closed(URI))

    # The user

    def user_replaces(self, start: int, end: int, text: str) -> None:
        """Done as it will be reported: of two like characters nobody can tell which is new."""
        if not self.closed:
            for piece in self._as_reported(self.cells.text, start, end, text):
                self._user_replaces(*piece)

    def _user_replaces(self, start: int, end: int, text: str) -> None:
        before = self.cells.text
        if before[start:end] == text:
            return
        self.watcher.user_changes(start, end, text)
        change = self.cells.replace(start, end, text, "user")
        self.watcher.user_changed(change)
        self.history.append(change)
        self._changed(before, change)

    def user_undoes(self) -> None:
        if self.closed or not self.history:
            return
        before, change = self.cells.text, self.history.pop()
        at = self.cells.visible.index(change.born[0]) if change.born else change.start
        self.watcher.user_undoes(change, at)
        after = naive.spliced(before, at, at + len(change.born), change.deleted)
        revived = self.cells.revive(change, after)
        assert revived is not None, "the last change of all can be undone"
        self.watcher.user_changed(revived)
        self._changed(before, revived)

    # The server

    async def apply(self, uri: str, version: int, edits: Sequence[types.TextEdit]) -> Answer:
        assert uri == URI and len(edits) == 1
        self.asked += 1
        number, loop = self.asked, asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self.to_client.send(lambda: self._take(number, version, edits[0], answer))
        done, _ = await asyncio.wait([answer], timeout=ANSWER_LIMIT)
        return answer.result() if done else Answer.SILENT

    def _take(
        self, number: int, version: int, edit: types.TextEdit, answer: asyncio.Future[Answer]
    ) -> None:
        said = self._judged(number, version)
        if said is None:
            said = Answer.APPLIED
            self._apply(version, edit)
        if not self.silent:
            self.to_server.send(lambda: _settle(answer, said))

    def _judged(self, number: int, version: int) -> Answer | None:
        """What becomes of the edit; None is that it is applied."""
        if self.closed or number in self.refuses:
            return Answer.REFUSED
        if version == self.version or not version:
            return None
        return Answer.APPLIED if self.profile.stale == "dropped" else Answer.REFUSED

    def _apply(self, version: int, edit: types.TextEdit) -> None:
        before = self.cells.text
        start, end = (self._offset(at) for at in (edit.range.start, edit.range.end))
        if before[start:end] == edit.new_text:
            return
        blind = bool(self._unsent) or version != self.version
        change = self._taken_back(start, end, edit.new_text)
        if change is None:
            job = self.watcher.server_changes(start, end, edit.new_text, blind=blind)
            change = self.cells.replace(start, end, edit.new_text, "server", job)
            self._by_server.append(change)
        self.history.append(change)
        self._changed(before, change)

    def _taken_back(self, start: int, end: int, text: str) -> Change | None:
        """Where the edit undoes an earlier one, the very cells that it killed come back."""
        standing = self.cells.visible[start:end]
        expected = naive.spliced(self.cells.text, start, end, text)
        for change in reversed(self._by_server):
            if change.born == standing and change.deleted == text:
                return self.cells.revive(change, expected)
        return None

    def _offset(self, at: types.Position) -> int:
        return naive.offset(self.cells.text, at.line, at.character, self.profile.encoding.value)

    # Reports

    def _changed(self, before: str, change: Change) -> None:
        if self.profile.version_moves == "with the text":
            self.version += 1
        place = change.start, change.start + len(change.killed)
        for start, end, text in self._as_reported(before, *place, change.inserted):
            places = (
                naive.position(before, at, self.profile.encoding.value) for at in (start, end)
            )
            range_ = types.Range(*(types.Position(*place) for place in places))
            wire = types.TextDocumentContentChangePartial(range_, text)
            self._unsent.append(_Unsent(self.version, wire, self.watcher.reported()))
            before = naive.spliced(before, start, end, text)
        self._plan_report()

    def _as_reported(
        self, before: str, start: int, end: int, text: str
    ) -> list[tuple[int, int, str]]:
        if self.profile.reports == "smallest":
            return [smallest(before, naive.spliced(before, start, end, text))]
        if self.profile.reports == "pieces" and start < end and text:
            return _pieces(start, before[start:end], text)
        return [(start, end, text)]

    def _plan_report(self) -> None:
        loop, debounce = asyncio.get_running_loop(), self.profile.debounce
        if debounce is None:
            return self._report()
        delay = debounce
        if self.profile.counted_from == "report":
            delay = self._last_report + debounce - loop.time()
            if delay <= 0:
                return self._report()
        if self._timer is not None:
            if self.profile.counted_from != "last":
                return None
            self._timer.cancel()
        self._timer = loop.call_later(delay, self._report)
        return None

    def _report(self) -> None:
        self._last_report = asyncio.get_running_loop().time()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        unsent, self._unsent = self._unsent, []
        if self.profile.version_moves == "with the report" and unsent:
            self.version += 1
            for change in unsent:
                change.version = self.version
        for batch in [unsent] if self.profile.batch and unsent else [[one] for one in unsent]:
            self._send(batch)

    def _send(self, batch: list[_Unsent]) -> None:
        def deliver() -> None:
            changes = [unsent.change for unsent in batch]
            self.documents.changed(URI, batch[-1].version, [*changes])
            for unsent in batch:
                unsent.arrived()

        self.to_server.send(deliver)


def _settle(answer: asyncio.Future[Answer], said: Answer) -> None:
    if not answer.done():
        answer.set_result(said)


def smallest(before: str, after: str) -> tuple[int, int, str]:
    """The difference, as early characters as possible counted as common first."""
    head = 0
    while head < min(len(before), len(after)) and before[head] == after[head]:
        head += 1
    tail = 0
    most = min(len(before), len(after)) - head
    while tail < most and before[len(before) - 1 - tail] == after[len(after) - 1 - tail]:
        tail += 1
    return head, len(before) - tail, after[head : len(after) - tail]


def _pieces(start: int, old: str, new: str) -> list[tuple[int, int, str]]:
    """One replacement as the several small ones that make it, in order."""
    pieces, grown = [], 0
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            pieces.append((start + a + grown, start + b + grown, new[c:d]))
            grown += (d - c) - (b - a)
    return pieces
