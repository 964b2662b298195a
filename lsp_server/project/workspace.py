"""The workspace as actions see it: files read, never written, and never outside its root.

A path counts as inside only after its symbolic links are resolved. What is not a regular file
(a FIFO would block for ever), is larger than MAX_BYTES, or is not UTF-8 text is not read. Text
that the editor has open wins over the disk.
"""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lsp_server.project.walk import walk

MAX_BYTES = 2_000_000
BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Project:
    """One workspace folder. `open_texts` holds what the editor has open, newer than the disk.

    Without a root (a single file was opened) only open texts can be read.
    """

    root: Path | None = None
    open_texts: Mapping[Path, str] = field(default_factory=dict)

    def read(self, path: Path) -> str | None:
        """The text of a file inside the root, relative to it or absolute; None if unreadable."""
        opened = self.open_text(path)
        if opened is not None:
            return opened
        inside = self.resolved(path)
        return None if inside is None else _text(inside)

    def exists(self, path: Path) -> bool:
        """Whether there is a file or folder at this place inside the root, or an open text."""
        if self.open_text(path) is not None:
            return True
        inside = self.resolved(path)
        return inside is not None and inside.exists()

    def open_text(self, path: Path) -> str | None:
        """What the editor has open at `path`, which it may know by a link's name."""
        if path in self.open_texts:
            return self.open_texts[path]
        real = self.resolved(path)
        if real is None or real in self.open_texts:
            return self.open_texts[real] if real else None
        links = (each for each in self.open_texts if each.name == real.name)
        return next((self.open_texts[each] for each in links if each.resolve() == real), None)

    def resolved(self, path: Path) -> Path | None:
        """The real path, or None if it lies outside the root. It need not exist."""
        if self.root is None or "\0" in str(path):
            return None
        try:
            root = self.root.resolve()
            real = (root / path).resolve()
        except (OSError, RuntimeError):
            return None
        return real if real.is_relative_to(root) else None

    def files(self, suffix: str, limit: int) -> list[Path]:
        """Up to `limit` files whose names end in `suffix`, shallow ones first, sorted by folder.

        Ignored folders and links are left out; `walk.py` says where a large walk ends.
        """
        found: list[Path] = []
        if self.root is None:
            return found
        for path in walk(self.root.resolve()):
            if len(found) >= limit:
                break
            if path.name.endswith(suffix):
                found.append(path)
        return found


def _text(path: Path) -> str | None:
    """The file's text without a byte order mark, its line ends untouched."""
    data = _data(path)
    if data is None or b"\0" in data:
        return None
    try:
        return data.decode("utf-8").removeprefix(BOM)
    except UnicodeDecodeError:
        return None


def _data(path: Path) -> bytes | None:
    """What is no regular file is not opened; O_NONBLOCK if it becomes a FIFO just then."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        if not _is_small_file(path.stat()):
            return None
        handle = os.open(path, flags)
        with os.fdopen(handle, "rb") as file:
            if not _is_small_file(os.fstat(file.fileno())):
                return None
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError):
        return None
    return data if len(data) <= MAX_BYTES else None


def _is_small_file(status: os.stat_result) -> bool:
    return stat.S_ISREG(status.st_mode) and status.st_size <= MAX_BYTES
