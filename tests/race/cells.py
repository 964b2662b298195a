"""The text in a simulated editor, each character with its author.

Characters are never forgotten: what is deleted stays as a dead cell in its place, so that undo
brings back the very same ones and the order among all that ever stood there is known.
"""

from dataclasses import dataclass, field
from typing import Literal

Author = Literal["original", "target", "user", "server"]


@dataclass(eq=False, slots=True)
class Cell:
    """`job` numbers whose target or reply it belongs to; -1 is nobody's."""

    character: str
    author: Author
    job: int = -1
    alive: bool = True


@dataclass(slots=True)
class Change:
    """What one edit did: where, in offsets before it, and to which cells."""

    start: int
    killed: list[Cell]
    born: list[Cell]
    by: Author
    revived: bool = False

    @property
    def inserted(self) -> str:
        return "".join(cell.character for cell in self.born)

    @property
    def deleted(self) -> str:
        return "".join(cell.character for cell in self.killed)


@dataclass(slots=True)
class Cells:
    """All cells in order, dead ones too."""

    all: list[Cell] = field(default_factory=list)

    @property
    def visible(self) -> list[Cell]:
        return [cell for cell in self.all if cell.alive]

    @property
    def text(self) -> str:
        return "".join([cell.character for cell in self.all if cell.alive])

    def replace(self, start: int, end: int, text: str, by: Author, job: int = -1) -> Change:
        """New cells stand before those they replace, or right before the next visible one."""
        visible = self.visible
        killed = visible[start:end]
        at = self.all.index(visible[start]) if start < len(visible) else len(self.all)
        born = [Cell(character, by, job) for character in text]
        self.all[at:at] = born
        for cell in killed:
            cell.alive = False
        return Change(start, killed, born, by)

    def revive(self, change: Change, expected: str) -> Change | None:
        """Undo `change` by bringing back its very cells, where that makes the `expected` text."""
        if not all(c.alive for c in change.born) or any(c.alive for c in change.killed):
            return None
        at = self.visible.index(change.born[0]) if change.born else -1
        _set_alive(change, born=False)
        if self.text != expected:
            _set_alive(change, born=True)
            return None
        at = self.visible.index(change.killed[0]) if change.killed else at
        return Change(at, change.born, change.killed, change.by, revived=True)


def _set_alive(change: Change, *, born: bool) -> None:
    for cell in change.born:
        cell.alive = born
    for cell in change.killed:
        cell.alive = not born
