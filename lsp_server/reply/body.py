"""Keep the body of a definition, where a model was asked for it and wrote the whole.

Models repeat the signature, the docstring, even the class around it. What stands before the
signature and is an import is kept, in front of the body; a docstring is dropped where the
definition has one already; the closing bracket is dropped, and what follows it. A reply without
the signature passes unchanged. The body comes out without indentation: `Reindented` gives it one.
"""

import re
from typing import Literal

from lsp_server.reply.lines import LineBuffer
from lsp_server.reply.scan import Scanner

BEFORE = re.compile(r"\s*(import |from |use |#|//|/\*|\*|@|class |impl\b|public class |$)")
IMPORT = re.compile(r"(import |from \S+ import |use )")
NOT_A_SIGNATURE = re.compile(r"\s*(return\b|await\b|#|//|\*|@)")
QUOTES = re.compile(r"[rRuU]?(\"\"\"|'''|\")")
N_HELD_LINES = 30

State = Literal["before", "signature", "docstring", "body", "plain"]


class BodyOnly:
    """The body of the definition called `name`; done behind its last line."""

    def __init__(self, name: str, language: str, doc: Literal["absent", "present"]) -> None:
        self._is_python = language == "python"
        start = rf"\s*(async\s+)?def\s+{re.escape(name)}\b"
        anywhere = rf".*\b{re.escape(name)}\b\s*[(<=:]"
        self._signature = re.compile(start if self._is_python else anywhere)
        self._has_doc = doc == "present"
        self._buffer = LineBuffer()
        self._scanner = Scanner(language)
        self._state: State = "before"
        self._held: list[str] = []
        self._margin = 0
        self._base: int | None = None
        self.done = False

    def push(self, chunk: str) -> str:
        return "".join(self._line(line) for line in self._buffer.lines(chunk))

    def close(self) -> str:
        text = "".join(self._line(line) for line in self._buffer.rest())
        return text + (self._released() if self._state in ("before", "signature") else "")

    def _line(self, line: str) -> str:
        if self.done:
            return ""
        match self._state:
            case "before":
                return self._before(line)
            case "signature":
                return self._in_signature(line)
            case "docstring":
                return self._in_docstring(line)
            case "body":
                return self._in_body(line)
            case "plain":
                return line

    def _before(self, line: str) -> str:
        if self._signature.match(line) and not NOT_A_SIGNATURE.match(line):
            self._state = "signature"
            self._margin = _columns(line)
            self._scanner = Scanner(self._scanner.language)
            return self._in_signature(line)
        self._held.append(line)
        if BEFORE.match(line) and len(self._held) < N_HELD_LINES:
            return ""
        self._state = "plain"
        return self._released()

    def _in_signature(self, line: str) -> str:
        self._held.append(line)
        self._scanner.feed(line)
        text = line.split("  #")[0].rstrip()
        is_over = self._scanner.depth == 0 if self._is_python else text.endswith("{")
        if is_over and text.endswith((":", "{")):
            return self._begun()
        one_line = _one_line_body(text, self._is_python) if is_over or "}" in text else None
        if one_line is not None:
            self.done = True
            return self._imports() + one_line + "\n"
        if len(self._held) >= N_HELD_LINES:
            self._state = "plain"
            return self._released()
        return ""

    def _begun(self) -> str:
        self._state = "body"
        self._scanner = Scanner(self._scanner.language)
        return self._imports()

    def _in_docstring(self, line: str) -> str:
        self._scanner.feed(line)
        if not self._scanner.closer:
            self._state = "body"
        return ""

    def _in_body(self, line: str) -> str:
        is_free = not (self._scanner.depth or self._scanner.closer)
        if is_free and line.strip() and self._is_behind(line):
            self.done = True
            return ""
        if self._base is None and line.strip():
            self._base = _columns(line)
            if self._has_doc and self._is_python and QUOTES.match(line.lstrip()):
                self._state, self._base, self._has_doc = "docstring", None, False
                return self._in_docstring(line)
        is_content = self._scanner.in_string
        self._scanner.feed(line)
        return line if is_content else line[min(self._base or 0, _columns(line)) :]

    def _is_behind(self, line: str) -> bool:
        if not self._is_python:
            return line.lstrip().startswith("}")
        return _columns(line) <= self._margin

    def _imports(self) -> str:
        held, self._held = self._held, []
        return "".join(line.lstrip() for line in held if IMPORT.match(line.lstrip()))

    def _released(self) -> str:
        held, self._held = "".join(self._held), []
        return held


def _one_line_body(text: str, is_python: bool) -> str | None:
    """What stands behind the colon or between the brackets of `def f(x): return x`."""
    found = re.search(r":\s*([^:\[\](){}]+[^:]*)$" if is_python else r"\{\s*(.*?)\s*\}[;)]?$", text)
    return found[1] if found else None


def _columns(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))
