"""Whose tokens are computed next: for now one request after the other, in the order they came.

`submit`, `cancel` and `close` may be called from any thread; `run` is the engine thread. Nothing
else calls the engine while `run` does. A cancelled work stops inside a running batch; what was
computed by then stays for the next prompt.

Seams: a batch of many sequences is built in `_step`; drafts add rows in `Sequence.rows` and are
verified in `Sequence.advance`; who comes first is decided in `_next`.
"""

import logging
import secrets
import threading
from queue import SimpleQueue

from lsp_server.errors import ModelError
from lsp_server.host.engine import Engine
from lsp_server.host.prefix_cache import PrefixCache
from lsp_server.host.sequence import Sequence
from lsp_server.host.work import Cancelled, Event, Failed, Work

log = logging.getLogger(__name__)

PREFILL_CHUNK = 128
"""Tokens a batch: large enough for the full rate on a CPU, small enough to show progress."""

SEQUENCE = 0
SHUTTING_DOWN = Failed("The model host is shutting down; ask again.")


class Scheduler:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._cache = PrefixCache(engine)
        self._inbox: SimpleQueue[Work | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._running: Work | None = None
        self._closing = False

    def submit(self, work: Work) -> None:
        with self._lock:
            if not self._closing:
                self._inbox.put(work)
                return
        work.emit(SHUTTING_DOWN)

    def cancel(self, work: Work) -> None:
        """Stop it wherever it is; it ends with `Cancelled`, or as it has ended already."""
        with self._lock:
            work.cancelled.set()
            if self._running is work:
                self._engine.stop()

    def close(self) -> None:
        """Let `run` return soon; works that wait or run end with `Failed`."""
        with self._lock:
            self._closing = True
            self._engine.stop()
        self._inbox.put(None)

    def run(self) -> None:
        while (work := self._next()) is not None:
            work.emit(self._carry_out(work))
            with self._lock:
                self._running = None

    def _next(self) -> Work | None:
        """The work that has waited longest; None when there shall be no more."""
        while (work := self._inbox.get()) is not None:
            with self._lock:
                if not self._closing and not work.cancelled.is_set():
                    self._running = work
                    self._engine.go()
                    return work
            work.emit(self._why_not(work))
        return None

    def _why_not(self, work: Work) -> Event:
        return Cancelled() if work.cancelled.is_set() else SHUTTING_DOWN

    def _carry_out(self, work: Work) -> Event:
        try:
            return self._reply(work)
        except ModelError as error:
            self._cache.take_nothing(SEQUENCE)
            return Failed(str(error))
        except Exception:
            self._cache.take_nothing(SEQUENCE)
            number = secrets.token_hex(4)
            log.exception("Request %s failed", number)
            return Failed(f"The model host failed (its log says why, under {number}).")

    def _reply(self, work: Work) -> Event:
        take = self._cache.take if work.reuses_prefix else self._take_nothing
        sequence = Sequence(self._engine, work, take(work.prompt, SEQUENCE), SEQUENCE)
        try:
            while sequence.finished is None and not work.cancelled.is_set():
                if not self._step(sequence):
                    return self._why_not(work)
            self._cache.hold(sequence.tokens, SEQUENCE)
            return sequence.finished or Cancelled()
        finally:
            sequence.close()

    def _take_nothing(self, _prompt: tuple[int, ...], number: int) -> int:
        return self._cache.take_nothing(number)

    def _step(self, sequence: Sequence) -> bool:
        """Compute one batch; False if it was stopped."""
        rows = sequence.rows(min(PREFILL_CHUNK, self._engine.n_batch))
        match self._engine.decode(rows):
            case "done":
                sequence.advance(rows, len(rows) - 1)
                return True
            case "stopped":
                self._cache.hold(sequence.tokens, SEQUENCE)
                return False
            case "full":
                raise ModelError("The model's window is full; ask with less context.")
