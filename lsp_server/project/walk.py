"""The files of a workspace that are the project's own, breadth first and bounded.

Links are not followed. Left out: folders of tools and of built or installed things, virtual
environments (known by their marker, whatever they are called), and what the workspace's own
`.gitignore` names; of its patterns those with `!` or `**` are not read. The walk ends after
MAX_VISITED entries or MAX_SECONDS, so a huge workspace gives its upper folders.
"""

import os
import time
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

MAX_VISITED = 20_000
MAX_SECONDS = 1.0
MAX_PATTERNS = 200
SKIPPED_FOLDERS = frozenset(
    {
        ".git", ".hg", ".svn", ".tox", ".nox", ".venv", "venv", "node_modules", "__pycache__",
        ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".idea", ".vscode", ".cache",
        "build", "dist", "target", "site-packages", ".eggs",
    }
)  # fmt: skip


def walk(root: Path) -> Iterator[Path]:
    """Regular files below `root`, which is resolved."""
    patterns = _ignored(root)
    return breadth_first(
        root, lambda entry: _matches(entry, root, patterns), _skipped, MAX_VISITED, MAX_SECONDS
    )


def breadth_first(
    root: Path,
    ignored: Callable[[os.DirEntry[str]], bool],
    skipped: Callable[[os.DirEntry[str]], bool],
    most: int,
    seconds: float,
) -> Iterator[Path]:
    """Regular files below `root` but `ignored` ones, in none of the folders that are `skipped`.

    It ends after `most` entries or so many seconds. Links are not followed, and folders that
    cannot be read are empty.
    """
    deadline = time.monotonic() + seconds
    folders, visited = [root], 0
    for folder in folders:
        for entry in _entries(folder):
            visited += 1
            if visited > most or time.monotonic() > deadline:
                return
            if ignored(entry):
                continue
            if entry.is_file(follow_symlinks=False):
                yield Path(entry.path)
            elif entry.is_dir(follow_symlinks=False) and not skipped(entry):
                folders.append(Path(entry.path))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _skipped(entry: os.DirEntry[str]) -> bool:
    if entry.name in SKIPPED_FOLDERS or entry.name.endswith(".egg-info"):
        return True
    return Path(entry.path, "pyvenv.cfg").is_file()


def _ignored(root: Path) -> list[str]:
    try:
        with (root / ".gitignore").open(encoding="utf-8", errors="replace") as file:
            lines = [line.strip() for line in file.readlines(64_000)]
    except OSError:
        return []
    kept = [line for line in lines if line and line[0] not in "#!" and "**" not in line]
    return [line.rstrip("/") for line in kept[:MAX_PATTERNS]]


def _matches(entry: os.DirEntry[str], root: Path, patterns: list[str]) -> bool:
    """A pattern with a slash is from the root, one without matches a name at any depth."""
    inside = entry.path[len(str(root)) :].lstrip("/\\").replace("\\", "/")
    return any(
        fnmatchcase(inside if "/" in pattern else entry.name, pattern.lstrip("/"))
        for pattern in patterns
    )
