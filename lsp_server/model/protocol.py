"""What is asked of a model: a reply as a stream of events, or to read a prompt ahead of it.

The stream ends with exactly one `Ended`, or raises a `ModelError`. Closing the generator stops
the model itself, not only the display.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Literal, Protocol

from lsp_server.prompt import Prompt, Sampling


@dataclass(frozen=True, slots=True)
class Starting:
    """The host is being started or loads the model."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The prompt is being read: `n_read` of `n_total` tokens, those in the KV cache left out."""

    n_read: int
    n_total: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of the reply, cut anywhere. `n_tokens` counts the reply's tokens so far."""

    text: str
    n_tokens: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The reply is over. `length` means that a limit cut it off. Rates are tokens a second."""

    reason: Literal["stop", "length"]
    n_prompt: int = 0
    n_reused: int = 0
    n_reply: int = 0
    prefill_rate: float = 0.0
    decode_rate: float = 0.0


Event = Starting | Reading | Chunk | Ended


class Replying(Protocol):
    """What a job needs of a model; `n_ctx` is its window in tokens."""

    @property
    def n_ctx(self) -> int: ...

    def reply(self, prompt: Prompt, sampling: Sampling) -> AsyncGenerator[Event]: ...


class Model(Replying, Protocol):
    """A model that may have to be started, and can read ahead."""

    async def is_at_hand(self) -> bool:
        """Whether it runs on this machine already, so that it may be asked without a wish."""
        ...

    async def start(self) -> None:
        """Wait until it is ready, started if need be. Raises `ModelError`."""
        ...

    async def warm_up(self, prompt: Prompt) -> None:
        """Have a prompt read, so that another that begins with it is read sooner.

        Starts nothing, and raises no `ModelError`: what is wrong, the next reply will tell.
        Cancelling it stops the model, which keeps what it has read.
        """
        ...
