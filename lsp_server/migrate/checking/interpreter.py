"""The interpreter that the project's code is run by: one that has Flask and what comes instead."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from lsp_server.migrate.checking.what import How, Migrated
from lsp_server.migrate.replay.sandbox import CHILD, clean_environment, isolation
from lsp_server.migrate.verdict import NotRun
from lsp_server.project.interpreter import interpreters

DISTRIBUTIONS: Final = {
    "jwt": "pyjwt",
    "dateutil": "python-dateutil",
    "multipart": "python-multipart",
}
NEEDED: Final = ("fastapi", "starlette", "uvicorn", "werkzeug")


def find_interpreter(migrated: Migrated, how: How, folder: Path) -> Path | NotRun:
    """The first interpreter that has both Flask and what the migrated app needs."""
    needed = (*NEEDED, *migrated.needed)
    if migrated.only is not None:
        return _first(migrated, how, needed, folder)
    found: list[tuple[Path, list[str]]] = []
    for path in interpreters(migrated.root, how.interpreter):
        missing = missing_modules(path, ("flask", *needed), folder)
        if missing is not None:
            found.append((path, missing))
        if missing == []:
            return path
    with_flask = [row for row in found if "flask" not in row[1]]
    if with_flask:
        path, missing = with_flask[0]
        return NotRun(install_sentence(missing, path))
    if found:
        path, missing = found[0]
        return NotRun(f"No Python with this project's Flask was found; `{path}` has none.")
    return NotRun("No Python was found for this project.")


def _first(migrated: Migrated, how: How, needed: Sequence[str], folder: Path) -> Path | NotRun:
    """The first interpreter that a migrated app runs on."""
    for path in interpreters(migrated.root, how.interpreter):
        if missing_modules(path, needed, folder) == []:
            return path
    return NotRun("No Python was found that has what this project needs, FastAPI among it.")


def missing_modules(interpreter: Path, names: Sequence[str], folder: Path) -> list[str] | None:
    """Which of the modules it lacks; None if it does not run at all."""
    command = [str(interpreter), "-I", str(CHILD / "probe.py"), *names]
    try:
        done = subprocess.run(  # noqa: S603 - the user trusted this workspace.
            [*isolation(), *command],
            capture_output=True,
            timeout=20,
            check=False,
            cwd=folder,
            env=clean_environment(folder),
        )
        told = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None
    missing = told.get("missing") if isinstance(told, dict) else None
    return [str(name) for name in missing] if isinstance(missing, list) else None


def install_sentence(missing: Sequence[str], interpreter: Path) -> str:
    """What to type, in one sentence."""
    names = " ".join(DISTRIBUTIONS.get(name, name.replace("_", "-")) for name in missing)
    return f"Run `{interpreter} -m pip install {names}` and migrate again."
