"""Positions to offsets and back: the only place that knows how LSP counts.

A position past the end of its line means the end of that line (before its terminator), one past
the last line the end of the text, and one inside a character that character's start. A range
given backwards is turned round.
"""

from lsprotocol import types

from lsp_server.text import LINE_END, Edit, Snapshot, Span

Encoding = types.PositionEncodingKind

_CODECS = {Encoding.Utf8: ("utf-8", 1), Encoding.Utf16: ("utf-16-le", 2)}


def offset(snapshot: Snapshot, position: types.Position, encoding: Encoding) -> int:
    """The offset that `position` means in this version of the document."""
    if position.line >= len(snapshot.line_starts):
        return len(snapshot.text)
    line = max(position.line, 0)
    start = snapshot.line_starts[line]
    content = _content(snapshot, line)
    return start + _characters(content, max(position.character, 0), encoding)


def position(snapshot: Snapshot, at: int, encoding: Encoding) -> types.Position:
    """The position of an offset of this version of the document."""
    line = snapshot.line_at(at)
    start = snapshot.line_starts[line]
    return types.Position(line, _units(snapshot.text[start:at], encoding))


def span(snapshot: Snapshot, range_: types.Range, encoding: Encoding) -> Span:
    start = offset(snapshot, range_.start, encoding)
    end = offset(snapshot, range_.end, encoding)
    return Span(min(start, end), max(start, end))


def range_of(snapshot: Snapshot, place: Span, encoding: Encoding) -> types.Range:
    return types.Range(
        position(snapshot, place.start, encoding), position(snapshot, place.end, encoding)
    )


def text_edit(snapshot: Snapshot, edit: Edit, encoding: Encoding) -> types.TextEdit:
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
    codec, width = _CODECS[encoding]
    return len(text.encode(codec, "surrogatepass")) // width


def _characters(content: str, units: int, encoding: Encoding) -> int:
    """How many characters of `content` lie before the given number of code units."""
    if encoding == Encoding.Utf32 or content.isascii():
        return min(units, len(content))
    codec, width = _CODECS[encoding]
    encoded = content.encode(codec, "surrogatepass")
    end = min(units * width, len(encoded))
    while end < len(encoded) and _inside_character(encoded, end, encoding):
        end -= width
    return len(encoded[:end].decode(codec, "surrogatepass"))


def _inside_character(encoded: bytes, at: int, encoding: Encoding) -> bool:
    if encoding == Encoding.Utf8:
        return encoded[at] & 0xC0 == 0x80
    low = 0xDC <= encoded[at + 1] <= 0xDF
    return low and at >= 2 and 0xD8 <= encoded[at - 1] <= 0xDB
