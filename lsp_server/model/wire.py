"""The OpenAI chat-completions protocol as values: the request's fields and the chunks of a reply.

Field names are OpenAI's, and llama-server's for what OpenAI lacks (`return_progress`,
`cache_prompt`, `timings`). Everything a server sends is checked before it is believed; what is
missing is 0 or empty. Deliberately absent: HTTP, and other endpoints.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lsp_server.model.protocol import Reading
from lsp_server.prompt import Prompt, Sampling

Fields = Mapping[str, object]

# What only some servers understand. A server that refuses one is asked again without it.
EXTENSIONS = (
    "return_progress",
    "cache_prompt",
    "prediction",
    "chat_template_kwargs",
    "stream_options",
    "seed",
    "warm_up",
)
# What a model thinks: llama-server's and DeepSeek's name, and that of vLLM and Ollama.
THOUGHTS = ("reasoning_content", "reasoning")
# What vLLM says of prompts that are too long: 0.4 and later, 0.6 and later, and what it says where
# it makes the limit of the reply from what is left of the window.
TOO_LONG = re.compile(
    r"maximum context length|longer than the maximum model length"
    r"|max_tokens must be at least 1, got -"
)


@dataclass(frozen=True, slots=True)
class Counts:
    """Tokens and rates (tokens a second) as the server counted them; 0 where it did not.

    `is_timed`: it has measured the times, too.
    """

    n_prompt: int = 0
    n_reused: int = 0
    n_reply: int = 0
    prefill_rate: float = 0.0
    decode_rate: float = 0.0
    is_timed: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as the server words it. `code` is a name, such as context_length_exceeded."""

    message: str
    code: str = ""
    n_prompt: int = 0
    n_ctx: int = 0

    @property
    def is_too_long(self) -> bool:
        """Whether the prompt does not fit (OpenAI's, llama-server's and vLLM's wording)."""
        names = ("context_length_exceeded", "exceed_context_size_error")
        return self.code in names or bool(TOO_LONG.search(self.message))


@dataclass(frozen=True, slots=True)
class Piece:
    """One chunk of a stream. `finish` is the server's finish_reason, empty until the end.

    `is_thought`: what the model thinks aloud, which is no part of the reply. `is_last`: the
    server says that nothing follows.
    """

    text: str = ""
    is_thought: bool = False
    finish: str = ""
    reading: Reading | None = None
    counts: Counts | None = None
    refusal: Refusal | None = None
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class HealthFields:
    """What the host's /health says of itself; `message` only when loading failed."""

    message: str = ""
    version: str = ""
    pid: int = 0
    n_ctx: int = 0


def request_fields(prompt: Prompt, sampling: Sampling, model: str) -> dict[str, object]:
    """The JSON body of a streamed request. An empty `model` is left out."""
    fields = {
        **_prompt_fields(prompt, model),
        "stream_options": {"include_usage": True},
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "return_progress": True,
    }
    if sampling.max_tokens is not None:
        fields["max_tokens"] = sampling.max_tokens
    if sampling.stop:
        fields["stop"] = list(sampling.stop)
    if sampling.seed is not None:
        fields["seed"] = sampling.seed
    if prompt.prediction:
        fields["prediction"] = {"type": "content", "content": prompt.prediction}
    return fields


def warm_up_fields(prompt: Prompt, model: str) -> dict[str, object]:
    """The JSON body of a request that has a prompt read. To whom it is streamed can close it.

    `warm_up` lets every other request go first; it is our host's own word.
    """
    return {**_prompt_fields(prompt, model), "max_tokens": 0, "warm_up": True}


def piece(data: str) -> Piece:
    """One event's data. ValueError if it is not a JSON object."""
    if data == "[DONE]":
        return Piece(is_last=True)
    value: object = json.loads(data)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    fields = _fields(value)
    if fields.get("error"):
        return Piece(refusal=_refusal(fields["error"]))
    choices = fields.get("choices")
    choice = _fields(choices[0]) if isinstance(choices, list) and choices else {}
    delta = _fields(choice.get("delta"))
    return Piece(
        text=_text(delta, "content"),
        is_thought=any(_text(delta, name) for name in THOUGHTS),
        finish=_text(choice, "finish_reason"),
        reading=_reading(_fields(fields.get("prompt_progress"))),
        counts=_counts(fields),
    )


