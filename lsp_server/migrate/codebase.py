"""All modules of the project, and the folders from which they import each other."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import PurePosixPath

from lsp_server.migrate.names import Codebase
from lsp_server.migrate.source import Source, absolute_imports, parsed
from lsp_server.migrate.workspace import Workspace


def codebase(workspace: Workspace, skipped: frozenset[PurePosixPath] = frozenset()) -> Codebase:
    """Parses the Python files of a workspace, without those that are `skipped`."""
    sources: dict[PurePosixPath, Source] = {}
    unparsed: dict[PurePosixPath, str] = {}
    for path, text in workspace.files.items():
        if path.suffix != ".py" or path in skipped:
            continue
        source = parsed(path, text)
        if isinstance(source, Source):
            sources[path] = source
        else:
            unparsed[path] = source
    folders = frozenset(parent for path in sources for parent in path.parents)
    code = Codebase(sources, unparsed, (), folders)
    code.roots = _roots(code)
    return code


def package_root(code: Codebase, path: PurePosixPath) -> PurePosixPath:
    """The folder that holds the outermost package around a file, or the file's own folder."""
    folder = path.parent
    while folder / "__init__.py" in code.sources and folder != folder.parent:
        folder = folder.parent
    return folder


def root_votes(code: Codebase, sources: Iterable[Source]) -> dict[PurePosixPath, int]:
    """The folders from which modules import the project's own, with how many imports say so.

    `import logging` in a folder with a `logging.py` says nothing: it means the standard library's
    unless the folder is a root for other reasons. Nor does a library's name, see `imported_from`.
    """
    votes: dict[PurePosixPath, int] = {}
    for source in sources:
        for dotted in absolute_imports(source):
            parts = tuple(dotted.split("."))
            if dotted in sys.stdlib_module_names:
                continue
            for folder in (*source.path.parents, PurePosixPath("src")):
                if code.module_in(folder, parts[:1]) and code.imported_from(folder, parts):
                    votes[folder] = votes.get(folder, 0) + 1
    return votes


def _roots(code: Codebase) -> tuple[PurePosixPath, ...]:
    """Folders from which the project imports its own modules, those that serve most first."""
    votes = root_votes(code, code.sources.values())
    for path in code.sources:
        votes.setdefault(package_root(code, path), 0)
    return tuple(sorted(votes, key=lambda folder: (-votes[folder], len(folder.parts), folder)))
