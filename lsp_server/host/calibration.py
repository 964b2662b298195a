"""Measures what batches cost on this machine, with this model, while nobody asks for anything.

`step` computes one batch, so a request that comes meanwhile stops it like any other batch, and
that step is done again later. Which numbers of threads are fastest is found first, then the
curve, in rounds: of each size the quickest counts, so that what else the machine did for a while
disturbs one round and not the curve. The first start makes `FIRST_ROUNDS`; as the machine may have
been busy just then, each later start adds one until there are `ENOUGH`. Until a round is done the
costs are those of another machine, scaled by what batches take here.
"""

import logging
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass

from lsp_server.host.attention import DEPTH
from lsp_server.host.costs import Costs
from lsp_server.host.engine import Engine, Row
from lsp_server.host.measured import Measured, MeasuredFile, Threads

log = logging.getLogger(__name__)

SIZES = (1, 16, 4, 8, 64, 2, 32, 12, 3, 24, 6, 5, 7)
"""Rows of the batches that are measured, the most wanted first; all of them are sampled."""

LARGE = (96, 128)
"""Measured with one sampled row: more than llama.cpp is asked to sample at once."""

FIRST_ROUNDS, ENOUGH = 2, 5

DEEP = (1, 16, 96)
"""Sizes that are measured behind other tokens, too."""

COMPARED = 32
"""Rows of the batch by which threads for prompts are chosen, and what a sampled row costs."""

FASTER = 0.97
"""Share of the time that another number of threads must need at most, to be chosen."""

STRETCH = 96
"""Rows of the batch whose state is copied to make a sequence long."""

N_TRIES = 3
"""Of each number of threads, in turns."""

N_TOKENS_APART = 7919
"""A prime: the tokens of a trial's rows are spread over the vocabulary."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Numbers of threads to choose from, the likeliest first; one alone is the user's choice."""

    decode: tuple[int, ...]
    prefill: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Trial:
    """One batch to be timed, at the start of a sequence or behind `DEPTH` tokens."""

    n_rows: int
    n_sampled: int
    threads: Threads
    is_deep: bool = False


_Trials = Generator[_Trial, float, None]


