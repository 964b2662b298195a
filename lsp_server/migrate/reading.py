"""A workspace, read for the migration: its modules, what they do with Flask, and which are tests.

Made once; the plan and the rules look at the same reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from lsp_server.migrate.codebase import codebase
from lsp_server.migrate.exports import Exports
from lsp_server.migrate.kinds import Kinds
from lsp_server.migrate.names import Codebase, Own
from lsp_server.migrate.place import HELPER
from lsp_server.migrate.profile import Profile
from lsp_server.migrate.rules.optional import optional_import
from lsp_server.migrate.source import Source
from lsp_server.migrate.uses import HELD, AppPlace, Use, app_places, file_uses
from lsp_server.migrate.workspace import Workspace

TEST_FOLDERS = frozenset({"test", "tests", "testing"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read.

    Attributes:
        uses: By module, in the order of their lines.
        apps: Where apps are made, tests aside, the module that makes most of its own first.
        tests: The modules that are tests.
        helpers: The helpers of earlier migrations.
    """

    workspace: Workspace
    code: Codebase
    kinds: Kinds
    exports: Exports
    uses: dict[PurePosixPath, tuple[Use, ...]]
    apps: tuple[AppPlace, ...]
    tests: frozenset[PurePosixPath]
    helpers: frozenset[PurePosixPath]

    def framework_files(self) -> frozenset[PurePosixPath]:
        """The modules that use Flask or an extension, tests among them."""
        return frozenset(path for path, uses in self.uses.items() if uses)


def read_project(
    workspace: Workspace, profiles: Sequence[Profile], skipped: frozenset[PurePosixPath]
) -> Reading:
    """Reads the Python files of a workspace, without those that are `skipped`."""
    code = codebase(workspace, skipped)
    kinds, exports = Kinds(code), Exports(tuple(profiles), _helpers(skipped))
    tests = frozenset(path for path in code.sources if is_test(path))
    uses = {path: _uses(source, code, kinds, exports) for path, source in code.sources.items()}
    apps = [
        app
        for path, source in code.sources.items()
        if path not in tests
        for app in app_places(source, kinds)
    ]
    return Reading(workspace, code, kinds, exports, uses, tuple(apps), tests, skipped)


def _helpers(skipped: frozenset[PurePosixPath]) -> frozenset[str]:
    """The names of helpers, which look like extensions."""
    return frozenset({HELPER, *(path.stem for path in skipped)})


def is_test(path: PurePosixPath) -> bool:
    """Whether a module is a test or belongs to tests."""
    if TEST_FOLDERS.intersection(path.parts[:-1]) or path.name == "conftest.py":
        return True
    return path.name.startswith("test_") or path.stem.endswith("_test")


def _uses(source: Source, code: Codebase, kinds: Kinds, exports: Exports) -> tuple[Use, ...]:
    """The uses of a module; an extension that it can do without is no obstacle."""
    optional = {
        source.line(binding.node)
        for binding in source.facts.imports
        if optional_import(source, exports, binding) is not None
    }
    found = file_uses(source, code, kinds, exports)
    kept = (use for use in found if use.decision not in HELD or use.line not in optional)
    return tuple(sorted(kept, key=lambda use: use.line))


def own_paths(reading: Reading, path: PurePosixPath) -> set[PurePosixPath]:
    """The project's modules whose names a module uses."""
    source = reading.code.sources[path]
    found: set[PurePosixPath] = set()
    for binding in source.facts.imports:
        for origin in reading.code.of_binding(source, binding):
            if isinstance(origin, Own):
                found.add(origin.path)
    for statement in source.facts.top.stars:
        base = reading.code.module_of(source, statement)
        if isinstance(base, Own):
            found.add(base.path)
    return found - {path}
