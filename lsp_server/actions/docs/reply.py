"""A model's doc, line by line, in the form in which it belongs in the source.

The model is asked for the text alone. What it adds all the same is taken away: a fence around the
reply and an announcement before it, quotes or comment markers, the definition that it repeats.
What would end the doc early is escaped, long lines are wrapped, blank lines at both ends dropped.
"""

import re
import textwrap
from collections.abc import Callable
from typing import Literal

from lsp_server.actions.docs.form import Form
from lsp_server.errors import ReplyError
from lsp_server.reply.lines import LineBuffer
from lsp_server.reply.talk import announces

_QUOTES = re.compile(r'\s*[rRuU]?("""|' + r"''')")
_DEFINITION = re.compile(r"\s*(@[\w.]+|(async\s+)?(def|class)\s+\w+)")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})\s*([\w+-]*)\s*$")
_BLOCK = re.compile(r"\s*/\*[*!]?\s?")
_STAR = re.compile(r"\s*\*(?!/)\s?")
_SLASHES = re.compile(r"\s*//[/!]?\s?")
_ENTRY = re.compile(r"(\s*)(:\w[^:]*:|@\w+|[-*] |\d+\. |[*\w.]+(?: \([^)]*\))?: )")

_State = Literal["before", "in_code", "prose", "quoted", "block", "slashes"]


class DocText:
    """Passes on the text of a doc in its `form`. Raises ReplyError where the reply has none."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._buffer = LineBuffer()
        self._state: _State = "before"
        self._quote = self._fence = self._margin = ""
        self._first: str | None = None
        self._n_blank = self._n_lines = 0
        self.done = False

    def push(self, chunk: str) -> str:
        return "".join(self._read(line.rstrip()) for line in self._buffer.lines(chunk))

    def close(self) -> str:
        text = "".join(self._read(line.rstrip()) for line in self._buffer.rest())
        if self._first is None and not self._n_lines:
            raise ReplyError("The model wrote no documentation: try again, or use another model.")
        alone = not self._n_lines
        first = self._form.begin(self._first, alone=True) if self._first is not None else ""
        return text + first + self._form.end(alone=alone)

    def _read(self, line: str) -> str:
        if self.done:
            return ""
        if self._fence and line.strip() == self._fence:
            self.done = True
            return ""
        readers: dict[_State, Callable[[str], str]] = {
            "before": self._before,
            "in_code": self._in_code,
            "prose": self._prose,
            "quoted": self._quoted,
            "block": self._block,
            "slashes": self._slashes,
        }
        return readers[self._state](line)

    def _before(self, line: str) -> str:
        """Find out what the reply looks like from its first line that says something."""
        fence = _FENCE.match(line)
        if fence and not self._fence:
            self._fence = fence[1]
            return ""
        if not line.strip() or (announces(line) and line.endswith((":", "："))):
            return ""
        if self._form.is_docstring and _QUOTES.match(line):
            return self._opened(line)
        if self._form.is_docstring and _DEFINITION.match(line):
            self._state = "in_code"
            return ""
        self._state = self._comment_state(line)
        self._margin = line[: len(line) - len(line.lstrip())]
        return self._read(line)

    def _comment_state(self, line: str) -> _State:
        if not self._form.is_docstring and _BLOCK.match(line):
            return "block"
        if not self._form.is_docstring and _SLASHES.match(line):
            return "slashes"
        return "prose"

    def _in_code(self, line: str) -> str:
        """The definition that the model repeats, up to its docstring."""
        return self._opened(line) if _QUOTES.match(line) else ""

    def _opened(self, line: str) -> str:
        found = _QUOTES.match(line)
        assert found, "a docstring opens with quotes"
        self._state, self._quote = "quoted", found[1]
        self._margin = line[: len(line) - len(line.lstrip())]
        return self._quoted(self._margin + line[found.end() :])

    def _quoted(self, line: str) -> str:
        text, closing, _ = line.partition(self._quote)
        written = self._line(text.rstrip())
        self.done = bool(closing)
        return written

    def _prose(self, line: str) -> str:
        if self._form.is_docstring and line.strip() in ('"""', "'''"):
            self.done = True
            return ""
        return self._line(line)

    def _block(self, line: str) -> str:
        text, closing, _ = line.partition("*/")
        is_first = self._first is None and not self._n_lines
        text = _BLOCK.sub("", text, count=1) if is_first else text
        written = self._line(_STAR.sub("", text, count=1).rstrip())
        self.done = bool(closing)
        return written

    def _slashes(self, line: str) -> str:
        if not _SLASHES.match(line):
            self.done = bool(line.strip())
            return ""
        return self._line(_SLASHES.sub("", line, count=1))

    def _line(self, line: str) -> str:
        """One line of text, wrapped; blank ones wait for one that is not."""
        line = line.removeprefix(self._margin) if self._state != "block" else line
        if not line.strip():
            self._n_blank += 1
            return ""
        blank = [""] * self._n_blank if self._first is not None or self._n_lines else []
        self._n_blank = 0
        lines = [*blank, *wrapped_as_written(line, self._form.width)]
        return "".join(self._put(self._form.escaped(each)) for each in lines)

    def _put(self, line: str) -> str:
        """The first line waits for the second: a doc of one line has another form."""
        if not self._n_lines and self._first is None:
            self._first = line
            return ""
        first, self._first = self._first, None
        begun = "" if first is None else self._form.begin(first, alone=False)
        self._n_lines += 1
        return begun + self._form.next(line)


def wrapped_as_written(line: str, width: int) -> list[str]:
    """`line` in lines of at most `width`, its rest under its text; examples are left alone."""
    if len(line) <= width or line.lstrip().startswith((">>>", "...", "|", "```")):
        return [line]
    entry = _ENTRY.match(line)
    indent = line[: len(line) - len(line.lstrip())] + ("    " if entry else "")
    return textwrap.wrap(
        line,
        max(width, len(indent) + 20),
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
