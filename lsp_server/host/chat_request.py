"""The body of `POST /v1/chat/completions`, parsed at the border into values that can be trusted.

A field that is not known is refused by name, never ignored in silence: a client that relied on
it would wait for something that does not come. `IGNORED` are those that ask for nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from lsp_server.host import json_fields
from lsp_server.host.chat_template import Message
from lsp_server.host.json_fields import BadRequest
from lsp_server.host.sampling import Sampling


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """`max_tokens` None: as many as the window has room for. `prediction`: what the reply will
    largely repeat; a hint that changes no reply."""

    messages: tuple[Message, ...]
    sampling: Sampling
    max_tokens: int | None
    stop: tuple[str, ...]
    prediction: str
    streams: bool
    includes_usage: bool
    returns_progress: bool
    reuses_prefix: bool


ROLES = frozenset({"system", "developer", "user", "assistant"})
IGNORED = frozenset({"model", "user", "metadata", "store", "safety_identifier", "n"})
KNOWN = IGNORED | {
    "messages", "temperature", "top_p", "top_k", "min_p", "seed", "stop", "max_tokens",
    "max_completion_tokens", "stream", "stream_options", "return_progress", "cache_prompt",
    "prediction", "frequency_penalty", "presence_penalty", "repeat_penalty",
}  # fmt: skip
MAX_STOP_STRINGS = 16


def parse(body: bytes) -> ChatRequest:
    """Raises BadRequest."""
    fields = _fields(body)
    for name in fields:
        if name not in KNOWN:
            raise BadRequest(
                f"The field '{name}' is not known here; leave it out.", "unknown_field"
            )
    if json_fields.integer(fields, "n", 1, (1, 128)) != 1:
        raise BadRequest("'n' must be 1: one reply is made at a time.")
    options = json_fields.mapping(fields, "stream_options")
    return ChatRequest(
        messages=_messages(fields),
        sampling=_sampling(fields),
        max_tokens=_max_tokens(fields),
        stop=_stop(fields),
        prediction=_prediction(fields),
        streams=json_fields.flag(fields, "stream", default=False),
        includes_usage=json_fields.flag(options, "include_usage", default=False),
        returns_progress=json_fields.flag(fields, "return_progress", default=False),
        reuses_prefix=json_fields.flag(fields, "cache_prompt", default=True),
    )


def _fields(body: bytes) -> Mapping[str, object]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The body is not valid JSON: {error}.") from error
    if not isinstance(value, dict):
        raise BadRequest("The body must be a JSON object.")
    # null means "not given" to OpenAI's clients.
    return {name: field for name, field in value.items() if field is not None}


def _messages(fields: Mapping[str, object]) -> tuple[Message, ...]:
    value = fields.get("messages")
    if not isinstance(value, list) or not value:
        raise BadRequest("'messages' must be a list with at least one message.")
    return tuple(_message(index, item) for index, item in enumerate(value))


def _message(index: int, value: object) -> Message:
    where = f"messages[{index}]"
    if not isinstance(value, dict):
        raise BadRequest(f"'{where}' must be an object with a role and a content.")
    role = value.get("role")
    if not isinstance(role, str) or role not in ROLES:
        raise BadRequest(f"'{where}.role' must be one of {', '.join(sorted(ROLES))}.")
    content = _content(where, value.get("content"))
    return Message("system" if role == "developer" else role, content)


def _content(where: str, value: object) -> str:
    """A text, or OpenAI's list of parts, of which only texts can be read here."""
    if isinstance(value, str):
        return _unicode(f"{where}.content", value)
    parts = value if isinstance(value, list) else [None]
    texts = [part.get("text") if isinstance(part, dict) else None for part in parts]
    joined = [text for text in texts if isinstance(text, str)]
    if len(joined) < len(texts):
        raise BadRequest(f"'{where}.content' must be a string or a list of text parts.")
    return _unicode(f"{where}.content", "".join(joined))


def _unicode(where: str, text: str) -> str:
    """JSON can spell half a surrogate pair, which is no character."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadRequest(f"'{where}' holds half a surrogate pair, which is no text.") from error
    return text


def _sampling(fields: Mapping[str, object]) -> Sampling:
    default = Sampling()
    return Sampling(
        temperature=json_fields.number(fields, "temperature", default.temperature, (0, 2)),
        top_k=json_fields.integer(fields, "top_k", default.top_k, (-1, 2**31 - 1)),
        top_p=json_fields.number(fields, "top_p", default.top_p, (0, 1)),
        min_p=json_fields.number(fields, "min_p", default.min_p, (0, 1)),
        seed=_seed(fields),
        repeat_penalty=json_fields.number(
            fields, "repeat_penalty", default.repeat_penalty, (0.1, 10)
        ),
        frequency_penalty=json_fields.number(fields, "frequency_penalty", 0.0, (-2, 2)),
        presence_penalty=json_fields.number(fields, "presence_penalty", 0.0, (-2, 2)),
    )


def _seed(fields: Mapping[str, object]) -> int | None:
    """-1 is llama-server's word for none."""
    seed = json_fields.integer(fields, "seed", -1, (-(2**63), 2**64))
    return None if seed == -1 else seed


def _max_tokens(fields: Mapping[str, object]) -> int | None:
    """-1 is llama-server's word for no limit."""
    name = "max_completion_tokens" if "max_completion_tokens" in fields else "max_tokens"
    limit = json_fields.integer(fields, name, -1, (-1, 2**31 - 1))
    return None if limit == -1 else limit


def _stop(fields: Mapping[str, object]) -> tuple[str, ...]:
    value = fields.get("stop", [])
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        raise BadRequest("'stop' must be a non-empty string or a list of such.")
    if len(texts) > MAX_STOP_STRINGS:
        raise BadRequest(f"'stop' may hold at most {MAX_STOP_STRINGS} strings.")
    return tuple(_unicode("stop", text) for text in texts)


def _prediction(fields: Mapping[str, object]) -> str:
    value = json_fields.mapping(fields, "prediction")
    return _content("prediction", value.get("content")) if value else ""
