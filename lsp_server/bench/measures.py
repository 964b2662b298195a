"""What was measured: values by side and round, their middle, and the ratio of two sides in turn.

Sides are measured one after the other in each round, so that what disturbs the machine for a
while disturbs both. The ratio of two sides is the middle of the rounds' ratios, never the ratio of
two middles of other rounds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

Side = Literal["penna", "loop", "llama-bench", "peer"]
SIDES: tuple[Side, ...] = ("penna", "loop", "llama-bench", "peer")

SIDE_NAMES: dict[Side, str] = {
    "penna": "Penna",
    "loop": "llama.cpp's loop",
    "llama-bench": "llama-bench",
    "peer": "peer",
}
"""As a heading; `subject` begins a sentence."""


def subject(side: Side) -> str:
    return "The peer" if side == "peer" else SIDE_NAMES[side]


Unit = Literal["tokens/s", "s", "GB", "×", "share", ""]


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing to be measured. `unit` "×" and "share" are ratios within one side, "" a number."""

    key: str
    label: str
    unit: Unit
    less_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """The middle of so many rounds, the least and the most."""

    median: float
    least: float
    most: float
    n_rounds: int


@dataclass(frozen=True, slots=True)
class Measured:
    """`rounds`: each side's values by the number of the round; a side may lack some, or be absent
    because it cannot do this."""

    metric: Metric
    rounds: Mapping[Side, Mapping[int, float]]

    def figure(self, side: Side) -> Figure | None:
        return figure(self.rounds.get(side, {}).values())

    def ratio(self, to: Side, of: Side = "penna") -> Figure | None:
        """`of` divided by `to`, from the rounds that both have."""
        ours, theirs = self.rounds.get(of, {}), self.rounds.get(to, {})
        both = [number for number in ours if theirs.get(number)]
        return figure(ours[number] / theirs[number] for number in both)


def figure(values: Iterable[float]) -> Figure | None:
    """None of no values."""
    known = list(values)
    return Figure(median(known), min(known), max(known), len(known)) if known else None


@dataclass(frozen=True, slots=True)
class Timeline:
    """A running reply while another client's prompt is read. Seconds from when that was sent.

    `tokens`: when a piece of the reply came; `progress`: when so many tokens of the prompt had
    been read, if the server tells; `first_token`: of the other client.
    """

    tokens: tuple[float, ...]
    progress: tuple[tuple[float, int], ...]
    first_token: float
    n_prompt: int


@dataclass(frozen=True, slots=True)
class ReplayedPair:
    """One edit written token by token. `positions`: for each place in a draft, how often it was
    drafted and how often that held. Seconds are those of one token."""

    name: str
    bucket: str
    changed: float
    n_tokens: int
    n_steps: int
    drafted_s: float
    plain_s: float
    positions: tuple[tuple[int, int], ...]

    @property
    def speedup(self) -> float:
        return self.plain_s / self.drafted_s


@dataclass(slots=True)
class Record:
    """All that a run has found out so far; a run that is interrupted leaves it as it is."""

    timelines: dict[Side, Timeline] = field(default_factory=dict)
    pairs: list[ReplayedPair] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _rounds: dict[Metric, dict[Side, dict[int, float]]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been measured."""
        return not (self.pairs or self.timelines or any(self._rounds.values()))

    def add(self, metric: Metric, side: Side, number: int, value: float | None) -> None:
        """A value of round `number`; None: this server does not tell."""
        sides = self._rounds.setdefault(metric, {})
        if value is not None:
            sides.setdefault(side, {})[number] = value

    def note(self, sentence: str) -> None:
        """What a reader must know; said once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def measured(self, metrics: Iterable[Metric]) -> tuple[Measured, ...]:
        """Those of `metrics` that were begun, in their order."""
        return tuple(Measured(m, self._rounds[m]) for m in metrics if m in self._rounds)
