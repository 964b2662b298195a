"""Where the doc of a definition is, and where one belongs.

Python has a string at the start of the body. Elsewhere the doc is the comment directly above:
nothing but attributes and a single line end between them. A blank line ends a doc.
"""

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from lsp_server.syntax.comments import is_block, line_start
from lsp_server.syntax.marks import Definition, Marks
from lsp_server.syntax.shape import DocPlace
from lsp_server.syntax.tables import ROWS
from lsp_server.syntax.trees import Tree
from lsp_server.text import LINE_END, Span

if TYPE_CHECKING:
    from tree_sitter import Node

INDENT = re.compile(r"[ \t]*")
FORMATTED_OR_BYTES = re.compile(r"[a-zA-Z]*[fFbBtT]")
PROLOGUE = re.compile(r"(?:#!.*(?:\r\n|\n|\r))?(?:#.*coding[:=].*(?:\r\n|\n|\r))?")


def doc_span(tree: Tree, found: Marks, each: Definition, starts: tuple[int, ...]) -> Span | None:
    """The existing doc of a definition that starts, with and without attributes, at `starts`."""
    row = ROWS[tree.language]
    if row.doc_comment is None:
        return _docstring(tree, each.parts.get("body"))
    for start in starts:
        above = comment_above(tree.text, found.comments, start)
        if above and row.doc_comment.match(tree.text, above.start):
            return above
    return None


def doc_place(tree: Tree, each: Definition, span: Span) -> DocPlace:
    """Where a doc would be inserted, whether or not there is one."""
    if ROWS[tree.language].doc_comment is None:
        return _inside(tree, each)
    start = line_start(tree.text, span.start)
    indent = _indent_at(tree.text, start)
    shares = bool(tree.text[start : span.start].strip())
    return DocPlace(span.start if shares else start, indent, shares, after_signature=False)


def module_doc(tree: Tree | None, text: str) -> tuple[Span | None, DocPlace]:
    """The doc of a whole text, and the place behind a shebang and a coding line."""
    start = PROLOGUE.match(text)
    place = DocPlace(start.end() if start else 0, "", shares_line=False, after_signature=True)
    if tree is None or tree.language not in ROWS or ROWS[tree.language].doc_comment is not None:
        return None, place
    return _docstring(tree, tree.root), place


def comment_above(text: str, comments: tuple[Span, ...], start: int) -> Span | None:
    """The run of comments that ends on the line above `start` (or before it on its line)."""
    row = bisect_right(comments, start, key=lambda span: span.end) - 1
    if row < 0 or not _adjacent(text, comments[row], start):
        return None
    last = comments[row]
    first = last
    while (
        row > 0 and not is_block(text, first.start) and not is_block(text, comments[row - 1].start)
    ):
        row -= 1
        if not _adjacent(text, comments[row], first.start):
            break
        first = comments[row]
    return Span(first.start, last.end)


def leading_start(text: str, found: Marks, start: int) -> int:
    """The start with the attributes before it, whether above or below the doc comment."""
    row = bisect_right(found.leading, start, key=lambda span: span.end) - 1
    while row >= 0:
        above = comment_above(text, found.comments, start)
        span = found.leading[row]
        until = above.start if above and above.start >= span.end else start
        if text[span.end : until].strip():
            break
        start = span.start
        row -= 1
    return start


def _adjacent(text: str, comment: Span, start: int) -> bool:
    """Whether only one line end lies between, and the comment has its line to itself."""
    between = text[comment.end : start]
    if between.strip() or len(LINE_END.findall(between)) > 1:
        return False
    return not text[line_start(text, comment.start) : comment.start].strip()


def _docstring(tree: Tree, body: "Node | None") -> Span | None:
    first = _first_statement(body)
    if first is None or first.type != "expression_statement" or first.named_child_count != 1:
        return None
    value: Node | None = first.named_child(0)
    while value is not None and value.type == "parenthesized_expression":
        value = next((each for each in value.named_children if each.type != "comment"), None)
    if value is None or not _is_plain(tree, value):
        return None
    return tree.span(value)


def _first_statement(body: "Node | None") -> "Node | None":
    if body is None:
        return None
    return next((each for each in body.named_children if each.type != "comment"), None)


def _is_plain(tree: Tree, value: "Node") -> bool:
    """Whether `value` is a string that Python takes as a docstring: not formatted, not bytes."""
    pieces = value.named_children if value.type == "concatenated_string" else [value]
    strings = [piece for piece in pieces if piece.type == "string"]
    return bool(strings) and not any(FORMATTED_OR_BYTES.match(tree.of(each)) for each in strings)


def _inside(tree: Tree, each: Definition) -> DocPlace:
    """Python: the line below the signature, or before a body that stands on its line."""
    text = tree.text
    own = _indent_at(text, line_start(text, tree.span(each.node).start))
    body = each.parts.get("body")
    colon = tree.span(each.parts["colon"]).end
    end = LINE_END.search(text, colon)
    first = _first_statement(body)
    if first is None or end is None:
        return DocPlace(len(text) if end is None else end.end(), own + "    ", end is None, True)
    start = tree.span(first).start
    if start < end.end():
        return DocPlace(start, own + _unit(text), shares_line=True, after_signature=True)
    indent = _indent_at(text, line_start(text, start))
    return DocPlace(end.end(), indent, shares_line=False, after_signature=True)


def _indent_at(text: str, start: int) -> str:
    found = INDENT.match(text, start)
    return found.group() if found else ""


def _unit(text: str) -> str:
    """One level of indentation as the text has it: its first indented line, else four spaces."""
    found = re.search(r"^([ \t]+)\S", text, re.MULTILINE)
    return found.group(1) if found else "    "
