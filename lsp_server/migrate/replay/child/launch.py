"""The first thing a child runs: limits and guards, then the script that was asked for.

    python launch.py OPTIONS SCRIPT [ARGUMENT...]

OPTIONS is JSON: {"root": folder, "path": [folders], "writable": [folders], "memory": bytes,
"seconds": of processor time}. The guard is against accidents, not malice: an app whose database
has an absolute path must not write to the real one, and mails must not leave. It is an audit
hook, so it holds in C code of the standard library, too; what the system can take away (network,
other processes) it has taken away before.
"""

from __future__ import annotations

import json
import os
import runpy
import socket
import sys
from collections.abc import Callable
from typing import Any

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
ON_PATHS = {"os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.truncate", "shutil.rmtree",
            "os.link", "os.symlink", "os.chmod", "os.chown"}  # fmt: skip
MOST_FILE_BYTES = 1 << 28
HARMLESS = ("/dev/", "/proc/")
LOCAL = (None, "", "localhost", "127.0.0.1", "::1", b"localhost")


def main() -> None:
    options = json.loads(sys.argv[1])
    script = sys.argv[2]
    limit(options["memory"], options["seconds"])
    sys.path[0:1] = options["path"]
    sys.argv = sys.argv[2:]
    os.chdir(options["root"])
    sys.addaudithook(Guard([os.path.realpath(folder) for folder in options["writable"]]))
    runpy.run_path(script, run_name="__main__")


def limit(memory: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has none of these; the time limit of the parent remains.
        return
    limits = {
        "RLIMIT_AS": memory,
        "RLIMIT_CPU": seconds,
        "RLIMIT_FSIZE": MOST_FILE_BYTES,
        "RLIMIT_CORE": 0,
    }
    for name, amount in limits.items():
        try:
            hard = resource.getrlimit(getattr(resource, name))[1]
            least = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
            resource.setrlimit(getattr(resource, name), (least, least))
        except (AttributeError, ValueError, OSError):
            continue


class Guard:
    """The audit hook. It looks at real paths, as a link may lead outside."""

    def __init__(self, writable: list[str]) -> None:
        self.writable = writable
        self.hooks: dict[str, Callable[[tuple[Any, ...]], None]] = {
            "open": self.opened,
            "sqlite3.connect": self.database,
            "socket.connect": self.connected,
            "socket.sendto": self.connected,
            "socket.getaddrinfo": self.named,
            **dict.fromkeys(ON_PATHS, self.changed),
        }

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        hook = self.hooks.get(event)
        if hook is not None:
            hook(arguments)

    def opened(self, arguments: tuple[Any, ...]) -> None:
        path, mode, flags = arguments
        writes = flags & WRITES if isinstance(flags, int) and flags > 0 else 0
        if (writes or set(mode or "") & set("wax+")) and not self.is_inside(path):
            refuse(path)

    def database(self, arguments: tuple[Any, ...]) -> None:
        name = arguments[0]
        text = os.fsdecode(name) if isinstance(name, (str, bytes, os.PathLike)) else ""
        if text in ("", ":memory:") or "mode=memory" in text or text.startswith("file::memory:"):
            return
        if not self.is_inside(text[5:].split("?")[0] if text.startswith("file:") else text):
            refuse(name)

    def changed(self, arguments: tuple[Any, ...]) -> None:
        for path in arguments[:2]:
            if isinstance(path, (str, bytes, os.PathLike)) and not self.is_inside(path):
                refuse(path)

    def connected(self, arguments: tuple[Any, ...]) -> None:
        raise ConnectionRefusedError(f"There is no network in a check: {arguments[1]!r}.")

    def named(self, arguments: tuple[Any, ...]) -> None:
        if arguments[0] not in LOCAL:
            raise socket.gaierror(socket.EAI_NONAME, "There is no network in a check.")

    def is_inside(self, path: Any) -> bool:
        if isinstance(path, int) or path is None:
            return True
        text = os.path.realpath(os.fsdecode(path))
        if text.startswith(HARMLESS):
            return True
        return any(text == folder or text.startswith(folder + os.sep) for folder in self.writable)


def refuse(path: object) -> None:
    raise PermissionError(f"{path!r} is outside the copy that a check may change.")


if __name__ == "__main__":
    main()
