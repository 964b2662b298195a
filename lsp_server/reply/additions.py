"""Of Python code that is added to a file, what the file does not have.

Imports that the file makes already are dropped, and so are definitions whose names stand at its
top. The reply is read one statement of the top level at a time. `from __future__` is dropped
always: behind the first statement of a file it is a syntax error.
"""

import ast

from lsp_server.reply.lines import LineBuffer
from lsp_server.reply.scan import Scanner


class Additions:
    """Passes on the top-level statements of a reply that `present`, the file's text, lacks."""

    done = False

    def __init__(self, present: str) -> None:
        self._names, self._imports = _present(present)
        self._buffer = LineBuffer()
        self._scanner = Scanner("python")
        self._statement: list[str] = []
        self._blank = ""
        self._is_decorated = False

    def push(self, chunk: str) -> str:
        return "".join(self._line(line) for line in self._buffer.lines(chunk))

    def close(self) -> str:
        text = "".join(self._line(line) for line in self._buffer.rest())
        return text + self._ended() + self._blank

    def _line(self, line: str) -> str:
        is_inside = bool(self._scanner.depth or self._scanner.closer)
        begins = not is_inside and bool(line.strip()) and not line[:1].isspace()
        ended = self._ended() if begins and not self._is_decorated else ""
        self._is_decorated = line.startswith("@") if begins else self._is_decorated and is_inside
        self._scanner.feed(line)
        self._statement.append(line)
        return ended

    def _ended(self) -> str:
        """The statement that has been read, or what of it is new, behind its blank lines.

        Those of a statement that is dropped are kept for the next.
        """
        text, self._statement = "".join(self._statement), []
        statement = text.rstrip("\n") + "\n" if text.endswith("\n") else text
        kept = self._kept(statement)
        blank, behind = self._blank, text[len(statement) :]
        if kept:
            self._blank = behind
            return blank + kept
        self._blank = max(blank, behind, key=len)
        return ""

    def _kept(self, text: str) -> str:
        try:
            body = ast.parse(text).body
        except (SyntaxError, ValueError, RecursionError):
            return text
        if len(body) != 1:
            return text
        match body[0]:
            case ast.Import() | ast.ImportFrom() as node:
                return self._new_imports(text, node)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() as node:
                return "" if node.name in self._names else text
            case _:
                return text

    def _new_imports(self, text: str, node: ast.Import | ast.ImportFrom) -> str:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            return ""
        kept = [
            each for each in node.names if (_module(node), ast.unparse(each)) not in self._imports
        ]
        if len(kept) == len(node.names):
            return text
        if not kept:
            return ""
        node.names = kept
        return ast.unparse(node) + ("\n" if text.endswith("\n") else "")


def _module(node: ast.Import | ast.ImportFrom) -> str:
    return "." * node.level + (node.module or "") if isinstance(node, ast.ImportFrom) else ""


def _present(text: str) -> tuple[set[str], set[tuple[str, str]]]:
    """Names defined at the top, and what is imported there: (module, name as written)."""
    names: set[str] = set()
    imports: set[tuple[str, str]] = set()
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError):
        return names, imports
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports |= {(_module(node), ast.unparse(each)) for each in node.names}
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
    return names, imports
