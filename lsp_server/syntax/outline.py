"""The control flow of a body as a tree of values: what forks, loops, leaves, and under which text.

Every language has the same kinds, told by the tables below. Definitions nested in the body are
one item each and are not entered. Texts are source on one line. What is not control flow is a
`do`; nothing is evaluated or resolved.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsp_server.syntax import trees
from lsp_server.syntax.shape import Symbol
from lsp_server.syntax.statements import BODIES, DEFINITIONS, HEADS, LEAVES, ItemKind
from lsp_server.syntax.trees import Tree
from lsp_server.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node


NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Item:
    """One statement. `text` is its condition, subject or expression; `items` its body."""

    kind: ItemKind
    text: str
    items: tuple["Item", ...] = ()
    span: Span = NOWHERE


COMMENTS = frozenset({"comment", "line_comment", "block_comment"})
KEYWORD = re.compile(r"^(return|raise|throw|assert|yield from|yield|defer|await)\b\s*")
PANICS = re.compile(r"(panic|unreachable|todo|unimplemented)!?\s*\(")


def outline(language: str, text: str, symbol: Symbol) -> tuple[Item, ...]:
    """The statements of the symbol's body; empty where there is no body or no grammar."""
    tree = trees.parse(language, text)
    node = body_node(tree, symbol) if tree else None
    if tree is None or node is None:
        return ()
    if node.type in BODIES or node.parent is None:
        statements = [child for child in node.named_children if not _is_doc(tree, child, symbol)]
    else:
        statements = [node]
    return tuple(item for statement in statements for item in _item(tree, statement))


def _is_doc(tree: Tree, node: "Node", symbol: Symbol) -> bool:
    return symbol.doc_span is not None and tree.span(node).contains(symbol.doc_span)


def body_node(tree: Tree, symbol: Symbol) -> "Node | None":
    """The largest node that covers exactly the body; None without a body."""
    if not len(symbol.body_span):
        return None
    start = tree.offsets.to_byte(symbol.body_span.start)
    end = tree.offsets.to_byte(symbol.body_span.end)
    node = tree.root.descendant_for_byte_range(start, end)
    while node and node.parent and _range(node.parent) == _range(node):
        node = node.parent
    return node


def _range(node: "Node") -> tuple[int, int]:
    return node.start_byte, node.end_byte


def _items(tree: Tree, node: "Node") -> Iterator[Item]:
    for child in node.named_children:
        yield from _item(tree, child)


def _item(tree: Tree, node: "Node") -> Iterator[Item]:
    if node.type in COMMENTS:
        return
    if node.type in DEFINITIONS:
        yield Item("define", _name(tree, node), span=tree.span(node))
    elif node.type in HEADS:
        yield from _headed(tree, node)
    elif node.type in BODIES:
        yield from _items(tree, node)
    elif node.type == "expression_statement" and (inner := _inner(node)) is not None:
        yield from _item(tree, inner)
    else:
        yield _plain(tree, node)


def _inner(node: "Node") -> "Node | None":
    """What control flow an expression statement is: `yield x`, `await f()` is none, Rust's `if`."""
    child = node.named_children[0] if len(node.named_children) == 1 else None
    return child if child is not None and child.type in HEADS else None


def _plain(tree: Tree, node: "Node") -> Item:
    text = source(tree, node).removesuffix(";")
    if PANICS.match(text):
        return Item("raise", text, span=tree.span(node))
    yielded = re.search(r"=\s*(?:\(\s*)?yield\b\s*(.*?)\)?$", text)
    if yielded:
        return Item("yield", yielded[1], span=tree.span(node))
    return Item("do", text, span=tree.span(node))


def _headed(tree: Tree, node: "Node") -> Iterator[Item]:
    """The item of a head, then those of its alternatives; a chain of them is no recursion."""
    pending: list[tuple[Node, bool]] = [(node, False)]
    while pending:
        node, is_else = pending.pop()
        chained = _chained(node) if is_else else None
        if chained is not None:
            item, alternatives = _with_body(tree, chained)
            yield Item("elif", item.text, item.items, item.span)
        elif is_else and (node.type not in HEADS or node.type == "else_clause"):
            inside = node.named_children if node.type == "else_clause" else [node]
            items = tuple(item for child in inside for item in _item(tree, child))
            yield Item("else", "", items, tree.span(node))
            continue
        else:
            item, alternatives = _with_body(tree, node)
            yield item
        pending.extend((child, True) for child in reversed(alternatives))


