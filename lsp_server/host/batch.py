"""What the next batch holds: a token or a draft for each running reply, then chunks of prompts.

Rules: every running reply is in every batch. While one runs, a batch takes no longer than
`max_pause_s`, as the measured costs have it; so it does while a short prompt waits beside a long
one. Else prompts are read in chunks of the full rate. Among prompts the oldest comes first, but
most of each chunk belongs to the one that has least left, so that a short question does not wait
for somebody's long file, and the rest never to it, so that the file is read on. Pure.
"""

from collections.abc import Sequence as Series
from dataclasses import dataclass

from lsp_server.host.costs import Costs
from lsp_server.host.engine import Row
from lsp_server.host.sequence import Sequence

SHORT_SHARE = 0.75
"""Of a chunk, for the shortest prompt."""

Plan = list[tuple[Sequence, list[Row]]]


@dataclass(frozen=True, slots=True)
class Limits:
    """`n_batch` rows, of which `n_outputs` are sampled: llama.cpp's. `max_pause_s` is the user's:
    how long a running reply may wait for somebody else's prompt."""

    n_batch: int
    n_outputs: int
    max_pause_s: float


def build(
    decoding: Series[Sequence], reading: Series[Sequence], costs: Costs, limits: Limits
) -> Plan:
    """The rows of each sequence in the next batch; `reading` is in the order of precedence."""
    plan = _decoding_rows(decoding, len(reading), costs, limits)
    n_taken = sum(len(rows) for _, rows in plan)
    n_quick = costs.chunk_within(limits.max_pause_s, n_taken)
    n_chunk = n_quick if plan or _is_short_awaited(reading, n_quick) else costs.prefill_chunk()
    return plan + _reading_rows(reading, max(min(n_chunk, limits.n_batch - n_taken), 1))


def _is_short_awaited(reading: Series[Sequence], n_quick: int) -> bool:
    """Whether one of several prompts is read to its end by a quick batch."""
    return len(reading) > 1 and min(each.n_to_read for each in reading) <= n_quick


def _decoding_rows(
    decoding: Series[Sequence], n_reading: int, costs: Costs, limits: Limits
) -> Plan:
    """Drafts have the whole batch, or a quarter of it where prompts wait; others' drafts are no
    reason for a longer pause either."""
    n_room = limits.n_outputs - n_reading
    if n_reading or len(decoding) > 1:
        n_room = min(n_room, costs.largest(limits.max_pause_s))
    n_each = n_room // (4 if n_reading else 1) // max(len(decoding), 1)
    plan: Plan = []
    for at, sequence in enumerate(decoding):
        n_others = sum(len(rows) for _, rows in plan) + len(decoding) - at - 1
        plan.append((sequence, sequence.rows(max(n_each, 1), n_others)))
    return plan


def _reading_rows(reading: Series[Sequence], n_room: int) -> Plan:
    """Chunks for the oldest, and for the one with least left to read."""
    if not reading:
        return []
    shortest = min(reading, key=lambda sequence: sequence.n_to_read)
    n_most = max(int(n_room * SHORT_SHARE), 1)
    n_short = 0 if shortest is reading[0] else min(shortest.n_to_read, n_most)
    plan: Plan = [(shortest, shortest.rows(n_short))] if n_short else []
    n_room -= n_short
    for sequence in reading:
        if n_room > 0 and not (n_short and sequence is shortest):
            rows = sequence.rows(n_room)
            n_room -= len(rows)
            plan.append((sequence, rows))
    return plan
