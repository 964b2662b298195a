"""The keywords of a schema, read one by one, and refused in one sentence where they are no JSON
Schema.
"""

import json
from collections.abc import Mapping
from urllib.parse import unquote

from lsp_server.host.json_fields import BadRequest

Schema = Mapping[str, object]

TYPES = ("object", "array", "string", "number", "integer", "boolean", "null")
NOTES = frozenset({
    "title", "description", "default", "examples", "$defs", "definitions", "$schema", "$id",
    "$comment", "deprecated", "readOnly", "writeOnly",
})  # fmt: skip


def schema_of(value: object) -> Schema | bool:
    if isinstance(value, bool | dict):
        return value
    raise BadRequest("A JSON schema must be an object, true or false.")


def schemas_of(schema: Schema, name: str) -> list[Schema | bool]:
    value = schema.get(name, [])
    if not isinstance(value, list):
        raise BadRequest(f"The JSON schema's '{name}' must be a list of schemas.")
    return list(map(schema_of, value))


def types(schema: Schema) -> tuple[str, ...]:
    """Those that are named, in their order; all if none is."""
    value = schema.get("type", list(TYPES))
    named = [value] if isinstance(value, str) else value
    if not isinstance(named, list) or not all(each in TYPES for each in named):
        raise BadRequest(f"The JSON schema's 'type' must be one or some of {', '.join(TYPES)}.")
    return tuple(each for each in named if not (each == "integer" and "number" in named))


def enum(schema: Schema) -> list[object] | None:
    """The values of `const` or `enum`; None if any will do."""
    if "const" in schema:
        return [schema["const"]]
    values = schema.get("enum")
    if values is not None and not isinstance(values, list):
        raise BadRequest("The JSON schema's 'enum' must be a list.")
    return values


def referred(root: object, ref: object) -> object:
    """What a `$ref` points at (RFC 6901). Nothing is fetched."""
    if not isinstance(ref, str) or not (ref == "#" or ref.startswith("#/")):
        raise BadRequest(f"The JSON schema's $ref {ref!r} must point into the schema: '#/...'.")
    place = root
    for step in unquote(ref[1:]).split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(place, dict) and name in place:
            place = place[name]
        elif isinstance(place, list) and name.isdecimal() and int(name) < len(place):
            place = place[int(name)]
        else:
            raise BadRequest(f"The JSON schema's $ref {ref!r} points at nothing.")
    return place


def properties(schema: Schema) -> Mapping[str, object]:
    value = schema.get("properties", {})
    if not isinstance(value, dict):
        raise BadRequest("The JSON schema's 'properties' must be an object.")
    return value


def required(schema: Schema) -> list[str]:
    value = schema.get("required", [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise BadRequest("The JSON schema's 'required' must be a list of names.")
    return value


def property_of(schema: Schema, name: str) -> object:
    """The schema of a property, named or not."""
    return properties(schema).get(name, schema.get("additionalProperties", True))


def identity(value: object) -> str:
    """The same for values that are the same in JSON: 1 is 1.0, and true is neither."""
    return json.dumps(_as_json_counts(value), sort_keys=True)


def _as_json_counts(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return list(map(_as_json_counts, value))
    if isinstance(value, dict):
        return {name: _as_json_counts(inner) for name, inner in value.items()}
    return value
