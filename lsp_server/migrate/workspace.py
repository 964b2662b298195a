"""The files of a project that a migration reads, as the editor has them.

Values only: nothing here writes. A link is never followed, so nothing outside the root is read.
What is not UTF-8, or larger than MAX_BYTES, or more than MAX_FILES, is left alone and told in
`left_alone`. A byte order mark stays in the text, so that it stays in the file.
"""

from __future__ import annotations

import math
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from lsp_server.project.walk import breadth_first

MAX_BYTES = 1_000_000
MAX_FILES = 5_000
MAX_VISITED = 50_000

SKIPPED_FOLDERS = frozenset(
    {
        ".git", ".hg", ".svn", ".tox", ".nox", ".venv", "venv", "env", "node_modules",
        "bower_components", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache",
        ".hypothesis", ".idea", ".vscode", ".cache", ".eggs", "site-packages",
    }
)  # fmt: skip
# What a folder of this name holds is built, unless the project keeps Python packages in it.
BUILT_FOLDERS = frozenset({"build", "dist"})
NAMES = frozenset(
    {
        "pyproject.toml", "setup.cfg", "setup.py", "Pipfile", "Procfile", "Makefile",
        "Pipfile.lock", "pdm.lock", "poetry.lock", "uv.lock",
        "tox.ini", "pytest.ini", ".flaskenv",
    }
)  # fmt: skip
PREFIXES = ("requirements", "README", "docker-compose", "compose")
RECIPES = ("Dockerfile", "Procfile")
TEMPLATES = frozenset({".html", ".htm", ".xml", ".xhtml", ".j2", ".jinja", ".jinja2", ".mako"})
TEXTS = frozenset({".txt", ".in", ".md", ".rst", ".yml", ".yaml", ""})


@dataclass(frozen=True, slots=True)
class Workspace:
    """The files by their path below `root`: Python, templates, requirements, how it is run.

    Attributes:
        left_alone: What was not read, with the sentence that says why.
    """

    root: Path
    files: Mapping[PurePosixPath, str]
    left_alone: Mapping[PurePosixPath, str] = field(default_factory=dict)


def read(root: Path, open_texts: Mapping[Path, str] | None = None) -> Workspace:
    """The project below `root`. A text that the editor has open wins over the disk.

    An open text counts although its file was never saved.
    """
    root = root.resolve()
    files: dict[PurePosixPath, str] = {}
    left_alone: dict[PurePosixPath, str] = {}
    for path in breadth_first(root, lambda _: False, _skipped, MAX_VISITED, math.inf):
        name = path.relative_to(root).as_posix()
        inside = PurePosixPath(name.encode("utf-8", "replace").decode())
        if not _matters(inside):
            continue
        if str(inside) != name:
            left_alone[inside] = "Its name is not UTF-8."
            continue
        if len(files) >= MAX_FILES:
            left_alone[inside] = f"The project has more than {MAX_FILES:,} files."
            break
        text = _text(path)
        if isinstance(text, _Unreadable):
            left_alone[inside] = text.reason
        else:
            files[inside] = text
    for inside, text in _opened(root, open_texts or {}):
        files[inside] = text
        left_alone.pop(inside, None)
    return Workspace(root, dict(sorted(files.items())), left_alone)


@dataclass(frozen=True, slots=True)
class _Unreadable:
    reason: str


def _skipped(entry: os.DirEntry[str]) -> bool:
    path = Path(entry.path)
    if entry.name in SKIPPED_FOLDERS or entry.name.endswith(".egg-info"):
        return not (path / "__init__.py").is_file()
    if entry.name in BUILT_FOLDERS:
        return not (path / "__init__.py").is_file()
    return (path / "pyvenv.cfg").is_file()


def _matters(path: PurePosixPath) -> bool:
    if path.suffix in (".py", ".pyi") or path.suffix in TEMPLATES or path.name in NAMES:
        return True
    if path.parent.name == "requirements" and path.suffix in (".txt", ".in"):
        return True
    if "templates" in path.parts[:-1] and path.suffix in TEXTS:
        return True
    if path.name.startswith(RECIPES) or path.suffix == ".sh":
        return True
    return path.name.startswith(PREFIXES) and path.suffix in TEXTS


def _opened(root: Path, open_texts: Mapping[Path, str]) -> Iterator[tuple[PurePosixPath, str]]:
    for path, text in open_texts.items():
        real = path.resolve()
        if not real.is_relative_to(root) or not _matters(PurePosixPath(real.name)):
            continue
        inside = PurePosixPath(real.relative_to(root).as_posix())
        if not SKIPPED_FOLDERS.intersection(inside.parts[:-1]):
            yield inside, text


def _text(path: Path) -> str | _Unreadable:
    """The text with its line ends and its byte order mark, or why it cannot be had."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        with os.fdopen(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return _Unreadable("It is no regular file.")
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        return _Unreadable(f"It cannot be read: {error.strerror}.")
    if len(data) > MAX_BYTES:
        return _Unreadable(f"It is larger than {MAX_BYTES:,} bytes.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _Unreadable("It is not UTF-8 text.")
