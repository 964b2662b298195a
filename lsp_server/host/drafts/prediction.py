"""Follows the text that is being edited, and finds the place again behind each change.

After a change the text goes on: behind one replaced token, or where the last tokens of the reply
occur ahead of the place that was lost; the longer the match, the further ahead it may be.
"""

from collections.abc import Sequence
from typing import Literal

from lsp_server.host.drafts.grams import Grams
from lsp_server.host.drafts.odds import Chances, Odds

AHEAD = {3: 100_000, 2: 60, 1: 16}
"""How far ahead of the lost place a match of so many tokens is believed."""

BEHIND = 3
"""Tokens that a match of three may reach back over the lost place."""

NEAR, FAR = 4, 17
"""Tokens ahead of the lost place that a single token, and a pair, are called near within."""

Kind = Literal["start", "replaced", "inserted", "near", "unique", "ahead", "close", "far"]
RIGHT: dict[Kind, float] = {
    "start": 0.7,
    "replaced": 0.12,
    "inserted": 0.85,
    "near": 0.5,
    "unique": 0.6,
    "ahead": 0.2,
    "close": 0.7,
    "far": 0.4,
}
"""How often a place is the right one: right at the start; one token replaced; text inserted before
it; found by one token (near, the only one in the text, further ahead) or by more (close, far)."""

CHANCE = (0.8, 4.0)


class Prediction:
    def __init__(self, tokens: Sequence[int]) -> None:
        self._tokens = tokens
        self._grams = {n: Grams(tokens, n) for n in AHEAD}
        self._odds = Odds(RIGHT, CHANCE)
        self._place: int | None = 0
        self._kind: Kind = "start"
        self._run = 0
        self._lost = 0
        self._n_since = 0

    def push(self, token: int, reply: Sequence[int]) -> None:
        """`token` is the last one of `reply`."""
        place = self._place
        if place is not None and place < len(self._tokens) and self._tokens[place] == token:
            self._place = place + 1
            self._run += 1
            self._odds.held(self._run)
            return
        if place is not None:
            self._odds.ended(self._kind, self._run)
        if place is not None and (self._run or self._kind == "start"):
            self._lost, self._n_since = place, 0
        self._n_since += 1
        self._run = 0
        self._find(reply)

    def draft(self, n_max: int) -> Sequence[int]:
        return () if self._place is None else self._tokens[self._place : self._place + n_max]

    def chances(self) -> Chances:
        return self._odds.chances(self._kind, self._run)

    def _find(self, reply: Sequence[int]) -> None:
        for n, ahead in AHEAD.items():
            places = self._grams[n].places(reply)
            found = self._nearest(places, n, ahead)
            if found is not None:
                self._place, self._kind = found, self._kind_of(found, n, len(places))
                return
        self._place = self._lost + 1 if self._n_since == 1 else None
        self._kind = "replaced"

    def _kind_of(self, place: int, n: int, count: int) -> Kind:
        distance = place - 1 - self._lost
        if distance == 0:
            return "inserted"
        if n == 1:
            if count == 1:
                return "unique"
            return "near" if distance < NEAR else "ahead"
        return "close" if 0 < distance < FAR else "far"

    def _nearest(self, places: Sequence[int], n: int, ahead: int) -> int | None:
        first = self._lost + (n - BEHIND if n == 3 else 1)
        for place in places:
            if first <= place <= self._lost + ahead:
                return place
        return places[-1] if places and n == 3 else None
