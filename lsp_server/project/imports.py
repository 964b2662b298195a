"""Module names: what a file of the workspace is called when it is imported, and the way back.

A package is a folder with `__init__.py`; the folder above the topmost one is a source root. A
file outside any package is a module of its source root: `src` (or what the build configuration
names), else the workspace root, where folders without `__init__.py` are namespace packages.
"""

import re
import tomllib
from functools import lru_cache
from pathlib import Path

from lsp_server.project.workspace import Project

SOURCE_FOLDERS = ("src", "lib", "python")
SETUP_CFG = re.compile(r"^\s*package_dir\s*=\s*(?:\n\s*)?=?\s*([\w./-]+)\s*$", re.M)
SETUP_PY = re.compile(r"package_dir\s*=\s*\{\s*[\"'][\"']\s*:\s*[\"']([\w./-]+)[\"']")


def module_name(project: Project, path: Path) -> str:
    """The dotted name by which tests import `path`; "" if it cannot be imported."""
    real = project.resolved(path)
    if real is None:
        return ""
    root = source_root(project, real)
    parts = list(real.relative_to(root).with_suffix("").parts)
    if parts and parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts) if all(part.isidentifier() for part in parts) else ""


def source_root(project: Project, path: Path) -> Path:
    """The folder that must be on `sys.path`; `path` is resolved and inside the root."""
    assert project.root is not None, "a resolved path has a root"
    workspace = project.root.resolve()
    folder = path.parent
    while (folder / "__init__.py").is_file() and folder != workspace:
        folder = folder.parent
    if folder != path.parent:
        return _namespace_root(project, workspace, folder)
    return _namespace_root(project, workspace, path.parent)


def module_file(project: Project, name: str, near: Path | None = None) -> Path | None:
    """The file in the workspace that a dotted name means; None if it is not one of ours.

    `near` is the importing file: its own source root and folder are looked in first.
    """
    relative = Path(*name.split(".")) if name else Path()
    for root in _roots(project, near):
        for candidate in (root / relative / "__init__.py", (root / relative).with_suffix(".py")):
            if name and project.exists(candidate) and candidate.is_file():
                return candidate
    return None


def is_ours(project: Project, name: str, near: Path | None = None) -> bool:
    """Whether the first part of a dotted name is a module or package of the workspace."""
    top = name.partition(".")[0]
    for root in _roots(project, near):
        if project.exists(root / f"{top}.py") or _holds_modules(root / top):
            return bool(top)
    return False


def absolute_name(project: Project, importing: Path, level: int, name: str) -> str:
    """The dotted name that `from ..name import` means in `importing`; level 0 is `name` itself."""
    if not level:
        return name
    parts = module_name(project, importing).split(".")
    kept = parts[: len(parts) - level + (importing.name == "__init__.py")]
    return ".".join([*kept, *([name] if name else [])])


def source_roots(project: Project) -> tuple[Path, ...]:
    """Folders of the workspace whose children are imported by their own name."""
    if project.root is None:
        return ()
    root = project.root.resolve()
    named = [root / each for each in _configured(root, _stamp(root))]
    usual = [root / each for each in SOURCE_FOLDERS if not (root / each / "__init__.py").exists()]
    found = [each for each in (*named, *usual) if each.is_dir() and each.is_relative_to(root)]
    return tuple(dict.fromkeys([*found, root]))


def _roots(project: Project, near: Path | None) -> tuple[Path, ...]:
    roots = source_roots(project)
    real = project.resolved(near) if near else None
    if real is not None:
        roots = (source_root(project, real), *roots)
    return tuple(dict.fromkeys(roots))


def _namespace_root(project: Project, workspace: Path, folder: Path) -> Path:
    """The innermost source root around `folder`."""
    around = [each for each in source_roots(project) if folder.is_relative_to(each)]
    return max(around, key=lambda each: len(each.parts), default=workspace)


def _holds_modules(folder: Path) -> bool:
    """A namespace package must hold Python, or every folder would be one."""
    if not folder.is_dir():
        return False
    return any(folder.glob("*.py")) or any(folder.glob("*/*.py"))


def _stamp(root: Path) -> tuple[float, ...]:
    return tuple(_changed(root / name) for name in ("pyproject.toml", "setup.cfg", "setup.py"))


def _changed(path: Path) -> float:
    return path.stat().st_mtime if path.is_file() else 0.0


@lru_cache(maxsize=16)
def _configured(root: Path, stamp: tuple[float, ...]) -> tuple[str, ...]:
    """Folders that the build configuration names; `stamp` makes a changed one be read again."""
    project = Project(root)
    found = _from_pyproject(project.read(root / "pyproject.toml") or "")
    for name, pattern in (("setup.cfg", SETUP_CFG), ("setup.py", SETUP_PY)):
        match = pattern.search(project.read(root / name) or "")
        if match:
            found.append(match[1])
    return tuple(found)


def _from_pyproject(text: str) -> list[str]:
    """setuptools' package-dir and find.where, pytest's pythonpath, poetry's packages.from."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return []
    folders: list[object] = []
    folders += [_at(table, "tool", "setuptools", "package-dir", "")]
    folders += _list(_at(table, "tool", "setuptools", "packages", "find", "where"))
    folders += _list(_at(table, "tool", "pytest", "ini_options", "pythonpath"))
    for package in _list(_at(table, "tool", "poetry", "packages")):
        folders.append(_at(package, "from"))
    return [each for each in folders if isinstance(each, str) and each]


def _at(table: object, *keys: str) -> object:
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
