"""Where the demo works: a copy of a project, and home folders of its own, gone afterwards.

The server that works there sees nothing of the user's: no settings, no models, no trust. A host
that it starts is ended here, for nobody else can know of it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LEFT_OUT = (
    ".git", ".hg", ".svn", ".venv", "venv", ".tox", ".nox", "node_modules", "__pycache__",
    "target", "build", "dist", ".*_cache",
)  # fmt: skip
HOMES = ("config", "data", "state", "cache")
PATIENCE = 30.0
TEST_LIMIT = 120.0


@dataclass(frozen=True, slots=True)
class Workshop:
    """`project` is the copy; processes are to be started with `environment`."""

    project: Path
    environment: Mapping[str, str]


@contextmanager
def workshop(source: Path) -> Iterator[Workshop]:
    folder = Path(tempfile.mkdtemp(prefix="penna-"))
    try:
        project = folder / source.resolve().name
        shutil.copytree(source, project, ignore=_left_out, symlinks=True)
        yield Workshop(project, _environment(folder))
    finally:
        _end_hosts(folder)
        shutil.rmtree(folder, ignore_errors=True)


def tests_pass(shop: Workshop) -> str | None:
    """What pytest says of the project at the end: its last line; None where there is no pytest.

    Only for the example project, whose code is ours. Raises `subprocess.CalledProcessError`.
    """
    known = [sys.executable, "-c", "import pytest"]
    if subprocess.run(known, capture_output=True, check=False).returncode:  # noqa: S603
        return None
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-header"]
    done = subprocess.run(  # noqa: S603 - our own interpreter, our own example
        command, cwd=shop.project, env=dict(shop.environment), capture_output=True, text=True,
        check=True, timeout=TEST_LIMIT,
    )  # fmt: skip
    return done.stdout.strip().splitlines()[-1]


def _left_out(folder: str, names: list[str]) -> set[str]:
    """Build products and what links to outside: the copy is made to be written to."""
    ignored = shutil.ignore_patterns(*LEFT_OUT)(folder, names)
    return ignored | {name for name in names if Path(folder, name).is_symlink()}


def _environment(folder: Path) -> dict[str, str]:
    """The user's own, but for all that leads to his settings and models."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PENNA_")}
    for name in HOMES:
        (folder / name).mkdir()
        kept[f"XDG_{name.upper()}_HOME"] = str(folder / name)
    (folder / "run").mkdir(mode=0o700)
    (folder / "tmp").mkdir()
    kept["TMPDIR"] = str(folder / "tmp")
    kept["PENNA_CONFIG_FILE"] = str(folder / "config" / "none.toml")
    return kept | {"XDG_RUNTIME_DIR": str(folder / "run"), "PYTHONUNBUFFERED": "1"}


def _end_hosts(folder: Path) -> None:
    """The hosts whose socket or model lies in the folder."""
    import psutil

    ours = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if "host" in words and any(word.startswith(f"{folder}{os.sep}") for word in words):
            ours.append(process)
    for process in ours:
        process.terminate()
    _, left = psutil.wait_procs(ours, PATIENCE)
    for process in left:
        process.kill()
