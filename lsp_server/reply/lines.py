"""Lines: regrouped, trimmed at both ends, and ended as the document ends its own.

A line ends with LF here (`Pipeline` sees to that); form feed, NEL and U+2028 are characters.
"""

import re

BARE_LF = re.compile(r"(?<!\r)\n")
PIECE = re.compile(r"[^\n]*\n|[^\n]+")


def pieces(text: str) -> list[str]:
    """`text` cut behind every LF; the last piece may lack one. Empty for an empty text."""
    return PIECE.findall(text)


class LineBuffer:
    """Regroups chunks into lines."""

    def __init__(self) -> None:
        self._rest = ""

    def lines(self, chunk: str) -> list[str]:
        """The lines that `chunk` completes, each with its LF."""
        *whole, self._rest = (self._rest + chunk).split("\n")
        return [line + "\n" for line in whole]

    def rest(self) -> list[str]:
        """The last line where it has no LF, given once."""
        rest, self._rest = self._rest, ""
        return [rest] if rest else []


class WholeLines:
    """Passes the reply on line by line, and the unfinished last one when it ends."""

    done = False

    def __init__(self) -> None:
        self._buffer = LineBuffer()

    def push(self, chunk: str) -> str:
        return "".join(self._buffer.lines(chunk))

    def close(self) -> str:
        return "".join(self._buffer.rest())


class Trimmed:
    """Drops blank lines at both ends and ends the text with `ending`.

    The first line keeps its indentation. A reply of nothing but whitespace becomes nothing,
    without `ending`.
    """

    done = False

    def __init__(self, ending: str = "\n") -> None:
        self._ending = ending
        self._held = ""
        self._begun = False

    def push(self, chunk: str) -> str:
        text = self._held + chunk
        if not self._begun:
            text = _without_blank_lines_before(text)
            self._begun = not text.isspace() and bool(text)
        kept = text.rstrip() if self._begun else ""
        self._held = text[len(kept) :]
        return kept

    def close(self) -> str:
        return self._ending if self._begun else ""


class Newlines:
    """Ends every line with the document's `terminator`. The last adapter of a pipeline.

    A line that already ends with CRLF stays as it is, so that passing two of them does no harm.
    """

    done = False

    def __init__(self, terminator: str) -> None:
        self._terminator = terminator
        self._after_return = False

    def push(self, chunk: str) -> str:
        text = BARE_LF.sub(self._terminator, chunk)
        if self._after_return and chunk.startswith("\n"):
            text = "\n" + text[len(self._terminator) :]
        self._after_return = chunk.endswith("\r") if chunk else self._after_return
        return text

    def close(self) -> str:
        return ""


def _without_blank_lines_before(text: str) -> str:
    indentation = len(text) - len(text.lstrip())
    return text[text.rfind("\n", 0, indentation) + 1 :]
