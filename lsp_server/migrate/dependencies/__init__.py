"""The files that declare what a project needs, brought in line with its migrated code.

Changed in place: requirements files, pyproject.toml, Pipfile, setup.cfg. Told only: setup.py, lock
files, and files with hashes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from lsp_server.migrate.dependencies.change import Change, Changed
from lsp_server.migrate.dependencies.requirements import (
    change_requirements,
    included,
    is_locked,
    names,
)
from lsp_server.migrate.dependencies.setup_cfg import change_setup_cfg
from lsp_server.migrate.dependencies.told import locks, setup_py
from lsp_server.migrate.dependencies.toml import change_pipfile, change_pyproject


@dataclass(frozen=True, slots=True)
class Declared:
    """The outcome: new texts of the files that change, and sentences for the report."""

    files: Mapping[PurePosixPath, str]
    notes: tuple[str, ...]


def change_declarations(files: Mapping[PurePosixPath, str], change: Change) -> Declared:
    """Carry a change out wherever the project declares what it needs."""
    texts: dict[PurePosixPath, str] = {}
    notes: list[str] = []
    has_home = False
    for path, text in sorted(files.items()):
        if is_requirements(path) and is_locked(text):
            if names(text) & (change.remove | change.leaders):
                notes.append(_locked(path))
                has_home = True
            continue
        changed = _changed(path, text, files, change)
        if isinstance(changed, str):
            notes.append(changed)
        elif changed is not None:
            has_home |= changed.has_leader
            notes += [f"`{path}`: `{old}` became `{new}`." for old, new in changed.replaced]
            if changed.text != text:
                texts[path] = changed.text
    told = [*setup_py(files, change), *locks(files)]
    if not has_home and not told:
        come = " ".join(f"'{requirement}'" for requirement in change.add.values())
        told = [f"No file declares Flask, so nothing was added; install: `pip install {come}`."]
    return Declared(texts, (*notes, *told))


def is_requirements(path: PurePosixPath) -> bool:
    """Whether a file is one of pip's requirements files, by its name or its folder."""
    is_named = path.name.startswith("requirements") or path.parent.name == "requirements"
    return is_named and path.suffix in (".txt", ".in")


def _changed(
    path: PurePosixPath, text: str, files: Mapping[PurePosixPath, str], change: Change
) -> Changed | str | None:
    """The file changed; a sentence if it cannot be; None if it declares nothing."""
    if is_requirements(path):
        return change_requirements(path, text, change, _elsewhere(path, files, change))
    if path.name == "setup.cfg":
        return change_setup_cfg(path, text, change)
    if path.name not in ("pyproject.toml", "Pipfile"):
        return None
    edit = change_pyproject if path.name == "pyproject.toml" else change_pipfile
    return edit(path, text, change) or f"`{path}` is not valid TOML and was not changed."


def _elsewhere(
    path: PurePosixPath, files: Mapping[PurePosixPath, str], change: Change
) -> frozenset[str]:
    """What the files that one includes declare, or will declare after the change."""
    found: set[str] = set()
    seen = {path}
    pending = included(path, files[path])
    while pending:
        other = pending.pop()
        if other in seen or other not in files:
            continue
        seen.add(other)
        declared = names(files[other])
        found |= declared
        if declared & change.leaders:
            found |= change.add.keys()
        pending += included(other, files[other])
    return frozenset(found)


def _locked(path: PurePosixPath) -> str:
    return (
        f"`{path}` locks versions with hashes and was not changed: change what it is made from, "
        "and make it again."
    )
