"""What the user prefers, as far as the jobs that write for an action go."""

from dataclasses import dataclass, replace
from typing import Literal, Self

from lsp_server.prompt import Sampling
from lsp_server.settings import Settings


@dataclass(frozen=True, slots=True)
class Policy:
    """How results come and go, and how a model samples."""

    delivery: Literal["stream", "whole"] = "stream"
    on_cancel: Literal["restore", "keep"] = "restore"
    on_check_failure: Literal["restore", "keep"] = "restore"
    temperature_code: float = 0.2
    temperature_prose: float = 0.7
    max_reply_tokens: int | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            settings.delivery,
            settings.on_cancel,
            settings.on_check_failure,
            settings.temperature_code,
            settings.temperature_prose,
            settings.max_reply_tokens,
        )

    def sampling(self, asked: Sampling) -> Sampling:
        """The step's sampling with the user's temperature and the tighter of both limits."""
        prose = asked.task == "prose"
        limits = [n for n in (asked.max_tokens, self.max_reply_tokens) if n is not None]
        return replace(
            asked,
            temperature=self.temperature_prose if prose else self.temperature_code,
            max_tokens=min(limits, default=None),
        )
