"""The copies of one check, and what runs on them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from lsp_server.migrate.checking.answers import notes_of, served, verdict_of
from lsp_server.migrate.checking.interpreter import install_sentence
from lsp_server.migrate.checking.names import IMPORTS, REPLAY, RULES, TESTS, not_run
from lsp_server.migrate.checking.what import How, Migrated, places
from lsp_server.migrate.own_tests import TestRun, compare_runs, has_tests, run_tests
from lsp_server.migrate.replay.apps import App, AppPlace, Apps, NotLoaded
from lsp_server.migrate.replay.child_process import ChildDied
from lsp_server.migrate.replay.copies import Texts, copy_of_copy, copy_project, lay_over
from lsp_server.migrate.replay.replayer import Replayer, budget_for
from lsp_server.migrate.replay.rules import Rule
from lsp_server.migrate.replay.sandbox import Sandbox, isolation
from lsp_server.migrate.replay.sources import read_sources
from lsp_server.migrate.verdict import Check, Failed, NotRun, Outcome, Passed

DATABASES: Final = ("*.db", "*.sqlite", "*.sqlite3")
MOST_PLACES: Final = 4
NOWHERE: Final = AppPlace("")
PREPARING: Final = [
    "init-db", "initdb", "init_db", "create-db", "create_db", "createdb", "db-create",
    "create-tables", "create_tables", "setup-db", "init", "seed", "seed-db", "populate",
]  # fmt: skip


@dataclass(slots=True)
class Bench:
    """The copies of one check and what runs on them."""

    migrated: Migrated
    how: How
    sandbox: Sandbox
    place: AppPlace = NOWHERE
    arguments: object = None
    environment: dict[str, str] = field(default_factory=dict)
    trouble: str = ""

    @property
    def new_place(self) -> AppPlace:
        return self.migrated.new_place or self.place

    def checks(self) -> Iterator[Check]:
        """All checks that run the project's code."""
        base = self.sandbox.folder / "base"
        copy_project(self.migrated.root, base, Texts(dict(self.migrated.old)))
        prepared = self._prepared(base)
        if self.trouble:
            reason = f"The old app itself cannot be imported: {self.trouble}".rstrip(".")
            yield from not_run(f"{reason}.", (IMPORTS, RULES, REPLAY))
        else:
            yield from self._asked(prepared)
        if self.migrated.only is None:
            yield self._tests(base)

    def _asked(self, prepared: Path) -> Iterator[Check]:
        """The checks that both apps are loaded for, on copies of the same data."""
        old, new, again = (self.sandbox.folder / name for name in ("old", "new", "again"))
        for copy in (old, new, again):
            copy_of_copy(prepared, copy)
        lay_over(new, Texts(dict(self.migrated.changes)))
        with (
            App(self.sandbox, old, self.place) as old_app,
            App(self.sandbox, new, self.new_place) as new_app,
            App(self.sandbox, again, self.place) as again_app,
        ):
            loaded = self._load(old_app, new_app, again_app)
            yield Check(IMPORTS, loaded, (self._where(),))
            if isinstance(loaded, Passed):
                yield from self._both(Apps(old_app, new_app, again_app))
            else:
                reason = "One of the apps cannot be imported."
                yield from not_run(reason, (RULES, REPLAY))

    def _where(self) -> str:
        taken = "without network" if isolation() else "with connections refused"
        return f"Run by `{self.sandbox.interpreter}` in a copy, {taken}."

    def _prepared(self, base: Path) -> Path:
        """A copy with a database: where there is none yet, the old app makes one, as its user
        would let it. That also tells which place the app is at, and what it needs."""
        prepared = self.sandbox.folder / "prepared"
        copy_of_copy(base, prepared)
        has_data = any(path for pattern in DATABASES for path in prepared.rglob(pattern))
        troubles: dict[AppPlace, str] = {}
        for place in islice(places(self.migrated), MOST_PLACES):
            with App(self.sandbox, prepared, place) as app:
                try:
                    app.load()
                    app.prepare([] if has_data else PREPARING)
                except (NotLoaded, ChildDied) as error:
                    troubles[place] = str(error).partition("\n")[0]
                    continue
                self.place, self.arguments = place, app.arguments
                self.environment = dict(app.environment)
                return prepared
        self.place = self._surest(troubles)
        self.trouble = troubles[self.place]
        return prepared

    def _surest(self, tried: Collection[AppPlace]) -> AppPlace:
        """The place of which the plan knows that Flask is there; else the likeliest."""
        seen = {(place.module, place.name) for place in self.migrated.seen_places}
        known = (place for place in tried if (place.module, place.name) in seen)
        return next(known, next(iter(tried)))

    def _load(self, old: App, new: App, again: App) -> Outcome:
        self.how.tell("Importing both apps")
        prepared = self.sandbox.folder / "prepared"
        try:
            for app in (old, again, new):
                app.arguments = self.arguments
                app.environment = _moved(self.environment, prepared, app.root)
                app.load()
                app.prepare([])
        except NotLoaded as error:
            if error.missing and error.missing.partition(".")[0] in self.migrated.needed:
                return NotRun(install_sentence([error.missing], self.sandbox.interpreter))
            trace = tuple(f"    {line}" for line in error.trace.splitlines()[-12:])
            return Failed(str(error), trace)
        except ChildDied as error:
            return Failed(str(error).partition("\n")[0])
        return Passed(f"`{self.new_place.module}` as {new.kind.upper()} app")

    def _both(self, apps: Apps) -> Iterator[Check]:
        try:
            rules = [rule for rule in apps.old.rules() if self._is_meant(rule)]
            yield Check(RULES, served(apps, rules))
            self.how.tell("Replaying requests")
            sources = read_sources(self.migrated.old)
            budget = self.how.requests or budget_for(rules)
            replayer = Replayer(
                apps,
                rules,
                sources,
                budget,
                self.how.seconds,
                self.how.is_wanted,
                self.migrated.design,
            )
            found = replayer.run()
            yield Check(REPLAY, verdict_of(found), notes_of(found))
        except ChildDied as error:
            yield Check(REPLAY, Failed(f"An app does not stay alive: {error}".partition("\n")[0]))

    def _is_meant(self, rule: Rule) -> bool:
        only = self.migrated.only
        if only is not None and (rule.file, rule.view) != (only.file, only.name):
            return False
        return not (rule.is_elsewhere or self.migrated.design.lets_go(rule.endpoint))

    def _tests(self, base: Path) -> Check:
        if not has_tests(self.migrated.old):
            return Check(TESTS, NotRun("The project has no tests."))
        self.how.tell("Running the project's own tests")
        before, with_plugins = self._tests_before(base)
        if not before.passed:
            return Check(TESTS, compare_runs(before, before))
        new = self.sandbox.folder / "tested_new"
        copy_of_copy(base, new)
        lay_over(new, Texts(dict(self.migrated.changes)))
        after = run_tests(
            self.sandbox,
            new,
            self.new_place,
            self.migrated.helper,
            self.migrated.exports,
            with_plugins=with_plugins,
            keeps_flask=self.migrated.keeps_flask,
        )
        return Check(TESTS, compare_runs(before, after))

    def _tests_before(self, base: Path) -> tuple[TestRun, bool]:
        """The tests under Flask; where none passes with the plugins that are installed, without."""
        for with_plugins in (True, False):
            old = self.sandbox.folder / f"tested_old_{with_plugins}"
            copy_of_copy(base, old)
            before = run_tests(self.sandbox, old, self.place, with_plugins=with_plugins)
            if before.passed:
                break
        return before, with_plugins


def _moved(environment: Mapping[str, str], here: Path, there: Path) -> dict[str, str]:
    return {name: value.replace(str(here), str(there)) for name, value in environment.items()}
