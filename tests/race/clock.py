"""An event loop whose time jumps to the next timer: hours of typing in a millisecond.

Nothing sleeps and no thread runs: work for threads is done at once and its result comes a moment
later. A loop with nothing left to wait for stops with an error, for that is a deadlock.
"""

import asyncio
from asyncio.base_events import BaseEventLoop
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

THREAD_SECONDS = 0.002


class Deadlock(Exception):
    """Everything waits and nothing will come."""


class _NoFiles:
    """Stands where the loop expects a selector; waiting is where time passes."""

    def __init__(self, loop: "VirtualLoop") -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            raise Deadlock
        self._loop.now += timeout
        return []


class VirtualLoop(BaseEventLoop):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self._selector = _NoFiles(self)

    def time(self) -> float:
        return self.now

    def run_in_executor(
        self, executor: Any, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        future: asyncio.Future[T] = self.create_future()
        result = func(*args)
        self.call_later(THREAD_SECONDS, _settle, future, result)
        return future

    def _process_events(self, events: list[Any]) -> None:
        assert not events, "no files are watched"

    def _write_to_self(self) -> None:
        """Nobody calls from another thread."""


def _settle(future: asyncio.Future[T], result: T) -> None:
    if not future.done():
        future.set_result(result)


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run to the end in virtual time; an exception in any callback is raised."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        problems: list[dict[str, Any]] = []
        runner.get_loop().set_exception_handler(lambda _, context: problems.append(context))
        result = runner.run(coroutine)
        for problem in problems:
            raise problem.get("exception") or AssertionError(problem["message"])
        return result
