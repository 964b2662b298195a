"""Writing many files so that there is a way back.

In a git repository the way back is git: what is not committed there would be lost, so it is
refused unless the user says otherwise. Elsewhere, and then, the old files are copied first. Either
all files are written or none: what was written before an error is put back.
"""

import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lsp_server.errors import EditRefused
from lsp_server.file_page import replace_file

CHANGED = "{path} has changed on disk meanwhile, so nothing was written; ask again."
EXISTS = "{path} is there already, so nothing was written; move it, or give another --helper-name."
UNWRITABLE = "{path} cannot be written ({reason}), so nothing was; check permissions and space."
UNCOMMITTED = (
    "{names} {have} changes that are not committed, so nothing was written; commit them, or run "
    "`git stash -u`, or give --allow-dirty to have {them} copied to a backup folder first."
)
MAX_NAMES = 5
GIT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Files:
    """What is to be written below a root.

    Attributes:
        before: The texts of the files that change, as they were read.
        changed: Their new texts.
        created: The texts of the files that come.
    """

    root: Path
    before: Mapping[PurePosixPath, str]
    changed: Mapping[PurePosixPath, str]
    created: Mapping[PurePosixPath, str]


def write_files(files: Files, *, allow_dirty: bool, backups: Path) -> str:
    """Write them all; how to go back, in words.

    Args:
        files: What is written.
        allow_dirty: Whether files with uncommitted changes may be written to.
        backups: The folder in which a backup folder is made where git is no way back.

    Raises:
        EditRefused: Nothing was written, and why.
    """
    _check(files)
    dirty = _dirty(files)
    if dirty and not allow_dirty:
        raise EditRefused(_uncommitted(dirty))
    backup = _backup(files, backups) if dirty is None or dirty else None
    _write(files)
    return _by_git(files) if backup is None else _by_copy(files, backup)


def _check(files: Files) -> None:
    for path in files.changed:
        if _on_disk(files.root / path) != files.before[path]:
            raise EditRefused(CHANGED.format(path=path))
    for path in files.created:
        if os.path.lexists(files.root / path):
            raise EditRefused(EXISTS.format(path=path))


def _on_disk(path: Path) -> str | None:
    """The text, or None if it is not there as a text any more."""
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _dirty(files: Files) -> list[str] | None:
    """The changed files that git could not bring back; None outside a repository."""
    if not files.changed:
        return []
    # No setting of the repository may start a program.
    safe = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
    status = ("status", "--porcelain", "-z", "--ignored", "--untracked-files=all", "--no-renames")
    names = sorted(str(path) for path in files.changed)
    try:
        found = subprocess.run(  # noqa: S603
            ["git", *safe, *status, "--", *names],  # noqa: S607
            cwd=files.root,
            capture_output=True,
            timeout=GIT_SECONDS,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_LITERAL_PATHSPECS": "1"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if found.returncode:
        return None
    entries = found.stdout.decode("utf-8", "replace").split("\0")
    return sorted({entry[3:] for entry in entries if len(entry) > 3})


def _uncommitted(names: list[str]) -> str:
    shown = ", ".join(names[:MAX_NAMES])
    more = len(names) - MAX_NAMES
    shown += f" and {more} more" if more > 0 else ""
    have, them = ("have", "them") if len(names) > 1 else ("has", "it")
    return UNCOMMITTED.format(names=shown, have=have, them=them)


def _backup(files: Files, backups: Path) -> Path:
    """A new folder with the files as they are, their modes included."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    number, folder = 1, backups / f"{files.root.name or 'root'}-{stamp}"
    try:
        backups.mkdir(parents=True, exist_ok=True, mode=0o700)
        while folder.exists():
            number += 1
            folder = backups / f"{files.root.name or 'root'}-{stamp}-{number}"
        folder.mkdir(mode=0o700)
        for path in files.changed:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(files.root / path, folder / path)
    except OSError as error:
        raise EditRefused(UNWRITABLE.format(path=folder, reason=error.strerror or error)) from error
    return folder


def _write(files: Files) -> None:
    written: list[PurePosixPath] = []
    path = PurePosixPath()
    try:
        for path, text in files.created.items():
            _create(files.root / path, text)
            written.append(path)
        for path, text in files.changed.items():
            replace_file(files.root / path, text)
            written.append(path)
    except OSError as error:
        _put_back(files, written)
        if isinstance(error, FileExistsError):
            raise EditRefused(EXISTS.format(path=path)) from error
        raise EditRefused(UNWRITABLE.format(path=path, reason=error.strerror or error)) from error


def _create(path: Path, text: str) -> None:
    """A new file; raises FileExistsError where something is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="") as file:
        try:
            file.write(text)
            file.flush()
        except OSError:
            path.unlink(missing_ok=True)
            raise


def _put_back(files: Files, written: Iterable[PurePosixPath]) -> None:
    for path in written:
        if path in files.created:
            (files.root / path).unlink(missing_ok=True)
        else:
            replace_file(files.root / path, files.before[path])


def _by_git(files: Files) -> str:
    commands = []
    if files.changed:
        commands.append(f"git -C {_quoted(files.root)} restore -- {_names(files.changed)}")
    if files.created:
        commands.append(f"rm -- {' '.join(_quoted(files.root / path) for path in files.created)}")
    return f"To take it back: {' && '.join(commands)}"


def _by_copy(files: Files, backup: Path) -> str:
    commands = [f"cp -a {_quoted(backup)}/. {_quoted(files.root)}"]
    if files.created:
        commands.append(f"rm -- {' '.join(_quoted(files.root / path) for path in files.created)}")
    return f"The old files are in {backup}. To take it back: {' && '.join(commands)}"


def _names(paths: Iterable[PurePosixPath]) -> str:
    return " ".join(_quoted(path) for path in paths)


def _quoted(path: Path | PurePosixPath) -> str:
    return shlex.quote(str(path))
