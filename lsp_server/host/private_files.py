"""Files that a host keeps for its next start: whole or not there, and for its user alone.

A file is written beside its place and renamed into it, so a reader sees the old one or the new
one. Symlinks are not followed: in a folder that somebody else can write to they would lead
anywhere. What a process left behind when it died is removed by the next one. Raises OSError.
"""

import contextlib
import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import psutil

_LEFTOVER = re.compile(r"\..+\.(\d+)\.new")
_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def user_cache_folder(chosen: Path | None) -> Path:
    """Where things are kept that can be made again; `chosen` None: the usual place."""
    if chosen is not None:
        return chosen
    import platformdirs

    return platformdirs.user_cache_path("penna", appauthor=False)


def read(path: Path, n_most: int) -> bytes:
    """A whole file of this user; FileNotFoundError if there is none, OSError if it is a symlink,
    no plain file, another user's, or larger than `n_most` bytes."""
    with _opened(path) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or not _is_ours(status):
            raise PermissionError(f"{path} is not a plain file of this user")
        if status.st_size > n_most:
            raise OSError(f"{path} is too large")
        return file.read(n_most)


def write(path: Path, parts: Iterable[bytes]) -> None:
    """Put the parts into a file that only this user can read, in a folder closed to others."""
    _make_folder(path.parent)
    _remove_leftovers(path.parent)
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    new.unlink(missing_ok=True)
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS
        with os.fdopen(os.open(new, flags, 0o600), "wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink()
        raise


def keep_newest(folder: Path, suffix: str, n_kept: int) -> None:
    """Remove all but the last used files with this suffix. One that cannot be removed stays."""
    files = [path for path in folder.iterdir() if path.suffix == suffix]
    files.sort(key=lambda path: path.lstat().st_mtime_ns, reverse=True)
    for path in files[n_kept:]:
        with contextlib.suppress(OSError):
            path.unlink()


def touch(path: Path) -> None:
    """It was used just now; if that cannot be written down, it is the older for it."""
    with contextlib.suppress(OSError):
        os.utime(path)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    # Without O_NONBLOCK a pipe in the file's place would be waited for.
    flags = os.O_RDONLY | _FLAGS | getattr(os, "O_NONBLOCK", 0)
    if path.is_symlink():
        raise PermissionError(f"{path} is a symlink")
    with os.fdopen(os.open(path, flags), "rb") as file:
        yield file


def _make_folder(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or not _is_ours(status):
        raise PermissionError(f"{folder} is not a folder of this user")
    if os.name == "posix" and status.st_mode & 0o077:
        folder.chmod(0o700)


def _is_ours(status: os.stat_result) -> bool:
    return os.name != "posix" or status.st_uid == os.geteuid()


def _remove_leftovers(folder: Path) -> None:
    for path in folder.iterdir():
        found = _LEFTOVER.fullmatch(path.name)
        if found and not psutil.pid_exists(int(found[1])):
            with contextlib.suppress(OSError):
                path.unlink()