class Calibration:
    """For the engine thread. `costs` is the same object all along."""

    def __init__(self, engine: Engine, file: MeasuredFile, choices: Choices) -> None:
        self.costs = Costs.unknown()
        self.threads = Threads(choices.decode[0], choices.prefill[0])
        self._engine = engine
        self._file = file
        self._choices = choices
        self._stretch = b""
        known = file.load()
        if known is not None:
            self._use(known)
        self._trials = self._measure(known)
        self._trial = next(self._trials, None)

    @property
    def is_done(self) -> bool:
        return self._trial is None

    def step(self, sequences: tuple[int, int]) -> bool:
        """Time one batch in the first of two empty sequences, which are empty again; whether to go
        on.

        Stopped, or without room in the cache, it is done again when asked again.
        """
        if self._trial is None:
            return False
        seconds = self._timed(self._trial, *sequences)
        if seconds is None:
            return False
        try:
            self._trial = self._trials.send(seconds)
        except StopIteration:
            self._trial = None
        return not self.is_done

    def _use(self, measured: Measured) -> None:
        self.threads = measured.threads
        self._engine.set_threads(self.threads.n_decode, self.threads.n_prefill)
        attention = measured.attention_by_rows
        self.costs.learn(measured.seconds_by_rows, measured.seconds_per_sample, attention)
        log.info("Threads: %s; seconds by rows: %s", self.threads, measured.seconds_by_rows)

    def _timed(self, trial: _Trial, sequence: int, other: int) -> float | None:
        """Seconds; None if it was not computed to its end."""
        self._engine.set_threads(trial.threads.n_decode, trial.threads.n_prefill)
        try:
            first = deepened(self._engine, self._stretch, sequence, other) if trial.is_deep else 0
            started = time.perf_counter()
            end = self._engine.decode(self._rows(trial, sequence, first))
            seconds = time.perf_counter() - started
            if trial.n_rows == STRETCH and end == "done" and self._engine.can_cut:
                self._stretch = self._engine.state(sequence)
        finally:
            self._engine.keep(other, 0)
            self._engine.keep(sequence, 0)
            self._engine.set_threads(self.threads.n_decode, self.threads.n_prefill)
        return seconds if end == "done" else None

    def _rows(self, trial: _Trial, sequence: int, first: int) -> list[Row]:
        n_tokens = self._engine.vocabulary.n_tokens
        n_unsampled = trial.n_rows - trial.n_sampled
        return [
            Row(at * N_TOKENS_APART % n_tokens, first + at, sequence, at >= n_unsampled)
            for at in range(trial.n_rows)
        ]

    # --- what is measured, in which order ---------------------------------------------------

    def _measure(self, known: Measured | None) -> _Trials:
        n_before = known.n_rounds if known is not None else 0
        if n_before >= ENOUGH:
            return
        # The first batch reads the weights from the disk, or from where the system put them.
        yield _Trial(16, 1, self.threads)
        if known is None:
            one = yield _Trial(1, 1, self.threads)
            self.costs.observe(1, 1, one)
            self.threads = yield from self._fastest()
        least = _times(known)
        attention = dict(known.attention_by_rows) if known is not None else {}
        for n in range(1 if known is not None else FIRST_ROUNDS):
            yield from self._round(least)
            yield from self._deep_round(least, attention)
            measured = _measured(least, self.threads, attention, n_before + n + 1)
            self._use(measured)
            self._file.save(measured)

    def _fastest(self) -> Generator[_Trial, float, Threads]:
        n_rows = min(COMPARED, self._engine.n_batch)
        n_decode = yield from self._fastest_for(1, self._choices.decode)
        n_prefill = yield from self._fastest_for(n_rows, self._choices.prefill)
        return Threads(n_decode, n_prefill)

    def _fastest_for(self, n_rows: int, choices: tuple[int, ...]) -> Generator[_Trial, float, int]:
        """The first choice, unless another is clearly faster: what is nearly equal shall not
        differ from one start to the next."""
        first, *others = choices
        if not others:
            return first
        least: dict[int, float] = {}
        for n in choices * N_TRIES:
            seconds = yield _Trial(n_rows, 1, Threads(n, n))
            least[n] = min(seconds, least.get(n, seconds))
        best = min(choices, key=least.__getitem__)
        return best if least[best] < FASTER * least[first] else first

    def _round(self, least: "_Times") -> _Trials:
        """Each size once. `least` takes the quicker of what it has and what is measured."""
        most = min(self._engine.n_batch, self._engine.n_outputs)
        kinds = [(n_rows, n_rows) for n_rows in SIZES if n_rows <= most]
        kinds += [(n, 1) for n in (COMPARED, *LARGE) if n <= self._engine.n_batch]
        for kind in kinds:
            seconds = yield _Trial(*kind, self.threads)
            least[kind] = min(seconds, least.get(kind, seconds))

    def _deep_round(self, least: "_Times", attention: dict[int, float]) -> _Trials:
        """What `DEPTH` tokens before add to a few sizes. `attention` takes the lesser."""
        if not self._stretch or self._engine.n_ctx < 2 * DEPTH:
            return
        for n_rows in DEEP:
            if n_rows <= self._engine.n_batch:
                n_sampled = 1 if (n_rows, n_rows) not in least else n_rows
                seconds = yield _Trial(n_rows, n_sampled, self.threads, is_deep=True)
                added = seconds - least[n_rows, n_sampled]
                attention[n_rows] = max(0.0, min(added, attention.get(n_rows, added)))


def deepened(engine: Engine, stretch: bytes, sequence: int, other: int) -> int:
    """Fill an empty sequence with copies of the state of a stretch of tokens, up to `DEPTH`, in
    place of computing them; `other` is empty, and is again. The number of tokens there are."""
    n = 0
    while n < DEPTH:
        n_restored = engine.restore(other, stretch)
        if not n_restored or not engine.move(other, n):
            break
        engine.share(other, sequence, (n, n + n_restored))
        engine.keep(other, 0)
        n += n_restored
    # The first batch turns the cells to their positions, which takes longer than many a batch.
    engine.decode([Row(0, n, sequence)])
    return engine.keep(sequence, n)


_Times = dict[tuple[int, int], float]
"""Seconds by rows and sampled rows."""


def _measured(
    least: Mapping[tuple[int, int], float],
    threads: Threads,
    attention: Mapping[int, float],
    n_rounds: int,
) -> Measured:
    curve = {
        n_rows: seconds for (n_rows, n_sampled), seconds in least.items() if n_rows == n_sampled
    }
    few, all_of_them = least.get((COMPARED, 1)), curve.get(COMPARED)
    per_sample = max(0.0, all_of_them - few) / (COMPARED - 1) if few and all_of_them else 0.0
    for n in LARGE:
        if (n, 1) in least:
            curve[n] = least[n, 1] + per_sample * (n - 1)
    return Measured(threads, dict(sorted(curve.items())), per_sample, dict(attention), n_rounds)


def _times(known: Measured | None) -> _Times:
    """What `_measured` was made of."""
    if known is None:
        return {}
    curve, per_sample = known.seconds_by_rows, known.seconds_per_sample
    least = {(n, n): seconds for n, seconds in curve.items() if n not in LARGE}
    for n in (COMPARED, *LARGE):
        if n in curve:
            least[n, 1] = curve[n] - per_sample * (n - 1)
    return least
