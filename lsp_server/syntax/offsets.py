"""Bytes to code points and back: tree-sitter counts the first, everything else here the second.

A text that is all ASCII needs no table. Otherwise the table holds a row for the start of each run
of non-ASCII characters (even) and one for its end (odd), so that a lookup is a bisection and, only
inside a run, a count of characters. Lone surrogates (JSON can carry them) are encoded as three
bytes and counted as one character.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

RUN = re.compile(r"[^\x00-\x7f]+")
CONTINUATION_BYTES = bytes(range(0x80, 0xC0))


@dataclass(frozen=True, slots=True)
class Offsets:
    """The table of one text. `data` is the text in UTF-8."""

    text: str
    data: bytes
    run_bytes: Sequence[int]
    run_chars: Sequence[int]

    def to_char(self, at: int) -> int:
        """The code point offset of byte `at`; inside a character, the end of it."""
        row = bisect_right(self.run_bytes, at) - 1
        if row < 0:
            return at
        if row % 2:
            return self.run_chars[row] + at - self.run_bytes[row]
        run = self.data[self.run_bytes[row] : at]
        return self.run_chars[row] + len(run.translate(None, CONTINUATION_BYTES))

    def to_byte(self, at: int) -> int:
        """The byte offset of code point `at`."""
        row = bisect_right(self.run_chars, at) - 1
        if row < 0:
            return at
        if row % 2:
            return self.run_bytes[row] + at - self.run_chars[row]
        return self.run_bytes[row] + len(encoded(self.text[self.run_chars[row] : at]))


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def offsets(text: str) -> Offsets:
    """The table of `text`. Costs one scan."""
    data = encoded(text)
    if len(data) == len(text):
        return Offsets(text, data, (), ())
    run_bytes, run_chars = [], []
    delta = 0
    for match in RUN.finditer(text):
        run_bytes.append(match.start() + delta)
        run_chars.append(match.start())
        delta += len(encoded(match.group())) - len(match.group())
        run_bytes.append(match.end() + delta)
        run_chars.append(match.end())
    return Offsets(text, data, run_bytes, run_chars)
