"""The JSON that goes out: OpenAI's forms, with llama-server's names for what OpenAI has not.

Values only; nothing here sends. `Timings` and progress are llama-server's `timings` and
`prompt_progress`.
"""

import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lsp_server.host.work import PrefillProgress, Timings

Json = Mapping[str, object]

DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class Kind:
    """What OpenAI calls a reply of one endpoint, whole and in chunks."""

    id_prefix: str
    whole: str
    chunk: str


CHAT = Kind("chatcmpl-", "chat.completion", "chat.completion.chunk")
COMPLETION = Kind("cmpl-", "text_completion", "text_completion")


@dataclass(frozen=True, slots=True)
class ReplyForm:
    """What all chunks of one reply have in common."""

    model: str
    kind: Kind
    number: str = field(default_factory=lambda: uuid.uuid4().hex)
    created: int = field(default_factory=lambda: int(time.time()))

    def chunk(self, choices: Sequence[Json], **more: Json) -> Json:
        return self._with(self.kind.chunk, choices, more)

    def whole(self, choices: Sequence[Json], **more: Json) -> Json:
        """The reply to a request that does not stream."""
        return self._with(self.kind.whole, choices, more)

    def _with(self, name: str, choices: Sequence[Json], more: Mapping[str, Json]) -> Json:
        start = {"id": self.kind.id_prefix + self.number, "object": name, "created": self.created}
        return {**start, "model": self.model, "choices": list(choices), **more}


def progress(event: PrefillProgress) -> Json:
    return {
        "total": event.n_prompt,
        "cache": event.n_reused,
        "processed": event.n_read,
        "time_ms": round(event.elapsed_ms),
    }


def timings(value: Timings) -> Json:
    return {
        "cache_n": value.n_reused,
        "prompt_n": value.n_prefilled,
        "prompt_ms": value.prefill_ms,
        "prompt_per_second": _rate(value.n_prefilled, value.prefill_ms),
        "prompt_computing_ms": value.prefill_computing_ms,
        "predicted_n": value.n_decoded,
        "predicted_ms": value.decode_ms,
        "predicted_per_second": _rate(value.n_decoded, value.decode_ms),
        "predicted_computing_ms": value.decode_computing_ms,
        "draft_n": value.n_drafted,
        "draft_n_accepted": value.n_accepted,
    }


def usage(n_prompt: int, value: Timings) -> Json:
    return {
        "prompt_tokens": n_prompt,
        "completion_tokens": value.n_decoded,
        "total_tokens": n_prompt + value.n_decoded,
        "prompt_tokens_details": {"cached_tokens": value.n_reused},
    }


def error(message: str, kind: str, code: str | int | None = None, **details: int) -> Json:
    """OpenAI's error form; `kind` is its `type`."""
    return {"error": {"message": message, "type": kind, "param": None, "code": code, **details}}


def event(value: Json) -> bytes:
    """One server-sent event."""
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


def _rate(n_tokens: int, elapsed_ms: float) -> float:
    """Tokens a second; 0 where no time has passed."""
    return n_tokens * 1000 / elapsed_ms if elapsed_ms > 0 else 0.0
