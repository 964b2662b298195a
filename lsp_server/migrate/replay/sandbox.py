"""Where the user's code runs: child processes with limits, without network, killed at the end.

A child has its own process group, a folder of its own for HOME and temporary files, an environment
with none of the user's variables (which may hold keys), a limit of time and of memory. Linux also
takes its network away and gives it a process table of its own, so that what it starts ends with
it; elsewhere `child/launch.py` refuses connections and proxies lead nowhere. Only a caller that has
seen the user's trust may come here.
"""

import functools
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

CHILD: Final = Path(__file__).parent / "child"
NOWHERE: Final = "http://127.0.0.1:9"
ISOLATED: Final = (
    ("unshare", "--user", "--map-current-user", "--net", "--pid", "--fork", "--kill-child=KILL"),
    ("unshare", "--user", "--map-root-user", "--net", "--pid", "--fork", "--kill-child=KILL"),
    ("unshare", "--net", "--pid", "--fork", "--kill-child=KILL"),
    ("unshare", "--user", "--map-root-user", "--net"),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one child may take: seconds of wall time in all, bytes of address space."""

    seconds: float = 240.0
    memory: int = 4 << 30


@dataclass(frozen=True, slots=True)
class Sandbox:
    """How children are started. `folder` is temporary and holds their homes; it must exist."""

    interpreter: Path
    folder: Path
    limits: Limits = field(default_factory=Limits)

    def start(
        self,
        script: str,
        root: Path,
        *,
        arguments: Sequence[str] = (),
        path: Sequence[Path] = (),
        environment: Mapping[str, str] | None = None,
    ) -> "subprocess.Popen[bytes]":
        """A child that runs `child/SCRIPT` in the copy `root`, importing from `path` first."""
        home = self.folder / "homes" / root.name
        (home / "tmp").mkdir(parents=True, exist_ok=True)
        options = {
            "root": str(root),
            "path": [str(folder) for folder in (*path, root)],
            "writable": [str(root), str(home)],
            "memory": self.limits.memory,
            "seconds": int(self.limits.seconds),
        }
        launch = (str(CHILD / "launch.py"), json.dumps(options), str(CHILD / script))
        return subprocess.Popen(  # noqa: S603 - the user trusted this workspace's code.
            [*isolation(), str(self.interpreter), *launch, *arguments],
            cwd=root,
            env={**clean_environment(home), **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=os.name == "posix",
        )


def kill(process: "subprocess.Popen[bytes]") -> None:
    """End the child and all of its process group, and wait for it."""
    if os.name == "posix":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def close_pipes(process: "subprocess.Popen[bytes]") -> None:
    """Close what is left of the child's pipes."""
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            try:
                stream.close()
            except OSError:
                continue


def clean_environment(home: Path) -> dict[str, str]:
    """The variables of a child: where things are, and nothing of the user's own."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TZ") if name in os.environ}
    places = {name: str(home) for name in ("HOME", "USERPROFILE", "XDG_CACHE_HOME")}
    temporary = {name: str(home / "tmp") for name in ("TMPDIR", "TEMP", "TMP")}
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), NOWHERE)
    python = {
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONUTF8": "1",
        "PYTHONNOUSERSITE": "1",
        "LANG": "C.UTF-8",
    }
    return {**kept, **places, **temporary, **proxies, **python, "NO_PROXY": ""}


@functools.cache
def isolation() -> tuple[str, ...]:
    """The command in front of a child that takes its network away; empty where none works."""
    if not sys.platform.startswith("linux") or shutil.which("unshare") is None:
        return ()
    for command in ISOLATED:
        try:
            done = subprocess.run([*command, "true"], capture_output=True, timeout=10, check=False)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired):
            continue
        if done.returncode == 0:
            return command
    return ()
