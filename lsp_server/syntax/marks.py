"""What a language's query found in a tree, sorted by its capture names.

* `@function`, `@class`, ... (a `Kind`): a definition; in the same pattern `@name`, and where
  there are any `@parameters`, `@returns`, `@body`, `@colon` (the end of the signature),
  `@receiver` (the type that a method belongs to).
* `@scope` with `@name`: what qualifies the names inside but is no definition (`impl T`).
* `@outer` with `@inner`: the outer node belongs to the definition inside it.
* `@leading`: a sibling before a definition that belongs to it (`#[derive(Debug)]`).
* `@decorator`, `@base`: assigned to definitions by where they stand.

Of several patterns that match one definition the first in the file counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from lsp_server.syntax.comments import comment_spans
from lsp_server.syntax.shape import Kind
from lsp_server.syntax.tables import query
from lsp_server.syntax.trees import Tree
from lsp_server.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition's node and its parts by capture name; `kind` None is a scope."""

    kind: Kind | None
    node: "Node"
    parts: "Mapping[str, Node]"


@dataclass(frozen=True, slots=True)
class Marks:
    """Everything the query found; spans in document order."""

    definitions: tuple[Definition, ...]
    outer: "Mapping[int, Node]"
    leading: tuple[Span, ...]
    decorators: tuple[Span, ...]
    bases: tuple[Span, ...]
    comments: tuple[Span, ...]


def marks(tree: Tree, window: Span | None = None) -> Marks | None:
    """None if the language has no query. With a window, only what reaches into it."""
    found = query(tree.language)
    if found is None:
        return None
    from tree_sitter import QueryCursor

    cursor = QueryCursor(found)
    if window is not None:
        cursor.set_byte_range(*tree.byte_range(window))
    matches = cursor.matches(tree.root)
    matches.sort(key=lambda match: match[0])
    flat = [{name: nodes[0] for name, nodes in parts.items()} for _, parts in matches]
    return Marks(
        _definitions(flat),
        {parts["inner"].id: parts["outer"] for parts in flat if "outer" in parts},
        _spans(tree, flat, "leading"),
        _spans(tree, flat, "decorator"),
        _spans(tree, flat, "base"),
        comment_spans(tree, window),
    )


def _definitions(matches: "list[dict[str, Node]]") -> tuple[Definition, ...]:
    """Outer ones before those inside them."""
    found: dict[int, Definition] = {}
    for parts in matches:
        kind = next((kind for kind in KINDS if kind in parts), None)
        node = parts.get(kind or "scope")
        if node is not None and "name" in parts:
            found.setdefault(node.id, Definition(kind, node, parts))
    return tuple(
        sorted(found.values(), key=lambda each: (each.node.start_byte, -each.node.end_byte))
    )


def _spans(tree: Tree, matches: "list[dict[str, Node]]", name: str) -> tuple[Span, ...]:
    spans = {tree.span(parts[name]) for parts in matches if name in parts}
    return tuple(sorted(spans, key=lambda span: (span.start, span.end)))
