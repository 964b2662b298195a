"""The parts of Flask-RESTX's specification that need no API: paths, docstrings, headers, bodies."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from inspect import getdoc
from typing import Any
from urllib.parse import quote

from lsp_server.migrate.profiles.restx.pieces_errors import restx_not_none
from lsp_server.migrate.profiles.restx.pieces_model import RestxModelBase
from lsp_server.migrate.profiles.restx.pieces_reqparse import RESTX_PY_TYPES
from lsp_server.migrate.runtime.context import current_app

RESTX_PATH_TYPES = {
    "int": "integer",
    "float": "number",
    "string": "string",
    "default": "string",
}
RESTX_VARIABLE = re.compile(
    r"<(?:(?P<converter>[a-zA-Z_]\w*)(?:\(.*?\))?:)?(?P<name>[a-zA-Z_]\w*)>", re.ASCII
)


def restx_ref(model: Any) -> dict[str, str]:
    """A reference to a model's definition."""
    name = model.name if isinstance(model, RestxModelBase) else model
    return {"$ref": f"#/definitions/{quote(name, safe='')}"}


def restx_value_of(value: Any) -> Any:
    """A value, or what it returns."""
    return value() if callable(value) else value


def restx_path(rule: str) -> str:
    """A URL rule as the specification writes it: `/todos/{id}`."""
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule)


def restx_variables(rule: str) -> Iterator[tuple[str, str]]:
    """Converter and name of each variable in a URL rule.

    Raises:
        ValueError: The rule is malformed.
    """
    names: set[str] = set()
    for match in RESTX_VARIABLE.finditer(rule):
        name = match.group("name")
        if name in names:
            raise ValueError(f"variable name {name!r} used twice.")
        names.add(name)
        yield match.group("converter") or "default", name
    if set("<>") & set(RESTX_VARIABLE.sub("", rule)):
        raise ValueError(f"malformed url rule: {rule!r}")


def restx_path_params(rule: str) -> dict[str, dict[str, Any]]:
    """The variables of a URL rule as the specification's parameters."""
    params = {}
    for converter, name in restx_variables(rule):
        known = RESTX_PATH_TYPES.get(converter)
        if known is None and converter not in current_app.url_map.converters:
            raise ValueError(f"Unsupported type converter: {converter}")
        params[name] = {"name": name, "in": "path", "required": True, "type": known or "string"}
    return params


def restx_header(header: Any) -> dict[str, Any]:
    """A header of an answer as the specification has it."""
    if isinstance(header, str):
        header = {"description": header}
    kind = header.get("type", "string")
    if isinstance(kind, Hashable) and kind in RESTX_PY_TYPES:
        header["type"] = RESTX_PY_TYPES[kind]
    elif isinstance(kind, list | tuple) and len(kind) == 1 and kind[0] in RESTX_PY_TYPES:
        header["type"] = "array"
        header["items"] = {"type": RESTX_PY_TYPES[kind[0]]}
    elif hasattr(kind, "__schema__"):
        header.update(kind.__schema__)
    else:
        header["type"] = kind
    return restx_not_none(header)


def restx_docstring(documented: Any) -> dict[str, Any]:
    """What a docstring says: its first sentence, the rest, and which errors are raised."""
    raw = getdoc(documented)
    if not raw:
        return {"raw": raw, "summary": None, "details": None, "raises": {}}
    summary = raw.strip(" \n").split("\n")[0].split(".")[0]
    details = raw.replace(summary, "").lstrip(". \n").strip(" \n")
    raises = {}
    raised = r"^:raises\s+(?P<name>[\w\d_]+)\s*:\s*(?P<description>.*)$"
    for match in re.finditer(raised, raw, re.MULTILINE):
        raises[match.group("name")] = match.group("description")
        details = details.replace(match.group(0), "")
    return {"raw": raw, "summary": summary or None, "details": details or None, "raises": raises}


def restx_is_hidden(resource: Any, route_doc: Any = None) -> bool:
    """Whether a resource is left out of the specification."""
    return route_doc is False or getattr(resource, "__apidoc__", None) is False


def restx_parser_params(described: list[dict[str, Any]]) -> dict[str, Any]:
    """What a request parser reads, with all of the JSON body as one parameter."""
    params = {param["name"]: param for param in described if param["in"] != "body"}
    body = {p["name"]: {"type": p.get("type", "string")} for p in described if p["in"] == "body"}
    if body:
        schema = {"type": "object", "properties": body}
        params["payload"] = {"name": "payload", "required": True, "in": "body", "schema": schema}
    return params


def restx_complete_param(name: str, param: dict[str, Any]) -> dict[str, Any]:
    """A parameter with all that the specification wants of it."""
    param["name"] = name
    if "type" not in param and "schema" not in param:
        param["type"] = "string"
    param.setdefault("in", "query")
    if "type" in param and "schema" not in param:
        kind = param["type"]
        if isinstance(kind, list | tuple):
            element = kind[0]
            known = (
                RESTX_PY_TYPES.get(element, element) if isinstance(element, Hashable) else element
            )
            param["type"] = "array"
            param["items"] = {"type": known}
        elif isinstance(kind, type | None) and kind in RESTX_PY_TYPES:
            param["type"] = RESTX_PY_TYPES[kind]
    return param


def restx_response_parts(response: Any) -> tuple[Any, Any, Any]:
    """Description, model and keyword arguments of a documented answer."""
    if isinstance(response, str):
        return response, None, {}
    if len(response) == 3:
        return response[0], response[1], response[2]
    if len(response) == 2:
        return response[0], response[1], {}
    raise ValueError("Unsupported response specification")


def restx_security(value: Any) -> list[Any] | None:
    """Requirements of security as the specification has them."""
    if isinstance(value, list | tuple):
        return [restx_requirement(requirement) for requirement in value]
    if not value:
        return []
    requirement = restx_requirement(value)
    return [requirement] if requirement else None


def restx_requirement(value: Any) -> dict[str, Any] | None:
    if isinstance(value, str):
        return {value: []}
    if isinstance(value, dict):
        return {k: v if isinstance(v, list | tuple) else [v] for k, v in value.items()}
    return None


def restx_tag(tag: Any) -> dict[str, Any]:
    """A tag as the specification has it."""
    if isinstance(tag, str):
        return {"name": tag}
    if isinstance(tag, list | tuple):
        return {"name": tag[0], "description": tag[1]}
    if isinstance(tag, dict) and "name" in tag:
        return tag
    raise ValueError(f"Unsupported tag format for {tag}")
