"""Where the helper goes, and how each of the project's modules imports it.

Inside the app's package if every module that needs it is in there, or imports that package
anyway; else beside what uses it, at the root from which the project imports its own modules. The
style is the project's: relative where its packages import their own modules so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

import libcst as cst

from lsp_server.migrate.codebase import package_root, root_votes
from lsp_server.migrate.names import Codebase, Own
from lsp_server.migrate.source import Source

HELPER = "flask_compat"


@dataclass(frozen=True, slots=True)
class HelperImport:
    """The helper as one module sees it: `level` dots, then `module`, which may be dotted."""

    level: int
    module: str


@dataclass(frozen=True, slots=True)
class Place:
    """The helper's path, and the folders from which absolute imports are found.

    Attributes:
        relative: Whether modules of the helper's package import it with dots.
        packages: The folders with an `__init__.py`.
    """

    helper: PurePosixPath
    roots: tuple[PurePosixPath, ...]
    relative: bool
    packages: frozenset[PurePosixPath]

    def imported_by(self, path: PurePosixPath) -> HelperImport:
        """How the module at `path` imports the helper."""
        name = self.helper.stem
        if self.relative and self._same_package(path):
            folder, level = path.parent, 1
            while folder != self.helper.parent and folder not in self.helper.parent.parents:
                folder, level = folder.parent, level + 1
            below = self.helper.parent.relative_to(folder).parts
            return HelperImport(level, ".".join((*below, name)))
        return HelperImport(0, self.module_name(self.helper))

    def module_name(self, path: PurePosixPath) -> str:
        """The absolute name of a module, from the root that the project imports it from."""
        root = next((root for root in self.roots if root in path.parents), PurePosixPath())
        parts = path.relative_to(root).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts
        return ".".join(parts)

    def _same_package(self, path: PurePosixPath) -> bool:
        """Whether dots can lead from a module to the helper."""
        home = self.helper.parent
        if path.parent not in self.packages or home not in self.packages:
            return False
        return self._top(path.parent) == self._top(home)

    def _top(self, folder: PurePosixPath) -> PurePosixPath:
        while folder.parent in self.packages and folder.parent != folder:
            folder = folder.parent
        return folder


def place(code: Codebase, users: Iterable[Source], apps: Iterable[Source], name: str) -> Place:
    """Decides for the modules that need the helper; `apps` are those that make a Flask app."""
    needing = sorted(source.path for source in users)
    makers = sorted(source.path for source in apps) or needing
    packages = frozenset(path.parent for path in code.sources if path.name == "__init__.py")
    home = _home(code, needing, makers, packages)
    helper = home / f"{name}.py"
    relative = _is_relative(code, home) if home in packages else False
    return Place(helper, _roots_for(code, helper), relative, packages)


def _home(
    code: Codebase,
    needing: list[PurePosixPath],
    makers: list[PurePosixPath],
    packages: frozenset[PurePosixPath],
) -> PurePosixPath:
    if not makers:
        return PurePosixPath()
    top = _top_package(makers[0], packages)
    if top is None:
        return _common(code, [*makers, *needing])
    outside = [path for path in needing if top not in path.parents]
    if any(_imported_from(code, path, top) for path in outside):
        return _common(code, [*makers, *needing])
    if any(not _may_import(code, path, top) for path in outside):
        return _common(code, [*makers, *needing])
    inside = (path for path in makers if path.parent in packages and top in path.parents)
    return min((_top_package(path, packages) or top for path in inside), default=top)


def _top_package(path: PurePosixPath, packages: frozenset[PurePosixPath]) -> PurePosixPath | None:
    folder = path.parent
    if folder not in packages or folder == folder.parent:
        return None
    while folder.parent in packages and folder.parent != folder.parent.parent:
        folder = folder.parent
    return folder


def _common(code: Codebase, paths: list[PurePosixPath]) -> PurePosixPath:
    """The folder from which modules import each other, or are imported, or at last share."""
    own = (code.sources[path] for path in paths)
    for sources in (own, code.sources.values()):
        votes = root_votes(code, sources)
        around = [root for root in votes if all(root in path.parents for path in paths)]
        if around:
            return max(around, key=lambda root: (votes[root], -len(root.parts)))
    shared = PurePosixPath()
    for folder in reversed(paths[0].parents):
        if all(folder in path.parents for path in paths):
            shared = folder
    return shared if shared / "__init__.py" not in code.sources else shared.parent


def _imported_from(code: Codebase, path: PurePosixPath, package: PurePosixPath) -> bool:
    """Whether a module of the package imports the one at `path`."""
    inside = (each for each in code.sources.values() if package in each.path.parents)
    return any(path in imported_paths(code, source) for source in inside)


def _may_import(code: Codebase, path: PurePosixPath, package: PurePosixPath) -> bool:
    """Whether a module imports the package anyway, or is a script that nobody imports."""
    if any(package in each.parents for each in imported_paths(code, code.sources[path])):
        return True
    if path.with_name("__init__.py") in code.sources:
        return False
    return not any(path in imported_paths(code, each) for each in code.sources.values())


def imported_paths(code: Codebase, source: Source) -> set[PurePosixPath]:
    """The project's modules that a module imports."""
    found: set[PurePosixPath] = set()
    for binding in source.facts.imports:
        origins = code.of_binding(source, binding)
        found.update(origin.path for origin in origins if isinstance(origin, Own))
        if isinstance(binding.statement, cst.ImportFrom):
            base = code.module_of(source, binding.statement)
            found.update({base.path} if isinstance(base, Own) else set())
    for statement in source.facts.top.stars:
        base = code.module_of(source, statement)
        found.update({base.path} if isinstance(base, Own) else set())
    return found - {source.path}


def _is_relative(code: Codebase, package: PurePosixPath) -> bool:
    """Whether the modules of a package import each other with dots; dots if it has no imports."""
    dots = names = 0
    for source in code.sources.values():
        if package not in source.path.parents:
            continue
        for binding in source.facts.imports:
            statement = binding.statement
            dots += isinstance(statement, cst.ImportFrom) and bool(statement.relative)
            origins = code.of_binding(source, binding)
            own = any(isinstance(each, Own) and package in each.path.parents for each in origins)
            relative = isinstance(statement, cst.ImportFrom) and statement.relative
            names += own and not relative
    return dots >= names


def _roots_for(code: Codebase, helper: PurePosixPath) -> tuple[PurePosixPath, ...]:
    """The roots with the helper's own first, so that its name is the one the project finds."""
    return tuple(dict.fromkeys((package_root(code, helper), *code.roots)))
