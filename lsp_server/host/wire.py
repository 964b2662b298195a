"""The JSON that goes out: OpenAI's forms, with llama-server's names for what OpenAI has not.

Values only; nothing here sends. `Timings` and progress are llama-server's `timings` and
`prompt_progress`.
"""

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from lsp_server.host.work import Finished, PrefillProgress, Timings

Json = Mapping[str, object]

DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class ReplyForm:
    """What all chunks of one reply have in common."""

    model: str
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def chunk(self, delta: Json, finish_reason: str | None = None, **more: Json) -> Json:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        return self._with("chat.completion.chunk", [choice], more)

    def whole(self, text: str, finished: Finished) -> Json:
        """The reply to a request that does not stream."""
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": finished.reason}
        more = {"usage": usage(finished.timings), "timings": timings(finished.timings)}
        return self._with("chat.completion", [choice], more)

    def usage_chunk(self, finished: Finished) -> Json:
        """The last chunk for clients that asked for `include_usage`: it has no choices."""
        more = {"usage": usage(finished.timings), "timings": timings(finished.timings)}
        return self._with("chat.completion.chunk", [], more)

    def _with(self, kind: str, choices: list[Json], more: Mapping[str, Json]) -> Json:
        start = {"id": self.id, "object": kind, "created": self.created, "model": self.model}
        return {**start, "choices": choices, **more}


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
        "predicted_n": value.n_decoded,
        "predicted_ms": value.decode_ms,
        "predicted_per_second": _rate(value.n_decoded, value.decode_ms),
    }


def usage(value: Timings) -> Json:
    n_prompt = value.n_reused + value.n_prefilled
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
