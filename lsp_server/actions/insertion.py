"""Where new lines go: on the cursor's blank line, or below a line, with the margin they take."""

from dataclasses import dataclass, replace

from lsp_server.actions import layout
from lsp_server.text import Snapshot, Span

OPENS_BLOCK = (":", "{", "(", "[")


@dataclass(frozen=True, slots=True)
class Insertion:
    """A place for whole lines. `head` stands before them where a line end is missing.

    `ending` is what the new text ends with. `is_blank_line`: a blank line is replaced.
    """

    span: Span
    margin: str
    head: str = ""
    ending: str = "\n"
    is_blank_line: bool = False


def below(snapshot: Snapshot, span: Span) -> Insertion:
    """Behind the last line of `span`, at the margin of its first."""
    lines = snapshot.whole_lines(span)
    at = Span(lines.end, lines.end)
    margin = layout.margin(lines.of(snapshot.text))
    if layout.ending(lines.of(snapshot.text)):
        return Insertion(at, margin)
    return Insertion(at, margin, head="\n", ending="")


def at_cursor(snapshot: Snapshot, offset: int) -> Insertion:
    """On the cursor's line if it is blank, else behind it, deeper where that opens a block."""
    line = snapshot.line_span(snapshot.line_at(offset))
    text = line.of(snapshot.text)
    if text.strip():
        place = below(snapshot, line)
        return replace(place, margin=_margin_behind(snapshot, text))
    above = _last_line(snapshot.text[: line.start])
    margin = text.rstrip("\r\n") or _margin_behind(snapshot, above)
    return Insertion(line, margin, ending=layout.ending(text), is_blank_line=True)


def _margin_behind(snapshot: Snapshot, line: str) -> str:
    margin = layout.margin(line)
    if line.split("#")[0].rstrip().endswith(OPENS_BLOCK):
        return margin + layout.indent_unit(snapshot.language, snapshot.text)
    return margin


def _last_line(text: str) -> str:
    """The last line of `text` that is not blank."""
    return next((line for line in reversed(text.splitlines()) if line.strip()), "")
