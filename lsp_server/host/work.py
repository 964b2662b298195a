"""One request as the engine thread sees it: tokens in, events out.

`emit` is called in the engine thread and must not block. The events of a work end with exactly
one `Finished`, `Cancelled` or `Failed`. Deliberately absent: HTTP, JSON, chat templates.
"""

import threading
import time
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
class TokenLogprob:
    """A token of the reply as bytes, its log probability, and the likeliest tokens in its place."""

    piece: bytes
    logprob: float
    likeliest: tuple[tuple[bytes, float], ...] = ()


@dataclass(frozen=True, slots=True)
class ReplyText:
    """A piece of the reply: whole characters, cut anywhere. `logprobs` of the tokens that came
    since the last piece, if they were asked for."""

    text: str
    logprobs: tuple[TokenLogprob, ...] = ()


@dataclass(frozen=True, slots=True)
class Timings:
    """What llama-server calls so: the prompt's tokens without the reused ones, times in ms.

    Of `n_drafted` tokens `n_accepted` were what the model said. `queue_ms` passed before the first
    batch, `first_token_ms` until the first token was picked; both count from `submit`. Of the times
    for prompt and reply, the `computing` ones passed within llama.cpp.
    """

    n_reused: int
    n_prefilled: int
    prefill_ms: float
    n_decoded: int
    decode_ms: float
    n_drafted: int = 0
    n_accepted: int = 0
    queue_ms: float = 0.0
    first_token_ms: float = 0.0
    prefill_computing_ms: float = 0.0
    decode_computing_ms: float = 0.0


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
    0: only read the prompt. `prediction`: the tokens of a text that the reply will largely repeat.
    `is_warm_up`: read the prompt when nobody else wants anything; any other work ends it.
    `n_system`: so many tokens of the prompt are the same for all requests with its system prompt.
    `n_logprobs`: how many of the likeliest tokens to tell for each one; None: no log probabilities.
    `n_draft_max`: how long a draft may be; None: as long as pays.
    `submitted` is a monotonic time in seconds.
    """

    prompt: tuple[int, ...]
    emit: Callable[[Event], None]
    sampling: Sampling = field(default_factory=Sampling)
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    reuses_prefix: bool = True
    prediction: tuple[int, ...] = ()
    is_warm_up: bool = False
    n_system: int = 0
    n_logprobs: int | None = None
    n_draft_max: int | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)
    submitted: float = field(default_factory=time.monotonic)
