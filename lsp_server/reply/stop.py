"""Stop at the end of the code: what comes after it is explanation, or more than was asked for.

The end is told by lines at the indentation of the first one, outside strings and brackets: a
fence, a sentence behind a blank line, and where one definition was asked for, whatever follows
its body. A reply that never ends so passes unchanged. Blank lines before the end are dropped.
"""

from typing import Literal

from lsp_server.reply.fences import FENCE
from lsp_server.reply.lines import LineBuffer
from lsp_server.reply.scan import Scanner
from lsp_server.reply.talk import explains

INDENTED = {"python"}
CLOSERS = ("}", ")", "]", "end", "else", "elif", "except", "finally", "catch")
NO_DEFINITIONS = ("#", "//", "/*", "*", "--", "@", "import ", "use ", "from ", "export {")


class StopAtEndOfCode:
    """Ends the reply behind the code: behind the first definition, where only one is asked for."""

    def __init__(self, language: str = "", asked: Literal["definition", "any"] = "any") -> None:
        self._is_indented = language in INDENTED
        self._one = asked == "definition"
        self._buffer = LineBuffer()
        self._scanner = Scanner(language)
        self._blank: list[str] = []
        self._margin: int | None = None
        self._has_body = False
        self.done = False

    def push(self, chunk: str) -> str:
        return "".join(self._line(line) for line in self._buffer.lines(chunk))

    def close(self) -> str:
        text = "".join(self._line(line) for line in self._buffer.rest())
        return text if self.done else text + self._released()

    def _line(self, line: str) -> str:
        if self.done:
            return ""
        if self._scanner.closer or self._scanner.depth:
            return self._kept(line)
        if not line.strip():
            self._blank.append(line)
            return ""
        if self._margin is None:
            self._margin = _columns(line)
        if self._ends(line):
            self.done = True
            return ""
        return self._kept(line)

    def _ends(self, line: str) -> bool:
        """Whether `line`, outside strings and brackets, is no longer part of the code."""
        assert self._margin is not None
        if _columns(line) > self._margin:
            self._has_body = self._has_body or self._is_indented
            return False
        text = line.strip()
        if FENCE.match(text):
            return True
        if self._blank and explains(text):
            return True
        return self._one and self._has_body and not text.startswith(CLOSERS)

    def _kept(self, line: str) -> str:
        was_open = bool(self._scanner.depth)
        self._scanner.feed(line)
        opened = was_open or "{" in line
        if not self._is_indented and opened and not self._scanner.depth and "}" in line:
            self._has_body = self._has_body or not line.strip().startswith(NO_DEFINITIONS)
        return self._released() + line

    def _released(self) -> str:
        held, self._blank = "".join(self._blank), []
        return held


def _columns(line: str) -> int:
    return len(line) - len(line.lstrip())
