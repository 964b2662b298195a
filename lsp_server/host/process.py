"""The running host: an HTTP server, the engine's thread, and what ends them.

It listens first and loads then; it ends when idle, when told by a signal, or some seconds after
loading has failed, so that clients can read why. Deliberately absent: where it listens, and who
may ask.
"""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from lsp_server.host.api import Host, make_app
from lsp_server.host.connection import Connection, Limits
from lsp_server.host.engine_thread import EngineThread, LoadFailed, Loading, Ready
from lsp_server.host.guard import Door, Guard
from lsp_server.host.idle import until_idle
from lsp_server.host.nap import Nap
from lsp_server.host.window import Window

log = logging.getLogger(__name__)

GRACE_S = 2
"""For connections that are open when the host ends."""


@dataclass(frozen=True, slots=True)
class Life:
    """`idle_minutes` None: never idle. An idle host ends, or else frees the model until the next
    request. `is_ready` is told the window in tokens when the model is loaded first."""

    idle_minutes: float | None
    ends_when_idle: bool
    failure_shown_s: float = 0
    is_ready: Callable[[int], None] | None = None


class Process:
    """One host. Once `run` has returned, `exit_code` counts and `engine_thread` is to be closed."""

    def __init__(self, model_path: Path, window: Window, life: Life) -> None:
        self._life = life
        self._is_ready = life.is_ready
        self.exit_code = 0
        self.engine_thread = EngineThread(model_path, window, self._changed)
        self._host = Host(model_path, self.engine_thread)

    async def run(self, sockets: Sequence[socket.socket], door: Door, limits: Limits) -> None:
        self._loop = asyncio.get_running_loop()
        self._nap = Nap(make_app(self._host), self._host)
        self._server = _Server(_config(Guard(self._nap, door), limits))
        self._watch_signals()
        idle = asyncio.create_task(self._watch_idleness())
        self.engine_thread.start()
        await self._server.serve(sockets=list(sockets))
        idle.cancel()

    async def _watch_idleness(self) -> None:
        if self._life.idle_minutes is None:
            return
        seconds = self._life.idle_minutes * 60
        if self._life.ends_when_idle:
            await until_idle(self._host.activity, seconds)
            self._end("idle")
        else:
            await self._nap.whenever_idle(seconds)

    def _end(self, why: str) -> None:
        if not self._server.should_exit:
            log.info("Ending: %s", why)
        self._server.should_exit = True
        self.engine_thread.stop()

    def _changed(self) -> None:
        """Called in the engine thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take_state)

    def _take_state(self) -> None:
        self._nap.changed()
        match self.engine_thread.state:
            case Ready(engine=engine) if self._is_ready is not None:
                self._is_ready(engine.n_ctx)
                self._is_ready = None
            case LoadFailed(message) if not self._server.should_exit:
                log.error("%s", message)
                self.exit_code = 1
                self._loop.call_later(self._life.failure_shown_s, self._end, "not loaded")
            case Loading() | Ready() | LoadFailed():
                pass

    def _watch_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            try:
                self._loop.add_signal_handler(number, self._end, number.name)
            except NotImplementedError:
                signal.signal(number, self._end_from_signal)

    def _end_from_signal(self, number: int, _frame: object) -> None:
        """Where the loop takes no signal handlers (Windows)."""
        self._loop.call_soon_threadsafe(self._end, signal.Signals(number).name)


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: they raise the signal again once they are done, and
    the process would die of it before the socket is removed."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(app: ASGIApp, limits: Limits) -> uvicorn.Config:
    made: Any = partial(Connection, limits)
    return uvicorn.Config(
        app,
        http=made,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_S,
    )
