"""Where the project's own Python may be. Nothing is run here, and a name is no proof.

First what the user named, then a virtual environment in the workspace, then the one that is
active, then the Python on the PATH, at last Penna's own. An interpreter inside a workspace is code
of that workspace: running it needs trust like running anything else there.
"""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

USUAL_NAMES: Final = (".venv", "venv", "env", ".env", "virtualenv")


def interpreters(
    root: Path, named: Path | None = None, environment: Mapping[str, str] = os.environ
) -> list[Path]:
    """The candidates that exist, likeliest first, without repeats. Links are kept as they are:
    a virtual environment's Python is a link, and its target is another Python."""
    found: list[Path] = []
    for path in _candidates(root, named, environment):
        if path not in found and path.is_file() and os.access(path, os.X_OK):
            found.append(path)
    return found


def _candidates(root: Path, named: Path | None, environment: Mapping[str, str]) -> Iterator[Path]:
    if named is not None:
        yield named
    for folder in _environments(root):
        yield python_of(folder)
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if active := environment.get(variable):
            yield python_of(Path(active))
    for name in ("python3", "python"):
        if on_path := shutil.which(name, path=environment.get("PATH", "")):
            yield Path(on_path)
    yield Path(sys.executable)


def python_of(environment: Path) -> Path:
    """The interpreter of a virtual environment, by the system's layout."""
    if os.name == "nt":
        return environment / "Scripts" / "python.exe"
    return environment / "bin" / "python"


def _environments(root: Path) -> Iterator[Path]:
    """Virtual environments of the workspace, usual names first, known by their marker."""
    usual = [root / name for name in USUAL_NAMES]
    try:
        others = sorted(path for path in root.iterdir() if path not in usual)
    except OSError:
        others = []
    for folder in (*usual, *others):
        if (folder / "pyvenv.cfg").is_file():
            yield folder
