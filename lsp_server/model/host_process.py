"""Starting the host as a process of its own, that outlives this one and says why it ended.

It is started in a session of its own, with nothing of ours but its log: stdin and stdout are the
editor's. Its working folder is the private one, so that no file of a workspace can be taken for
a module. Deliberately absent: when to start it (supervisor.py).
"""

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from lsp_server.errors import HostFailed, ModelError, ModelUnusable

MAX_LOG = 1_000_000


@dataclass(frozen=True, slots=True)
class HostOptions:
    """What a host is started with. `n_threads` None lets the host choose."""

    model: Path
    n_ctx: int = 8192
    n_threads: int | None = None
    idle_minutes: float = 30
    command: tuple[str, ...] = (sys.executable, "-m", "lsp_server", "host")

    @property
    def id(self) -> str:
        """The same for the same model and settings; hosts with one id are one host.

        A file that was replaced is another model, though its path is the same.
        """
        with contextlib.suppress(OSError):
            status = self.model.stat()
            parts = (self.model.resolve(), self.n_ctx, self.n_threads)
            what = repr((*map(str, parts), status.st_size, status.st_mtime_ns))
            return hashlib.sha256(os.fsencode(what)).hexdigest()[:16]
        raise ModelUnusable(f"{self.model} cannot be read any more; choose a model again.")

    def command_line(self, socket: Path) -> list[str]:
        words = [*self.command, "--socket", str(socket), "--model", str(self.model.resolve())]
        words += ["--n-ctx", str(self.n_ctx), "--idle-minutes", str(self.idle_minutes)]
        return words + (["--threads", str(self.n_threads)] if self.n_threads else [])


def start(options: HostOptions, socket: Path, log: Path) -> "subprocess.Popen[bytes]":
    """Start a host; HostFailed if the system does not let us."""
    try:
        _rotate(log)
        with log.open("ab") as stderr:
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
    reason = f": {said.rstrip('.')}" if said else ""
    return ModelUnusable(
        f"The model {options.model.name} could not be loaded{reason}; look at {log}, or choose "
        "another with `penna model use`."
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


def _rotate(log: Path) -> None:
    """Keep one older log, so that logs stay small however long Penna is used."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > MAX_LOG:
        log.replace(log.with_suffix(".log.1"))
