"""What a migration will do, decided before anything is changed.

The plan is a value; `plan_page.py` makes it Markdown. Which names the code takes from the helper
is only known once the rules have run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from lsp_server.migrate.assembly.stamp import read_stamp
from lsp_server.migrate.commands import Command, run_commands
from lsp_server.migrate.exports import NO_PROFILE
from lsp_server.migrate.mount import staying_parts, without_lone_extensions
from lsp_server.migrate.parts import Mounted, left_scripts
from lsp_server.migrate.place import HELPER, Place, place
from lsp_server.migrate.profile import Profile
from lsp_server.migrate.profiles import PROFILES
from lsp_server.migrate.reading import Reading, read_project
from lsp_server.migrate.tested import without_patched_run
from lsp_server.migrate.uses import AppPlace, Use
from lsp_server.migrate.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Options:
    """What the user chose.

    Attributes:
        files: The modules to migrate; None is all of them.
        helper: The name of the module that is written into the project.
        lines: The first and last line of the chosen module in which routes are rewritten; None
            is all of them.
        rewrite_tests: Whether tests import from the helper, too. Else they stay as they are and
            a pytest plugin lets them run.
    """

    files: frozenset[PurePosixPath] | None = None
    helper: str = HELPER
    rewrite_tests: bool = False
    lines: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of a project.

    Attributes:
        files: The modules that the rules look at. Not all of them will change.
        mounted: The parts that stay on Flask, each mounted as an app of its own.
        profiles: The extensions that are replaced, in the order of PROFILES.
        brought: Modules that were not chosen and come along, or were chosen and stay behind,
            with the reason.
        left_alone: Files that nothing is done with, with the reason.
        commands: Lines of README, Procfile... that start Flask, with what to write instead.
        tests: Tests that use Flask and stay as they are.
    """

    reading: Reading
    place: Place
    files: frozenset[PurePosixPath]
    mounted: tuple[Mounted, ...]
    profiles: tuple[Profile, ...]
    brought: dict[PurePosixPath, str]
    left_alone: dict[PurePosixPath, str]
    commands: tuple[Command, ...]
    tests: tuple[PurePosixPath, ...]
    chosen: frozenset[PurePosixPath] = frozenset()
    lines: tuple[int, int] | None = None

    @property
    def staying(self) -> frozenset[PurePosixPath]:
        """The modules that stay on Flask."""
        return frozenset(path for part in self.mounted for path in part.files)

    @property
    def helper(self) -> PurePosixPath:
        """Where the helper module goes."""
        return self.place.helper

    @property
    def apps(self) -> tuple[AppPlace, ...]:
        """The apps that are migrated, and those of mounted parts."""
        return self.reading.apps

    @property
    def uses(self) -> tuple[Use, ...]:
        """The uses in the modules that are migrated."""
        paths = sorted(self.files)
        return tuple(use for path in paths for use in self.reading.uses.get(path, ()))

    @property
    def unknown_extensions(self) -> tuple[Use, ...]:
        """The uses, in modules that are migrated, of extensions that nothing is known of."""
        return tuple(use for use in self.uses if use.note == NO_PROFILE)

    @property
    def keeps_flask(self) -> bool:
        """Whether a part of the project, or an extension, stays on Flask."""
        return bool(self.mounted or self.unknown_extensions)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to migrate."""
        return not self.uses


def make_plan(
    workspace: Workspace,
    options: Options | None = None,
    profiles: Sequence[Profile] = PROFILES,
) -> Plan:
    """The plan for a workspace, or for the part of it that the options choose."""
    options = options or Options()
    helpers = _helpers(workspace, options.helper)
    reading = without_patched_run(read_project(workspace, profiles, helpers))
    parts = staying_parts(reading, options.files)
    scripts = left_scripts(without_lone_extensions(reading))
    staying = {path for part in parts for path in part.files} | scripts.keys()
    tests = frozenset() if options.rewrite_tests else reading.tests
    files = frozenset(reading.framework_files() - staying - tests)
    sources = reading.code.sources
    makers = {app.path for app in reading.apps} & files
    used = _used_profiles(reading, files, profiles)
    where = place(
        reading.code,
        [sources[path] for path in files if path not in reading.tests],
        [sources[path] for path in makers],
        options.helper,
    )
    return Plan(
        reading,
        where,
        files,
        tuple(parts),
        used,
        _brought(options, staying, files),
        {**workspace.left_alone, **reading.code.unparsed, **scripts},
        tuple(run_commands(workspace, reading.apps, where)),
        tuple(sorted(reading.framework_files() & reading.tests & tests)),
        options.files or frozenset(),
        options.lines,
    )


def _helpers(workspace: Workspace, name: str) -> frozenset[PurePosixPath]:
    """Helpers of an earlier migration, which are read by nobody."""
    return frozenset(
        path
        for path, text in workspace.files.items()
        if path.suffix == ".py" and read_stamp(text) is not None
    )


def _used_profiles(
    reading: Reading, files: frozenset[PurePosixPath], profiles: Sequence[Profile]
) -> tuple[Profile, ...]:
    found = {use.feature for path in files for use in reading.uses[path] if use.decision == "P"}
    return tuple(each for each in profiles if each.distribution in found)


def _brought(
    options: Options, staying: set[PurePosixPath], files: frozenset[PurePosixPath]
) -> dict[PurePosixPath, str]:
    if options.files is None:
        return {}
    behind = "It shares objects with modules that stay on Flask: choose those, too."
    return dict.fromkeys(sorted(options.files & staying - files), behind)
