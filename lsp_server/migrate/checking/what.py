"""What is checked, and how: a migration as texts, and the user's limits."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path, PurePosixPath

from lsp_server.migrate.app_place import dotted_name, find_apps, import_roots
from lsp_server.migrate.flask_names import EXPORTS
from lsp_server.migrate.migration import Migration
from lsp_server.migrate.profile import ByDesign
from lsp_server.migrate.replay.apps import AppPlace
from lsp_server.migrate.replay.replayer import SECONDS
from lsp_server.migrate.replay.sandbox import Limits
from lsp_server.migrate.workspace import Workspace


@dataclass(frozen=True, slots=True)
class View:
    """One view: the file that it is written in, and its function's name."""

    file: str
    name: str


@dataclass(frozen=True, slots=True)
class Migrated:
    """A migration to check. Texts are by path relative to `root`.

    Attributes:
        old: The project as the editor has it.
        changes: What the migration makes of it; None for a file that goes.
        helper: The dotted name of the module that it wrote, if any.
        place: Where the old app is; None means to look for it.
        seen_places: Where the plan saw apps, whatever their classes are called.
        new_place: Where the new one is, if that is not the same place.
        needed: What the helper imports, by import name.
        exports: The full names of extensions, to the helper's names for them.
        roots: Folders beside the root that the project's imports start from.
        design: What differs in answers by design.
        keeps_flask: Whether a part stays on Flask, or an extension that needs it.
        only: The one view that was changed in an app that is FastAPI's before and after.
    """

    root: Path
    old: Mapping[PurePosixPath, str]
    changes: Mapping[PurePosixPath, str | None]
    helper: str | None = "flask_compat"
    place: AppPlace | None = None
    seen_places: tuple[AppPlace, ...] = ()
    new_place: AppPlace | None = None
    needed: tuple[str, ...] = ()
    exports: Mapping[str, str] = field(default_factory=dict)
    roots: tuple[str, ...] = ()
    design: ByDesign = field(default_factory=ByDesign)
    keeps_flask: bool = False
    only: View | None = None


@dataclass(frozen=True, slots=True)
class How:
    """How much to check. `interpreter` is what the user named, if anything; `requests` None is as
    many as the number of rules asks for."""

    is_trusted: bool
    interpreter: Path | None = None
    requests: int | None = None
    seconds: float = SECONDS
    limits: Limits = field(default_factory=Limits)
    is_wanted: Callable[[], bool] = lambda: True
    tell: Callable[[str], None] = lambda _: None


def of_migration(workspace: Workspace, migration: Migration) -> Migrated:
    """A migration as it is checked."""
    plan = migration.plan
    changes = {**migration.changed, **migration.created}
    exports: dict[str, str] = dict(EXPORTS)
    for profile in plan.profiles:
        exports.update(profile.exports)
    return Migrated(
        workspace.root,
        workspace.files,
        changes,
        seen_places=tuple(_seen(migration)),
        helper=plan.place.module_name(plan.helper),
        needed=tuple(sorted(migration.libraries)),
        exports=exports,
        roots=tuple(str(root) for root in plan.place.roots if root.parts),
        design=reduce(ByDesign.and_also, (each.differs for each in plan.profiles), ByDesign()),
        keeps_flask=plan.keeps_flask,
    )


def _seen(migration: Migration) -> Iterator[AppPlace]:
    """The apps that the plan found by what names refer to, those that are made first."""
    for app in sorted(migration.plan.apps, key=lambda each: each.factory):
        module, roots = dotted_name(app.path)
        yield AppPlace(module, app.name, roots)


def places(migrated: Migrated) -> Iterator[AppPlace]:
    """Where the app may be, likeliest first."""
    found = [migrated.place] if migrated.place else find_apps(migrated.old)
    for place in dict.fromkeys((*found, *migrated.seen_places)):
        rooted = import_roots(place, migrated.old)
        path = dict.fromkeys((*rooted.path, *migrated.roots))
        yield AppPlace(rooted.module, rooted.name, tuple(path))
