"""Positions to offsets and back: the only place that knows how LSP counts.

A position past the end of its line means the end of that line (before its terminator), one past
the last line the end of the text, and one inside a character that character's start. A range
given backwards is turned round.
"""

import re

from lsprotocol import types

from lsp_server.text import LINE_END, Edit, Snapshot, Span

Encoding = types.PositionEncodingKind

# The characters that take two units of UTF-16.
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def offset(snapshot: Snapshot, position: types.Position, encoding: Encoding) -> int:
    """The offset that `position` means in this version of the document."""
    if position.line >= len(snapshot.line_starts):
        return len(snapshot.text)
    line = max(position.line, 0)
    start = snapshot.line_starts[line]
    content = _content(snapshot, line)
    return start + _characters(content, max(position.character, 0), encoding)


def position(snapshot: Snapshot, at: int, encoding: Encoding) -> types.Position:
    """The position of an offset of this version of the document.

    There is none between CR and LF: it is that of the line's end.
    """
    line = snapshot.line_at(at)
    start = snapshot.line_starts[line]
    before = snapshot.text[start:at]
    if before.endswith("\r"):
        before = before[:-1]
    return types.Position(line, _units(before, encoding))


def span(snapshot: Snapshot, range_: types.Range, encoding: Encoding) -> Span:
    start = offset(snapshot, range_.start, encoding)
    end = offset(snapshot, range_.end, encoding)
    return Span(min(start, end), max(start, end))


def range_of(snapshot: Snapshot, place: Span, encoding: Encoding) -> types.Range:
    return types.Range(
        position(snapshot, place.start, encoding), position(snapshot, place.end, encoding)
    )


def text_edit(snapshot: Snapshot, edit: Edit, encoding: Encoding) -> types.TextEdit:
    edit = edit.expressible(snapshot.text)
    return types.TextEdit(range_of(snapshot, edit.span, encoding), edit.text)


def edit_of(snapshot: Snapshot, change: types.TextEdit, encoding: Encoding) -> Edit:
    """What a text edit would do to this version, whichever it was computed for."""
    return Edit(span(snapshot, change.range, encoding), change.new_text)


def _content(snapshot: Snapshot, line: int) -> str:
    text = snapshot.line_span(line).of(snapshot.text)
    end = LINE_END.search(text)
    return text[: end.start()] if end else text


def _units(text: str, encoding: Encoding) -> int:
    if encoding == Encoding.Utf32 or text.isascii():
        return len(text)
    if encoding == Encoding.Utf8:
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) + sum(1 for _ in _ASTRAL.finditer(text))


def _characters(content: str, units: int, encoding: Encoding) -> int:
    """How many characters of `content` lie before the given number of code units."""
    if encoding == Encoding.Utf32 or content.isascii():
        return min(units, len(content))
    if encoding == Encoding.Utf8:
        return _before_byte(content.encode("utf-8", "surrogatepass"), units)
    return _before_utf16_unit(content, units)


def _before_byte(encoded: bytes, at: int) -> int:
    while 0 < at < len(encoded) and encoded[at] & 0xC0 == 0x80:
        at -= 1
    return len(encoded[:at].decode("utf-8", "surrogatepass"))


def _before_utf16_unit(content: str, units: int) -> int:
    """Counted, not decoded: two lone halves that edits brought together are two characters."""
    for n_before, astral in enumerate(_ASTRAL.finditer(content)):
        at = astral.start() + n_before
        if at + 1 >= units:
            return min(units - n_before, astral.start())
    return min(units - len(_ASTRAL.findall(content)), len(content))
