"""Edits written token by token: what drafts save where the reply is mostly the text before.

The weights need no meaning for that: the token that comes next is known, the work is real. Each
edit is compared with plain steps at the same places in the same run.
"""

from collections.abc import Iterable

from lsp_server.bench.bench import Tell
from lsp_server.bench.edit_pairs import BUCKETS, NOTHING_IN_COMMON
from lsp_server.bench.engine_process import EngineProcess, number
from lsp_server.bench.measures import Metric, Record, ReplayedPair
from lsp_server.bench.sizes import Sizes

NAME, TITLE = "replay", "Edit replay"

SPEEDUPS = {
    BUCKETS[0]: Metric("replay_small", "Edits of up to 5 % of the lines", "×"),
    BUCKETS[1]: Metric("replay_middling", "Edits of 5 to 20 %", "×"),
    BUCKETS[2]: Metric("replay_large", "Edits above 20 %", "×"),
    NOTHING_IN_COMMON: Metric("replay_unrelated", "Nothing in common", "×"),
}
"""How many times faster than plain decoding; a round is an edit."""

WORST = Metric("replay_worst", "The slowest edit of all", "×")
STEPS = Metric("replay_steps", "Tokens per step, all edits", "")
DRAFTED = Metric("replay_drafted", "Seconds per token, all edits", "s", less_is_better=True)
PLAIN = Metric("replay_plain", "Seconds per token, plain decoding", "s", less_is_better=True)
METRICS = (*SPEEDUPS.values(), WORST, STEPS, DRAFTED, PLAIN)


async def run(child: EngineProcess, sizes: Sizes, record: Record, tell: Tell) -> None:
    """What was replayed counts, however many come after it."""
    chosen = await child.ask("choose", n_pairs=sizes.n_pairs)
    n_pairs = int(number(chosen, "n_pairs"))
    record.note(
        f"Edit replay: {n_pairs} edits from {number(chosen, 'n_files'):.0f} files, out of "
        f"{chosen['sources']}."
    )
    for at in range(n_pairs):
        tell(f"{NAME}: edit {at + 1} of {n_pairs}")
        answer = await child.ask("replay", number=at, n_probes=sizes.n_probes)
        if answer["pair"] is None:
            record.note("Edits too long for the window were left out.")
            continue
        record.pairs.append(read_pair(answer["pair"]))
        _add(record, at, record.pairs)


def read_pair(value: object) -> ReplayedPair:
    """As the child wrote it; it is of the same version."""
    assert isinstance(value, dict), "a pair is an object"
    positions = tuple((int(drafted), int(held)) for drafted, held in value["positions"])
    return ReplayedPair(**{**value, "positions": positions})


def _add(record: Record, at: int, pairs: Iterable[ReplayedPair]) -> None:
    """The last pair's figures; the worst is that of all so far."""
    *_, pair = pairs
    record.add(SPEEDUPS[pair.bucket], "penna", at, pair.speedup)
    record.add(WORST, "penna", 0, min(each.speedup for each in pairs))
    record.add(STEPS, "penna", at, (pair.n_tokens - 1) / pair.n_steps)
    record.add(DRAFTED, "penna", at, pair.drafted_s)
    record.add(PLAIN, "penna", at, pair.plain_s)
