"""Follows a place in the prompt or in the reply where the same tokens stood before."""

from collections.abc import Sequence

from lsp_server.host.drafts.grams import Grams, n_shared
from lsp_server.host.drafts.odds import Chances, Odds

LEAST, MOST = 2, 5
"""Tokens that must be the same to believe a place; more than `MOST` say no more."""

CANDIDATES = 32
"""Occurrences that are compared, from the last one back: a bound for texts that repeat."""

RIGHT = {2: 0.2, 3: 0.2, 4: 0.3, 5: 0.4}
"""How often a place is the right one, by the tokens that are the same before it."""

CHANCE = (1.2, 4.0)


class Lookup:
    def __init__(self, prompt: Sequence[int]) -> None:
        self._grams = Grams(prompt, LEAST)
        self._odds = Odds(RIGHT, CHANCE)
        self._kind = LEAST
        self._run = 0
        self._place = self._find()

    def push(self, token: int) -> None:
        place, tokens = self._place, self._grams.tokens
        holds = place is not None and tokens[place] == token
        self._grams.add(token)
        if holds and place is not None:
            self._place = place + 1
            self._run += 1
            self._odds.held(self._run)
            return
        if place is not None:
            self._odds.ended(self._kind, self._run)
        self._run = 0
        self._place = self._find()

    def draft(self, n_max: int) -> Sequence[int]:
        return () if self._place is None else self._grams.tokens[self._place : self._place + n_max]

    def chances(self) -> Chances:
        return self._odds.chances(self._kind, self._run)

    def _find(self) -> int | None:
        """The last of the longest matches among the last occurrences."""
        tokens = self._grams.tokens
        found, longest = None, 0
        for place in reversed(self._grams.places(tokens)[-CANDIDATES - 1 :]):
            if place < len(tokens) and (n := n_shared(tokens, place, tokens, MOST)) > longest:
                found, longest = place, n
        self._kind = max(longest, LEAST)
        return found
