"""Finds the host for a model, or starts it, and knows when to stop trying.

One host serves all editors of a user that ask for the same model with the same settings. Starting
it and ending one of another version happen under a file lock, so that two servers that start at
once start one host; loading is waited for without the lock. A host that this process started
and that died otherwise than in order counts as a crash; after three in five minutes there is a
sentence instead of a fourth. Deliberately absent: prompts and replies (supervised.py).
"""

import asyncio
import subprocess
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from lsp_server import __version__
from lsp_server.errors import HostFailed, ModelUnusable
from lsp_server.model import host_process
from lsp_server.model.endpoint import Endpoint, host_endpoint
from lsp_server.model.health import Absent, Broken, Busy, Health, Loading, Serving, ask_health
from lsp_server.model.host_process import HostOptions
from lsp_server.model.runtime_folder import runtime_folder

MAX_CRASHES = 3
CRASH_SECONDS = 300.0
# Python starts and opens the socket; on a loaded machine with a slow disk that takes a while.
START_SECONDS = 120.0
# How long a host may not answer at all before it is taken for hung.
HUNG_SECONDS = 60.0
END_SECONDS = 10.0
_POLL_SECONDS = 0.05
# Loading takes seconds at least, and needs the cores more than we do.
_LOADING_SECONDS = 0.1


class Supervisor:
    """Keeps a host available for one model; holds the process only if it was started here."""

    def __init__(self, options: HostOptions) -> None:
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        # A host that could say why loading failed ends by itself, and not with 0: no crash.
        self._has_told_why = False
        self._crashes: list[float] = []

    def endpoint(self) -> Endpoint:
        """Where the host is or will be."""
        return host_endpoint(self._socket())

    async def health(self) -> Health:
        """What the host says now; a host of another version is Absent to us."""
        return await ask_health(self.endpoint())

    async def ready(self) -> Serving:
        """Wait until the host serves, starting it if need be.

        Raises ModelUnusable (its file, or loading it), and HostFailed (it hangs, or crashes again
        and again).
        """
        was_loading, last_answer = False, time.monotonic()
        while True:
            health = await self.health()
            if not isinstance(health, Busy):
                last_answer = time.monotonic()
            match health:
                case Serving(version) if version == __version__:
                    return health
                case Serving(version) if self._process is not None:
                    raise HostFailed(
                        f"Penna was updated to {version} while this server ({__version__}) was "
                        "running; restart it."
                    )
                case Serving():
                    await self._replace(health)
                case Broken(message):
                    self._has_told_why = True
                    raise ModelUnusable(message)
                case Absent() if was_loading:
                    raise self._death()
                case Absent():
                    await self._start()
                case Busy() if time.monotonic() - last_answer > HUNG_SECONDS:
                    raise HostFailed(f"The model host hangs; end the process {self._name()}.")
            was_loading = was_loading or isinstance(health, Loading)
            await asyncio.sleep(_LOADING_SECONDS if was_loading else _POLL_SECONDS)

    async def end(self) -> None:
        """End the host if it was started here; others may be using one that was not."""
        if self._process is not None:
            self._process.terminate()
            await asyncio.to_thread(self._process.wait)
            self._process = None

    def _socket(self) -> Path:
        return runtime_folder() / f"{self._options.id}.sock"

    def _log(self) -> Path:
        return host_process.log_path(self._options.id)

    async def _start(self) -> None:
        """Start a host unless another server does it first; returns when one listens."""
        async with _locked(self._socket().with_suffix(".lock")):
            if not isinstance(await self.health(), Absent):
                return
            await self._until_gone()
            self._count_crash()
            self._give_up_after_crashes()
            await asyncio.to_thread(host_process.check, self._options)
            self._has_told_why = False
            self._process = host_process.start(self._options, self._socket(), self._log())
            await self._until_listening(self._process)

    async def _until_gone(self) -> None:
        """Wait for a host of ours that listens no more, so that two never share the memory."""
        deadline = time.monotonic() + END_SECONDS
        while self._process is not None and self._process.poll() is None:
            if time.monotonic() > deadline:
                self._process.kill()
            await asyncio.sleep(_POLL_SECONDS)

    async def _until_listening(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + START_SECONDS
        while isinstance(await self.health(), Absent):
            if process.poll() is not None:
                raise self._death()
            if time.monotonic() > deadline:
                raise HostFailed(f"The model host does not start; look at {self._log()}.")
            await asyncio.sleep(_POLL_SECONDS)

    async def _replace(self, other: Serving) -> None:
        """End a host of another version."""
        async with _locked(self._socket().with_suffix(".lock")):
            if await self.health() == other:
                await asyncio.to_thread(_end, other.pid)

    def _death(self) -> Exception:
        """The error for a host that ended before it served. Counts the crash."""
        code = self._process.poll() if self._process is not None else None
        self._count_crash()
        return host_process.death(self._options, code, self._log())

    def _count_crash(self) -> None:
        if self._process is None or (code := self._process.poll()) is None:
            return
        self._process = None
        if host_process.is_crash(code) and not self._has_told_why:
            self._crashes.append(time.monotonic())

    def _give_up_after_crashes(self) -> None:
        since = time.monotonic() - CRASH_SECONDS
        self._crashes = [crash for crash in self._crashes if crash > since]
        if len(self._crashes) >= MAX_CRASHES:
            raise HostFailed(
                f"The model host has crashed {MAX_CRASHES} times in {CRASH_SECONDS / 60:.0f} "
                f"minutes; look at {self._log()}, choose another model with `penna model use`, "
                "or try again later."
            )

    def _name(self) -> str:
        return str(self._process.pid) if self._process is not None else f"behind {self._socket()}"


@asynccontextmanager
async def _locked(path: Path) -> AsyncGenerator[None]:
    """Hold the lock file. Polls, so that being cancelled while waiting leaves nothing behind."""
    from filelock import FileLock, Timeout

    lock = FileLock(path)
    while not lock.is_locked:
        try:
            lock.acquire(blocking=False)
        except Timeout:
            await asyncio.sleep(_POLL_SECONDS)
    try:
        yield
    finally:
        lock.release()


def _end(pid: int) -> None:
    """Ask a process of this user to end, and make it after a while. Blocks."""
    import psutil

    try:
        process = psutil.Process(pid)
        if process.username() != psutil.Process().username():
            raise HostFailed(f"A model host of another user (process {pid}) is in the way; end it.")
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(END_SECONDS)
    except psutil.NoSuchProcess:
        return
    except psutil.Error as error:
        raise HostFailed(f"The model host of another version cannot be ended ({error}).") from None
