"""A host of our own: a real `penna host` on a private socket, with a cache folder of its own.

Nothing of the user's is used or changed. It is timed only once it has measured the machine, which
it does while nobody asks. Leaving ends it.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from lsp_server.bench.client import Server
from lsp_server.errors import HostFailed, ModelUnusable
from lsp_server.model import host_process
from lsp_server.model.endpoint import host_endpoint
from lsp_server.model.health import Broken, Serving, ask_health
from lsp_server.model.host_process import HostOptions

IDLE_MINUTES = 20
"""Longer than any peer's turn. Should this process be killed, the host leaves by itself."""

START_SECONDS = 600.0
MEASURING_SECONDS = 900.0
END_SECONDS = 15.0
POLL_SECONDS = 0.05

PREFIXES = "prefixes/*.kv"
"""What the host keeps of system prompts, in its cache folder (host/kept.py)."""

QUIET_SECONDS, QUIET_PERCENT, N_QUIET = 0.3, 5.0, 4
"""A host computes nothing when it has used less of a processor in so many stretches in a row.
While it measures it has at least one to itself, or what others leave of it."""


class HostSide:
    """One host after the other in `folder`, which is private and short enough for a socket."""

    def __init__(self, model: Path, n_ctx: int, n_threads: int | None, folder: Path) -> None:
        self.cache_folder = folder / "cache"
        self.socket = folder / "host.sock"
        self.log = folder / "host.log"
        command = (sys.executable, "-m", "lsp_server", "host")
        self._options = HostOptions(
            model=model,
            n_ctx=n_ctx,
            n_threads=n_threads,
            idle_minutes=IDLE_MINUTES,
            command=(*command, "--cache-folder", str(self.cache_folder)),
        )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "a host is running"
        return self._process.pid

    async def start(self) -> Serving:
        """Start one and wait until it serves. Raises ModelError."""
        self._process = host_process.start(self._options, self.socket, self.log)
        endpoint = host_endpoint(self.socket)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            match await ask_health(endpoint):
                case Serving() as serving:
                    return serving
                case Broken(message):
                    raise ModelUnusable(message)
            self.check_alive()
            await asyncio.sleep(POLL_SECONDS)
        raise HostFailed(f"The model host has not loaded within {START_SECONDS / 60:.0f} minutes.")

    async def until_quiet(self) -> None:
        """Until it has measured the machine: it computes nothing any more. Or until time is up."""
        process, deadline = psutil.Process(self.pid), time.monotonic() + MEASURING_SECONDS
        n_quiet = 0
        process.cpu_percent()
        while n_quiet < N_QUIET and time.monotonic() < deadline:
            await asyncio.sleep(QUIET_SECONDS)
            self.check_alive()
            n_quiet = n_quiet + 1 if process.cpu_percent() < QUIET_PERCENT else 0

    async def until_kept(self, since: float, seconds: float) -> bool:
        """Whether it writes a system prompt's state after `since` (a time of the clock)."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if any(path.stat().st_mtime >= since for path in self.cache_folder.glob(PREFIXES)):
                return True
            self.check_alive()
            await asyncio.sleep(POLL_SECONDS)
        return False

    def check_alive(self) -> None:
        """Raises the sentence for a host that has died."""
        assert self._process is not None, "a host was started"
        if (code := self._process.poll()) is not None:
            raise host_process.death(self._options, code, self.log)

    async def end(self) -> None:
        """End it and wait; kill it if it does not listen."""
        if self._process is None:
            return
        self._process.terminate()
        deadline = time.monotonic() + END_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            await asyncio.sleep(POLL_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End it at once, without waiting for anything."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@asynccontextmanager
async def started(host: HostSide) -> AsyncIterator[Server]:
    """The host, serving, as a side to be asked."""
    try:
        await host.start()
        yield Server("penna", host_endpoint(host.socket))
        await host.end()
    finally:
        host.kill()
