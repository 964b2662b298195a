"""One request as the engine thread sees it: tokens in, events out.

`emit` is called in the engine thread and must not block. The events of a work end with exactly
one `Finished`, `Cancelled` or `Failed`. Deliberately absent: HTTP, JSON, chat templates.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from lsp_server.host.sampling import Sampling


@dataclass(frozen=True, slots=True)
class PrefillProgress:
    """`n_read` of `n_prompt` tokens are in the KV cache, `n_reused` of them were there before."""

    n_prompt: int
    n_reused: int
    n_read: int
    elapsed_ms: float


@dataclass(frozen=True, slots=True)
class ReplyText:
    """A piece of the reply: whole characters, cut anywhere."""

    text: str


@dataclass(frozen=True, slots=True)
class Timings:
    """What llama-server calls so: the prompt's tokens without the reused ones, times in ms."""

    n_reused: int
    n_prefilled: int
    prefill_ms: float
    n_decoded: int
    decode_ms: float


@dataclass(frozen=True, slots=True)
class Finished:
    """`length`: `max_tokens` or the window ended the reply, not the model."""

    reason: Literal["stop", "length"]
    timings: Timings


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Nobody wants the rest."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The sentence that the client is told."""

    message: str


Event = PrefillProgress | ReplyText | Finished | Cancelled | Failed


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """`prompt` is shorter than the window. `max_tokens` None: as many as the window has room for;
    0: only read the prompt."""

    prompt: tuple[int, ...]
    emit: Callable[[Event], None]
    sampling: Sampling = field(default_factory=Sampling)
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    reuses_prefix: bool = True
    cancelled: threading.Event = field(default_factory=threading.Event)
