"""What a batch costs on this machine: seconds by its number of rows, measured, never guessed.

The curve is that of batches whose rows are all sampled and look back at nothing; a row that is not
sampled is cheaper by its share of the output matrix, and what is looked back at is added
(attention.py). Between two measured sizes it is drawn straight, but for rows
beyond a multiple of four: llama.cpp's kernels take four rows at once and the rest one by one, so
that fifteen rows cost more than sixteen. A size that seems to cost much more than a larger one was
disturbed when it was measured, and is taken to cost the same. Each batch that is computed tells
whether the machine is slower or faster now than it was when measured: the middle of the last few
says by how much, so that one batch during which the laptop slept says nothing.
"""

import math
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Mapping
from itertools import accumulate
from statistics import median

from lsp_server.host import attention

AT_ONCE = 4
"""Rows that the kernels take together."""

REMEMBERED = 7
"""Batches; the correction follows once more than half of them agree."""

DISTURBED = 1.3
"""Kernels make three rows cost up to a fifth more than four; not more than that."""

SLOWEST, FASTEST = 10.0, 0.1
"""How far the machine may be from what was measured."""

WORTH_TIME, WORTH_RATE = 1.1, 1.25
"""A tenth more of pause for a quarter more of rate."""

NEARLY_BEST = 0.98
DEFAULT_CHUNK = 128
MOST_ROWS = 512

SOMEWHERE = {
    1: 0.142, 2: 0.227, 3: 0.27, 4: 0.236, 5: 0.32, 6: 0.369, 8: 0.483, 12: 0.589, 16: 0.554,
    24: 0.824, 32: 0.895, 48: 1.278, 64: 1.647, 96: 2.386, 128: 3.15,
}  # fmt: skip
"""Measured with a model of 4 billion weights on two cores. Others differ by a factor, mostly."""

SOMEWHERE_PER_SAMPLE = 0.0015