def _chained(node: "Node") -> "Node | None":
    """The `if` of an `else if`, which reads as `elif` in every language."""
    only = node.named_children if node.type == "else_clause" else [node]
    is_if = len(only) == 1 and only[0].type in ("if_statement", "if_expression")
    return only[0] if is_if else None


def _with_body(tree: Tree, node: "Node") -> "tuple[Item, list[Node]]":
    """One head with what it holds, and the alternatives that follow it."""
    kind, fields = HEADS[node.type]
    if kind in LEAVES:
        expression = KEYWORD.sub("", source(tree, node).removesuffix(";")).strip()
        return Item(kind, expression, span=tree.span(node)), []
    found = [child for name in fields for child in node.children_by_field_name(name)]
    # The grammars differ in what they name: without a field, the head is all before the body.
    text = _head(tree, found) if found else _unnamed_head(tree, node)
    children = [child for child in node.named_children if child not in found]
    alternatives = [child for child in children if _is_alternative(node, child)]
    bodies = [*node.children_by_field_name("body"), *node.children_by_field_name("consequence")]
    inside = bodies or [child for child in children if child not in alternatives]
    items = tuple(item for child in inside for item in _body(tree, child))
    return Item(kind, text, items, tree.span(node)), alternatives


def _body(tree: Tree, node: "Node") -> Iterator[Item]:
    """The items of a child of a head; what is part of the head itself gives none."""
    statement = node.type.endswith(("_statement", "declaration", "_definition"))
    if node.type in BODIES or node.type in HEADS or statement or _is_only_body(node):
        yield from _item(tree, node)


def _is_only_body(node: "Node") -> bool:
    """A body that is a bare expression: the right side of a Rust match arm."""
    parent = node.parent
    return parent is not None and parent.type == "match_arm" and node == parent.named_children[-1]


def _is_alternative(node: "Node", child: "Node") -> bool:
    if child.type in ("elif_clause", "else_clause", "finally_clause", "catch_clause"):
        return True
    if child.type in ("except_clause", "except_group_clause"):
        return True
    return child in node.children_by_field_name("alternative")


def _head(tree: Tree, found: "list[Node]") -> str:
    texts = [_bare(source(tree, node)) for node in found]
    return " in ".join(texts) if len(texts) == 2 else ", ".join(texts)


def _unnamed_head(tree: Tree, node: "Node") -> str:
    """From behind the keyword to the body."""
    body = next((child for child in node.named_children if _holds_body(child)), None)
    start = tree.span(node).start
    end = tree.span(body).start if body else start
    text = one_line(tree.text[start:end]).rstrip(":{").strip()
    return _bare(text.partition(" ")[2])


def _holds_body(node: "Node") -> bool:
    return node.type in BODIES or node.type.endswith("_statement") or node.type in HEADS


def _bare(text: str) -> str:
    """Without the round brackets that C's descendants put around a condition."""
    inside = text[1:-1]
    whole = text[:1] == "(" and text[-1:] == ")" and "(" not in inside and ")" not in inside
    return inside.strip() if whole or _wrapped(text) else text


def _wrapped(text: str) -> bool:
    """Whether the first bracket closes at the very end."""
    depth = 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return at == len(text) - 1 and at > 0
    return False


def _name(tree: Tree, node: "Node") -> str:
    if node.type == "decorated_definition":
        inner = node.child_by_field_name("definition")
        return _name(tree, inner) if inner else ""
    name = node.child_by_field_name("name")
    return tree.of(name) if name else ""


def source(tree: Tree, node: "Node") -> str:
    """The node's source on one line, without the comments in it."""
    text, span = tree.of(node), tree.span(node)
    if "\n" not in text or not re.search(r"#|//|/\*", text):
        return one_line(text)
    comments = [tree.span(each) for each in trees.nodes(node) if each.type in COMMENTS]
    for each in reversed(comments):
        text = text[: each.start - span.start] + text[each.end - span.start :]
    return one_line(text)


def one_line(text: str) -> str:
    """Source on one line: runs of whitespace that hold a line end become one space."""
    if "\n" not in text and "\r" not in text:
        return text.strip()
    joined = re.sub(r"\s*[\r\n]\s*", " ", text.strip())
    return re.sub(r"(?<=[(\[{]) |,? (?=[)\]}])", "", joined)
