"""Texts as LSP counts them, character by character: the slow twin of `text` and `lsp/convert`.

Written from the specification's words, without a look at the package, which is tested against
it. Nothing here is quick, and nothing here is imported from `lsp_server`.
"""

from collections.abc import Callable

from hypothesis import strategies as st

# One of each kind that some library takes for a line end, counts twice, or cannot encode.
CHARACTERS = (
    "a",
    "b",
    " ",
    "\n",
    "\r",
    "\f",
    "\v",
    "\x1c",
    "\x85",
    "\u2028",
    "\u0301",
    "é",
    "中",
    "😀",
    "\ud83d",
    "\udc00",
)
TINY = (
    "",
    "\n",
    "\r",
    "\r\n",
    "\n\r",
    "\r\r\n",
    "a",
    "a\n",
    "a\r\nb",
    "a\rb\nc\r\n",
    "a\fb\nc\vd",
    "a\x85b\u2028c\nd\u2029",
    "中文\n😀é\r\ne\u0301",
    "😀😀",
    "\ud83d\n\udc00a",
    "\ud83d\udc00",
    "\t\n\n\n",
)

UNITS: dict[str, Callable[[str], int]] = {
    "utf-8": lambda c: len(c.encode("utf-8", "surrogatepass")),
    "utf-16": lambda c: 2 if ord(c) > 0xFFFF else 1,
    "utf-32": lambda _: 1,
}


def texts(max_size: int = 24) -> st.SearchStrategy[str]:
    return st.text(st.sampled_from(CHARACTERS), max_size=max_size) | st.sampled_from(TINY)


def line_starts(text: str) -> list[int]:
    starts = [0]
    for at, character in enumerate(text):
        joined = character == "\r" and text[at + 1 : at + 2] == "\n"
        if character == "\n" or (character == "\r" and not joined):
            starts.append(at + 1)
    return starts


def line_end(text: str, line: int) -> int:
    """Where the line ends, before its terminator."""
    at = line_starts(text)[line]
    while at < len(text) and text[at] not in "\r\n":
        at += 1
    return at


def offset(text: str, line: int, character: int, encoding: str) -> int:
    """Too large a line is the end of the text, too large a character the end of the line."""
    starts = line_starts(text)
    if line >= len(starts):
        return len(text)
    at, units = starts[line], 0
    while at < line_end(text, line):
        units += UNITS[encoding](text[at])
        if units > character:
            return at
        at += 1
    return at


def position(text: str, at: int, encoding: str) -> tuple[int, int]:
    """Between CR and LF is no position; the line's end stands for it."""
    starts = line_starts(text)
    line = max(n for n, start in enumerate(starts) if start <= at)
    before = text[starts[line] : min(at, line_end(text, line))]
    return line, sum(UNITS[encoding](character) for character in before)


def inside_terminator(text: str, at: int) -> bool:
    return text[max(at - 1, 0) : at + 1] == "\r\n"


def spliced(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]
