"""Which workspaces the user has said may be run: asked once each, kept in the user's data folder.

A workspace comes from anywhere, and running its tests runs whatever it holds. So nothing that lies
inside a workspace can grant this: no setting, no file, and no data folder that was put there. A
trusted folder's subfolders are trusted with it; its parents are not. Deliberately absent: asking,
which is the editor's or the command's.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class TrustStore:
    """The trusted workspaces, in Penna's data folder, which need not exist yet."""

    folder: Path

    def is_trusted(self, root: Path) -> bool:
        """Whether the user trusted this folder, or one that it lies in."""
        real = root.resolve()
        if self.folder.resolve().is_relative_to(real):
            return False
        return any(real.is_relative_to(folder) for folder in self.folders())

    def trust(self, root: Path) -> None:
        """Remember that this folder's code may be run. Only a user's own answer may call this."""
        with self._locked():
            self._write({*self.folders(), root.resolve()})

    def forget(self, root: Path) -> None:
        """Trust this folder no longer, nor what was trusted below it."""
        real = root.resolve()
        with self._locked():
            self._write({each for each in self.folders() if not each.is_relative_to(real)})

    def folders(self) -> frozenset[Path]:
        """All trusted folders. A file that cannot be read trusts nothing."""
        try:
            found: object = json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError):
            return frozenset()
        rows = found.get("trusted") if isinstance(found, dict) else None
        if not isinstance(rows, list):
            return frozenset()
        paths = (Path(row) for row in rows if isinstance(row, str))
        return frozenset(path for path in paths if path.is_absolute())

    @property
    def _file(self) -> Path:
        return self.folder / "trusted.json"

    def _write(self, folders: set[Path]) -> None:
        fresh = self._file.with_suffix(".new")
        rows = sorted(str(folder) for folder in folders)
        fresh.write_text(json.dumps({"trusted": rows}, ensure_ascii=False, indent=1), "utf-8")
        fresh.replace(self._file)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        from filelock import FileLock

        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / "trusted.lock"):
            yield


def user_trust() -> TrustStore:
    """The store of the user who runs this."""
    import platformdirs

    return TrustStore(platformdirs.user_data_path("penna", appauthor=False))
