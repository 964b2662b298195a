"""Does a value fit a JSON schema? By the specification's words, apart from how replies are made."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from ipaddress import IPv4Address
from typing import Any
from urllib.parse import unquote
from uuid import UUID

FORMATS: Mapping[str, Any] = {
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "date-time": datetime.fromisoformat,
    "uuid": UUID,
    "ipv4": IPv4Address,
    "email": lambda text: re.fullmatch(r"[^@\s]+@[^@\s]+\.[a-z]+", text) or 1 / 0,
}


def fits(value: Any, schema: Any, root: Any) -> bool:
    if isinstance(schema, bool):
        return schema
    return (
        ("$ref" not in schema or fits(value, _target(schema["$ref"], root), root))
        and all(fits(value, each, root) for each in schema.get("allOf", []))
        and _counted(value, schema, "anyOf", root) != 0
        and _counted(value, schema, "oneOf", root) in (None, 1)
        and ("type" not in schema or any(_is_of(value, each) for each in _listed(schema["type"])))
        and ("const" not in schema or same(value, schema["const"]))
        and ("enum" not in schema or any(same(value, each) for each in schema["enum"]))
        and _fits_by_type(value, schema, root)
    )


def same(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _fits_by_type(value: Any, schema: Any, root: Any) -> bool:
    if isinstance(value, str):
        return _string_fits(value, schema)
    if isinstance(value, list):
        return _array_fits(value, schema, root)
    if isinstance(value, dict):
        return _object_fits(value, schema, root)
    return isinstance(value, bool) or value is None or _number_fits(value, schema)


def _number_fits(value: float, schema: Any) -> bool:
    return (
        value >= schema.get("minimum", value)
        and value <= schema.get("maximum", value)
        and ("exclusiveMinimum" not in schema or value > schema["exclusiveMinimum"])
        and ("exclusiveMaximum" not in schema or value < schema["exclusiveMaximum"])
    )


def _string_fits(text: str, schema: Any) -> bool:
    try:
        FORMATS.get(schema.get("format"), str)(text)
    except (ValueError, ArithmeticError):
        return False
    return (
        schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text))
        and re.search(schema.get("pattern", ""), text, re.ASCII) is not None
    )


def _array_fits(items: list[Any], schema: Any, root: Any) -> bool:
    firsts = schema.get("prefixItems", [])
    rest = schema.get("items", True)
    return (
        schema.get("minItems", 0) <= len(items) <= schema.get("maxItems", len(items))
        and all(fits(item, each, root) for item, each in zip(items, firsts, strict=False))
        and all(fits(item, rest, root) for item in items[len(firsts) :])
    )


def _object_fits(value: Mapping[str, Any], schema: Any, root: Any) -> bool:
    named, rest = schema.get("properties", {}), schema.get("additionalProperties", True)
    return all(name in value for name in schema.get("required", [])) and all(
        fits(inner, named.get(name, rest), root) for name, inner in value.items()
    )


def _counted(value: Any, schema: Any, name: str, root: Any) -> int | None:
    if name not in schema:
        return None
    return sum(fits(value, each, root) for each in schema[name])


def _is_of(value: Any, kind: str) -> bool:
    match kind:
        case "null":
            return value is None
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, {"string": str, "array": list, "object": dict}[kind])


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _target(ref: str, root: Any) -> Any:
    for step in unquote(ref).split("/")[1:]:
        name = step.replace("~1", "/")
        root = root[int(name)] if isinstance(root, list) else root[name]
    return root
