"""What looking back adds to a batch: seconds by its rows and by the cells that each attends to.

Measured at one depth, for a few sizes; it grows with the cells in proportion, and with the rows
along straight lines.
"""

from bisect import bisect_left
from collections.abc import Mapping

DEPTH = 1024
"""Cells at which it is measured."""

SOMEWHERE = {1: 0.018, 16: 0.092, 96: 0.66}
"""Measured with a model of 4 billion weights on two cores, without flash attention."""


class Attention:
    """`seconds_by_rows` at `DEPTH` cells; empty: nothing is known, and nothing is added."""

    def __init__(self, seconds_by_rows: Mapping[int, float]) -> None:
        measured = sorted(seconds_by_rows.items())
        # What is below nothing, or falls, is noise.
        self._points = [(0, 0.0)]
        for n_rows, seconds in measured:
            self._points.append((n_rows, max(seconds, self._points[-1][1])))

    def seconds(self, n_rows: int, n_cells: float) -> float:
        at = min(bisect_left(self._points, (n_rows,)), len(self._points) - 1)
        if not at:
            return 0.0
        (n_below, below), (n_above, above) = self._points[at - 1], self._points[at]
        if n_rows > n_above:
            by_rows = above * n_rows / n_above
        else:
            by_rows = below + (above - below) * (n_rows - n_below) / (n_above - n_below)
        return by_rows * n_cells / DEPTH
