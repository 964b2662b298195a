"""A chunk of a streamed reply, with what servers tell of their own times.

`timings` is llama-server's; where only OpenAI's `usage` comes, tokens are counted and times are
not. Everything a server sends is checked before it is believed.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

from lsp_server.model import wire

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Timings:
    """0 where the server did not tell. Of `n_drafted` tokens `n_accepted` held."""

    n_reused: int = 0
    n_prefilled: int = 0
    prefill_ms: float = 0.0
    n_decoded: int = 0
    decode_ms: float = 0.0
    n_drafted: int = 0
    n_accepted: int = 0
    prefill_computing_ms: float = 0.0
    decode_computing_ms: float = 0.0

    def beside(self, earlier: "Timings") -> "Timings":
        """Of two that one reply brought, the one with times, or else the later."""
        return self if self.decode_ms or not earlier.decode_ms else earlier

    @property
    def prefill_rate(self) -> float | None:
        """Tokens a second, by the server's own clock."""
        return self.n_prefilled * 1000 / self.prefill_ms if self.prefill_ms > 0 else None

    @property
    def prefill_share(self) -> float | None:
        """Of the time for the prompt, what passed within llama.cpp."""
        return _share(self.prefill_computing_ms, self.prefill_ms)

    @property
    def decode_share(self) -> float | None:
        """Of the time for the reply, what passed within llama.cpp."""
        return _share(self.decode_computing_ms, self.decode_ms)

    @property
    def decode_rate(self) -> float | None:
        """The first token is picked from the prompt's last row, before this clock begins."""
        if self.decode_ms <= 0 or self.n_decoded < 2:
            return None
        return (self.n_decoded - 1) * 1000 / self.decode_ms


@dataclass(frozen=True, slots=True)
class Piece:
    """`n_read`: tokens of the prompt that have been read, if this chunk tells."""

    has_text: bool = False
    is_finished: bool = False
    n_read: int | None = None
    timings: Timings | None = None
    refusal: wire.Refusal | None = None


def piece(data: str) -> Piece:
    """One event's data. ValueError if it is not a JSON object."""
    read = wire.piece(data)
    return Piece(
        has_text=bool(read.text),
        is_finished=bool(read.finish),
        n_read=None if read.reading is None else read.reading.n_read,
        timings=None if read.counts is None else _timings(json.loads(data)),
        refusal=read.refusal,
    )


def _timings(fields: Fields) -> Timings:
    told, usage = _mapping(fields.get("timings")), _mapping(fields.get("usage"))
    if told:
        return Timings(
            n_reused=_whole(told, "cache_n"),
            n_prefilled=_whole(told, "prompt_n"),
            prefill_ms=_number(told, "prompt_ms"),
            n_decoded=_whole(told, "predicted_n"),
            decode_ms=_number(told, "predicted_ms"),
            n_drafted=_whole(told, "draft_n"),
            n_accepted=_whole(told, "draft_n_accepted"),
            prefill_computing_ms=_number(told, "prompt_computing_ms"),
            decode_computing_ms=_number(told, "predicted_computing_ms"),
        )
    n_reused = _whole(_mapping(usage.get("prompt_tokens_details")), "cached_tokens")
    return Timings(
        n_reused=n_reused,
        n_prefilled=max(_whole(usage, "prompt_tokens") - n_reused, 0),
        n_decoded=_whole(usage, "completion_tokens"),
    )


def _share(part_ms: float, whole_ms: float) -> float | None:
    return part_ms / whole_ms if part_ms > 0 and whole_ms > 0 else None


def _mapping(value: object) -> Fields:
    return value if isinstance(value, dict) else {}


def _number(fields: Fields, key: str) -> float:
    value = fields.get(key)
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else 0.0


def _whole(fields: Fields, key: str) -> int:
    return max(int(_number(fields, key)), 0)
