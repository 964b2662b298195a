"""Each mutant is asked what the old app is asked; the first difference, or a lost test, catches it.

The checks are the product's own. What does not change from one mutant to the next (the copies, the
database, the tests under Flask) is made once.
"""

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from lsp_server.migrate.app_place import find_app
from lsp_server.migrate.checking import parses
from lsp_server.migrate.checking.answers import served
from lsp_server.migrate.checking.bench import PREPARING
from lsp_server.migrate.migration import migrate
from lsp_server.migrate.own_tests import TestRun, compare_runs, run_tests
from lsp_server.migrate.replay.apps import App, AppPlace, Apps, NotLoaded
from lsp_server.migrate.replay.child_process import ChildDied
from lsp_server.migrate.replay.copies import Texts, copy_of_copy, copy_project, lay_over
from lsp_server.migrate.replay.replayer import Replayer, budget_for
from lsp_server.migrate.replay.responsible import feature
from lsp_server.migrate.replay.sandbox import Sandbox
from lsp_server.migrate.replay.sources import read_sources
from lsp_server.migrate.verdict import Failed
from lsp_server.migrate.workspace import read
from tests.migrate.mutants.catalogue import Mutant

SAMPLE = Path(__file__).parents[1] / "samples" / "blog"
HELPER = "blog.flask_compat"


@dataclass(frozen=True, slots=True)
class Caught:
    """What became of one mutant. `by` is the check that caught it, empty if none did."""

    mutant: Mutant
    by: str
    detail: str
    n_requests: int
    seconds: float


@dataclass(slots=True)
class Bench:
    """The sample project, migrated, and the folder in which it is checked."""

    folder: Path
    files: Mapping[PurePosixPath, str] = field(default_factory=dict)
    changes: dict[PurePosixPath, str] = field(default_factory=dict)
    budget: int | None = None
    _before: TestRun | None = None

    def __post_init__(self) -> None:
        workspace = read(SAMPLE)
        migration = migrate(workspace)
        self.files = workspace.files
        self.changes = {**migration.changed, **migration.created}

    @property
    def sandbox(self) -> Sandbox:
        return Sandbox(Path(sys.executable), self.folder)

    @property
    def place(self) -> AppPlace:
        place = find_app(self.files)
        assert place is not None
        return place

    def prepare(self) -> None:
        """The project as it is, and with the database that its command makes."""
        copy_project(SAMPLE, self.folder / "base", Texts({}))
        copy_of_copy(self.folder / "base", self.folder / "prepared")
        with App(self.sandbox, self.folder / "prepared", self.place) as app:
            app.load()
            assert app.prepare(PREPARING) == ["init-db"]

    def check(self, mutant: Mutant, with_tests: bool = True) -> Caught:
        """Let the checks look at one mutant, until the first of them catches it."""
        started = time.monotonic()
        try:
            by, detail, asked = self._look(mutant, with_tests)
        except ValueError as error:  # It does not fit, so nothing can be said of it.
            by, detail, asked = "", str(error), 0
        return Caught(mutant, by, detail, asked, time.monotonic() - started)

    def _look(self, mutant: Mutant, with_tests: bool) -> tuple[str, str, int]:
        changes = {**self.changes, **mutant.applied(self.changes)}
        parsed = parses(dict(changes))
        if isinstance(parsed, Failed):
            return "parses", parsed.summary, 0
        number = len(list(self.folder.iterdir()))
        old, new, again = (self.copy(f"{name}{number}", "prepared") for name in ("o", "n", "a"))
        lay_over(new, Texts(dict(changes)))
        with (
            App(self.sandbox, old, self.place) as old_app,
            App(self.sandbox, new, self.place) as new_app,
            App(self.sandbox, again, self.place) as again_app,
        ):
            try:
                for app in (old_app, new_app, again_app):
                    app.load()
                found = self._replay(Apps(old_app, new_app, again_app))
            except NotLoaded as error:
                return "imports", str(error), 0
            except ChildDied as error:
                return "replay", str(error), 0
        if found[0] or not with_tests:
            return found
        return self._tests(changes, number, found[2])

    def _replay(self, apps: Apps) -> tuple[str, str, int]:
        rules = apps.old.rules()
        outcome = served(apps, rules)
        if isinstance(outcome, Failed):
            return "rules", outcome.details[0], 0
        replayer = Replayer(
            apps, rules, read_sources(self.files), self.budget or budget_for(rules), seconds=600
        )
        replayer.is_wanted = lambda: not replayer.found.differences
        found = replayer.run()
        if not found.differences:
            return "", "", found.n_requests
        first = found.differences[0]
        aspects = ", ".join(aspect.name for aspect in first.aspects)
        told = f"{first.request.method} {first.request.target[:60]}: {aspects} ({feature(first)})"
        return "replay", told, found.n_requests

    def _tests(
        self, changes: Mapping[PurePosixPath, str], number: int, asked: int
    ) -> tuple[str, str, int]:
        if self._before is None:
            self._before = run_tests(self.sandbox, self.copy("t", "base"), self.place)
        new = self.copy(f"t{number}", "base")
        lay_over(new, Texts(dict(changes)))
        outcome = compare_runs(self._before, run_tests(self.sandbox, new, self.place, HELPER))
        if isinstance(outcome, Failed):
            return "tests", outcome.details[0], asked
        return "", "", asked

    def copy(self, name: str, source: str) -> Path:
        """A copy of one of the copies, under a name of its own."""
        copy_of_copy(self.folder / source, self.folder / name)
        return self.folder / name


def measure(
    bench: Bench, mutants: Sequence[Mutant], tell: Callable[[Caught], None]
) -> Iterator[Caught]:
    """All mutants, one after the other."""
    for mutant in mutants:
        caught = bench.check(mutant)
        tell(caught)
        yield caught
