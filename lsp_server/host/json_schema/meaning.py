"""What a schema means once its references and combinations are worked out: a list of plain
schemas, of which a value must fit one.

`allOf` and keywords beside a `$ref` are merged, `anyOf` is multiplied out. Pure.
"""

from collections.abc import Sequence

from lsp_server.host.json_fields import BadRequest, is_number
from lsp_server.host.json_schema.disjoint import Step, are_disjoint
from lsp_server.host.json_schema.keywords import (
    NOTES,
    TYPES,
    Schema,
    enum,
    identity,
    properties,
    property_of,
    referred,
    required,
    schema_of,
    schemas_of,
    types,
)

COMBINING = frozenset({"$ref", "allOf", "anyOf", "oneOf"})
LARGEST = ("minimum", "exclusiveMinimum", "minLength", "minItems")
SMALLEST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
MEMBERS_PER_STEP = 50
OBJECT = ("properties", "required", "additionalProperties")


class Meaning:
    """`step` is called for every piece of work, and raises when it is too much."""

    def __init__(self, root: object, step: Step, *, is_lenient: bool) -> None:
        self._root = root
        self._step = step
        self._is_lenient = is_lenient

    def plain(self, schema: Schema | bool, depth: int = 0) -> list[Schema]:
        """Schemas without any of `COMBINING`; [] if nothing fits."""
        self._step(depth)
        if isinstance(schema, bool):
            return [{}] if schema else []
        left_out = COMBINING | NOTES
        found: list[Schema] = [{k: v for k, v in schema.items() if k not in left_out}]
        parts = schemas_of(schema, "allOf")
        if "$ref" in schema:
            parts = [schema_of(referred(self._root, schema["$ref"])), *parts]
        for part in parts:
            found = self._both(found, self.plain(part, depth + 1))
        for name in ("anyOf", "oneOf"):
            if name in schema:
                choices = self.choices(schema, name, depth)
                found = self._both(found, [each for choice in choices for each in choice])
        return found

    def choices(self, schema: Schema, name: str, depth: int = 0) -> list[list[Schema]]:
        """The meanings of each alternative. A grammar can say "one of", but not "no two of": such
        a `oneOf` is refused."""
        choices = [self.plain(each, depth + 1) for each in schemas_of(schema, name)]
        if name == "oneOf" and not self._is_lenient and not are_disjoint(choices, self._step):
            raise BadRequest(
                "The JSON schema's 'oneOf' has alternatives that a value could fit both of; "
                "say 'anyOf', or give them different constants."
            )
        return choices

    def _both(self, some: Sequence[Schema], others: Sequence[Schema]) -> list[Schema]:
        found = []
        for one in some:
            for other in others:
                self._step(0, 1 + (_size(one) + _size(other)) // MEMBERS_PER_STEP)
                merged = _merged(one, other)
                found += [merged] if merged is not None else []
        return found


def _merged(one: Schema, other: Schema) -> Schema | None:
    """What fits both; None if nothing does."""
    both = {**one, **other}
    if _counts_items(one) != _counts_items(other) and _has_items(one) and _has_items(other):
        raise BadRequest("The JSON schema speaks of the items of one list in two ways.")
    for name in one.keys() & other.keys():
        if name in LARGEST or name in SMALLEST:
            both[name] = _bound(name, one[name], other[name])
        elif name in ("items", "additionalItems") and one[name] != other[name]:
            both[name] = {"allOf": [one[name], other[name]]}
        elif name in ("pattern", "format", "prefixItems") and one[name] != other[name]:
            raise BadRequest(f"The JSON schema has two of '{name}' for one value.")
    return _with_types(both, one, other) and _with_object(both, one, other)


def _size(schema: Schema) -> int:
    return len(enum(schema) or ()) + len(properties(schema)) + len(required(schema))


def _counts_items(schema: Schema) -> bool:
    return "prefixItems" in schema or isinstance(schema.get("items"), list)


def _has_items(schema: Schema) -> bool:
    return "items" in schema or _counts_items(schema)


def _bound(name: str, one: object, other: object) -> object:
    if not is_number(one) or not is_number(other):
        raise BadRequest(f"The JSON schema's '{name}' must be a number.")
    return max(one, other) if name in LARGEST else min(one, other)


def _with_types(both: dict[str, object], one: Schema, other: Schema) -> dict[str, object] | None:
    if "type" in one and "type" in other:
        common = [each for each in TYPES if _has(types(one), each) and _has(types(other), each)]
        both["type"] = list(types({"type": common}))
        if not common:
            return None
    values, others = enum(one), enum(other)
    if values is not None and others is not None:
        both.pop("const", None)
        known = set(map(identity, others))
        both["enum"] = [each for each in values if identity(each) in known]
        if not both["enum"]:
            return None
    return both


def _has(names: Sequence[str], name: str) -> bool:
    return name in names or (name == "integer" and "number" in names)


def _with_object(both: dict[str, object], one: Schema, other: Schema) -> Schema | None:
    if not all(any(name in each for name in OBJECT) for each in (one, other)):
        return both
    both["required"] = [*dict.fromkeys([*required(one), *required(other)])]
    both["properties"] = {
        name: _all_of(property_of(one, name), property_of(other, name))
        for name in [*properties(one), *properties(other)]
    }
    rest = [each["additionalProperties"] for each in (one, other) if "additionalProperties" in each]
    if rest:
        both["additionalProperties"] = _all_of(*rest)
    return both


def _all_of(*schemas: object) -> object:
    if any(each is False for each in schemas):
        return False
    telling = [each for each in schemas if each is not True]
    return {"allOf": telling} if len(telling) > 1 else (telling or [True])[0]
