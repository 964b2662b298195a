"""Starting the host as a process of its own, that outlives this one and says why it ended.

It is started in a session of its own, with nothing of ours but its log: stdin and stdout are the
editor's. Its working folder is the private one, so that no file of a workspace can be taken for
a module. Deliberately absent: when to start it (supervisor.py).
"""

import hashlib
import logging
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from lsp_server.errors import HostFailed, ModelError, ModelUnusable

if TYPE_CHECKING:
    from lsp_server.model.gguf_file import CacheType

MAX_LOG = 1_000_000


@dataclass(frozen=True, slots=True)
class HostOptions:
    """What a host is started with; `n_threads` and `n_threads_batch` None let the host choose.

    `cache_type` is that of keys and values.
    """

    model: Path
    n_ctx: int = 8192
    n_threads: int | None = None
    n_threads_batch: int | None = None
    cache_type: "CacheType" = "f16"
    mlock: bool = False
    draft_model: Path | None = None
    idle_minutes: float = 30
    command: tuple[str, ...] = (sys.executable, "-m", "lsp_server", "host")

    @property
    def id(self) -> str:
        """The same for the same model and settings; hosts with one id are one host.

        A file that was replaced is another model, though its path is the same.
        """
        files = [_identity(path) for path in (self.model, self.draft_model) if path]
        parts = (self.n_ctx, self.n_threads, self.n_threads_batch, self.cache_type, self.mlock)
        return hashlib.sha256(os.fsencode(repr((files, parts)))).hexdigest()[:16]

    def command_line(self, socket: Path) -> list[str]:
        words = [*self.command, "--socket", str(socket), "--model", str(self.model.resolve())]
        words += ["--n-ctx", str(self.n_ctx), "--idle-minutes", str(self.idle_minutes)]
        words += ["--cache-type-k", self.cache_type, "--cache-type-v", self.cache_type]
        if self.n_threads:
            words += ["--threads", str(self.n_threads)]
        if self.n_threads_batch:
            words += ["--threads-batch", str(self.n_threads_batch)]
        if self.mlock:
            words += ["--mlock"]
        if self.draft_model:
            words += ["--draft-model", str(self.draft_model.resolve())]
        return words


def _identity(path: Path) -> tuple[str, int, int]:
    try:
        status = path.stat()
    except OSError:
        raise ModelUnusable(f"{path} cannot be read any more; choose a model again.") from None
    return str(path.resolve()), status.st_size, status.st_mtime_ns


def check(options: HostOptions) -> None:
    """Refuse files that would abort the host, or do not fit; ModelUnusable says why. Reads them."""
    from lsp_server.model import gguf_file  # with the first host: the server must start

    memory = gguf_file.total_memory()
    cache = options.cache_type
    main = gguf_file.check(options.model, options.n_ctx, memory, cache_type=cache)
    if options.draft_model is not None:
        left = memory - main.memory(options.n_ctx, cache).least
        gguf_file.check(options.draft_model, options.n_ctx, left, cache_type=cache)


def start(options: HostOptions, socket: Path, log: Path) -> "subprocess.Popen[bytes]":
    """Start a host; HostFailed if the system does not let us. Without a log if need be."""
    try:
        with _opened(log) as stderr:
            return subprocess.Popen(  # noqa: S603 - our own command, and a path after its flag.
                options.command_line(socket),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                cwd=socket.parent,
                start_new_session=True,
            )
    except OSError as error:
        raise HostFailed(f"The model host cannot be started ({error}).") from None


def log_path(id: str) -> Path:
    """Where the host with this id writes what it has to say."""
    import platformdirs

    return platformdirs.user_log_path("penna", appauthor=False) / f"host-{id}.log"


def is_crash(code: int) -> bool:
    """Whether an exit code is neither an end in order nor one that was asked for."""
    return code not in (0, -signal.SIGTERM, -signal.SIGINT, -getattr(signal, "SIGHUP", 1))


def death(options: HostOptions, code: int | None, log: Path) -> ModelError:
    """The sentence for a host that ended before it could serve. `code` None: not known."""
    if code is not None and code == -getattr(signal, "SIGKILL", 9):
        return HostFailed(
            "The system ended the model host, most likely for want of memory; choose a smaller "
            "model with `penna model list`, or a smaller n_ctx."
        )
    said = last_line(log)
    reason = f": {said.rstrip('.')}; look at {log}, or" if said else ";"
    return ModelUnusable(
        f"The model {options.model.name} could not be loaded{reason} choose another with "
        "`penna model use`."
    )


def last_line(log: Path) -> str:
    """The last line of the log that says something, shortened."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    said = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return said if len(said) <= 200 else said[:199] + "…"


def _opened(log: Path) -> BinaryIO:
    """The log to add to; where there can be none (a full disk, a read-only folder) the void."""
    try:
        _rotate(log)
        return log.open("ab")
    except OSError as error:
        logging.getLogger(__name__).warning(
            "The model host runs without a log: %s cannot be written (%s).", log, error
        )
        return Path(os.devnull).open("ab")


def _rotate(log: Path) -> None:
    """Keep one older log, so that logs stay small however long Penna is used."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > MAX_LOG:
        log.replace(log.with_suffix(".log.1"))
