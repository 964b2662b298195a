"""Replies that are Markdown: drop what wraps the whole, keep the fences inside.

`original` is the text that the reply replaces. Where it opens with a fence itself, a fence at the
start of the reply is its own; a fence marked `markdown` is a wrapper all the same.
"""

from lsp_server.reply.fences import FENCE
from lsp_server.reply.lines import LineBuffer
from lsp_server.reply.talk import announces

WRAPPERS = {"markdown", "md", "mdx", "gfm"}
PERHAPS_WRAPPERS = {"", "text", "txt", "plain", "plaintext", "html"}


class MarkdownUnfenced:
    """Drops a fence around the whole reply, the announcement before it and the talk behind it.

    Inside the wrapper a fence with an info string opens a block and the next bare one closes it.
    A bare fence may open a block or close the wrapper: it is held until the next fence, or the
    end, tells.
    """

    def __init__(self, original: str = "") -> None:
        self._wrappers = WRAPPERS if opens_with_fence(original) else WRAPPERS | PERHAPS_WRAPPERS
        self._buffer = LineBuffer()
        self._held: list[str] = []
        self._wrapper = ""
        self._inner = ""
        self._is_plain = False
        self.done = False

    def push(self, chunk: str) -> str:
        return "".join(self._line(line) for line in self._buffer.lines(chunk))

    def close(self) -> str:
        text = "".join(self._line(line) for line in self._buffer.rest())
        # What is held inside a wrapper is its closing fence and the talk behind it.
        return text if self._wrapper else text + self._released()

    def _line(self, line: str) -> str:
        if self.done:
            return ""
        if self._is_plain:
            return line
        if self._wrapper:
            return self._inside(line)
        return self._before(line)

    def _before(self, line: str) -> str:
        fence = FENCE.match(line.rstrip("\n"))
        if fence and fence["info"].strip().lower() in self._wrappers:
            self._held.clear()
            self._wrapper = fence["marks"]
            return ""
        self._held.append(line)
        if not line.strip() or (announces(line) and _n_filled(self._held) == 1):
            return ""
        self._is_plain = True
        return self._released()

    def _inside(self, line: str) -> str:
        fence = FENCE.match(line.rstrip("\n"))
        if fence is None:
            return self._kept(line)
        marks, is_bare = fence["marks"], not fence["info"].strip()
        if self._inner:
            if is_bare and marks.startswith(self._inner):
                self._inner = ""
            return line
        if self._held:
            return self._after_bare_fence(line, is_bare)
        if is_bare and marks.startswith(self._wrapper):
            self._held.append(line)
            return ""
        self._inner = marks
        return line

    def _after_bare_fence(self, line: str, is_bare: bool) -> str:
        """A bare fence says that the held one began a block; an opening one, that it closed."""
        if not is_bare:
            self._held.clear()
            self.done = True
            return ""
        return self._released() + line

    def _kept(self, line: str) -> str:
        if not self._held:
            return line
        self._held.append(line)
        return ""

    def _released(self) -> str:
        held, self._held = "".join(self._held), []
        return held


class DropPreamble:
    """Drops a first line that announces the text, such as "Here is the improved version:".

    Only where it ends with a colon, a blank line follows, and `original` does not begin so.
    """

    done = False

    def __init__(self, original: str = "") -> None:
        self._buffer = LineBuffer()
        self._held: list[str] = []
        self._is_over = announces(first_line(original))

    def push(self, chunk: str) -> str:
        return "".join(self._line(line) for line in self._buffer.lines(chunk))

    def close(self) -> str:
        text = "".join(self._line(line) for line in self._buffer.rest())
        return text + "".join(self._held)

    def _line(self, line: str) -> str:
        if self._is_over:
            return line
        self._held.append(line)
        if not line.strip() and _n_filled(self._held) == 0:
            return ""
        if _n_filled(self._held) == 1 and line.strip():
            if announces(line) and line.rstrip().endswith((":", "：")):
                return ""
        elif not line.strip():
            self._held.clear()
        self._is_over = True
        held, self._held = "".join(self._held), []
        return held


def opens_with_fence(text: str) -> bool:
    """Whether the first line of `text` that is not blank is a fence."""
    return bool(FENCE.match(first_line(text)))


def first_line(text: str) -> str:
    """The first line that is not blank, "" where there is none."""
    return next((line for line in text.splitlines() if line.strip()), "")


def _n_filled(lines: list[str]) -> int:
    return sum(bool(line.strip()) for line in lines)
