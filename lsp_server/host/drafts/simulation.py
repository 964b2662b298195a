"""What drafts would save in a reply that is known: steps and seconds, without a model."""

from collections.abc import Sequence
from dataclasses import dataclass

from lsp_server.host.costs import Costs
from lsp_server.host.drafts.drafter import Drafter


@dataclass(frozen=True, slots=True)
class Simulated:
    """`plain_seconds` is what the reply takes without drafts."""

    n_steps: int
    seconds: float
    plain_seconds: float
    n_drafted: int
    n_accepted: int

    @property
    def speedup(self) -> float:
        return self.plain_seconds / self.seconds if self.seconds else 1.0


def simulated(drafter: Drafter, reply: Sequence[int], costs: Costs, n_max: int = 63) -> Simulated:
    """`reply` with its end; its first token is picked from the prompt's last row, for nothing."""
    drafter.advance(reply[:1], 0)
    at, n_steps, n_drafted, n_accepted, seconds = 1, 0, 0, 0, 0.0
    while at < len(reply):
        draft = drafter.draft(n_max)
        n_held = held(draft, reply[at:])
        n_new = min(n_held + 1, len(reply) - at)
        drafter.advance(reply[at : at + n_new], len(draft))
        at += n_new
        n_steps += 1
        n_drafted += len(draft)
        n_accepted += n_held
        seconds += costs.seconds(1 + len(draft))
    plain = (len(reply) - 1) * costs.seconds(1)
    return Simulated(n_steps, seconds, plain, n_drafted, n_accepted)


def held(draft: Sequence[int], goes_on: Sequence[int]) -> int:
    """How many tokens of the draft are what comes."""
    pairs = enumerate(zip(draft, goes_on, strict=False))
    n_both = min(len(draft), len(goes_on))
    return next((n for n, (one, other) in pairs if one != other), n_both)
