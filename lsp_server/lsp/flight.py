"""One edit on its way to the editor, and what the text says became of it.

An edit counts as landed when the text shows it, never because the client said so: Neovim answers
`applied` to edits that it drops, eglot applies edits to a text that the server has not seen yet.
So the changes that arrive while an edit is under way are kept together and explained as a whole:
some are the user's, and some stretch of them may be the edit. Editors are free to report one
edit as several changes, therefore whole stretches are compared, by the text before and after.

Pure: no clock, no client.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from lsprotocol import types

from lsp_server.lsp import convert
from lsp_server.text import Edit, Snapshot, Span, difference

# Characters that only an edit of ours takes away in one stroke.
MUCH = 40


@dataclass(frozen=True, slots=True)
class Landed:
    """The edit stands in the text as `edit`; changes before `first`, from `after` are others'."""

    edit: Edit
    first: int
    after: int


@dataclass(frozen=True, slots=True)
class Misplaced:
    """The edit was applied by its old numbers to a newer text: `undo` takes it back."""

    edit: Edit
    undo: Edit
    first: int
    after: int


@dataclass(frozen=True, slots=True)
class Absent:
    """The text does not show the edit; all changes are others'."""


Carried = Callable[[Edit, Sequence[Edit]], tuple[Edit, ...]]
Verdict = Landed | Misplaced | Absent


@dataclass(slots=True)
class Flight:
    """An edit for the text `sent`, and every change since.

    `carried` says where the edit may stand after some of the changes, were they the user's.
    """

    sent: Snapshot
    edit: Edit
    encoding: convert.Encoding
    carried: Carried
    edits: list[Edit] = field(default_factory=list)
    texts: list[Snapshot] = field(init=False)

    def __post_init__(self) -> None:
        self.texts = [self.sent]

    @property
    def wire(self) -> types.TextEdit:
        """The edit as the client gets it: positions of the text it was computed for."""
        return convert.text_edit(self.sent, self.edit, self.encoding)

    @property
    def distinct(self) -> bool:
        """Whether the user can hardly have made the same edit at the same time."""
        return bool(self.edit.text.strip())

    @property
    def _deletes_much(self) -> bool:
        """Whether it takes away so much at once that the user can hardly have done the same."""
        return len(self.edit.span.of(self.sent.text).strip()) >= MUCH

    def changed(self, edit: Edit, after: Snapshot) -> None:
        self.edits.append(edit)
        self.texts.append(after)

    def shown(self) -> Landed | Misplaced | None:
        """Where the text shows the edit exactly, the right place before a wrong one."""
        return self._shown_in_place() or self._shown_misplaced()

    def _shown_in_place(self) -> Landed | None:
        for first in range(len(self.texts)):
            for edit in self.carried(self.edit, self.edits[:first]):
                after = self._made_by(edit, first)
                if after is not None:
                    return Landed(edit, first, after)
        return None

    def _shown_misplaced(self) -> Misplaced | None:
        wire = self.wire
        for first, text in enumerate(self.texts):
            edit = convert.edit_of(text, wire, self.encoding)
            after = self._made_by(edit, first) if _size(edit) else None
            if after is not None:
                return Misplaced(edit, edit.inverse(text.text), first, after)
        return None

    def merged(self) -> Landed | Misplaced | None:
        """Whether the edit is likelier than not part of one change together with the user's.

        Compared is how much would have to be the user's own work with the edit and without it.
        Small deletions and blank lines prove nothing: the user makes those, too.
        """
        old, now = self.sent.text, self.texts[-1].text
        in_place = self._around(now) if self.distinct or self._deletes_much else ()
        inserts = self.distinct and not len(self.edit.span)
        astray = self._astray(now) if inserts else ()
        alone = min(_size(difference(old, now)), _sum(self.edits))
        if in_place and _sum(in_place) < alone and _sum(in_place) <= _sum(astray[:1] or in_place):
            above, below = in_place
            edit = Edit(above.shift(self.edit.span) or self.edit.span, self.edit.text)
            first = self._told_apart(edit, above, edit, below)
            return Landed(edit, first, first + 1)
        if astray and _size(astray[0]) < alone:
            first = self._told_apart(astray[1], *astray)
            undo = astray[1].inverse(self.texts[first].text)
            return Misplaced(astray[1], undo, first, first + 1)
        return None

    def _told_apart(self, ours: Edit, *steps: Edit) -> int:
        """Take these steps for what has happened; the index of ours among them."""
        # One that changes nothing would still seem to touch the text around the edit.
        self.edits = [each for each in steps if _size(each)]
        self.texts = [self.sent]
        for step in self.edits:
            self.texts.append(self.texts[-1].edited(step, self.sent.version))
        return self.edits.index(ours)

    @property
    def altered(self) -> bool:
        """Whether some change holds the edit's text, spaces aside, and so is likely the edit."""
        letters = "".join(self.edit.text.split())
        return bool(letters) and any(letters in "".join(e.text.split()) for e in self.edits)

    def _around(self, now: str) -> tuple[Edit, ...]:
        """The least that others did above and below the edit; none if its text is not in `now`."""
        old, new = self.sent.text, self.edit.text
        changed = difference(old, now).result
        found = []
        for at in self._places(now, changed):
            above = difference(old[: self.edit.span.start], now[:at])
            rest = difference(old[self.edit.span.end :], now[at + len(new) :])
            below = Edit(_moved(rest.span, at + len(new)), rest.text)
            found.append((above, below))
        return min(found, key=_sum, default=())

    def _astray(self, now: str) -> tuple[Edit, ...]:
        """The least that others did if the insertion's text stands anywhere in `now`, and it there.

        So does an editor that tells the user's undo and the edit that came then as one change.
        """
        old, new = self.sent.text, self.edit.text
        found = []
        for at in self._places(now, difference(old, now).result):
            users = difference(old, now[:at] + now[at + len(new) :])
            found.append((users, Edit(Span(at, at), new)))
        return min(found, key=lambda both: _size(both[0]), default=())

    def _places(self, now: str, changed: Span) -> Iterator[int]:
        """Where the edit's text may stand in `now`; a deletion, where what follows it does."""
        old, new = self.sent.text, self.edit.text
        if not new:
            yield from {self.edit.span.start, max(len(now) - (len(old) - self.edit.span.end), 0)}
            return
        at = now.find(new, max(changed.start - len(new), 0))
        while 0 <= at <= changed.end:
            yield at
            at = now.find(new, at + 1)

    def _made_by(self, edit: Edit, first: int) -> int | None:
        """The index of the text that the edit makes of text number `first`, if there is one."""
        old = self.texts[first].text
        grown = len(old) + edit.delta
        new = None
        for after in range(first + 1, len(self.texts)):
            text = self.texts[after].text
            if len(text) == grown:
                new = edit.apply(old) if new is None else new
                if text == new and self._one_work(first, after):
                    return after
        return None

    def _one_work(self, first: int, after: int) -> bool:
        """Whether these changes may be pieces of one edit: none removes what another wrote.

        Else the user typed some of it, and an edit by old numbers overwrote that.
        """
        written: list[Span] = []
        for change in self.edits[first:after]:
            if len(change.span) and any(change.shift(span) is None for span in written):
                return False
            written = [change.shift(span) or _grown(span, change) for span in written]
            written.append(change.result)
        return True


def _grown(span: Span, inside: Edit) -> Span:
    return Span(span.start, span.end + inside.delta)


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)


def _size(edit: Edit) -> int:
    return len(edit.span) + len(edit.text)


def _sum(edits: Sequence[Edit]) -> int:
    return sum(map(_size, edits))
