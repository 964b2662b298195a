"""Re-base the indentation of a reply to where it will stand.

A model answers with no indentation, or with that of the place, or leaves it out on the first line
only; with tabs where the file has spaces, and with steps of another width. All of it becomes
`margin` and steps of `unit`.

Lines inside a string keep what they have, for there indentation is content; a docstring's lines
are moved with it. What cannot be known: strings that `scan` has no row for (heredocs), and
whether the lines of a text block that its program dedents were meant to move: they are not moved.
"""

from dataclasses import dataclass

from lsp_server.reply.lines import LineBuffer
from lsp_server.reply.scan import Scanner

N_HELD_LINES = 20
TAB_WIDTH = 4
BLOCK_OPENERS = (":", "{", " do", " then")
GOES_ON = (*BLOCK_OPENERS, "(", "[", ",", "=", "=>", "\\", "&&", "||", "+", "|")
CONTINUES = (".", "?", "&&", "||", "+", "|", "{")
CLOSES = (")", "]", "}")
ENDS_STATEMENT = ("{", "}", ";")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as read. `is_free`: a statement begins here, not its rest or a string."""

    text: str
    is_content: bool
    is_free: bool

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()


class Reindented:
    """Moves the reply to `margin`, the whitespace that its first line shall begin with.

    `unit` is one step of the file's indentation: a tab, or some spaces.
    """

    done = False

    def __init__(self, margin: str, unit: str = "    ", language: str = "") -> None:
        self._margin = margin
        self._unit = unit
        self._tab = TAB_WIDTH if "\t" in unit else len(unit)
        self._margin_columns = _columns(margin, self._tab)
        self._buffer = LineBuffer()
        self._scanner = Scanner(language)
        self._held: list[_Line] = []
        self._base: int | None = None
        self._step: int | None = None
        self._before: _Line | None = None
        self._last = ""

    def push(self, chunk: str) -> str:
        return "".join(self._line(line) for line in self._buffer.lines(chunk))

    def close(self) -> str:
        text = "".join(self._line(line) for line in self._buffer.rest())
        return text + self._released()

    def _line(self, text: str) -> str:
        ended = not self._scanner.depth or self._last.endswith(ENDS_STATEMENT)
        is_free = ended and not self._scanner.closer
        self._last = text.rstrip() or self._last
        line = _Line(text, self._scanner.in_string, is_free)
        self._scanner.feed(text)
        if self._base is not None:
            return self._moved(line)
        self._held.append(line)
        return self._released() if self._is_decided() else ""

    def _is_decided(self) -> bool:
        """Whether the held lines tell how far the rest is to be moved."""
        first = self._first()
        if first is None:
            return False
        is_at_zero = not self._columns(first) and self._margin_columns
        return not is_at_zero or self._n_statements() > 1 or len(self._held) > N_HELD_LINES

    def _first(self) -> _Line | None:
        return next((line for line in self._held if not line.is_blank), None)

    def _n_statements(self) -> int:
        return sum(line.is_free and not line.is_blank for line in self._held)

    def _released(self) -> str:
        """The held lines, once the base of those behind the first is known."""
        held, self._held = self._held, []
        first = next((line for line in held if not line.is_blank), None)
        if first is None:
            return "".join(_without_spaces(line.text) for line in held)
        self._base = self._columns(first)
        at = held.index(first) + 1
        text = "".join(self._moved(line) for line in held[:at])
        if not self._columns(first) and self._has_margin_behind_first(held):
            self._base = self._margin_columns
        return text + "".join(self._moved(line) for line in held[at:])

    def _has_margin_behind_first(self, held: list[_Line]) -> bool:
        """Whether only the first line lacks the margin, as the next statement's place tells."""
        filled = [line for line in held if not line.is_blank]
        at = next((at for at, line in enumerate(filled) if at and line.is_free), 0)
        if not at or not self._margin_columns:
            return False
        before, statement = filled[at - 1].text.split("#")[0].rstrip(), filled[at].text.lstrip()
        is_deeper = before.endswith(GOES_ON) or statement.startswith(CONTINUES)
        step = self._tab if is_deeper and not statement.startswith(CLOSES) else 0
        return self._columns(filled[at]) >= self._margin_columns + step

    def _moved(self, line: _Line) -> str:
        if line.is_content:
            return line.text
        if line.is_blank:
            return _without_spaces(line.text)
        assert self._base is not None
        columns = self._columns(line) - self._base
        self._learn_step(line)
        self._before = line
        return self._indentation(columns) + line.text.lstrip(" \t")

    def _learn_step(self, line: _Line) -> None:
        """The reply's own step is that of the first block in it."""
        before = self._before
        if self._step is not None or before is None or not line.is_free:
            return
        deeper = self._columns(line) - max(self._columns(before), self._base or 0)
        if before.text.rstrip().endswith(BLOCK_OPENERS) and 2 <= deeper <= 8:
            self._step = deeper

    def _indentation(self, columns: int) -> str:
        if columns < 0:
            return _rendered(max(0, self._margin_columns + columns), self._unit, self._tab)
        step = self._step or self._tab
        return self._margin + self._unit * (columns // step) + " " * (columns % step)

    def _columns(self, line: _Line) -> int:
        return _columns(line.text, self._tab)


def _columns(line: str, tab: int) -> int:
    columns = 0
    for character in line:
        if character not in " \t":
            break
        columns += tab - columns % tab if character == "\t" else 1
    return columns


def _rendered(columns: int, unit: str, tab: int) -> str:
    if "\t" in unit:
        return "\t" * (columns // tab) + " " * (columns % tab)
    return " " * columns


def _without_spaces(line: str) -> str:
    return "\n" if line.endswith("\n") else ""
