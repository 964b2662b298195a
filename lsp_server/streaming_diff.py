"""Aligns new text with old, line by line, while the new text is still being written.

What it says is final: a line that was kept, inserted or deleted stays so. Therefore a line that
might be found again further down is held back until the lines after it bear it out: the farther
the jump, the more of them. After Zed's `streaming_diff`, with whole lines for characters.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_MOST_HELD = 6


@dataclass(frozen=True, slots=True)
class Keep:
    """The next so many characters of the old text stay."""

    length: int


@dataclass(frozen=True, slots=True)
class Delete:
    """The next so many characters of the old text go."""

    length: int


@dataclass(frozen=True, slots=True)
class Insert:
    """New text at this place."""

    text: str


Operation = Keep | Delete | Insert


class StreamingDiff:
    """Feed it with `push`, end with `finish`: in order, the operations make the new text."""

    def __init__(self, old: str) -> None:
        self._old = _LINES.findall(old)
        self._places: dict[str, list[int]] = {}
        for number, line in enumerate(self._old):
            self._places.setdefault(line, []).append(number)
        self._next = 0
        self._held: list[str] = []
        self._partial = ""

    @property
    def has_old(self) -> bool:
        """Whether there was any text to align with."""
        return bool(self._old)

    def push(self, text: str) -> list[Operation]:
        self._partial += text
        if not self._old:
            text, self._partial = self._partial, ""
            return [Insert(text)] if text else []
        *whole, self._partial = _split(self._partial)
        return [operation for line in whole for operation in self._take(line)]

    def finish(self) -> list[Operation]:
        """The rest: the last line, what was held back, and the old text that did not come again."""
        last = [self._partial] if self._partial else []
        self._partial = ""
        operations = [operation for line in last for operation in self._take(line)]
        while self._held:
            operations += self._resolve_at_end()
        return operations + self._delete_until(len(self._old))

    def _take(self, line: str) -> list[Operation]:
        self._held.append(line)
        return list(self._decide())

    def _decide(self) -> Iterator[Operation]:
        while self._held:
            if self._next < len(self._old) and self._old[self._next] == self._held[0]:
                yield self._keep_held(1)
                continue
            jump = self._jump()
            if jump is not None and self._weight() >= _needed(jump):
                yield from self._delete_until(self._next + jump)
                yield self._keep_held(len(self._held))
            elif jump is not None and len(self._held) <= _MOST_HELD:
                return
            else:
                yield Insert(self._held.pop(0))

    def _jump(self) -> int | None:
        """How many old lines lie before the nearest place where all held lines stand again."""
        places = self._places.get(self._held[0], [])
        n = len(self._held)
        for k in range(bisect_left(places, self._next), len(places)):
            if self._old[places[k] : places[k] + n] == self._held:
                return places[k] - self._next
        return None

    def _weight(self) -> float:
        """A line of punctuation alone says little about where it belongs."""
        return sum(1.0 if any(c.isalnum() for c in line) else 0.25 for line in self._held)

    def _resolve_at_end(self) -> list[Operation]:
        rest = self._old[self._next :]
        if self._held[0] not in rest:
            return [Insert(self._held.pop(0))]
        deleted = self._delete_until(self._next + rest.index(self._held[0]))
        return [*deleted, self._keep_held(1)]

    def _keep_held(self, n: int) -> Keep:
        kept, self._held = self._held[:n], self._held[n:]
        self._next += n
        return Keep(sum(map(len, kept)))

    def _delete_until(self, line: int) -> list[Operation]:
        gone, self._next = self._old[self._next : line], line
        return [Delete(sum(map(len, gone)))] if gone else []


def _needed(jump: int) -> float:
    return min(1.0 + jump / 4, 3.0)


def _split(text: str) -> list[str]:
    """Whole lines, then what is not yet one. A CR at the end may be half of a CRLF."""
    lines: list[str] = _LINES.findall(text)
    if lines and lines[-1].endswith("\n"):
        return [*lines, ""]
    return lines or [""]
