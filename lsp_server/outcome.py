"""How a job ends, and what it says while it runs: two closed unions."""

from dataclasses import dataclass

from lsp_server.model.protocol import Reading, Starting
from lsp_server.text import Span


@dataclass(frozen=True, slots=True)
class Writing:
    """The reply is being written.

    `rate` in tokens a second over the reply so far; `n_expected` is None where the length cannot
    be known.
    """

    n_tokens: int
    rate: float
    n_expected: int | None = None

    @property
    def seconds_left(self) -> float | None:
        if self.n_expected is None or not self.rate or self.n_tokens >= self.n_expected:
            return None
        return (self.n_expected - self.n_tokens) / self.rate


@dataclass(frozen=True, slots=True)
class Drafting:
    """The result is being made without a model."""


@dataclass(frozen=True, slots=True)
class Checking:
    """The result is being checked."""


@dataclass(frozen=True, slots=True)
class Repairing:
    """A check failed; the model is asked once more. `problem` is the check's sentence."""

    problem: str


Stage = Starting | Reading | Writing | Drafting | Checking | Repairing


@dataclass(frozen=True, slots=True)
class Finished:
    """The result stands and its checks hold. `n_checks` is how many there were."""

    summary: str
    n_checks: int = 0
    by_model: bool = False


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The user asked to stop."""

    reason: str


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The user edited the very text that was being written."""

    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The result could not be made, landed or verified; `reason` says what to do.

    `kept` is where in the document text stands that failed a check and that the user wants kept.
    """

    reason: str
    kept: tuple[Span, ...] = ()


Outcome = Finished | Cancelled | Interrupted | Failed
