"""Walking and rebuilding libcst trees along a few paths only.

libcst's own visitors go through every node, whitespace included, which costs most of the time of
a migration. Here a walk sees syntax only, and a rebuilt tree shares everything but the changed
nodes and their ancestors with the old one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

import libcst as cst

# What becomes of a node: another, or several in its place in a body, or none.
Replacement: TypeAlias = cst.CSTNode | tuple[cst.CSTNode, ...]
Changes: TypeAlias = Mapping[cst.CSTNode, Sequence[Callable[[cst.CSTNode], Replacement]]]

_SKIPPED = frozenset(
    {
        "comma", "semicolon", "equal", "dot", "colon", "lpar", "rpar", "lbracket", "rbracket",
        "lbrace", "rbrace", "leading_lines", "lines_after_decorators", "header", "footer",
        "trailing_whitespace", "encoding", "default_indent", "default_newline", "indent",
        "has_trailing_newline", "operator", "bar", "lines_after_type_parameters",
        "leading_whitespace", "async_", "asynchronous",
    }
)  # fmt: skip
_FIELDS: dict[type[cst.CSTNode], tuple[str, ...]] = {}


def fields(node: cst.CSTNode) -> tuple[str, ...]:
    """The fields of a node that may hold syntax."""
    kind = type(node)
    known = _FIELDS.get(kind)
    if known is None:
        names = (name for name in kind.__dataclass_fields__ if name not in _SKIPPED)
        known = tuple(name for name in names if not name.startswith("whitespace"))
        _FIELDS[kind] = known
    return known


def children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The syntax below a node, in the order of its fields, which is nearly that of the source."""
    for name in fields(node):
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            yield value
        elif isinstance(value, tuple | list):
            yield from (each for each in value if isinstance(each, cst.CSTNode))


def descendants(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The node and all syntax below it."""
    stack = [node]
    while stack:
        each = stack.pop()
        yield each
        stack.extend(reversed(tuple(children(each))))


def rebuilt(
    module: cst.Module, changes: Changes, parents: Mapping[cst.CSTNode, cst.CSTNode]
) -> cst.Module:
    """The module with its changed nodes; inner changes come before those of what is around."""
    marked: set[cst.CSTNode] = set()
    for node in changes:
        above: cst.CSTNode | None = node
        while above is not None and above not in marked:
            marked.add(above)
            above = parents.get(above)
    result = _rebuilt(module, changes, marked)
    assert isinstance(result, cst.Module), "a module stays one"
    return result


def _rebuilt(node: cst.CSTNode, changes: Changes, marked: set[cst.CSTNode]) -> Replacement:
    updates: dict[str, object] = {}
    for name in fields(node):
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            if value in marked:
                updates[name] = _rebuilt(value, changes, marked)
        elif isinstance(value, tuple | list) and any(each in marked for each in value):
            updates[name] = _sequence(value, changes, marked)
    result: Replacement = node.with_changes(**updates) if updates else node
    for change in changes.get(node, ()):
        assert isinstance(result, cst.CSTNode), "nothing changes what was replaced by several"
        result = change(result)
    return result


def _sequence(
    nodes: Sequence[cst.CSTNode], changes: Changes, marked: set[cst.CSTNode]
) -> list[cst.CSTNode]:
    result: list[cst.CSTNode] = []
    for node in nodes:
        new = _rebuilt(node, changes, marked) if node in marked else node
        result.extend(new if isinstance(new, tuple) else (new,))
    return result
