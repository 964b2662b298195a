"""Whose tokens are computed next: many requests, one batch after the other.

`submit`, `cancel` and `close` may be called from any thread; `run` is the engine thread, and
nothing else calls the engine while it runs. Requests wait in the order they came, run as
`Sequence`s, and leave their tokens in the `PrefixCache`. What batches are made of is decided in
`batch.py`, what stops them in `inbox.py`.

Rules: a warm-up runs only while there is no real request, and ends when one comes. A prompt that
begins like one that is being read waits for that part and shares it. A request is let in when the
cache has room for it beside those that run; should the room not suffice after all, what is kept
goes first, then the youngest request waits again and is computed anew. Tokens it has sampled stay.
"""

import logging
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from lsp_server.errors import ModelError
from lsp_server.host.batch import Limits, Plan, build
from lsp_server.host.costs import Costs
from lsp_server.host.drafts import SmallModel
from lsp_server.host.engine import Engine
from lsp_server.host.inbox import SHUTTING_DOWN, Inbox, Part
from lsp_server.host.metrics import Ending, Metrics
from lsp_server.host.prefix_cache import PrefixCache, n_cells
from lsp_server.host.sequence import Sequence
from lsp_server.host.stash import common_start
from lsp_server.host.work import Cancelled, Failed, Finished, Work

log = logging.getLogger(__name__)

FULL = Failed("The model's window is full; ask with less context.")

RESERVE = 256
"""Tokens of reply that a request has room for when it is let in."""


