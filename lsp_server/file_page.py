"""A page that is no document of an editor: a text in memory, written to its file when asked.

The file is replaced as a whole (a reader sees the old text or the new one, never half of it), and
not at all when it has changed on disk since it was read.
"""

import os
from pathlib import Path

from lsp_server.errors import EditRefused
from lsp_server.page import Author
from lsp_server.text import Edit, Snapshot

CHANGED = "{path} has changed on disk meanwhile, so nothing was written; ask again."
UNWRITABLE = "{path} cannot be written ({reason}); check its permissions and the free space."


class FilePage:
    """Implements `page.Page`. `path` None: the text lives in memory only."""

    def __init__(self, snapshot: Snapshot, path: Path | None = None) -> None:
        self.path = path
        self._snapshot = snapshot
        self._on_disk = snapshot.text
        self._authors: list[Author] = []

    @property
    def snapshot(self) -> Snapshot:
        return self._snapshot

    @property
    def before(self) -> str:
        """The text as it was read or last saved."""
        return self._on_disk

    @property
    def changed(self) -> bool:
        return self._snapshot.text != self._on_disk

    def join(self, author: Author) -> None:
        self._authors.append(author)

    def leave(self, author: Author) -> None:
        self._authors.remove(author)

    async def land(self, author: Author) -> bool:
        edit = author.plan(self._snapshot)
        if edit is None:
            return False
        self._snapshot = self._snapshot.edited(edit)
        author.landed(edit)
        for other in self._authors:
            if other is not author:
                other.moved(edit)
        self.after_landing()
        return True

    def typed(self, edit: Edit) -> None:
        """Somebody who writes to no one's order changed the text."""
        self._snapshot = self._snapshot.edited(edit)
        for author in self._authors:
            author.moved(edit)

    def after_landing(self) -> None:
        """Hook for pages that show their text as it grows."""

    def save(self) -> None:
        """Write the text to its file. Raises `EditRefused`."""
        assert self.path is not None, "only a page with a path is saved"
        try:
            if self.path.exists() and _read(self.path) != self._on_disk:
                raise EditRefused(CHANGED.format(path=self.path))
            replace_file(self.path, self._snapshot.text)
        except OSError as error:
            raise EditRefused(
                UNWRITABLE.format(path=self.path, reason=error.strerror or error)
            ) from error
        self._on_disk = self._snapshot.text


def replace_file(path: Path, text: str) -> None:
    """Atomically; an existing file keeps its mode, and a link is followed."""
    import tempfile  # slow to import, and the server must start

    path = path.resolve()
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def make_folder(path: Path) -> None:
    """The folder and those above it. Raises `EditRefused`."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise EditRefused(UNWRITABLE.format(path=path, reason=reason)) from error


def _read(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
