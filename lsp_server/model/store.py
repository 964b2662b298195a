"""The models on this machine: which are installed, and which one is in use.

A pulled model is `models/<id>/<file>.gguf` in Penna's data folder; the choice is a small JSON file
beside it, written atomically under a lock, as several editors and a shell may change it at once.
A file of the user's own is used where it lies and never moved or removed. Deliberately absent:
reading model files (gguf_file.py) and fetching them (download.py).
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lsp_server.errors import ModelError, NoModel
from lsp_server.model import catalogue

_PULL = "run `penna model pull`, or choose a file with `penna model use PATH`"


@dataclass(frozen=True, slots=True)
class Installed:
    """A model in Penna's folder. `id` is the catalogue's, or the name of its folder."""

    id: str
    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Store:
    """Penna's data folder, which need not exist yet."""

    folder: Path

    @property
    def models(self) -> Path:
        return self.folder / "models"

    def installed(self) -> list[Installed]:
        """The models in Penna's folder, by id. A split model counts once, by its first part."""
        found: dict[str, Installed] = {}
        for path in sorted(self.models.glob("*/*.gguf")):
            sizes = (part.stat().st_size for part in path.parent.glob("*.gguf"))
            found.setdefault(path.parent.name, Installed(path.parent.name, path, sum(sizes)))
        return list(found.values())

    def in_use(self) -> Path | None:
        """The file that was chosen; it may be gone. None if nothing was chosen."""
        try:
            chosen: object = json.loads(self._choice.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        path = chosen.get("path") if isinstance(chosen, dict) else None
        return Path(path) if isinstance(path, str) else None

    def use(self, path: Path) -> None:
        """Choose the file for all that follows."""
        with self._locked():
            self._write({"path": str(path.absolute())})

    def resolve(self, wanted: str | None) -> Path:
        """The file of the model that the settings name, or of the one in use.

        `wanted` is a path or a catalogue id. NoModel says what to do when there is none.
        """
        if wanted is None:
            return self._chosen()
        if found := self.find(wanted):
            return found.path
        if catalogue.find(wanted) is not None:
            raise NoModel(f"{wanted} is not installed; run `penna model pull {wanted}`.")
        path = Path(wanted).expanduser()
        if not path.exists():
            raise NoModel(f"There is no model file {path}; correct the setting, or {_PULL}.")
        return path

    def find(self, name: str) -> Installed | None:
        """The installed model with this id or catalogue name."""
        entry = catalogue.find(name)
        wanted = entry.id if entry else name
        return next((each for each in self.installed() if each.id == wanted), None)

    def remove(self, name: str) -> int:
        """Remove a model of Penna's folder by id or path; how many bytes that freed."""
        folder = self._folder_of(name)
        freed = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        with self._locked():
            shutil.rmtree(folder)
            chosen = self.in_use()
            if chosen is not None and chosen.is_relative_to(folder.absolute()):
                self._choice.unlink(missing_ok=True)
        return freed

    @property
    def _choice(self) -> Path:
        return self.folder / "model.json"

    def _chosen(self) -> Path:
        chosen = self.in_use()
        if chosen is None:
            raise NoModel(f"No model is installed or chosen; {_PULL}.")
        if not chosen.exists():
            raise NoModel(f"The model in use, {chosen}, is gone; {_PULL}.")
        return chosen

    def _folder_of(self, name: str) -> Path:
        if found := self.find(name):
            return found.path.parent
        entry = catalogue.find(name)
        if entry is not None and (self.models / entry.id).is_dir():
            return self.models / entry.id  # A pull that was interrupted.
        path = Path(name).expanduser()
        if not path.exists():
            raise NoModel(f"{name} is not installed; see `penna model list`.")
        if path.resolve().parent.parent != self.models.resolve():
            raise ModelError(f"{path} is not in Penna's folder; remove it yourself if you want to.")
        return path.resolve().parent

    def _write(self, choice: dict[str, str]) -> None:
        fresh = self._choice.with_suffix(".new")
        fresh.write_text(json.dumps(choice, ensure_ascii=False), "utf-8")
        fresh.replace(self._choice)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        from filelock import FileLock

        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / "model.lock"):
            yield


def user_store() -> Store:
    """The store of the user who runs this."""
    import platformdirs

    return Store(platformdirs.user_data_path("penna", appauthor=False))
