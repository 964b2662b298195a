"""Objects and arrays: their brackets, commas and what may be left out."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsp_server.host.json_schema import strings
from lsp_server.host.json_schema.keywords import (
    Schema,
    properties,
    property_of,
    required,
    schemas_of,
)
from lsp_server.host.json_schema.rules import literal

if TYPE_CHECKING:
    from lsp_server.host.json_schema.compiler import Compiler

COMMA = '","'


def an_object(compiler: "Compiler", schema: Schema) -> str | None:
    """None if a property that is required cannot be."""
    needed = set(required(schema))
    names = [*dict.fromkeys([*properties(schema), *required(schema)])]
    members: list[tuple[str, bool]] = []
    for name in names:
        value = compiler.value(property_of(schema, name))
        if value is None and name in needed:
            return None
        if value is not None:
            key = literal(json.dumps(name, ensure_ascii=False))
            member = compiler.rules.named(f'{key} ":" {compiler.blank} {value}')
            members.append((member, name in needed))
    body = _members(compiler, members, _other_member(compiler, schema, names))
    return compiler.rules.named(f'"{{" {compiler.blank} {body} {compiler.blank} "}}"')


def _other_member(compiler: "Compiler", schema: Schema, names: Sequence[str]) -> str | None:
    """One that is not named; None if there must be none."""
    # Who names properties and does not speak of others means these.
    wanted = schema.get("additionalProperties", not names)
    value = compiler.value(wanted)
    if value is None:
        return None
    key = strings.other_key(names, compiler.rules)
    return compiler.rules.named(f'{key} ":" {compiler.blank} {value}')


def _members(compiler: "Compiler", members: Sequence[tuple[str, bool]], other: str | None) -> str:
    """In their order. Two chains of rules: `first` while nothing stands before, else `later`."""
    rules, comma = compiler.rules, f"{COMMA} {compiler.blank}"
    later = rules.named(f"({comma} {other})*") if other else ""
    first = rules.named(f"({other} {later})?") if other else ""
    for member, is_needed in reversed(members):
        begun = rules.named(f"{member} {later}")
        first = begun if is_needed else rules.any_of([begun, first or '""'])
        again = f"{comma} {member}"
        later = rules.named(f"{again} {later}" if is_needed else f"({again})? {later}")
    return first


def an_array(compiler: "Compiler", schema: Schema) -> str | None:
    """None if it must hold what cannot be."""
    lowest = strings.length(schema, "minItems") or 0
    highest = strings.length(schema, "maxItems")
    if highest is not None and highest < lowest:
        return None
    start, rest = _items(schema)
    firsts = [compiler.value(each) for each in start[:highest]]
    if None in firsts:
        firsts = firsts[: firsts.index(None)]
        rest = False
    # Who names the first items and does not speak of others means these.
    is_closed = rest is None and bool(start)
    n_most = max(len(firsts), lowest) if is_closed else highest
    item = compiler.value(True if rest is None else rest)
    content = _listed(compiler, [each for each in firsts if each], item, (lowest, n_most))
    if content is None:
        return None
    return compiler.rules.named(f'"[" {compiler.blank} {content} {compiler.blank} "]"')


def _items(schema: Schema) -> tuple[list[object], object]:
    """The schemas of the first items, and of all others: None if nothing is said of them."""
    if isinstance(schema.get("items"), list):
        return list(schemas_of(schema, "items")), schema.get("additionalItems")
    return list(schemas_of(schema, "prefixItems")), schema.get("items")


def _listed(
    compiler: "Compiler", firsts: Sequence[str], item: str | None, span: tuple[int, int | None]
) -> str | None:
    """All of `firsts`, then items, so that there are `span` of them."""
    rules, comma = compiler.rules, f"{COMMA} {compiler.blank}"
    lowest, highest = span
    n_least = max(lowest - len(firsts), 0)
    n_most = None if highest is None else highest - len(firsts)
    if item is None or n_most == 0:
        return (f" {comma} ".join(firsts) or '""') if not n_least else None
    if firsts:
        more = rules.repeated(rules.named(f"{comma} {item}"), n_least, n_most)
        return rules.named(f"{f' {comma} '.join(firsts)} {more}")
    n_further = None if n_most is None else n_most - 1
    more = rules.repeated(rules.named(f"{comma} {item}"), max(n_least - 1, 0), n_further)
    return rules.named(f"{item} {more}" if n_least else f"({item} {more})?")