def refusal(body: str) -> Refusal:
    """An error response's body: OpenAI's form, FastAPI's, or plain text."""
    try:
        value: object = json.loads(body)
    except ValueError:
        return Refusal(_one_line(body))
    fields = _fields(value)
    return _refusal(fields.get("error") or fields.get("detail") or fields or body)


def served_model(body: str) -> str:
    """The first model's name in an answer of /v1/models; empty if it names none."""
    try:
        value: object = json.loads(body)
    except ValueError:
        return ""
    models = _fields(value).get("data")
    return _text(_fields(models[0]), "id") if isinstance(models, list) and models else ""


def health(body: str) -> HealthFields:
    """An answer of the host's /health."""
    try:
        value: object = json.loads(body)
    except ValueError:
        return HealthFields(_one_line(body))
    fields = _fields(value)
    return HealthFields(
        message=_text(fields, "message"),
        version=_text(fields, "version"),
        pid=_whole(fields, "pid"),
        n_ctx=_whole(fields, "n_ctx"),
    )


def _prompt_fields(prompt: Prompt, model: str) -> dict[str, object]:
    """What decides which tokens the prompt is."""
    fields: dict[str, object] = {
        "messages": [
            {"role": "system", "content": prompt.system},
            {"role": "user", "content": prompt.user},
        ],
        "stream": True,
        "cache_prompt": True,
        # The small Qwen3 think for minutes on a CPU unless told not to.
        "chat_template_kwargs": {"enable_thinking": False},
    }
    if model:
        fields["model"] = model
    return fields


def _refusal(error: object) -> Refusal:
    fields = _fields(error)
    if not fields:
        return Refusal(_one_line(error if isinstance(error, str) else json.dumps(error)))
    return Refusal(
        message=_one_line(_text(fields, "message") or json.dumps(fields)),
        # llama-server's code is the HTTP status and its type the name.
        code=_text(fields, "code") or _text(fields, "type"),
        n_prompt=_whole(fields, "n_prompt_tokens"),
        n_ctx=_whole(fields, "n_ctx"),
    )


def _reading(progress: Fields) -> Reading | None:
    """llama-server's `total` and `processed` count the cached tokens too."""
    cached = _whole(progress, "cache")
    total = _whole(progress, "total") - cached
    if total <= 0:
        return None
    return Reading(max(0, min(_whole(progress, "processed") - cached, total)), total)


def _counts(fields: Fields) -> Counts | None:
    timings, usage = _fields(fields.get("timings")), _fields(fields.get("usage"))
    if timings:
        n_reused = _whole(timings, "cache_n")
        return Counts(
            n_prompt=_whole(timings, "prompt_n") + n_reused,
            n_reused=n_reused,
            n_reply=_whole(timings, "predicted_n"),
            prefill_rate=_number(timings, "prompt_per_second"),
            decode_rate=_number(timings, "predicted_per_second"),
            is_timed=True,
        )
    if usage:
        details = _fields(usage.get("prompt_tokens_details"))
        return Counts(
            n_prompt=_whole(usage, "prompt_tokens"),
            n_reused=_whole(details, "cached_tokens"),
            n_reply=_whole(usage, "completion_tokens"),
        )
    return None


def _fields(value: object) -> Fields:
    return value if isinstance(value, dict) else {}


def _text(fields: Fields, key: str) -> str:
    value = fields.get(key)
    return value if isinstance(value, str) else ""


def _number(fields: Fields, key: str) -> float:
    value = fields.get(key)
    # json reads NaN and Infinity, and some servers divide by zero.
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else 0.0


def _whole(fields: Fields, key: str) -> int:
    return int(_number(fields, key))


def _one_line(text: str) -> str:
    """The message in one line of bearable length, without a full stop at its end."""
    words = " ".join(text.split())
    return (words if len(words) <= 300 else words[:299] + "…").rstrip(".")
