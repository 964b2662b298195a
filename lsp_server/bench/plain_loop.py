"""llama.cpp's own loop: the prompt in batches of 512, then one `llama_decode` a token, the
likeliest picked. What a host adds to that is what this is compared with.

Python's part counts for the loop. Deliberately absent: text, streams, drafts, other requests.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from lsp_server.host.engine import Engine, Row
from lsp_server.host.sampling import Sampling

N_BATCH = 512
"""Tokens of a prompt at once, as llama.cpp does by default."""


@dataclass(frozen=True, slots=True)
class PlainRun:
    """Seconds until the first token was picked, and from there to the last."""

    n_prompt: int
    prefill_s: float
    n_reply: int
    decode_s: float


def run(engine: Engine, prompt: Sequence[int], n_reply: int) -> PlainRun:
    """In the engine's first sequence, which is empty before and after."""
    sampler = engine.sampler(Sampling(temperature=0))
    started = time.perf_counter()
    for first in range(0, len(prompt), engine.n_batch):
        chunk = prompt[first : first + engine.n_batch]
        last = len(prompt) - 1
        _computed(engine, [Row(token, at, 0, at == last) for at, token in enumerate(chunk, first)])
    token = engine.sample(sampler, len(chunk) - 1)
    began = time.perf_counter()
    for at in range(len(prompt), len(prompt) + n_reply - 1):
        _computed(engine, [Row(token, at, 0, True)])
        token = engine.sample(sampler, 0)
    ended = time.perf_counter()
    sampler.close()
    engine.keep(0, 0)
    return PlainRun(len(prompt), began - started, n_reply, ended - began)


def _computed(engine: Engine, rows: Sequence[Row]) -> None:
    end = engine.decode(rows)
    assert end == "done", "the window has room, and nobody stops it"
