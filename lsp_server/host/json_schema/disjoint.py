"""Can a value fit two alternatives at once? Where nothing shows that it cannot, it can."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Protocol

from lsp_server.host.json_schema.keywords import Schema, enum, identity, properties, required, types

Values = frozenset[str] | None
"""Identities of the only values that fit; None if that is not said."""


class Step(Protocol):
    """Called for every piece of work, with how deep it is; raises when it is too much."""

    def __call__(self, depth: int, cost: int = 1, /) -> None: ...


@dataclass(frozen=True, slots=True)
class _Outline:
    """`needed`: the values of properties without which nothing fits."""

    kinds: frozenset[str]
    values: Values
    needed: dict[str, Values]


def are_disjoint(alternatives: Sequence[Sequence[Schema]], step: Step) -> bool:
    outlines = [list(map(_outline, each)) for each in alternatives]
    for some, others in combinations(outlines, 2):
        for one, other in product(some, others):
            step(0)
            if not _differ(one, other):
                return False
    return True


def _outline(schema: Schema) -> _Outline:
    kinds = frozenset(types(schema))
    # An integer is a number, too.
    all_kinds = kinds | {"integer"} if "number" in kinds else kinds
    needed: dict[str, Values] = {}
    if kinds == {"object"}:
        named = properties(schema)
        needed = {name: _values(named.get(name)) for name in required(schema)}
    return _Outline(all_kinds, _values(schema), needed)


def _values(schema: object) -> Values:
    values = enum(schema) if isinstance(schema, dict) else None
    return None if values is None else frozenset(map(identity, values))


def _differ(one: _Outline, other: _Outline) -> bool:
    return (
        one.kinds.isdisjoint(other.kinds)
        or _exclude(one.values, other.values)
        or any(_exclude(values, other.needed.get(name)) for name, values in one.needed.items())
    )


def _exclude(some: Values, others: Values) -> bool:
    return some is not None and others is not None and some.isdisjoint(others)
