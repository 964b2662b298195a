"""What a reply must look like, as a grammar: from `response_format`, `json_schema` or `grammar`."""

from collections.abc import Mapping

from lsp_server.host import gbnf, json_fields, json_schema
from lsp_server.host.json_fields import BadRequest

FIELDS = ("grammar", "json_schema", "response_format")


def grammar(fields: Mapping[str, object]) -> str:
    """GBNF that llama.cpp can be given, "" for a reply in any form. Raises BadRequest."""
    found = {name: made for name in FIELDS if name in fields and (made := _grammar(fields, name))}
    if len(found) > 1:
        raise BadRequest(f"Give only one of {', '.join(map(repr, found))}.")
    return next(iter(found.values()), "")


def _grammar(fields: Mapping[str, object], name: str) -> str:
    match name:
        case "grammar":
            text = json_fields.text(fields, name, "")
            if text:
                gbnf.check(text)
            return text
        case "json_schema":
            return json_schema.to_gbnf(fields[name])
    return _of_format(json_fields.mapping(fields, name))


def _of_format(wanted: Mapping[str, object]) -> str:
    """OpenAI's `response_format`; llama-server's has the schema beside the type."""
    match wanted.get("type"):
        case "text":
            return ""
        case "json_object":
            return json_schema.to_gbnf(wanted.get("schema", {"type": "object"}))
        case "json_schema":
            named = json_fields.mapping(wanted, "json_schema")
            schema = named.get("schema", wanted.get("schema"))
            if schema is None:
                raise BadRequest("'response_format.json_schema.schema' is missing.")
            # OpenAI's word for: as far as that goes.
            is_exact = named.get("strict") is not False
            return (json_schema.to_gbnf if is_exact else json_schema.to_lenient_gbnf)(schema)
    raise BadRequest("'response_format.type' must be 'text', 'json_object' or 'json_schema'.")
