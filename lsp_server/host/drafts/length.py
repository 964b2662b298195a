"""How many tokens of a draft to try: what they bring against what their rows cost.

A token is worth the time that it would take otherwise: a step of its own where the place is wrong,
its share of a long draft where it is right, since it would be had by the next step at that price.
So at a doubtful place a plain step asks best, and a long draft follows as soon as it is sure.
"""

from itertools import accumulate
from operator import mul

from lsp_server.host.costs import Costs
from lsp_server.host.drafts.odds import Chances

LOOKED_FOR = 1.07
"""How much more a token is worth than the best draft has it: what is learned by trying counts."""


def best_length(
    costs: Costs, chances: Chances, n_available: int, n_others: int
) -> tuple[int, float]:
    """The length, and the seconds that it saves against a plain step; 0 and 0.0 if none pays.

    `n_others` rows are in the batch anyhow.
    """
    expected = Expected(chances, n_available)
    plain = costs.seconds(1 + n_others)
    alone = plain / (1 + n_others)
    lengths = _lengths(costs, n_available, n_others)
    extra = {n: costs.seconds(1 + n_others + n) - plain for n in lengths}
    shares = [(alone + extra[n]) / (expected.right[n] + 1) for n in lengths]
    cheapest = LOOKED_FOR * min([alone, *shares])
    best, saved = 0, 0.0
    for n, cost in extra.items():
        worth = chances.right * cheapest * expected.right[n]
        worth += (1 - chances.right) * alone * expected.wrong[n]
        if worth - cost > saved:
            best, saved = n, worth - cost
    return best, saved


class Expected:
    """Tokens that hold of a draft, by its length: at the right place, and at a wrong one."""

    def __init__(self, chances: Chances, n_max: int) -> None:
        right = [1 - chances.edited] * n_max
        wrong = [chances.by_chance(ahead) for ahead in range(n_max)]
        self.right = [0.0, *accumulate(accumulate(right, mul))]
        self.wrong = [0.0, *accumulate(accumulate(wrong, mul))]


def _lengths(costs: Costs, n_available: int, n_others: int) -> list[int]:
    """Those that fill a batch of a measured size, and all that there is."""
    full = (size - 1 - n_others for size in costs.sizes)
    return sorted({n_available, *(n for n in full if 0 < n < n_available)} - {0})
