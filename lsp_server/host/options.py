"""What a request says besides its prompt, in chat completions and in completions alike."""

from collections.abc import Mapping
from dataclasses import dataclass

from lsp_server.host import json_fields, sampling_fields
from lsp_server.host.json_fields import BadRequest
from lsp_server.host.known_fields import STREAM_OPTIONS
from lsp_server.host.sampling import Sampling

MAX_STOP_STRINGS = 16
MAX_CHOICES = 16
MAX_TOP_LOGPROBS = 20


@dataclass(frozen=True, slots=True)
class Options:
    """`max_tokens` None: as many as the window has room for. `n`: replies to each prompt.
    `n_logprobs`: how many of the likeliest tokens to tell for each one; None: no logprobs.
    `prediction`: what the reply will largely repeat; a hint that changes no reply. `is_warm_up`:
    only the prompt is to be read. `n_draft_max` None: drafts are as long as pays; 0: none."""

    sampling: Sampling
    max_tokens: int | None
    stop: tuple[str, ...]
    n: int
    n_logprobs: int | None
    prediction: str
    streams: bool
    includes_usage: bool
    returns_progress: bool
    reuses_prefix: bool
    is_warm_up: bool
    n_draft_max: int | None


def parse(fields: Mapping[str, object], n_logprobs: int | None) -> Options:
    """Raises BadRequest."""
    stream_options = json_fields.mapping(fields, "stream_options")
    for name in stream_options:
        if name not in STREAM_OPTIONS:
            raise BadRequest(f"'stream_options.{name}' is not known here; leave it out.")
    max_tokens = _max_tokens(fields)
    warms_up = json_fields.flag(fields, "warm_up", default=False)
    return Options(
        sampling=sampling_fields.parse(fields),
        max_tokens=0 if warms_up else max_tokens,
        stop=_stop(fields),
        n=json_fields.integer(fields, "n", 1, (1, MAX_CHOICES)),
        n_logprobs=n_logprobs,
        prediction=_prediction(fields),
        streams=json_fields.flag(fields, "stream", default=False),
        includes_usage=json_fields.flag(stream_options, "include_usage", default=False),
        returns_progress=json_fields.flag(fields, "return_progress", default=False),
        reuses_prefix=json_fields.flag(fields, "cache_prompt", default=True),
        is_warm_up=warms_up or max_tokens == 0,
        n_draft_max=_n_draft_max(fields),
    )


def text_of(where: str, value: object) -> str:
    """A text, or OpenAI's list of parts, of which only texts can be read here."""
    if isinstance(value, str):
        return json_fields.real_text(where, value)
    parts = value if isinstance(value, list) else [None]
    texts = [part.get("text") if isinstance(part, dict) else None for part in parts]
    joined = [text for text in texts if isinstance(text, str)]
    if len(joined) < len(texts):
        raise BadRequest(f"'{where}' must be a string or a list of text parts.")
    return json_fields.real_text(where, "".join(joined))


def _max_tokens(fields: Mapping[str, object]) -> int | None:
    """-1 is llama-server's word for no limit."""
    name = "max_completion_tokens" if "max_completion_tokens" in fields else "max_tokens"
    limit = json_fields.integer(fields, name, -1, (-1, 2**31 - 1))
    return None if limit == -1 else limit


def _n_draft_max(fields: Mapping[str, object]) -> int | None:
    name = "speculative.n_max"
    return json_fields.integer(fields, name, 0, (0, 2**31 - 1)) if name in fields else None


def _stop(fields: Mapping[str, object]) -> tuple[str, ...]:
    value = fields.get("stop", [])
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        raise BadRequest("'stop' must be a non-empty string or a list of such.")
    if len(texts) > MAX_STOP_STRINGS:
        raise BadRequest(f"'stop' may hold at most {MAX_STOP_STRINGS} strings.")
    return tuple(json_fields.real_text("stop", text) for text in texts)


def _prediction(fields: Mapping[str, object]) -> str:
    value = json_fields.mapping(fields, "prediction")
    return text_of("prediction.content", value.get("content")) if value else ""
