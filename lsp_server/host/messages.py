"""The messages and tools of a chat, parsed at the border into values that can be trusted."""

import json
from collections.abc import Mapping

from lsp_server.host import json_fields
from lsp_server.host.chat_template import Message, ToolCall
from lsp_server.host.json_fields import BadRequest
from lsp_server.host.options import text_of

ROLES = frozenset({"system", "developer", "user", "assistant", "tool"})
MAX_TOOLS = 128


def parse(fields: Mapping[str, object]) -> tuple[Message, ...]:
    """Raises BadRequest."""
    value = fields.get("messages")
    if not isinstance(value, list) or not value:
        raise BadRequest("'messages' must be a list with at least one message.")
    return tuple(_message(f"messages[{index}]", item) for index, item in enumerate(value))


def tools(fields: Mapping[str, object]) -> tuple[Mapping[str, object], ...]:
    """As the client wrote them, each with a function that has a name. Raises BadRequest."""
    value = fields.get("tools", [])
    if not isinstance(value, list) or len(value) > MAX_TOOLS:
        raise BadRequest(f"'tools' must be a list of at most {MAX_TOOLS} functions.")
    json_fields.check_depth("tools", value)
    json_fields.real_text("tools", json.dumps(value, ensure_ascii=False))
    for index, tool in enumerate(value):
        if not isinstance(tool, dict) or tool.get("type") != "function":
            raise BadRequest(f"'tools[{index}]' must be an object of type 'function'.")
        if not function_name(tool):
            raise BadRequest(f"'tools[{index}].function' must be an object with a name.")
    return tuple(value)


def function_name(tool: Mapping[str, object]) -> str:
    """ "" if it has none."""
    function = tool.get("function")
    name = function.get("name") if isinstance(function, dict) else None
    return name if isinstance(name, str) else ""


def function_and_parameters(tool: Mapping[str, object]) -> tuple[str, object]:
    """Its name, and the schema of its arguments; arguments are an object in any case."""
    function = tool["function"]
    assert isinstance(function, dict), "it was checked"
    schema = function.get("parameters")
    return function["name"], {"type": "object"} if schema in (None, {}) else schema


def _message(where: str, value: object) -> Message:
    if not isinstance(value, dict):
        raise BadRequest(f"'{where}' must be an object with a role and a content.")
    role = value.get("role")
    if not isinstance(role, str) or role not in ROLES:
        raise BadRequest(f"'{where}.role' must be one of {', '.join(sorted(ROLES))}.")
    fields = {name: field for name, field in value.items() if field is not None}
    calls = _calls(where, fields) if role == "assistant" else ()
    # A message that only calls tools has nothing else to say.
    content = "" if calls and "content" not in fields else fields.get("content")
    return Message(
        "system" if role == "developer" else role,
        text_of(f"{where}.content", content),
        calls,
        json_fields.text(fields, "tool_call_id", "") if role == "tool" else "",
        json_fields.text(fields, "name", ""),
    )


def _calls(where: str, fields: Mapping[str, object]) -> tuple[ToolCall, ...]:
    value = fields.get("tool_calls", [])
    if not isinstance(value, list):
        raise BadRequest(f"'{where}.tool_calls' must be a list.")
    return tuple(_call(f"{where}.tool_calls[{index}]", call) for index, call in enumerate(value))


def _call(where: str, value: object) -> ToolCall:
    function = value.get("function") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(function, dict):
        raise BadRequest(f"'{where}' must be an object with a function.")
    name, arguments = function.get("name"), function.get("arguments", "{}")
    if not isinstance(name, str) or not isinstance(arguments, str):
        raise BadRequest(f"'{where}.function' must have a name and the arguments as a text.")
    call_id = json_fields.text(value, "id", "")
    return ToolCall(call_id, json_fields.real_text(where, name), _arguments(where, arguments))


def _arguments(where: str, text: str) -> str:
    """Checked because they are parsed for the template."""
    text = json_fields.real_text(where, text)
    try:
        value = json.loads(text)
        json_fields.check_depth(where, value)
        json_fields.real_text(where, json.dumps(value, ensure_ascii=False))
    except (ValueError, RecursionError):
        return text  # What a model once wrote may be no JSON.
    return text
