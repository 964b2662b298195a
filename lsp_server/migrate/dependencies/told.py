"""What a migration does not edit but tells: lock files, and setup.py, which is a program."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from lsp_server.migrate.dependencies.change import Change

LOCK_FILES = {
    "poetry.lock": "poetry lock",
    "Pipfile.lock": "pipenv lock",
    "uv.lock": "uv lock",
    "pdm.lock": "pdm lock",
}


def setup_py(files: Mapping[PurePosixPath, str], change: Change) -> Iterator[str]:
    """One sentence for each setup.py that names something that goes."""
    for path, text in files.items():
        if path.name != "setup.py":
            continue
        quoted = {word.lower().replace("_", "-") for word in re.findall(r"['\"]([\w.-]+)", text)}
        gone = sorted(quoted & change.remove)
        if gone:
            come = ", ".join(f"`{requirement}`" for requirement in change.add.values())
            names = ", ".join(f"`{name}`" for name in gone)
            yield f"`{path}` is a program and was not changed: replace {names} by {come}."


def locks(paths: Mapping[PurePosixPath, str]) -> Iterator[str]:
    """One sentence for each lock file that is there."""
    for path in paths:
        if command := LOCK_FILES.get(path.name):
            yield f"`{path}` locks the old dependencies: run `{command}`."
