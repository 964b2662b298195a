"""The code of a text without its documentation: what two versions must share.

A `Piece` is a node of the tree with its depth, a leaf with its text. Comments are left out, and
in Python docstrings. Strings are one piece: grammars have gaps between the parts inside them.
What no leaf covers and is not white space is a piece of its own, so that nothing is overlooked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsp_server.syntax.symbols import module, symbols
from lsp_server.syntax.trees import Tree, parse

if TYPE_CHECKING:
    from tree_sitter import Node

ATOMS = ("string", "string_literal", "char_literal", "character_literal", "regex", "raw_string")


@dataclass(frozen=True, slots=True)
class Piece:
    """One node of the tree."""

    depth: int
    kind: str
    text: str


def code(language: str, text: str) -> tuple[Piece, ...] | None:
    """The pieces in document order; None if the text cannot be parsed into a tree at all."""
    tree = parse(language, text)
    return None if tree is None else tuple(_pieces(tree, _doc_starts(language, text, tree)))


def _doc_starts(language: str, text: str, tree: Tree) -> frozenset[int]:
    """Bytes at which docstrings start."""
    if language != "python":
        return frozenset()
    every = (module(language, text), *symbols(language, text))
    return frozenset(tree.offsets.to_byte(each.doc_span.start) for each in every if each.doc_span)


def _pieces(tree: Tree, doc_starts: frozenset[int]) -> Iterator[Piece]:
    cursor = tree.root.walk()
    depth, end = 0, 0
    while cursor.node is not None:
        node = cursor.node
        gap = tree.offsets.data[end : node.start_byte]
        if _is_leaf(node) and gap.strip():
            yield Piece(depth, "", gap.decode("utf-8", "replace"))
        is_doc = _is_doc(node, doc_starts)
        if not is_doc:
            yield Piece(depth, node.type, _text(tree, node))
        if is_doc or _is_leaf(node):
            end = max(end, node.end_byte)
        elif cursor.goto_first_child():
            depth += 1
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
            depth -= 1


def _is_leaf(node: "Node") -> bool:
    return node.child_count == 0 or (
        node.type.endswith(ATOMS) and node.type != "concatenated_string"
    )


def _is_doc(node: "Node", doc_starts: frozenset[int]) -> bool:
    if "comment" in node.type:
        return True
    return node.type == "expression_statement" and node.start_byte in doc_starts


def _text(tree: Tree, node: "Node") -> str:
    return tree.of(node) if _is_leaf(node) else ""
