"""Unused imports taken out of the statement that makes them, where that is certain.

The diagnostics must say unused (F401, W0611) and lie on one import statement, which is read by
itself: the file around it may be broken, or long. A statement with a comment is left to its
author; one that is alone in its block cannot go; in a package's `__init__.py` an unused import is
the interface.
"""

import ast
import re
import textwrap

from lsp_server.actions import layout
from lsp_server.actions.offer import Diagnostic
from lsp_server.text import Snapshot, Span

Import = ast.Import | ast.ImportFrom

UNUSED = re.compile(
    r"['\"`]?(?P<name>[\w.]+)(?: as \w+)?['\"`]? imported but unused"
    r"|Unused (?:import )?(?P<other>[\w.]+)"
)
UNUSED_CODES = frozenset({"F401", "W0611"})
STATEMENT = re.compile(r"[ \t]*(import|from)\b")
MAX_LINES = 60


def without_unused_imports(
    snapshot: Snapshot, found: tuple[Diagnostic, ...]
) -> tuple[Span, str] | None:
    """The lines of the import statement that all of them are on, and what is left of it."""
    names = {_unused_name(each) for each in found}
    if snapshot.language != "python" or layout.file_name(snapshot) == "__init__.py":
        return None
    if None in names:
        return None
    read = _statement(snapshot, snapshot.line_at(found[0].span.start))
    if read is None or not all(read[0].overlaps(each.span) for each in found):
        return None
    return _without(snapshot, *read, {name for name in names if name})


def _unused_name(diagnostic: Diagnostic) -> str | None:
    message = UNUSED.search(diagnostic.message)
    if message is None or (diagnostic.code and diagnostic.code not in UNUSED_CODES):
        return None
    return message["name"] or message["other"]


def _statement(snapshot: Snapshot, line: int) -> tuple[Span, Import] | None:
    """The import statement that the line belongs to, read as soon as its lines parse."""
    first = line
    while first and line - first < MAX_LINES and not STATEMENT.match(_line(snapshot, first)):
        first -= 1
    start = snapshot.line_span(first).start
    for last in range(first, min(first + MAX_LINES, len(snapshot.line_starts))):
        span = Span(start, snapshot.line_span(last).end)
        body = _parsed(span.of(snapshot.text))
        if body:
            node = body[0]
            return (span, node) if len(body) == 1 and isinstance(node, Import) else None
    return None


def _parsed(lines: str) -> list[ast.stmt]:
    try:
        return ast.parse(textwrap.dedent(layout.lf(lines))).body
    except (SyntaxError, ValueError):
        return []


def _without(
    snapshot: Snapshot, span: Span, node: Import, names: set[str]
) -> tuple[Span, str] | None:
    lines = layout.lf(span.of(snapshot.text))
    module = f"{'.' * node.level}{node.module or ''}." if isinstance(node, ast.ImportFrom) else ""
    kept = [each for each in node.names if not names & _called(each, module)]
    if len(kept) == len(node.names) or "#" in lines or ";" in lines:
        return None
    if not kept:
        return (span, "") if _has_sibling(snapshot, span, layout.margin(lines)) else None
    node.names = kept
    return span, layout.margin(lines) + ast.unparse(node) + layout.ending(lines)


def _called(alias: ast.alias, module: str) -> set[str]:
    """What linters call an imported name."""
    return {f"{module}{alias.name}", alias.name, alias.asname or alias.name}


def _has_sibling(snapshot: Snapshot, span: Span, margin: str) -> bool:
    """Whether the block has another statement: a line at the same margin right above or below."""
    if not margin:
        return True
    above = _first_filled(snapshot.text[: span.start].splitlines()[::-1])
    below = _first_filled(snapshot.text[span.end : span.end + 2000].splitlines())
    return margin in (layout.margin(above), layout.margin(below))


def _first_filled(lines: list[str]) -> str:
    return next((line for line in lines if line.strip()), "")


def _line(snapshot: Snapshot, line: int) -> str:
    return snapshot.line_span(line).of(snapshot.text)
