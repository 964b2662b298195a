"""What a model is asked: messages, and how it shall sample."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request. `system` is the same for all actions, so that its KV cache is reused.

    `user` has the stable parts first and the instruction last. `prediction` is the text that
    the reply will largely repeat, for speculative decoding.
    """

    system: str
    user: str
    prediction: str = ""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are picked. `max_tokens` None means: as many as the window has room for."""

    temperature: float = 0.2
    top_p: float = 0.95
    max_tokens: int | None = None
    stop: tuple[str, ...] = field(default=())
    seed: int | None = None
