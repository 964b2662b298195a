"""What comes next in one reply, guessed from the text being edited and from what was said before,
and where both know nothing by a small model, if there is one.

Tokens in, tokens out. Nothing here is exact: the scheduler takes of a draft what the model says
too. No step costs more than its share of a millisecond, however long the prompt is.
"""

from collections.abc import Sequence

from lsp_server.host.costs import Costs
from lsp_server.host.drafts.guesses import Guesses
from lsp_server.host.drafts.length import best_length
from lsp_server.host.drafts.lookup import Lookup
from lsp_server.host.drafts.prediction import Prediction
from lsp_server.host.drafts.small_model import SmallModel

ENDING = 6
"""Tokens that a reply may have behind the end of its prediction: a fence, an end of turn."""


class Drafter:
    """Proposes what comes next in one reply. Free it by `close`."""

    def __init__(
        self,
        prompt: Sequence[int],
        prediction: Sequence[int],
        costs: Costs,
        small_model: SmallModel | None = None,
    ) -> None:
        self._costs = costs
        self._guesses = Guesses(small_model, prompt, costs) if small_model else None
        self._reply: list[int] = []
        self._prediction = Prediction(prediction)
        self._lookup = Lookup(prompt)

    def draft(self, n_max: int, n_others: int = 0) -> tuple[int, ...]:
        """Tokens that probably follow the last one told to `advance` (or the prompt); at most
        `n_max`; () when a plain step is cheaper. `n_others`: rows that other sequences have in the
        same batch."""
        predicted = tuple(self._prediction.draft(n_max))
        looked_up = _ended_as(predicted, tuple(self._lookup.draft(n_max)), n_max)
        best: tuple[int, ...] = ()
        most = 0.0
        for source, tokens in ((self._prediction, predicted), (self._lookup, looked_up)):
            if tokens:
                n, saved = best_length(self._costs, source.chances(), len(tokens), n_others)
                if saved > most:
                    best, most = tokens[:n], saved
        if not best and self._guesses is not None:
            return self._guesses.draft(n_max, n_others)
        return best

    def advance(self, tokens: Sequence[int], n_drafted: int) -> None:
        """`tokens` were added to the reply (the accepted part of the last draft and the token
        picked behind it); `n_drafted` is how long that draft was, so len(tokens) - 1 of it held."""
        for token in tokens:
            self._reply.append(token)
            self._prediction.push(token, self._reply)
            self._lookup.push(token)
        if self._guesses is not None:
            self._guesses.advance(tokens)

    def close(self) -> None:
        """No drafts are wanted any more."""
        if self._guesses is not None:
            self._guesses.close()


def _ended_as(
    predicted: tuple[int, ...], looked_up: tuple[int, ...], n_max: int
) -> tuple[int, ...]:
    """What was looked up, ended soon after the prediction ends: the same text stands in the prompt
    too, but what follows it there is no part of the reply."""
    ends = 0 < len(predicted) < n_max
    if ends and looked_up[: len(predicted)] == predicted:
        return looked_up[: len(predicted) + ENDING]
    return looked_up
