"""The border between those who ask, in any thread, and the engine thread that computes.

What arrives waits here; what runs can be stopped from here. A batch is stopped in its middle when
it is not worth its end: the request with most of its rows was cancelled (without it the rest is
computed sooner than by waiting), or a real request came and only warm-ups are computed that are
of no use to it. Deliberately absent: any order among requests (`scheduler.py`).
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lsp_server.host.engine import Decoded, Engine, Row
from lsp_server.host.work import Failed, Work

SHUTTING_DOWN = Failed("The model host is shutting down; ask again.")


@dataclass(frozen=True, slots=True)
class Part:
    """A request's rows in the running batch, of which the last stands at `end - 1`."""

    work: Work
    n_rows: int
    end: int

    def serves(self, work: Work) -> bool:
        """Whether `work` needs what is computed here."""
        return work.reuses_prefix and self.work.prompt[: self.end] == work.prompt[: self.end]


class Inbox:
    """`submit`, `cancel` and `close`: any thread. All else: the engine thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._changed = threading.Condition()
        self._arrived: list[Work] = []
        self._parts: Sequence[Part] = ()
        self._is_idling = False
        self.is_closing = False

    def submit(self, work: Work) -> None:
        with self._changed:
            if not self.is_closing:
                self._arrived.append(work)
                if self._is_idling or self._is_in_the_way_of(work):
                    self._engine.stop()
                self._changed.notify()
                return
        work.emit(SHUTTING_DOWN)

    def cancel(self, work: Work) -> None:
        """Stop it wherever it is; it ends with `Cancelled`, or as it has ended already."""
        with self._changed:
            work.cancelled.set()
            n_rows = sum(part.n_rows for part in self._parts if part.work is work)
            if 2 * n_rows > sum(part.n_rows for part in self._parts):
                self._engine.stop()

    def close(self) -> None:
        """Stop what is computed; nothing is computed any more."""
        with self._changed:
            self.is_closing = True
            self._engine.stop()
            self._changed.notify()

    def take(self) -> list[Work]:
        """What has arrived since the last time."""
        with self._changed:
            arrived, self._arrived = self._arrived, []
            return arrived

    def wait(self) -> None:
        """Until something has arrived, or `close`."""
        with self._changed:
            self._changed.wait_for(lambda: self._arrived or self.is_closing)

    def decode(self, rows: Sequence[Row], parts: Sequence[Part]) -> Decoded:
        """As the engine's; "stopped" too if it is not worth a start."""
        with self._changed:
            if self.is_closing or any(part.work.cancelled.is_set() for part in parts):
                return "stopped"
            self._engine.go()
            self._parts = parts
        try:
            return self._engine.decode(rows)
        finally:
            with self._changed:
                self._parts = ()

    def idle(self, step: Callable[[], bool]) -> bool:
        """Do one piece of work that nobody waits for, unless somebody does; an arrival stops its
        batch. False if there was nothing to do."""
        with self._changed:
            if self.is_closing or self._arrived:
                return True
            self._engine.go()
            self._is_idling = True
        try:
            return step()
        finally:
            with self._changed:
                self._is_idling = False

    def _is_in_the_way_of(self, work: Work) -> bool:
        return (
            not work.is_warm_up
            and len(self._parts) > 0
            and all(part.work.is_warm_up and not part.serves(work) for part in self._parts)
        )
