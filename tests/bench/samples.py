"""A record as a run leaves it behind, with figures made up for tests of what is shown."""

import random

from lsp_server.bench.about import About, Machine
from lsp_server.bench.edit_pairs import BUCKETS, NOTHING_IN_COMMON
from lsp_server.bench.measures import Metric, Record, ReplayedPair, Side, Timeline
from lsp_server.bench.sections import cancel, clients, first_token, memory, rates
from lsp_server.bench.sections.replay import SPEEDUPS, WORST

HOSTILE = "<script>alert('x')</script>\x1b[2J 模型"

FIGURES: dict[Metric, dict[Side, float]] = {
    rates.PREFILL: {"penna": 58.9, "loop": 59.2, "llama-bench": 59.5, "peer": 57.1},
    rates.OWN_PREFILL: {"penna": 59.1, "loop": 59.2, "llama-bench": 59.5, "peer": 57.3},
    rates.DECODE: {"penna": 10.8, "loop": 10.9, "llama-bench": 10.9, "peer": 10.6},
    rates.OWN_DECODE: {"penna": 10.8, "loop": 10.9, "llama-bench": 10.9, "peer": 10.7},
    first_token.COLD: {"penna": 25.6, "peer": 26.1},
    first_token.SAME: {"penna": 0.61, "peer": 0.72},
    first_token.SAME_SHARE: {"penna": 0.024, "peer": 0.028},
    first_token.WARM: {"penna": 0.58},
    first_token.RESTARTED: {"penna": 19.3},
    first_token.LOADING: {"penna": 4.2},
    cancel.NEXT: {"penna": 0.45, "peer": 36.2},
    cancel.STOP: {"penna": 0.021},
    cancel.ALONE: {"penna": 0.39, "peer": 0.41},
    clients.PAUSE: {"penna": 0.63, "peer": 35.2},
    clients.READ_ALONE: {"penna": 57.9, "peer": 56.9},
    clients.READ_BESIDE: {"penna": 42.1, "peer": 55.2},
    clients.READ_SHARE: {"penna": 0.73, "peer": 0.97},
    clients.ONE: {"penna": 6.2, "peer": 6.1},
    clients.FOUR: {"penna": 9.4, "peer": 8.8},
    clients.ONE_FIRST: {"penna": 4.4, "peer": 4.5},
    clients.FOUR_FIRST: {"penna": 12.4, "peer": 17.3},
    memory.RESIDENT: {"penna": 5.51, "peer": 5.62},
}


def record(n_rounds: int = 3) -> Record:
    """With all sections, in which every round has the same figures, but for the edits."""
    made = Record()
    for metric, sides in FIGURES.items():
        for side, value in sides.items():
            for number in range(n_rounds):
                made.add(metric, side, number, value)
    made.timelines["penna"] = timeline(0.55, 48.0)
    made.timelines["peer"] = timeline(34.0, 36.0)
    for at, pair in enumerate(edits()):
        made.pairs.append(pair)
        made.add(SPEEDUPS[pair.bucket], "penna", at, pair.speedup)
    made.add(WORST, "penna", 0, min(pair.speedup for pair in made.pairs))
    made.note("Edit replay: 48 edits from 36 files, out of two versions of a library.")
    return made


def timeline(pause: float, first_token: float) -> Timeline:
    """A reply of ten tokens a second, with pauses while the other prompt is read."""
    before = [-1 + at / 10 for at in range(10)]
    during = [pause * at for at in range(1, int(first_token / pause) + 1)]
    after = [first_token + at / 10 for at in range(1, 12)]
    return Timeline((*before, *during, *after), ((first_token, 2000),), first_token, 2000)


def edits() -> list[ReplayedPair]:
    drawn = random.Random(1)
    kinds = zip((*BUCKETS, NOTHING_IN_COMMON), (0.03, 0.12, 0.4, 1.0), strict=True)
    return [
        edit(f"file{at}.py f", bucket, changed * drawn.uniform(0.7, 1.3), drawn.uniform(0.9, 1.1))
        for bucket, changed in kinds
        for at in range(12)
    ]


def edit(name: str, bucket: str, changed: float, luck: float = 1.0) -> ReplayedPair:
    share = min(changed, 1.0)
    held = [round(100 * (1 - share) ** (at / 4)) for at in range(40)]
    return ReplayedPair(
        name=name,
        bucket=bucket,
        changed=share,
        n_tokens=301,
        n_steps=100,
        drafted_s=0.1 / (1 + 2.6 * (1 - share) ** 3 * luck),
        plain_s=0.1,
        positions=tuple((100, n) for n in held),
    )


def about(model: str = "Qwen3-4B-Instruct-2507", peer: str = "") -> About:
    return About(
        model=model,
        file="model.gguf",
        file_size=2_497_281_120,
        quantisation="Q4_K_M",
        n_params=4_000_000_000,
        n_ctx=8192,
        peer=peer,
        is_quick=False,
        when="2026-11-27 05:00 +0000",
        machine=Machine("Some Processor", 2, 25_000_000_000, "Debian GNU/Linux 12 (x86_64)"),
        llama_cpp="0.3.36",
        python="3.11.7",
    )
