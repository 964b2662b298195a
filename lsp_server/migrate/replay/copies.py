"""Copies of a project in temporary folders, with the texts that the editor has laid over them.

Copied is what the app may need to run: its sources, data, databases, instance folder. Left out are
histories, caches and installed things. A link that stays inside the project is copied as one; of a
link that leads outside the file is copied, so that nothing is written through it.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from lsp_server.project.walk import SKIPPED_FOLDERS

MAX_BYTES: Final = 500_000_000
MAX_FILES: Final = 40_000
KEPT: Final = frozenset({"build", "dist", "target", "site-packages"})
LEFT_OUT: Final = SKIPPED_FOLDERS - KEPT


class TooLarge(Exception):
    """The project holds more than a check can copy three times."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts that win over the disk, by path in the project; None is a file that is not there."""

    files: Mapping[PurePosixPath, str | None]

    def over(self, changes: Mapping[PurePosixPath, str | None]) -> "Texts":
        """These texts, and over them the changes."""
        return Texts({**self.files, **changes})


def copy_project(root: Path, target: Path, texts: Texts) -> None:
    """A copy of `root` in `target`, which must not exist yet. TooLarge where it is that."""
    files, size = 0, 0
    target.mkdir(parents=True)
    for source in _entries(root):
        place = target / source.relative_to(root)
        if source.is_dir() and not source.is_symlink():
            place.mkdir(exist_ok=True)
            continue
        files, size = files + 1, size + _size(source)
        if files > MAX_FILES or size > MAX_BYTES:
            raise TooLarge(
                f"The folder holds more than {MAX_BYTES // 1_000_000} MB or {MAX_FILES} files."
            )
        _copy(source, place, root)
    lay_over(target, texts)


def copy_of_copy(source: Path, target: Path) -> None:
    """Another copy of one that was made before, links and all."""
    shutil.copytree(source, target, symlinks=True)


def lay_over(target: Path, texts: Texts) -> None:
    """Write the texts into a copy, as the editor would save them. Line ends are the text's own."""
    for path, text in texts.files.items():
        place = target / path
        if ".." in path.parts or path.is_absolute():
            continue
        if text is None:
            place.unlink(missing_ok=True)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_symlink():
            place.unlink()
        place.write_text(text, "utf-8", newline="")


def _entries(root: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(root):
        here = Path(folder)
        names[:] = sorted(name for name in names if not _is_left_out(here / name))
        for name in (*names, *sorted(files)):
            yield here / name


def _is_left_out(folder: Path) -> bool:
    return folder.name in LEFT_OUT or (folder / "pyvenv.cfg").is_file()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _copy(source: Path, place: Path, root: Path) -> None:
    """What is no regular file (a socket, a FIFO) is left out, and what cannot be read, too."""
    real = source.resolve()
    if source.is_symlink() and real.is_relative_to(root.resolve()):
        place.symlink_to(os.path.relpath(real, source.parent.resolve()))
        return
    if real.is_file():
        try:
            shutil.copy2(real, place)
        except OSError:
            return
