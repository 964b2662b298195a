"""How the text of a doc stands in the source: quotes or comment markers, margin, escapes.

`written` puts lines of a draft into their form; `reply.py` beside this module does the same with
a model's reply while it streams. Lines in here end with LF: the caller turns them into the
document's own. A line can never end the doc early: quotes, backslashes and `*/` in it are escaped.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from lsp_server.syntax.comments import doc_marker
from lsp_server.syntax.shape import TYPES, Symbol
from lsp_server.text import Snapshot

_STEPS = re.compile(r"^(?: {4})+")
_WIDTHS = (79, 88, 100, 120)


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one doc.

    `indent` is the margin of its lines, `width` that of their text alone. `shares_line` says that
    code stands before it on its line; `blank_after`, that a blank line is to follow it.
    """

    language: str
    indent: str
    width: int
    opening: str
    line: str
    closing: str
    shares_line: bool = False
    blank_after: bool = False

    @property
    def head(self) -> str:
        """What stands before the first line of text."""
        return ("\n" if self.shares_line else "") + self.indent + self.opening

    @property
    def tail(self) -> str:
        """What stands behind the last one and the whitespace that `end` puts behind that."""
        after = "\n" * (1 + self.blank_after)
        return self.closing + after + (self.indent if self.shares_line else "")

    def begin(self, line: str, *, alone: bool) -> str:
        """The first line behind `head`; `alone` where no other follows."""
        if not self.opening:
            return (self.line + line).rstrip()
        if self.is_docstring:
            return f'{line[:-1]}\\"' if _ends_in_bare_quote(line) else line
        return f" {line}" if alone else self.next(line)

    def next(self, line: str) -> str:
        """A further line, with the line end before it."""
        if self.is_docstring and "\t" in self.indent:
            line = _STEPS.sub(lambda found: "\t" * (len(found.group()) // 4), line)
        return "\n" + (f"{self.indent}{self.line}{line}".rstrip() if line or self.line else "")

    def end(self, *, alone: bool) -> str:
        """What stands before `tail`."""
        if not self.opening:
            return ""
        if self.is_docstring:
            return "" if alone else "\n" + self.indent
        return " " if alone else f"\n{self.indent} "

    @property
    def is_docstring(self) -> bool:
        return bool(self.opening) and not self.line

    def escaped(self, line: str) -> str:
        """`line` so that it cannot end the doc, nor change what the source means.

        Backslashes that stand in pairs are taken for escaped ones.
        """
        if self.is_docstring:
            return re.sub(r"\\\\?", r"\\\\", line).replace('"""', r"\"\"\"")
        if self.language == "java":
            line = line.replace("\\u", "&#92;u")
        return line.replace("*/", r"*\/") if self.closing else line


def _ends_in_bare_quote(line: str) -> bool:
    """Whether the line ends in a quote that no backslash escapes yet."""
    before = line.removesuffix('"')
    n_backslashes = len(before) - len(before.rstrip("\\"))
    return before != line and n_backslashes % 2 == 0


def form_of(snapshot: Snapshot, symbol: Symbol) -> Form:
    """The form of the symbol's doc in its file."""
    marker = doc_marker(snapshot.language)
    place = symbol.doc_place
    opening, closing = marker.open.strip(), marker.close.strip()
    line = marker.line if opening else marker.line.lstrip()
    columns = len(place.indent.expandtabs(4)) + len(line or opening)
    return Form(
        snapshot.language,
        place.indent,
        max(line_width(snapshot.text) - columns, 40),
        opening,
        line,
        closing,
        place.shares_line,
        _wants_blank(snapshot, symbol),
    )


@lru_cache(maxsize=4)
def line_width(text: str) -> int:
    """The shortest usual width that the file keeps to, leaving out one line in a hundred."""
    lengths = sorted(len(line) for line in text.splitlines())
    longest = lengths[int(len(lengths) * 0.99) - 1] if lengths else 0
    return next((width for width in _WIDTHS if longest <= width), _WIDTHS[-1])


def written(lines: Sequence[str], form: Form) -> str:
    """The whole insertion for a draft. A docstring with backslashes is raw where it can be."""
    text = "\n".join(lines)
    if form.is_docstring and _fits_raw(text):
        form = replace(form, opening="r" + form.opening)
    else:
        lines = [form.escaped(line) for line in lines]
    alone = len(lines) == 1
    begun = form.begin(lines[0], alone=alone)
    return (
        form.head + begun + "".join(map(form.next, lines[1:])) + form.end(alone=alone) + form.tail
    )


def _fits_raw(text: str) -> bool:
    ends_badly = text.split("\n")[0].endswith(('"', "\\")) or text.endswith("\\")
    return "\\" in text and '"""' not in text and not ends_badly


def _wants_blank(snapshot: Snapshot, symbol: Symbol) -> bool:
    """A class's docstring is set off from what follows, as formatters do."""
    place = symbol.doc_place
    if not (place.after_signature and symbol.kind in TYPES) or place.shares_line:
        return False
    following = snapshot.line_span(snapshot.line_at(place.offset)).of(snapshot.text)
    return bool(following.strip())
