"""What Penna wants to reach with a 4-billion-parameter model on two cores.

For those who work on it: shown with `--targets` alone, and with another model or machine a figure
says something else.
"""

from dataclasses import dataclass
from typing import Literal

from lsp_server.bench import words
from lsp_server.bench.measures import SIDE_NAMES, Measured, Metric, Side
from lsp_server.bench.sections import cancel, clients, first_token, memory, rates, replay

Verdict = Literal["reached", "not reached", "not measured"]


@dataclass(frozen=True, slots=True)
class Target:
    """Of `metric`; `to` a side: the ratio to that. One of the two limits is set."""

    metric: str
    at_least: float | None = None
    at_most: float | None = None
    to: Side | None = None

    def verdict(self, measured: Measured) -> Verdict:
        found = measured.figure("penna") if self.to is None else measured.ratio(self.to)
        if found is None:
            return "not measured"
        is_enough = self.at_least is None or found.median >= self.at_least
        is_little = self.at_most is None or found.median <= self.at_most
        return "reached" if is_enough and is_little else "not reached"

    def words(self, metric: Metric) -> str:
        sign, limit = ("≤", self.at_most) if self.at_least is None else ("≥", self.at_least)
        assert limit is not None, "one of the two limits is set"
        if self.to is not None:
            return f"{sign} {limit:g} of {SIDE_NAMES[self.to]}"
        return f"{sign} {words.quantity(limit, metric)}"


_SMALL, _MIDDLING, *_ = replay.SPEEDUPS.values()

TARGETS = (
    Target(rates.PREFILL.key, at_least=0.97, to="loop"),
    Target(rates.DECODE.key, at_least=0.98, to="loop"),
    Target(first_token.SAME_SHARE.key, at_most=0.1),
    Target(_SMALL.key, at_least=3.0),
    Target(_MIDDLING.key, at_least=2.2),
    Target(replay.WORST.key, at_least=0.95),
    Target(cancel.NEXT.key, at_most=1.0),
    Target(cancel.STOP.key, at_most=0.15),
    Target(clients.PAUSE.key, at_most=0.7),
    Target(clients.READ_SHARE.key, at_least=0.55),
    Target(memory.RESIDENT.key, at_most=1.05, to="peer"),
)


def target_of(measured: Measured) -> Target | None:
    return next((each for each in TARGETS if each.metric == measured.metric.key), None)
