"""How likely it is that a draft holds, from what has held in this reply.

A place in a text that the reply seems to follow is either the right one or looks so by chance. At
the right one a token holds but for the rate at which the text is edited; by chance it holds in
about one of three, and more often the longer it has. Each token that holds speaks for the right
place. The constants are fitted to edits of the standard library (lsp_server/bench).
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Kind = TypeVar("Kind", bound=Hashable)

SURE = 8
"""Tokens that held in a row: by chance they seldom do."""

EDITS, PER_TOKENS = 1.0, 40.0
"""The rate of edits that is assumed before any was seen."""

KINSHIP = 0.3
"""How much a place that was left says of places of the other kinds."""

WEIGHT = 3.0
"""Places seen that what is assumed of a kind of place counts for."""


@dataclass(frozen=True, slots=True)
class Chances:
    """That the place is the right one; that a token of it is edited; tokens that held so far.
    `chance`: held and seen before those, at a wrong place."""

    right: float
    edited: float
    run: int
    chance: tuple[float, float]

    def by_chance(self, ahead: int) -> float:
        """That a token holds at a wrong place, when all before it have."""
        held, seen = self.chance
        return (self.run + ahead + held) / (self.run + ahead + seen)


class Odds(Generic[Kind]):
    """Of one source of drafts in one reply. `right`: how often a place of each kind is the right
    one, before any was seen. `chance`: tokens that held of tokens seen, as if at a wrong place."""

    def __init__(self, right: Mapping[Kind, float], chance: tuple[float, float]) -> None:
        self._chance = chance
        self._right = {kind: share * WEIGHT for kind, share in right.items()}
        self._seen = dict.fromkeys(right, WEIGHT)
        self._edits = EDITS
        self._tokens = PER_TOKENS

    def held(self, run: int) -> None:
        """A token held; with it, `run` in a row."""
        self._tokens += run > SURE

    def ended(self, kind: Kind, run: int) -> None:
        """The reply has left a place after `run` tokens."""
        was_right = run >= SURE
        for each in self._seen:
            weight = 1 if each == kind else KINSHIP
            self._seen[each] += weight
            self._right[each] += weight * was_right
        self._edits += was_right

    def chances(self, kind: Kind, run: int) -> Chances:
        edited = self._edits / self._tokens
        share = self._right[kind] / self._seen[kind]
        for_it, against = share, 1 - share
        start = Chances(share, edited, 0, self._chance)
        for ahead in range(min(run, 4 * SURE)):
            for_it *= 1 - edited
            against *= start.by_chance(ahead)
        return Chances(for_it / (for_it + against), edited, run, self._chance)
