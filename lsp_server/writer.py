"""Where the next piece of a reply goes, while the user types.

A writer owns one region of a document, from its target's start to the end of what it wrote or
still has to replace. Typing outside moves the region; typing inside ends the writing as
interrupted and is never overwritten. All it knows is relative to the region's start, so only that
start has to follow the user.

It never edits twice what it decided once: lines that stay the same get no edit
(`streaming_diff`). What it wrote can be taken back as one edit as long as nobody touched it.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lsp_server.errors import Interrupted, PageClosed
from lsp_server.streaming_diff import Delete, Insert, Keep, Operation, StreamingDiff
from lsp_server.text import LINE_END, Edit, Snapshot, Span

INTERRUPTED = "You edited the text that was being written, so Penna stopped and left it to you."
CLOSED = "The document was closed while Penna was writing; open it and ask again."


@dataclass(frozen=True, slots=True)
class _Ahead:
    """Text that is inserted, and what is written next goes before it."""

    text: str


@dataclass(frozen=True, slots=True)
class _Change:
    """What the next operations do at the cursor: the edit inserts both texts, in this order."""

    n_operations: int
    inserted: str
    ahead: str
    deleted: int


@dataclass(frozen=True, slots=True)
class _Planned:
    """The edit under way: what it does to the text, and where it lies in the region."""

    change: _Change
    offset: int


class Writer:
    """Implements `page.Author` for one target of one document.

    `woken` is called whenever there may be something to do or to raise.
    """

    def __init__(self, snapshot: Snapshot, target: Span) -> None:
        self.target = target
        self.original = target.of(snapshot.text)
        self.text = self.original
        self.woken: Callable[[], None] = lambda: None
        self._region: Span = target
        self._starts_line = _starts_line(snapshot.text, target.start)
        self._diff = StreamingDiff(self.original)
        self._cursor = 0
        self._operations: deque[Operation | _Ahead] = deque()
        self._planned: _Planned | None = None
        self._held = False
        self._interrupted = self._closed = self._released = False

    @property
    def region(self) -> Span:
        return self._region

    @property
    def inserts(self) -> bool:
        """Nothing is replaced."""
        return not self._diff.has_old

    @property
    def starts_line(self) -> bool:
        """Whether the target stood at a line's start."""
        return self._starts_line

    @property
    def idle(self) -> bool:
        """Nothing waits to be landed."""
        return not self._operations or self._held

    def push(self, piece: str) -> None:
        self._queue(self._diff.push(piece))

    def push_ahead(self, text: str) -> None:
        """Insert text that stays behind all that is pushed later, such as closing quotes.

        Only for a target that was empty: elsewhere the old text is what lies ahead.
        """
        assert not (text and self._diff.has_old), "only an insertion has text ahead"
        self._queue([_Ahead(text)] if text else [])

    def drop_ahead(self, length: int) -> None:
        """Take away the first characters of what lies ahead."""
        self._queue([Delete(length)] if length else [])

    def finish(self) -> None:
        """The reply is over: what of the old text did not come again goes."""
        self._queue(self._diff.finish())
        if self._held:
            self._held = False
            self._operations = deque([Insert(self._final_text()), Delete(len(self.text))])
            self._cursor = 0
            self.woken()

    def hold(self) -> None:
        """Land nothing until `finish`, then everything as one edit."""
        self._held = True

    def rewrite(self) -> None:
        """Begin anew: the next reply replaces what was written."""
        self._diff = StreamingDiff(self.text)
        self._cursor = 0
        self._operations.clear()

    def restore(self) -> None:
        """Take back what was written: the target's first text returns, in one edit."""
        self._operations.clear()
        self._held, self._cursor = False, 0
        self._operations += [Insert(self.original), Delete(len(self.text))]

    def release(self) -> None:
        """The text is the user's from now on: it can be edited, and not be taken back."""
        self._released = True

    @property
    def untouched(self) -> bool:
        """Whether what was written is still as it was written, so that it can be taken back."""
        return not (self._interrupted or self._closed)

    # page.Author

    def plan(self, snapshot: Snapshot) -> Edit | None:
        self._raise_if_lost()
        self._skip_kept()
        if self.idle:
            return None
        assert self._region.of(snapshot.text) == self.text, "the region holds what was written"
        change = self._next_change()
        start = self._region.start + self._cursor
        new = change.inserted + change.ahead
        edit = Edit(Span(start, start + change.deleted), new).trimmed(snapshot.text)
        self._planned = _Planned(change, edit.span.start - self._region.start)
        if edit.delta or edit.text:
            return edit
        self._settle(change)
        return self.plan(snapshot)

    def carried(self, edit: Edit, changes: Sequence[Edit]) -> tuple[Edit, ...]:
        assert self._planned is not None, "only what was planned is carried"
        regions = {self._region}
        for change in changes:
            regions = {moved for region in regions for moved in _either_side(region, change)}
        starts = sorted(region.start + self._planned.offset for region in regions)
        return tuple(Edit(Span(at, at + len(edit.span)), edit.text) for at in starts)

    def landed(self, edit: Edit) -> None:
        assert self._planned is not None, "only what was planned lands"
        self._settle(self._planned.change)
        start = edit.span.start - self._planned.offset
        self._region = Span(start, start + len(self.text))

    def moved(self, edit: Edit) -> None:
        moved = None if self._interrupted else self._shift(edit)
        if moved is not None:
            self._region = moved
            return
        self._interrupted = True
        if not self._released:
            self.woken()

    def closed(self) -> None:
        self._closed = True
        self.woken()

    # The queue

    def _queue(self, operations: Sequence[Operation | _Ahead]) -> None:
        self._operations += operations
        if operations:
            self.woken()

    def _raise_if_lost(self) -> None:
        if self._closed:
            raise PageClosed(CLOSED)
        if self._interrupted:
            raise Interrupted(INTERRUPTED)

    def _skip_kept(self) -> None:
        while self._operations and isinstance(self._operations[0], Keep):
            self._cursor += self._operations[0].length
            self._operations.popleft()

    def _next_change(self) -> _Change:
        inserted: list[str] = []
        ahead, deleted, count = "", 0, 0
        for operation in self._operations:
            # What is deleted lies behind what was kept ahead, so that ends the edit as well.
            if isinstance(operation, Keep) or (ahead and isinstance(operation, Delete)):
                break
            count += 1
            if isinstance(operation, Insert):
                inserted.append(operation.text)
            elif isinstance(operation, _Ahead):
                ahead = operation.text + ahead
            else:
                deleted += operation.length
        return _Change(count, "".join(inserted), ahead, deleted)

    def _settle(self, done: _Change) -> None:
        """What was planned last is in the text now."""
        for _ in range(done.n_operations):
            self._operations.popleft()
        at = self._cursor
        new = done.inserted + done.ahead
        self.text = self.text[:at] + new + self.text[at + done.deleted :]
        self._cursor += len(done.inserted)

    def _final_text(self) -> str:
        """The region's text once all operations that wait are carried out."""
        text, at = self.text, self._cursor
        for operation in self._operations:
            if isinstance(operation, Insert):
                text = text[:at] + operation.text + text[at:]
                at += len(operation.text)
            elif isinstance(operation, _Ahead):
                text = text[:at] + operation.text + text[at:]
            elif isinstance(operation, Delete):
                text = text[:at] + text[at + operation.length :]
            else:
                at += operation.length
        return text

    def _shift(self, edit: Edit) -> Span | None:
        """An insertion at the very place stays behind whole lines, before anything else."""
        if self._starts_line:
            return edit.shift_before(self._region)
        return edit.shift(self._region)


def _either_side(region: Span, change: Edit) -> list[Span]:
    """Text typed where an empty region is may stand before it as well as behind it."""
    moved = change.shift(region), change.shift_before(region)
    return [span for span in moved if span is not None]


def _starts_line(text: str, at: int) -> bool:
    return at == 0 or LINE_END.match(text[at - 1]) is not None
