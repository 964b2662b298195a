"""Server-sent events out of bytes that may be cut anywhere.

Lines end in LF, CRLF or CR and in nothing else: httpx's own line reader also splits at U+2028 and
U+0085, which servers send unescaped inside JSON. Format: HTML standard, "Server-sent events".
Deliberately absent: event names, ids and retry times, which chat completions do not use.
"""

import re

_LINE_END = re.compile(rb"\r\n|\n|\r")
# A chunk of a chat completion has some hundred bytes; a server that sends this much without an
# end of line is not speaking this protocol.
MAX_LINE = 16 * 1024 * 1024


class EventReader:
    """Collects bytes and gives the `data` of each event that is complete."""

    def __init__(self) -> None:
        self._line = b""
        self._data: list[bytes] = []
        self._after_return = False
        self._at_start = True

    def feed(self, chunk: bytes) -> list[str]:
        """The data of the events that end in this chunk. ValueError when a line has no end."""
        lines = self._lines(chunk)
        return [data for line in lines if (data := self._take(line)) is not None]

    def _lines(self, chunk: bytes) -> list[bytes]:
        if self._after_return and chunk:
            # The CR at the end of the last chunk ended its line; this LF belongs to it.
            chunk = chunk.removeprefix(b"\n")
            self._after_return = False
        if not chunk:
            return []
        self._after_return = chunk.endswith(b"\r")
        first, *others = _LINE_END.split(chunk)
        if not others:
            self._line += first
            if len(self._line) > MAX_LINE:
                raise ValueError("an event's line has no end")
            return []
        lines = [self._line + first, *others[:-1]]
        self._line = others[-1]
        return lines

    def _take(self, line: bytes) -> str | None:
        """Take a whole line; the event's data if the line ends an event that has some."""
        if self._at_start:
            line = line.removeprefix(b"\xef\xbb\xbf")
            self._at_start = False
        if line:
            field, _, value = line.partition(b":")
            if field == b"data":
                self._data.append(value.removeprefix(b" "))
            return None
        data, self._data = self._data, []
        return b"\n".join(data).decode("utf-8", "replace") if data else None
