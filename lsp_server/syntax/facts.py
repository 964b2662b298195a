"""What a definition does, read from its tree by `queries/<language>.facts.scm`.

The captures:

* `@call`, `@raise`, `@panic` (a name that is raised), `@return`, `@tail` (an expression that is
  returned without a word), `@yield`, `@await`.
* a branch by its name (`@if`, `@for`, ...) with `@condition` (to `@until`); `@fork` for what
  forks inside an expression and is counted only.
* `@target` binds the names in it, `@assign` assigns to what exists, `@bind` and `@bind.all`
  (every name inside) bind, `@own` names a receiver; `@outside` declares a name that is not local;
  `@name` is a use.
* `@ignore` is no use of a name. `@nested` (another definition's inside) and `@annotation` are
  left out; of a `@closure` only what is returned, yielded and awaited is left out.

Names are not resolved through nested scopes: a name bound anywhere in the definition is local.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsp_server.syntax.common_names import BUILTINS, MUTATORS
from lsp_server.syntax.shape import Branch, Facts, Symbol
from lsp_server.syntax.tables import query
from lsp_server.syntax.trees import Tree, nodes

if TYPE_CHECKING:
    from tree_sitter import Node

BRANCHES = (
    "if", "elif", "while", "for", "loop", "match", "switch", "select", "case", "try", "except",
    "catch", "goto",
)  # fmt: skip
NO_FORKS = frozenset({"match", "switch", "select", "try", "loop", "goto"})
OWN_ONLY = frozenset({"return", "tail", "yield", "await"})
THROWN_FIELDS = ("function", "constructor", "type", "name")
REACHED = frozenset(
    {
        "attribute", "subscript", "member_expression", "subscript_expression",
        "selector_expression", "index_expression", "field_expression", "field_access",
        "array_access", "pointer_expression", "unary_expression",
    }
)  # fmt: skip
NAMES = frozenset({"identifier", "shorthand_property_identifier_pattern", "self", "this"})
NOT_RETURNED = re.compile(r"block|.*_(statement|declaration|item|block|comment)|.*comment")
CALLED_IN_PLACE = frozenset(
    {"func_literal", "parenthesized_expression", "lambda", "lambda_expression", "super", "import"}
)


@dataclass(frozen=True, slots=True)
class Hit:
    """One match: the capture that names it, its node, the other captures beside it."""

    name: str
    node: "Node"
    condition: "Node | None"
    until: "Node | None"


def facts_of(tree: Tree, symbol: Symbol) -> Facts:
    """Empty for a language without a query."""
    hits = _hits(tree, symbol)
    locals_, declared = _bound(tree, hits)
    own = {parameter.name for parameter in symbol.parameters}
    own |= {tree.of(hit.node) for hit in hits if hit.name == "own"}
    calls = _unique(_called(tree, hits))
    known = locals_ | own | BUILTINS.get(tree.language, frozenset())
    return Facts(
        calls=calls,
        raises=_unique(_raised(tree, hits)),
        returns=_unique(_returned(tree, hits)),
        yields=_unique(_behind(tree, hit.node, "yield") for hit in hits if hit.name == "yield"),
        branches=tuple(_branches(tree, hits)),
        reads=_unique(name for name in _used(tree, hits) if name not in known),
        writes=_unique(_written(tree, hits, locals_ | own, declared)),
        attributes=_unique(_attributes(tree, hits, locals_ - own)),
        mutations=_unique(call for call in calls if _mutates(call, locals_ - own)),
        awaits=_unique(_behind(tree, hit.node, "await") for hit in hits if hit.name == "await"),
        complexity=1 + sum(hit.name == "fork" or _is_fork(hit) for hit in hits),
    )


def _hits(tree: Tree, symbol: Symbol) -> list[Hit]:
    found = query(tree.language, ".facts")
    if found is None:
        return []
    from tree_sitter import QueryCursor

    matches = QueryCursor(found).matches(_node(tree, symbol))
    matches.sort(key=lambda match: match[0])
    hits: dict[tuple[str, int], Hit] = {}
    for _, parts in matches:
        condition, until = parts.get("condition"), parts.get("until")
        for name in parts.keys() - {"condition", "until"}:
            node = parts[name][0]
            key = (name, node.id)
            hits.setdefault(
                key, Hit(name, node, *(n[0] if n else None for n in (condition, until)))
            )
    return _own(tree, symbol, list(hits.values()))


def _node(tree: Tree, symbol: Symbol) -> "Node":
    table, span = tree.offsets, symbol.definition_span
    start, end = table.to_byte(span.start), table.to_byte(span.end)
    return tree.root.descendant_for_byte_range(start, end) or tree.root


def _own(tree: Tree, symbol: Symbol, hits: list[Hit]) -> list[Hit]:
    """Without what belongs to other definitions, in document order."""
    body = symbol.body_span

    def is_inside(hit: Hit) -> bool:
        """Whether in the body, and neither it nor around it."""
        span = tree.span(hit.node)
        return body.contains(span) and span != body

    nested = [hit for hit in hits if hit.name == "nested" and is_inside(hit)]
    nested += [hit for hit in hits if hit.name == "annotation"]
    closures = [hit for hit in hits if hit.name == "closure" and is_inside(hit)]
    outside, inside = _Ranges.of(nested), _Ranges.of(closures)
    kept = [hit for hit in hits if not outside.cover(hit.node)]
    kept = [hit for hit in kept if hit.name not in OWN_ONLY or not inside.cover(hit.node)]
    return sorted(kept, key=lambda hit: (hit.node.start_byte, -hit.node.end_byte))


@dataclass(frozen=True, slots=True)
class _Ranges:
    """The outermost byte ranges of nodes."""

    starts: list[int]
    ends: list[int]

    @classmethod
    def of(cls, hits: list[Hit]) -> "_Ranges":
        starts: list[int] = []
        ends: list[int] = []
        ranges = ((hit.node.start_byte, hit.node.end_byte) for hit in hits)
        for start, end in sorted(ranges, key=lambda each: (each[0], -each[1])):
            if not ends or start >= ends[-1]:
                starts.append(start)
                ends.append(end)
        return cls(starts, ends)

    def cover(self, node: "Node") -> bool:
        row = bisect_right(self.starts, node.start_byte) - 1
        return row >= 0 and node.end_byte <= self.ends[row]


def _bound(tree: Tree, hits: list[Hit]) -> tuple[frozenset[str], frozenset[str]]:
    """Names bound in the definition, and names declared to be from outside."""
    found: set[str] = set()
    for hit in hits:
        if hit.name == "bind":
            found.add(tree.of(hit.node))
        elif hit.name == "target":
            found.update(tree.of(node) for node in _assigned(hit.node) if node.type in NAMES)
        elif hit.name == "bind.all":
            found.update(tree.of(node) for node in nodes(hit.node) if node.type in NAMES)
    outside = frozenset(tree.of(hit.node) for hit in hits if hit.name == "outside")
    return frozenset(found) - outside, outside


def _assigned(target: "Node") -> "Iterator[Node]":
    """The names and the reached places (`a.b`, `a[0]`) that a target consists of."""
    pending = [target]
    while pending:
        node = pending.pop()
        if node.type in NAMES or node.type in REACHED:
            yield node
        elif node.type not in {"call", "call_expression", "type"}:
            pending.extend(reversed(node.named_children))


def _written(
    tree: Tree, hits: list[Hit], local: frozenset[str], declared: frozenset[str]
) -> Iterator[str]:
    for hit in hits:
        if hit.name in {"target", "assign", "bind"}:
            for node in _assigned(hit.node):
                name = tree.of(node)
                is_outside = name in declared or (hit.name == "assign" and name not in local)
                if node.type in NAMES and is_outside:
                    yield name


def _attributes(tree: Tree, hits: list[Hit], local: frozenset[str]) -> Iterator[str]:
    for hit in hits:
        if hit.name in {"target", "assign"}:
            for node in _assigned(hit.node):
                if node.type in REACHED and _root(tree, node) not in local | {""}:
                    yield _one_line(tree.of(node))


def _root(tree: Tree, node: "Node") -> str:
    """The name that a reached place starts from; "" if it is the result of a call."""
    while node.type in REACHED and node.named_children:
        node = node.named_children[0]
    return tree.of(node) if node.type in NAMES else ""


def _mutates(call: str, local: frozenset[str]) -> bool:
    match = re.fullmatch(r"(\w+)[\w.]*\.(\w+)", call)
    return match is not None and match[2] in MUTATORS and match[1] not in local


def _used(tree: Tree, hits: list[Hit]) -> Iterator[str]:
    ignored = {hit.node.id for hit in hits if hit.name == "ignore"}
    for hit in hits:
        if hit.name == "name" and hit.node.id not in ignored:
            yield tree.of(hit.node)


def _called(tree: Tree, hits: list[Hit]) -> Iterator[str]:
    for hit in hits:
        if hit.name == "call" and hit.node.type not in CALLED_IN_PLACE:
            yield _text(tree, hit.node, hit.until)


def _raised(tree: Tree, hits: list[Hit]) -> Iterator[str]:
    for hit in hits:
        if hit.name == "panic":
            yield tree.of(hit.node)
        elif hit.name == "raise":
            yield _thrown(tree, hit.node)


def _thrown(tree: Tree, statement: "Node") -> str:
    """`E` of `raise E(...) from e`, `throw new E(...)`, `throw E(...)`; "" of a bare raise."""
    node = next((each for each in statement.named_children if "comment" not in each.type), None)
    if node is None:
        return ""
    if "call" in node.type or node.type in {"new_expression", "object_creation_expression"}:
        fields = (node.child_by_field_name(name) for name in THROWN_FIELDS)
        node = next((field for field in fields if field is not None), node)
    return _one_line(tree.of(node))


def _returned(tree: Tree, hits: list[Hit]) -> Iterator[str]:
    for hit in hits:
        if hit.name == "return":
            yield _behind(tree, hit.node, "return")
        elif hit.name == "tail" and not NOT_RETURNED.fullmatch(hit.node.type):
            yield _one_line(tree.of(hit.node))


def _behind(tree: Tree, node: "Node", word: str) -> str:
    """What stands behind `return`, `yield` or `await` (before it in Rust)."""
    written = _one_line(tree.of(node)).rstrip(";").removeprefix("co_").removeprefix(word)
    return written.removesuffix(f".{word}").strip()


def _branches(tree: Tree, hits: list[Hit]) -> Iterator[Branch]:
    for hit in hits:
        if hit.name in BRANCHES:
            condition = _text(tree, hit.condition, hit.until) if hit.condition else ""
            yield Branch(hit.name, _unparenthesized(condition))


def _is_fork(hit: Hit) -> bool:
    return hit.name in BRANCHES and hit.name not in NO_FORKS


def _text(tree: Tree, node: "Node", until: "Node | None") -> str:
    end = tree.span(until or node).end
    return _one_line(tree.text[tree.span(node).start : end])


def _unparenthesized(text: str) -> str:
    """C and its heirs put conditions in parentheses."""
    inner = text[1:-1]
    if text[:1] + text[-1:] != "()" or inner.find(")") < inner.find("("):
        return text
    return inner.strip()


def _one_line(text: str) -> str:
    return re.sub(r"\s*[\r\n]\s*", " ", text)


def _unique(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))
