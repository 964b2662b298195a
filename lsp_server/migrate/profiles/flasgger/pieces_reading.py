"""What flasgger makes of the descriptions of a view: files, merged parts, an operation."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FLASGGER_IMPORT = re.compile('import: "(.*)"')
FLASGGER_OPTIONS = (
    "tags", "consumes", "produces", "schemes", "security", "deprecated", "operationId",
    "externalDocs",
)  # fmt: skip


def flasgger_merged(target: dict[str, Any], source: Mapping[str, Any]) -> dict[str, Any]:
    """The target with what the source adds, down into dictionaries and behind lists."""
    for key, value in source.items():
        if isinstance(value, dict):
            target[key] = flasgger_merged(target.get(key, {}), value)
        elif isinstance(value, list):
            target[key] = [*target.get(key, []), *value]
        else:
            target[key] = value
    return target


def flasgger_decoded(text: bytes) -> str:
    """A file as its byte order mark says, or as UTF-8."""
    if text.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return text.decode("utf-32")
    if text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return text.decode("utf-16")
    return text.decode("utf-8-sig")


def flasgger_imported(text: str, folder: Path) -> str:
    """The text with the files that it imports, each indented as the line that names it."""
    found = FLASGGER_IMPORT.search(text)
    if found is None:
        return text
    indent = " " * (found.start() - text.rfind("\n", 0, found.start()) - 1)
    inner = flasgger_decoded((folder / found[1]).read_bytes()).replace("\n", f"\n{indent}")
    return flasgger_imported(text[: found.start()] + inner + text[found.end() :], folder)


def flasgger_take_definitions(swag: Any, definitions: dict[str, Any]) -> None:
    """Schemas with an id become definitions, and a reference stands in their place."""
    inner = swag.values() if isinstance(swag, dict) else swag if isinstance(swag, list) else ()
    for value in inner:
        flasgger_take_definitions(value, definitions)
    schema = swag.get("schema") if isinstance(swag, dict) else None
    if isinstance(schema, dict) and "id" in schema:
        name = schema.pop("id")
        definitions.setdefault(name, {}).update(schema)
        swag["schema"] = {"$ref": f"#/definitions/{name}"}


def flasgger_operation(summary: str, description: str, swag: Mapping[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": summary or swag.get("summary"),
        "description": description or swag.get("description"),
        "requestBody": swag.get("requestBody"),
        "callbacks": swag.get("callbacks"),
        "responses": {str(key): value for key, value in (swag.get("responses") or {}).items()},
        "parameters": swag.get("parameters"),
    }
    operation = {key: value for key, value in operation.items() if value}
    for key in FLASGGER_OPTIONS:
        if key in swag:
            value = swag[key]
            is_one = key in ("produces", "consumes") and not isinstance(value, list | tuple)
            operation[key] = [value] if is_one else value
    return operation