class Costs:
    """`seconds_by_rows` holds at least the costs of 1 row and of one larger batch, all of whose
    rows are sampled; each takes `seconds_per_sample` of it."""

    def __init__(
        self,
        seconds_by_rows: Mapping[int, float],
        seconds_per_sample: float = 0.0,
        attention: Mapping[int, float] | None = None,
    ) -> None:
        self._is_known = True
        self._measured: dict[int, float] = {}
        self._n_cells = 0.0
        self.learn(seconds_by_rows, seconds_per_sample, attention or {})

    @classmethod
    def unknown(cls) -> "Costs":
        """Those of another machine, until `learn`; batches that are observed scale them freely."""
        costs = cls(SOMEWHERE, SOMEWHERE_PER_SAMPLE, attention.SOMEWHERE)
        costs._is_known = False
        costs._ratios.clear()
        return costs

    def learn(
        self,
        seconds_by_rows: Mapping[int, float],
        seconds_per_sample: float,
        attention_by_rows: Mapping[int, float],
    ) -> None:
        """Replace the curve by what was measured just now."""
        self._attention = attention.Attention(attention_by_rows)
        assert seconds_by_rows.keys() > {1}, "a curve has two points, one of them 1 row"
        self._measured = _undisturbed(seconds_by_rows)
        self._sizes = tuple(self._measured)
        self._knots = tuple(n for n in self._sizes if _is_knot(n) or n == self._sizes[-1])
        self._per_sample = seconds_per_sample
        self._is_known = True
        self._ratios = deque([1.0] * REMEMBERED, maxlen=REMEMBERED)
        self._scale = 1.0

    @property
    def sizes(self) -> Iterable[int]:
        """Batch sizes that were measured, ascending."""
        return self._sizes

    @property
    def scale(self) -> float:
        """How much slower the machine is now than when it was measured."""
        return self._scale

    def attend(self, n_cells: float) -> None:
        """From now on it is about batches whose rows look back at so many cells each."""
        self._n_cells = n_cells

    def seconds(self, n_rows: int, n_sampled: int | None = None) -> float:
        """Of a batch of `n_rows` rows; `n_sampled` None: all of them are sampled."""
        return self._scale * self._as_measured(n_rows, n_sampled)

    def observe(self, n_rows: int, n_sampled: int, seconds: float) -> None:
        """A batch took so long."""
        if not 0 < seconds < math.inf:
            return
        ratio = seconds / self._as_measured(n_rows, n_sampled)
        fastest, slowest = (FASTEST, SLOWEST) if self._is_known else (1e-6, 1e6)
        self._ratios.append(min(max(ratio, fastest), slowest))
        self._scale = median(self._ratios)

    def chunk_within(self, max_seconds: float, n_others: int) -> int:
        """As `largest`, but with a little more time where that gives a much better rate: between
        two sizes that the kernels like, the larger may be nearly twice as quick by the row."""
        within = self.largest(max_seconds, n_others)
        beyond = self.largest(max_seconds * WORTH_TIME, n_others)
        gained = self._rate(beyond, n_others) / self._rate(within, n_others)
        return beyond if gained >= WORTH_RATE else within

    def _rate(self, n_rows: int, n_others: int) -> float:
        return n_rows / self.seconds(n_rows + n_others, n_others)

    def largest(self, max_seconds: float, n_others: int = 0) -> int:
        """How many rows that are not sampled fit into a batch beside `n_others` sampled ones, so
        that it stays within the time. Always some, lest a prompt is never read."""
        least = _rounded_up(n_others + 1)
        for n_rows in range(_rounded_up(MOST_ROWS + n_others), least, -AT_ONCE):
            if self.seconds(n_rows, n_others) <= max_seconds:
                return n_rows - n_others
        return least - n_others

    def prefill_chunk(self) -> int:
        """The smallest batch that reads a prompt at nearly the best rate."""
        if not self._is_known:
            return DEFAULT_CHUNK
        rates = {n: n / self.seconds(n, 1) for n in self._sizes}
        best = max(rates.values())
        return next(n for n, rate in rates.items() if rate >= NEARLY_BEST * best)

    def _as_measured(self, n_rows: int, n_sampled: int | None) -> float:
        assert n_rows > 0, "a batch has rows"
        whole = self._measured.get(n_rows) or self._between(n_rows)
        cheaper = 0 if n_sampled is None else max(0, n_rows - n_sampled) * self._per_sample
        # Never less than half: the term is small, and what is measured is noisy.
        own = max(whole - cheaper, whole / 2)
        return own + self._attention.seconds(n_rows, self._n_cells)

    def _between(self, n_rows: int) -> float:
        rest = n_rows % AT_ONCE if n_rows > AT_ONCE else 0
        return self._straight(n_rows - rest) + self._rest(rest)

    def _rest(self, n_rows: int) -> float:
        """What one to three rows beyond a multiple of four add."""
        return max(0.0, self._straight_in(self._sizes, AT_ONCE + n_rows) - self._straight(AT_ONCE))

    def _straight(self, n_rows: int) -> float:
        return self._straight_in(self._knots, n_rows)

    def _straight_in(self, sizes: tuple[int, ...], n_rows: int) -> float:
        """On the line between the measured sizes around it; beyond the last, in proportion."""
        at = bisect_left(sizes, n_rows)
        if at == len(sizes):
            return self._measured[sizes[-1]] * n_rows / sizes[-1]
        above = self._measured[sizes[at]]
        if sizes[at] == n_rows:
            return above
        below, n_below = self._measured[sizes[at - 1]], sizes[at - 1]
        return below + (above - below) * (n_rows - n_below) / (sizes[at] - n_below)


def _undisturbed(seconds_by_rows: Mapping[int, float]) -> dict[int, float]:
    """By size. What takes much longer than something larger has measured what else went on."""
    sizes = sorted(seconds_by_rows)
    least = [*accumulate((seconds_by_rows[n] for n in reversed(sizes)), min)]
    pairs = zip(sizes, reversed(least), strict=True)
    return {n: at if seconds_by_rows[n] > DISTURBED * at else seconds_by_rows[n] for n, at in pairs}


def _is_knot(n_rows: int) -> bool:
    return n_rows < AT_ONCE or n_rows % AT_ONCE == 0


def _rounded_up(n_rows: int) -> int:
    return -(-n_rows // AT_ONCE) * AT_ONCE
