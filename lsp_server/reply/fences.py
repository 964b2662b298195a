"""Drop the fence that a chat model wraps around code, and the talk around it.

Three or more backticks or tildes, indented or not, with any info string. A sentence before the
fence that announces it is dropped; what follows the closing fence is dropped too. A reply that
opens with neither passes unchanged, fences further down included. Inside, a fence line closes
only outside strings and at most three columns deeper than the opening one, so that code may hold
fences of its own in a docstring. Markdown needs `MarkdownUnfenced`.
"""

import re
from typing import Literal

from lsp_server.reply.lines import LineBuffer
from lsp_server.reply.scan import Scanner
from lsp_server.reply.talk import announces, is_sentence

FENCE = re.compile(r"[ \t]*(?P<marks>`{3,}|~{3,})(?P<info>[^\n]*)$")
ONE_LINE = re.compile(r"\s*(?P<marks>`{3,})(?P<code>[^`\n]+)(?P=marks)\s*$")
N_HELD_LINES = 12
MAX_INDENT = 3

State = Literal["before", "inside", "between", "unfenced"]


class Unfenced:
    """The code of a reply in `language`: of its first fenced block, or of all that it has."""

    def __init__(self, language: str = "", keep: Literal["first", "all"] = "first") -> None:
        self._language = language
        self._keep = keep
        self._buffer = LineBuffer()
        self._state: State = "before"
        self._held: list[str] = []
        self._marks = ""
        self._indent = 0
        self._scanner = Scanner(language)
        self.done = False

    def push(self, chunk: str) -> str:
        return "".join(self._line(line) for line in self._buffer.lines(chunk))

    def close(self) -> str:
        text = "".join(self._line(line) for line in self._buffer.rest())
        return text + (self._released() if self._state == "before" else "")

    def _line(self, line: str) -> str:
        if self.done:
            return ""
        match self._state:
            case "before":
                return self._before(line)
            case "inside":
                return self._inside(line)
            case "between":
                self._open(line)
                return ""
            case "unfenced":
                return line

    def _before(self, line: str) -> str:
        if self._open(line):
            self._held.clear()
            return ""
        if whole := ONE_LINE.match(line):
            self._held.clear()
            self._close()
            return whole["code"] + "\n"
        self._held.append(line)
        is_talk = not line.strip() or announces(line) or is_sentence(line)
        if is_talk and len(self._held) < N_HELD_LINES:
            return ""
        self._state = "unfenced"
        return self._released()

    def _open(self, line: str) -> bool:
        fence = FENCE.match(line.rstrip("\n"))
        if fence is None or (fence["marks"][0] == "`" and "`" in fence["info"]):
            return False
        self._marks = fence["marks"]
        self._indent = _columns(line)
        self._scanner = Scanner(self._language)
        self._state = "inside"
        return True

    def _inside(self, line: str) -> str:
        if self._closes(line):
            self._close()
            return ""
        self._scanner.feed(line)
        return _dedented(line, self._indent)

    def _closes(self, line: str) -> bool:
        text = line.strip()
        return (
            text.startswith(self._marks)
            and not text.strip(self._marks[0])
            and _columns(line) <= self._indent + MAX_INDENT
            and not self._scanner.closer
        )

    def _close(self) -> None:
        self._state = "between"
        self.done = self._keep == "first"

    def _released(self) -> str:
        held, self._held = "".join(self._held), []
        return held


def _columns(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _dedented(line: str, n_columns: int) -> str:
    """`line` without the indentation of its fence, as far as it has it."""
    return line[min(n_columns, _columns(line)) :]
