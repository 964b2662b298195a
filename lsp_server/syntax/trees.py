"""Syntax trees, cached; a document's next tree is parsed from its last one.

A `Tree` is opaque outside `syntax/`. Spans are code points; bytes stay in here. Trees are
shared between callers and never edited: an incremental parse edits a copy. The newest are kept, as
many as MAX_TREES and MAX_CHARS_KEPT allow. A text larger than
MAX_CHARS, or one that takes longer than MAX_SECONDS (some grammars are slow on some texts), has no
tree, so that a generated file cannot stop the server.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from lsp_server.syntax.grammars import grammar
from lsp_server.syntax.offsets import Offsets, offsets
from lsp_server.text import Edit, Snapshot, Span, difference

if TYPE_CHECKING:
    import tree_sitter
    from tree_sitter import Node

MAX_CHARS = 4_000_000
MAX_SECONDS = 3.0
MAX_TREES = 24
READ_BYTES = 1 << 16
# A tree takes some twenty bytes for each character.
MAX_CHARS_KEPT = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """The tree of one text in one language."""

    language: str
    text: str
    offsets: Offsets
    syntax: "tree_sitter.Tree"

    @property
    def root(self) -> "Node":
        return self.syntax.root_node

    def span(self, node: "Node") -> Span:
        return Span(self.offsets.to_char(node.start_byte), self.offsets.to_char(node.end_byte))

    def byte_range(self, span: Span) -> tuple[int, int]:
        """Where a span lies in UTF-8."""
        return self.offsets.to_byte(span.start), self.offsets.to_byte(span.end)

    def of(self, node: "Node") -> str:
        """The source text of a node."""
        return self.span(node).of(self.text)


_trees: "OrderedDict[tuple[str, str], Tree]" = OrderedDict()
_newest: "OrderedDict[tuple[str, str], Tree]" = OrderedDict()
# The same text is not tried, for seconds, again and again.
_refused: deque[tuple[str, str]] = deque(maxlen=8)
_lock = Lock()


def parse(language: str, text: str) -> Tree | None:
    """The tree of `text`; None if there is no grammar or the text is too large."""
    return _parsed(language, text, None)


def parse_snapshot(snapshot: Snapshot) -> Tree | None:
    """As `parse`; what the document's previous tree shares with the new text is not read again."""
    key = (snapshot.uri, snapshot.language)
    with _lock:
        previous = _newest.get(key)
    tree = _parsed(snapshot.language, snapshot.text, previous)
    if tree is not None:
        _remember(_newest, key, tree)
    return tree


def error_spans(language: str, text: str) -> tuple[Span, ...] | None:
    """Where the text cannot be parsed or something is missing; None without a grammar."""
    tree = parse(language, text)
    if tree is None:
        return None
    return tuple(tree.span(node) for node in _errors(tree.root))


def nodes(root: "Node") -> "Iterator[Node]":
    """Every node below and including `root`, in document order, without recursion."""
    cursor = root.walk()
    while True:
        if cursor.node is not None:
            yield cursor.node
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return


def _parsed(language: str, text: str, previous: Tree | None) -> Tree | None:
    key = (language, text)
    with _lock:
        known = _trees.get(key)
    if known is None and key not in _refused:
        known = _new_tree(language, text, previous)
    if known is not None:
        _remember(_trees, key, known)
    return known


def _new_tree(language: str, text: str, previous: Tree | None) -> Tree | None:
    found = grammar(language) if len(text) <= MAX_CHARS else None
    if found is None:
        return None
    from tree_sitter import Parser

    table = offsets(text)
    if previous is None:
        syntax = _bounded(Parser(found), table.data, None)
    else:
        old = previous.syntax.copy()
        _edit(old, previous.offsets, table, difference(previous.text, text))
        syntax = _bounded(Parser(found), table.data, old)
    if syntax is None:
        _refused.append((language, text))
        return None
    return Tree(language, text, table, syntax)


def _bounded(
    parser: "tree_sitter.Parser", data: bytes, old: "tree_sitter.Tree | None"
) -> "tree_sitter.Tree | None":
    """The tree, or None when the time is over: the callback's True stops the parser."""
    deadline = time.monotonic() + MAX_SECONDS

    def read(at: int, _: object) -> bytes:
        return data[at : at + READ_BYTES]

    def is_over(_: int, __: bool) -> bool:
        return time.monotonic() > deadline

    try:
        if old is None:
            return parser.parse(read, progress_callback=is_over)
        return parser.parse(read, old, progress_callback=is_over)
    except ValueError:  # "Parsing failed" is all that a stopped parser says
        return None


def _edit(old: "tree_sitter.Tree", before: Offsets, after: Offsets, edit: Edit) -> None:
    start = before.to_byte(edit.span.start)
    old_end = before.to_byte(edit.span.end)
    new_end = after.to_byte(edit.result.end)
    old.edit(
        start,
        old_end,
        new_end,
        _point(before.data, start),
        _point(before.data, old_end),
        _point(after.data, new_end),
    )


def _point(data: bytes, at: int) -> tuple[int, int]:
    """tree-sitter's row and column in bytes; only LF ends a row there."""
    return data.count(b"\n", 0, at), at - (data.rfind(b"\n", 0, at) + 1)


def _errors(root: "Node") -> "Iterator[Node]":
    """ERROR and MISSING nodes; branches without any are not entered."""
    pending = [root]
    while pending:
        node = pending.pop()
        if node.is_error or node.is_missing:
            yield node
        elif node.has_error:
            pending.extend(reversed(node.children))


def _remember(
    store: "OrderedDict[tuple[str, str], Tree]", key: tuple[str, str], tree: Tree
) -> None:
    with _lock:
        store[key] = tree
        store.move_to_end(key)
        while len(store) > 1 and _is_full(store):
            store.popitem(last=False)


def _is_full(store: "OrderedDict[tuple[str, str], Tree]") -> bool:
    if len(store) > MAX_TREES:
        return True
    return sum(len(tree.text) for tree in store.values()) > MAX_CHARS_KEPT
