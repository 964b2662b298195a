"""Drafts by a small model, for text that stands nowhere yet: as long as they pay.

A guessed token costs a step of the small model and a row of the large one's batch. How often one
holds is learned within the reply; where it is too seldom, plain steps follow, and with each the
small model is believed a little more again.
"""

from collections.abc import Sequence
from itertools import accumulate

from lsp_server.host.costs import Costs
from lsp_server.host.drafts.small_model import Follower, SmallModel

MOST = 12
"""Tokens of one draft: their chances multiply."""

HELD, TRIED = 2.8, 4.0
"""Assumed before any was tried: seven in ten hold."""

SMALL = 0.2
"""A step of the small model as a share of the large one's, before any was timed."""

FORGOTTEN = 0.98
"""What a plain step leaves of what was learned."""


class Guesses:
    """Of one reply. Free it by `close`."""

    def __init__(self, model: SmallModel, prompt: Sequence[int], costs: Costs) -> None:
        self._model = model
        self._costs = costs
        self._follower = Follower(model, prompt)
        self._held = self._tried = 0.0
        self._n_asked = 0

    def draft(self, n_max: int, n_others: int) -> tuple[int, ...]:
        """() where a plain step is cheaper, or the small model has still to read."""
        n = self._best_length(min(n_max, MOST), n_others)
        guessed = self._follower.guess(n) if n else ()
        self._n_asked = len(guessed)
        return guessed

    def advance(self, tokens: Sequence[int]) -> None:
        """As the drafter's, whosever draft it was that held."""
        for token in tokens:
            self._follower.push(token)
        if not self._n_asked:
            self._held *= FORGOTTEN
            self._tried *= FORGOTTEN
            return
        n_held = min(len(tokens) - 1, self._n_asked)
        self._held += n_held
        self._tried += n_held + (n_held < self._n_asked)
        self._n_asked = 0

    def close(self) -> None:
        self._follower.close()

    def _best_length(self, n_max: int, n_others: int) -> int:
        """Where the seconds that are saved are most; 0 where none are."""
        holds = (self._held + HELD) / (self._tried + TRIED)
        plain = self._costs.seconds(1 + n_others)
        step = self._model.seconds_per_token or SMALL * plain
        expected = accumulate(holds**n for n in range(1, n_max + 1))
        best, most = 0, 0.0
        for n, n_expected in enumerate(expected, 1):
            cost = self._costs.seconds(1 + n_others + n) - plain + n * step
            saved = plain / (1 + n_others) * n_expected - cost
            if saved > most:
                best, most = n, saved
        return best
