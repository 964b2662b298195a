"""What must be true of a race, found from the characters alone.

Nothing here knows how the server follows its target. Of every character it is known who wrote
it, so: whatever the user and the original have outside the targets must stand at the end in its
order, with each job's text as one block between what stood before its target and what stood
behind it. Where the user touched a target, the job must end as interrupted and no edit may
follow.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Literal

from lsp_server.outcome import Finished, Interrupted, Outcome
from tests import naive
from tests.race.cells import Cell, Cells, Change
from tests.race.editor import smallest

# Seconds in which a job that is about to end hears nothing any more.
MOMENT = 0.02
Touch = Literal["yes", "no", "maybe"]


@dataclass(eq=False, slots=True)
class Target:
    """One job's place. `letters` occur in its reply and nowhere else.

    `touched`: how often the user edited it; `maybe`: what the server saw may look as if. `heard`:
    when the server heard of how many of them; `ended` is when the job did.
    """

    number: int
    original: str
    reply: str
    letters: frozenset[str]
    left: set[Cell] = field(default_factory=set)
    right: set[Cell] = field(default_factory=set)
    touched: int = 0
    maybe: bool = False
    heard: dict[int, float] = field(default_factory=dict)
    outcome: Outcome | None = None
    ended: float = 0.0

    @property
    def checkable(self) -> bool:
        """Whether its reply must stand in one piece.

        So it must where the job finished and had heard of all that the user did inside: then the
        user had taken it back.
        """
        heard = self.touched and self.heard.get(self.touched, self.ended) < self.ended - MOMENT
        return not self.maybe or bool(heard and isinstance(self.outcome, Finished))

    def region(self, visible: list[Cell]) -> tuple[int, int]:
        """From its first to its last character, or where it may be when it has none."""
        own = [at for at, cell in enumerate(visible) if cell.job == self.number]
        return (own[0], own[-1] + 1) if own else self.gap(visible)

    def gap(self, visible: list[Cell]) -> tuple[int, int]:
        """The places that are right of all that is left of it, and left of all right."""
        lowest = max((at + 1 for at, cell in enumerate(visible) if cell in self.left), default=0)
        highest = (at for at, cell in enumerate(visible) if cell in self.right)
        return lowest, min(highest, default=len(visible))

    def empty(self, visible: list[Cell]) -> bool:
        return not any(cell.job == self.number for cell in visible)

    def touched_by(self, visible: list[Cell], start: int, end: int) -> Touch:
        """Whether an edit reaches inside; at an empty target only what spans it may."""
        low, high = self.region(visible)
        if not (start < high and end > low):
            return "no"
        if self.empty(visible):
            return "maybe" if end > start else "no"
        return "yes"

    def forget_sides(self, visible: list[Cell], at: int, cells: list[Cell]) -> None:
        """What comes back right where an empty target is may come back on either side."""
        low, high = self.region(visible)
        if self.empty(visible) and low <= at <= high:
            self.left.difference_update(cells)
            self.right.difference_update(cells)

    def sides(self, visible: list[Cell], start: int, end: int) -> Iterator[set[Cell]]:
        """Where text typed here belongs for good. At an empty target it is left open."""
        low, high = self.region(visible)
        if not self.empty(visible) and end <= low:
            yield self.left
        elif not self.empty(visible) and start >= high:
            yield self.right


@dataclass(slots=True)
class Oracle:
    """Implements `editor.Watcher`.

    `strict`: this editor never applies an edit to a newer text. `by_difference`: it reports
    differences, and of two like characters none tells which one undo took. Either may leave us
    unsure whom a character belongs to; the final text is checked all the same. `lies`: it says
    that it applied what it dropped; so if the user presses Enter just where a line end was to
    go, nobody can know that it is not ours.
    """

    cells: Cells
    targets: list[Target]
    strict: bool
    by_difference: bool = False
    lies: bool = False
    unsure: bool = False
    tangled: bool = False
    deleted: bool = False
    overwritten: list[Cell] = field(default_factory=list)
    _sides: list[set[Cell]] = field(default_factory=list)

    # editor.Watcher

    def user_changes(self, start: int, end: int, text: str) -> None:
        visible = self.cells.visible
        for target in self.targets:
            if self.lies:
                target.maybe |= _blank_beside(target.region(visible), visible, (start, end), text)
            verdict = target.touched_by(visible, start, end)
            target.touched |= verdict == "yes" and not self.unsure
            target.maybe |= verdict != "no"
        self.deleted |= end > start
        if self._touches_misplaced(start, end):
            self._maybe_all()
        self._sides = [side for t in self.targets for side in t.sides(visible, start, end)]

    def user_changed(self, change: Change) -> None:
        for side in self._sides if not self.unsure else ():
            side.update(change.born)
        visible = self.cells.visible
        regions = [target.region(visible) for target in self.targets]
        self.tangled |= len(regions) == 2 and regions[0][1] >= regions[1][0]

    def user_undoes(self, change: Change, start: int) -> None:
        end = start + len(change.born)
        if change.by == "user" and not change.revived:
            self.user_changes(start, end, change.deleted)
            for target in self.targets:
                target.forget_sides(self.cells.visible, start, change.killed)
            return
        before = self.cells.text
        seen = smallest(before, naive.spliced(before, start, end, change.deleted))
        self.unsure |= self.by_difference and seen != (start, end, change.deleted)
        for target in self.targets:
            own = any(cell.job == target.number for cell in change.born)
            target.touched |= own and not self.unsure
            target.maybe |= own or any(cell.job == target.number for cell in change.killed)
        # Whose piece a mere line end is cannot be told where two targets touch.
        nobodys = all(cell.job == -1 for cell in change.born) or not change.inserted.strip()
        if change.revived or nobodys or self.tangled:
            self._maybe_all()

    def server_changes(self, start: int, end: int, text: str, *, blind: bool) -> int:
        visible = self.cells.visible
        self.unsure |= blind
        theirs = [cell for cell in visible[start:end] if cell.job == -1]
        self.overwritten += theirs
        if theirs and self.deleted:
            # What the user deleted and what a blind edit overwrote cannot be told apart.
            self._maybe_all()
        for target in self.targets:
            if self._belongs(target, visible, (start, end), text):
                return target.number
        # Of a dropped edit of line ends, and the user's Enter where its old numbers point to, no
        # server can tell that the second is not the first.
        enter = theirs and not "".join(cell.character for cell in theirs).strip()
        self.unsure |= self.lies and not text and bool(enter)
        assert not self.strict or self.unsure or self.tangled, (
            f"an edit in a wrong place: {start}-{end} {text!r}"
        )
        return -1

    def reported(self) -> Callable[[], None]:
        told = [(target, target.touched) for target in self.targets]

        def arrived() -> None:
            now = asyncio.get_running_loop().time()
            for target, touched in told:
                target.heard[touched] = min(now, target.heard.get(touched, now))

        return arrived

    # The verdict

    def check(self) -> None:
        """Raises `AssertionError` with what is wrong."""
        for target in self.targets:
            if isinstance(target.outcome, Interrupted):
                assert target.maybe, f"{target.number} interrupted, and not touched"
        if all(target.checkable for target in self.targets):
            text = self.cells.text
            merged = self._tangled_right(text) if self.tangled else text in set(self._merges())
            assert merged, f"{text!r} is no merge of {self._parts()}"
        lost = [cell for cell in self.overwritten if not cell.alive]
        assert self.unsure or not lost, f"overwritten: {lost}"

    def _merges(self) -> Iterator[str]:
        """Every text that would be right: each job's block in each place it may stand."""
        outside = self._outside()
        ranges = [target.gap(outside) for target in self.targets]
        for places in product(*(range(low, high + 1) for low, high in ranges)):
            if list(places) == sorted(places):
                yield "".join(_woven(outside, places, [self._block(t) for t in self.targets]))

    def _tangled_right(self, text: str) -> bool:
        """Where the user deleted all that stood between two targets, their order is lost."""
        blocks = [self._block(target) for target in self.targets]
        outside = [cell.character for cell in self._outside()]
        return sorted(text) == sorted("".join([*outside, *blocks])) and all(
            block in text for block in blocks
        )

    def _outside(self) -> list[Cell]:
        """What is nobody's reply. A blind edit may have put other cells for some of it."""
        kept = {*self.cells.visible, *self.overwritten}
        return [c for c in self.cells.all if c in kept and c.job == -1 and c.author != "server"]

    def _block(self, target: Target) -> str:
        return target.reply if isinstance(target.outcome, Finished) else target.original

    def _parts(self) -> str:
        outside = self._outside()
        blocks = [(self._block(t), t.gap(outside), t.outcome) for t in self.targets]
        return f"{''.join(cell.character for cell in outside)!r} and {blocks}"

    # Who touches what

    def _touches_misplaced(self, start: int, end: int) -> bool:
        astray = [
            at
            for at, cell in enumerate(self.cells.visible)
            if cell.author == "server" and cell.job == -1
        ]
        return any(start <= at + 1 and at <= end for at in astray)

    def _maybe_all(self) -> None:
        for target in self.targets:
            target.maybe = True

    def _belongs(
        self, target: Target, visible: list[Cell], place: tuple[int, int], text: str
    ) -> bool:
        letters = {c for t in self.targets for c in text if c in t.letters}
        if letters and not letters <= target.letters:
            return False
        low, high = target.region(visible)
        if target.empty(visible):
            return place[0] == place[1] and low <= place[0] <= high
        return low <= place[0] and place[1] <= high


def _blank_beside(
    region: tuple[int, int], visible: list[Cell], place: tuple[int, int], text: str
) -> bool:
    """Whether line ends alone come or go at the region or at line ends right beside it."""
    low, high = region
    while low > 0 and visible[low - 1].character.isspace():
        low -= 1
    while high < len(visible) and visible[high].character.isspace():
        high += 1
    changed = [text, *(cell.character for cell in visible[place[0] : place[1]])]
    return not "".join(changed).strip() and low <= place[0] and place[1] <= high


def _woven(outside: list[Cell], places: tuple[int, ...], blocks: list[str]) -> Iterator[str]:
    last = 0
    for place, block in zip(places, blocks, strict=True):
        yield "".join(cell.character for cell in outside[last:place])
        yield block
        last = place
    yield "".join(cell.character for cell in outside[last:])
