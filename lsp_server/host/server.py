"""The host process: from its options to its exit code.

It listens first and loads then, ends when idle, when told by a signal, or some seconds after
loading has failed, so that clients can read why. Whichever it is, the socket's file is gone
when the process is.
"""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from lsp_server.host.api import Host, make_app
from lsp_server.host.cores import n_physical_cores
from lsp_server.host.endpoint import Endpoint, listen_tcp, listen_unix
from lsp_server.host.engine_thread import EngineThread, LoadFailed, Window
from lsp_server.host.idle import until_idle

log = logging.getLogger(__name__)

GRACE_S = 2
"""For connections that are open when the host ends."""


@dataclass(frozen=True, slots=True)
class HostOptions:
    """`n_threads` None: the physical cores. `over_tcp`: a loopback port and a key instead of a
    Unix socket, told in a file at `socket_path`."""

    model_path: Path
    socket_path: Path
    n_ctx: int = 8192
    n_threads: int | None = None
    idle_minutes: float = 30
    over_tcp: bool = False
    failure_shown_s: float = 10


def serve(options: HostOptions) -> int:
    """Run the host until it ends; returns the exit code. Raises HostFailed if it cannot listen."""
    over_tcp = options.over_tcp or not hasattr(socket, "AF_UNIX")
    endpoint = listen_tcp(options.socket_path) if over_tcp else listen_unix(options.socket_path)
    process = _Process(options)
    try:
        asyncio.run(process.run(endpoint))
    finally:
        endpoint.close()
        process.engine_thread.close(GRACE_S)
    return process.exit_code


class _Process:
    """The running server and what ends it."""

    def __init__(self, options: HostOptions) -> None:
        self._options = options
        self.exit_code = 0
        window = Window(options.n_ctx, options.n_threads or n_physical_cores())
        self.engine_thread = EngineThread(options.model_path, window, self._loaded)

    async def run(self, endpoint: Endpoint) -> None:
        self._loop = asyncio.get_running_loop()
        host = Host(self._options.model_path, self.engine_thread)
        self._server = _Server(_config(make_app(host, endpoint.key)))
        self._watch_signals()
        idle = asyncio.create_task(until_idle(host.activity, self._options.idle_minutes * 60))
        idle.add_done_callback(lambda _task: self._end("idle"))
        self.engine_thread.start()
        await self._server.serve(sockets=[endpoint.socket])
        idle.cancel()

    def _end(self, why: str) -> None:
        if not self._server.should_exit:
            log.info("Ending: %s", why)
        self._server.should_exit = True
        self.engine_thread.stop()

    def _loaded(self) -> None:
        """Called in the engine thread."""
        state = self.engine_thread.state
        if self._loop.is_closed() or not isinstance(state, LoadFailed):
            return
        if not self._server.should_exit:
            log.error("%s", state.message)
            self.exit_code = 1
            shown = self._options.failure_shown_s
            self._loop.call_soon_threadsafe(self._loop.call_later, shown, self._end, "not loaded")

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


def _config(app: object) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
