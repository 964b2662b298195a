"""Text as offsets: spans, edits, snapshots, and how an edit moves what it does not touch.

Offsets count code points from the start of the document. A line ends with LF, CRLF or a lone
CR, as LSP has it: form feed, NEL and U+2028 do not end one. Nothing here knows of LSP
positions (`lsp/convert.py` translates at the border) and nothing does I/O.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of offsets."""

    start: int
    end: int

    def __post_init__(self) -> None:
        assert 0 <= self.start <= self.end, "a span is ordered"

    def __len__(self) -> int:
        return self.end - self.start

    def __bool__(self) -> bool:
        """A span is itself true, an empty one too: `if span` asks for its presence."""
        return True

    def of(self, text: str) -> str:
        return text[self.start : self.end]

    def contains(self, other: "Span") -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: "Span") -> bool:
        """Whether both share a character, or an empty one lies within the other or at its edge."""
        if len(self) and len(other):
            return self.start < other.end and other.start < self.end
        return self.start <= other.end and other.start <= self.end


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `span` by `text`."""

    span: Span
    text: str

    @property
    def delta(self) -> int:
        """By how many code points the document grows."""
        return len(self.text) - len(self.span)

    @property
    def result(self) -> Span:
        """Where the new text lies once the edit is applied."""
        return Span(self.span.start, self.span.start + len(self.text))

    def apply(self, document: str) -> str:
        # `+` would copy the start of a large text twice.
        return "".join((document[: self.span.start], self.text, document[self.span.end :]))

    def inverse(self, document: str) -> "Edit":
        """The edit that takes this one back; `document` is the text before it."""
        return Edit(self.result, self.span.of(document))

    def shift(self, span: Span) -> Span | None:
        """Where `span` lies after this edit, or None if the edit touched its inside.

        An insertion exactly at either end stays outside the span; at an empty span it stays
        before it.
        """
        if self.span.end <= span.start:
            return Span(span.start + self.delta, span.end + self.delta)
        if self.span.start >= span.end:
            return span
        return None

    def shift_before(self, span: Span) -> Span | None:
        """As `shift`, but an insertion exactly at an empty span stays behind it."""
        if not len(span) and self.span.start == span.start:
            return span
        return self.shift(span)

    def trimmed(self, document: str) -> "Edit":
        """The same change without what it would replace by itself at either end."""
        removed = self.span.of(document)
        head = common_prefix(removed, self.text)
        tail = common_suffix(removed[head:], self.text[head:])
        span = Span(self.span.start + head, self.span.end - tail)
        return Edit(span, self.text[head : len(self.text) - tail]).expressible(document)

    def expressible(self, document: str) -> "Edit":
        """The same change, widened where it would begin or end between CR and LF.

        LSP has no position there. An edit that changes nothing stays as it is.
        """
        if not self.text and not len(self.span):
            return self
        start, end = self.span.start, self.span.end
        head = "\r" if _inside_terminator(document, start) else ""
        tail = "\n" if _inside_terminator(document, end) else ""
        return Edit(Span(start - len(head), end + len(tail)), head + self.text + tail)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One version of one document. Immutable: handlers keep it, never the live document.

    `language` is the client's languageId. `line_starts` holds the offset of each line's start;
    it is derived and need not be given.
    """

    uri: str
    version: int
    language: str
    text: str
    line_starts: Sequence[int] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.line_starts:
            object.__setattr__(self, "line_starts", line_starts(self.text))

    def edited(self, edit: Edit, version: int | None = None) -> Self:
        """The next version. Costs a copy of the text, not a new search for its lines."""
        text = edit.apply(self.text)
        starts = _shifted_starts(self.line_starts, edit, text)
        number = self.version + 1 if version is None else version
        return type(self)(self.uri, number, self.language, text, starts)

    def line_at(self, offset: int) -> int:
        """The number, from 0, of the line that holds `offset`."""
        return bisect_right(self.line_starts, offset) - 1

    def line_span(self, line: int) -> Span:
        """The line with its terminator."""
        after = line + 1
        end = self.line_starts[after] if after < len(self.line_starts) else len(self.text)
        return Span(self.line_starts[line], end)

    def whole_lines(self, span: Span) -> Span:
        """`span`, widened to whole lines; one that ends at a line's start leaves that line out."""
        last = span.end - 1 if len(span) and span.end > span.start else span.end
        first = self.line_span(self.line_at(span.start))
        return Span(first.start, max(first.end, self.line_span(self.line_at(last)).end))

    @property
    def newline(self) -> str:
        """The terminator of the first line that has one, else LF."""
        found = LINE_END.search(self.text)
        return found.group() if found else "\n"


def line_starts(text: str) -> list[int]:
    """Offsets at which lines start; never empty."""
    return [0, *(match.end() for match in LINE_END.finditer(text))]


def _inside_terminator(text: str, at: int) -> bool:
    return at > 0 and text.startswith("\r\n", at - 1)


def difference(before: str, after: str) -> Edit:
    """The one edit between two texts, without their common start and end."""
    return Edit(Span(0, len(before)), after).trimmed(before)


def common_prefix(a: str, b: str) -> int:
    """The length of the common start, by halving: slices compare at the speed of C."""
    low, high = 0, min(len(a), len(b))
    if a[:high] == b[:high]:
        return high
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def common_suffix(a: str, b: str) -> int:
    """The length of the common end."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[len(a) - middle : len(a) - low] == b[len(b) - middle : len(b) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def _shifted_starts(starts: Sequence[int], edit: Edit, text: str) -> list[int]:
    """Line starts after `edit`, searching anew only around it; `text` is the text after it.

    The line before the edit is searched too: LF typed behind a lone CR joins it.
    """
    first = bisect_right(starts, max(edit.span.start - 1, 0)) - 1
    kept = bisect_right(starts, edit.span.end)
    delta = edit.delta
    tail = [start + delta for start in starts[kept:]] if delta else list(starts[kept:])
    low, high = starts[first], tail[0] if tail else len(text)
    found = [match.end() for match in LINE_END.finditer(text, low, high)]
    if tail and found and found[-1] == tail[0]:
        found.pop()
    return [*starts[: first + 1], *found, *tail]