class Scheduler:
    """At most `n_slots` requests run at once. `idle` does one small piece of work while there is
    no request, and says whether there was any; `ended` is told of each request that has ended."""

    def __init__(
        self,
        engine: Engine,
        cache: PrefixCache,
        costs: Costs,
        metrics: Metrics,
        n_slots: int = 4,
        max_pause_s: float = 0.6,
        idle: Callable[[], bool] = lambda: False,
        ended: Callable[[Work], None] = lambda _work: None,
        small_model: SmallModel | None = None,
    ) -> None:
        self._engine = engine
        self._cache = cache
        self._costs = costs
        self._metrics = metrics
        self._n_slots = n_slots
        self._limits = Limits(engine.n_batch, engine.n_outputs, max_pause_s)
        self._idle = idle
        self._ended = ended
        self._small_model = small_model
        self._inbox = Inbox(engine)
        # Cells in use when somebody last came or went, and those of them that running requests had.
        self._n_cells = self._n_own = 0
        self._waiting: list[Sequence] = []
        self._running: list[Sequence] = []
        self.submit = self._inbox.submit
        self.cancel = self._inbox.cancel

    def close(self) -> None:
        """Let `run` return soon; works that wait or run end with `Failed`."""
        self._inbox.close()

    def run(self) -> None:
        while not self._inbox.is_closing:
            self._take_in()
            if self._waiting or self._running:
                self._turn()
            elif not self._inbox.idle(self._idle):
                self._inbox.wait()
        self._take_in()
        for sequence in [*self._waiting, *self._running]:
            self._end(sequence, SHUTTING_DOWN)

    def _take_in(self) -> None:
        for work in self._inbox.take():
            with _failures_to(work.emit):
                sequence = Sequence(self._engine, work, self._costs, self._small_model)
                self._waiting.append(sequence)

    def _turn(self) -> None:
        """Compute one batch. An error of the engine ends all that run, and nothing is kept."""
        with _failures_to(self._end_all):
            self._end_unwanted()
            self._admit()
            if self._running and (plan := self._plan()):
                self._compute(plan)
            self._end_finished()

    def _end_all(self, failed: Failed) -> None:
        for sequence in list(self._running):
            self._end_failed(sequence, failed)
        self._cache.clear()

    # --- who runs -------------------------------------------------------------------------

    def _end_unwanted(self) -> None:
        everyone = [*self._running, *self._waiting]
        is_real = any(not sequence.work.is_warm_up for sequence in everyone)
        for sequence in everyone:
            if sequence.work.cancelled.is_set():
                self._end(sequence, Cancelled())
            elif is_real and sequence.work.is_warm_up:
                self._end(sequence, Finished("length", sequence.timings()))

    def _end_finished(self) -> None:
        for sequence in list(self._running):
            if sequence.finished is not None:
                self._end(sequence, sequence.finished)

    def _end(self, sequence: Sequence, event: Finished | Cancelled | Failed) -> None:
        """Its sequence goes back to the cache, and the client is told."""
        if sequence in self._running:
            self._running.remove(sequence)
            self._cache.keep(sequence.number, sequence.computed)
            self._make_way()
        else:
            self._waiting.remove(sequence)
        sequence.close()
        timings = sequence.timings()
        if timings.first_token_ms:
            self._metrics.first_token(timings.first_token_ms / 1000)
        self._metrics.ended(timings, _how(event))
        self._ended(sequence.work)
        self._show_load()
        sequence.work.emit(event)

    def _end_failed(self, sequence: Sequence, failed: Failed) -> None:
        """Nothing of it is kept: what the cache holds of it is not known."""
        sequence.n_computed = 0
        self._end(sequence, failed)

    def _admit(self) -> None:
        while self._waiting and len(self._running) < self._n_slots:
            sequence = self._waiting[0]
            if self._running and not self._has_room_for(sequence):
                return
            self._waiting.remove(sequence)
            self._place(sequence)

    def _has_room_for(self, sequence: Sequence) -> bool:
        together = [*self._running, sequence]
        n_reserved = sum(min(each.n_left, RESERVE) for each in together)
        sharing = [tuple(each.tokens) for each in together if each.work.reuses_prefix]
        n_alone = sum(len(each.tokens) for each in together if not each.work.reuses_prefix)
        return n_cells(sharing) + n_alone + n_reserved <= self._engine.n_ctx

    def _place(self, sequence: Sequence) -> None:
        n_most = sequence.n_most_reused if sequence.work.reuses_prefix else 0
        number, n_shared = self._cache.lend(tuple(sequence.tokens), n_most)
        self._running.append(sequence)
        sequence.place(number, n_shared)
        self._make_way()
        self._metrics.started(time.monotonic() - sequence.work.submitted)
        self._show_load()

    def _make_way(self) -> None:
        """While some run, what is kept beside them may slow them down."""
        if self._running:
            self._cache.make_way([tuple(each.tokens) for each in self._running])

    def _make_room(self) -> None:
        """The cache is full: forget what is kept, or let the youngest wait again."""
        if self._cache.evict():
            return
        youngest = self._running[-1]
        if len(self._running) == 1:
            self._end(youngest, FULL)
            return
        self._running.remove(youngest)
        self._cache.drop(youngest.number)
        youngest.displace()
        self._waiting.insert(0, youngest)

    # --- what is computed -----------------------------------------------------------------

    def _plan(self) -> Plan:
        self._costs.attend(self._n_attended())
        decoding = [each for each in self._running if each.is_decoding]
        reading = [
            each
            for at, each in enumerate(self._running)
            if not each.is_decoding and each.finished is None and not self._shares(each, at)
        ]
        return build(decoding, reading, self._costs, self._limits)

    def _n_attended(self) -> float:
        """How many cells a row of the next batch looks back at: all that are in use, or with flash
        attention its own."""
        n_own = sum(each.n_computed for each in self._running)
        if self._engine.attends_to_all_cells:
            return max(self._n_cells + n_own - self._n_own, 0)
        return n_own / len(self._running)

    def _shares(self, sequence: Sequence, at: int) -> bool:
        """Take over what those before it have computed of its tokens; whether it has to wait for
        more of that."""
        if not sequence.work.reuses_prefix or not self._engine.can_cut:
            return False
        for other in self._running[:at]:
            n_common = min(common_start(sequence.tokens, other.tokens), sequence.n_most_reused)
            n_there = min(n_common, other.n_computed)
            if n_there > sequence.n_computed:
                span = (sequence.n_computed, n_there)
                self._engine.share(other.number, sequence.number, span)
                sequence.share(n_there)
            if n_common > sequence.n_computed:
                return True
        return sequence.finished is not None

    def _compute(self, plan: Plan) -> None:
        rows = [row for _, part in plan for row in part]
        parts = [Part(each.work, len(part), part[-1].position + 1) for each, part in plan]
        started = time.monotonic()
        match self._inbox.decode(rows, parts):
            case "full":
                self._make_room()
            case "done":
                n_sampled = sum(row.sampled for row in rows)
                seconds = time.monotonic() - started
                self._costs.observe(len(rows), n_sampled, seconds)
                first_row = 0
                for sequence, part in plan:
                    self._advance(sequence, len(part), first_row, seconds)
                    first_row += len(part)

    def _advance(self, sequence: Sequence, n_rows: int, first_row: int, seconds: float) -> None:
        """What goes wrong with one reply ends that one alone."""
        with _failures_to(partial(self._end_failed, sequence)):
            sequence.advance(n_rows, first_row, seconds)

    def _show_load(self) -> None:
        held = [*self._cache.kept, *(each.computed for each in self._running)]
        self._n_cells = n_cells(held)
        self._n_own = sum(each.n_computed for each in self._running)
        self._metrics.load(self._n_cells, len(self._running), len(self._waiting))


def _how(event: Finished | Cancelled | Failed) -> Ending:
    match event:
        case Finished(reason=reason):
            return reason
        case Cancelled():
            return "cancelled"
        case Failed():
            return "failed"


@contextmanager
def _failures_to(end: Callable[[Failed], None]) -> Iterator[None]:
    """What goes wrong is told as a sentence; what is no sentence goes to the log."""
    try:
        yield
    except ModelError as error:
        end(Failed(str(error)))
    except Exception:
        number = secrets.token_hex(4)
        log.exception("Request %s failed", number)
        end(Failed(f"The model host failed (its log says why, under {number})."))
