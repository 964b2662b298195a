"""The limits that Linux sets for this process's group: what a container may use of the machine.

A limit holds for a group and all below it, so the texts of a group and of those above it are
told. Inside a container the group's own path may not exist: the container sees itself as the
root. Both versions of the interface; elsewhere there are no limits.
"""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/")


def limits(file: str, controller: str, root: Path = ROOT) -> Iterator[str]:
    """What `file` says in the group and those above it: version 2's, or that of `controller`."""
    mounted = root / "sys/fs/cgroup"
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if not controllers:
            yield from _upwards(mounted, path, file)
        elif controller in controllers.split(","):
            yield from _upwards(mounted / controller, path, file)


def _upwards(top: Path, path: str, file: str) -> Iterator[str]:
    parts = [part for part in path.split("/") if part not in ("", "..")]
    for n in range(len(parts), -1, -1):
        if text := _text(top.joinpath(*parts[:n]) / file):
            yield text


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
