"""The body of `POST /v1/chat/completions`, parsed at the border into values that can be trusted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lsp_server.host import body, json_fields, known_fields, messages, options, tool_calls
from lsp_server.host.chat_template import Message, Tool
from lsp_server.host.json_fields import BadRequest
from lsp_server.host.options import MAX_TOP_LOGPROBS, Options
from lsp_server.host.tool_calls import CLOSE


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """`tools` are those that the reply may call."""

    messages: tuple[Message, ...]
    tools: tuple[Tool, ...]
    options: Options


def parse(content: bytes) -> ChatRequest:
    """Raises BadRequest."""
    fields = body.fields(content)
    known_fields.check(fields, known_fields.CHAT)
    _check_template_arguments(fields)
    chosen = options.parse(fields, _n_logprobs(fields))
    tools, demanded = _tools(fields)
    if tools and chosen.sampling.grammar:
        raise BadRequest("A reply in a given form cannot call tools: leave out one of the two.")
    if demanded:
        chosen = replace(chosen, sampling=replace(chosen.sampling, grammar=demanded))
    if tools and not json_fields.flag(fields, "parallel_tool_calls", default=True):
        chosen = replace(chosen, stop=(*chosen.stop, CLOSE))
    return ChatRequest(messages.parse(fields), tools, chosen)


def _tools(fields: Mapping[str, object]) -> tuple[tuple[Tool, ...], str]:
    """Those that may be called, and the grammar of a call if one is demanded."""
    tools = messages.tools(fields)
    match fields.get("tool_choice", "auto"):
        case "none":
            # The model is not even told of them.
            return (), ""
        case "auto":
            return tools, ""
        case "required":
            return tools, _demanded(tools)
        case {"type": "function", "function": {"name": str(name)}}:
            return tools, _demanded(
                [tool for tool in tools if messages.function_name(tool) == name]
            )
    raise BadRequest("'tool_choice' must be 'none', 'auto', 'required' or name a function.")


def _demanded(tools: Sequence[Tool]) -> str:
    if not tools:
        raise BadRequest("'tool_choice' demands a call, but 'tools' has no such function.")
    return tool_calls.grammar(dict(map(messages.function_and_parameters, tools)))


def _n_logprobs(fields: Mapping[str, object]) -> int | None:
    n = json_fields.integer(fields, "top_logprobs", 0, (0, MAX_TOP_LOGPROBS))
    if json_fields.flag(fields, "logprobs", default=False):
        return n
    if n:
        raise BadRequest("'top_logprobs' needs 'logprobs' to be true.")
    return None


def _check_template_arguments(fields: Mapping[str, object]) -> None:
    """Nobody may let the model think, but may say that it must not."""
    for name, value in json_fields.mapping(fields, "chat_template_kwargs").items():
        if (name, value) != ("enable_thinking", False):
            raise BadRequest(
                f"'chat_template_kwargs.{name}' cannot be set here; leave it out.",
                "unsupported_value",
            )
