"""What differs between two runs of the old app says nothing about the new one.

Two runs of the old app enclose the new one's in time: old, new, old. So a clock that ticks between
the answers shows in the two old ones, too. Where their texts differ is a hole that the new one may
fill with anything of about the same length; all else must be equal.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

TOKEN: Final = re.compile(r"[\w-]+|\W")
# Between two holes this is no fixed text: a signature may hold a slash, or not.
GLUE: Final = re.compile(r"[-+/=.:_]{1,2}")
ADDRESS: Final = re.compile(r"\b0x[0-9a-f]{6,16}\b")
ROOM: Final = 24
MOST_TOKENS: Final = 6000


@dataclass(frozen=True, slots=True)
class Hole:
    """A place for anything of at most so many characters."""

    most: int


def is_same(old: str, again: str, new: str) -> bool:
    """Whether the new text is the old one, but for what the old app itself varies."""
    if new in {old, again}:
        return True
    old, again, new = (ADDRESS.sub("0x", text) for text in (old, again, new))
    if new in {old, again}:
        return True
    return old != again and _fits(_glued(list(_pieces(old, again))), new)


def _pieces(old: str, again: str) -> Iterator[str | Hole]:
    """Fixed texts and holes, lines first, as comparing all tokens of a long page takes minutes."""
    one, two = old.splitlines(keepends=True), again.splitlines(keepends=True)
    for tag, a, b, c, d in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if tag == "equal":
            yield "".join(one[a:b])
        else:
            yield from _within("".join(one[a:b]), "".join(two[c:d]))


def _within(old: str, again: str) -> Iterator[str | Hole]:
    one, two = TOKEN.findall(old), TOKEN.findall(again)
    if max(len(one), len(two)) > MOST_TOKENS:
        yield Hole(2 * max(len(old), len(again)) + ROOM)
        return
    for tag, a, b, c, d in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if tag == "equal":
            yield "".join(one[a:b])
        else:
            yield Hole(2 * max(len("".join(one[a:b])), len("".join(two[c:d]))) + ROOM)


def _glued(pieces: list[str | Hole]) -> list[str | Hole]:
    """Two holes with nothing but glue between them are one."""
    glued: list[str | Hole] = []
    for piece in pieces:
        glued.append(piece)
        match glued[-3:]:
            case [Hole(first), str(between), Hole(second)] if GLUE.fullmatch(between):
                glued[-3:] = [Hole(first + second + ROOM)]
    return glued


def _fits(pieces: list[str | Hole], text: str) -> bool:
    """Each fixed text stands in order, with no more between them than the holes take."""
    at, room = 0, 0
    for number, piece in enumerate(pieces):
        if isinstance(piece, Hole):
            room += piece.most
            continue
        is_last = number == len(pieces) - 1
        found = len(text) - len(piece) if is_last and room else text.find(piece, at)
        if found < at or found - at > room or not text.startswith(piece, found):
            return False
        at, room = found + len(piece), 0
    return len(text) - at <= room
