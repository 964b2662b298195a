"""The trial of a statement without its extension: the project as it would be migrated, replayed.

The app as it is, on Flask, and the one that the migration makes of the result are asked the same
requests, in copies. That runs the project's code, so it needs trust, which is looked up and not
asked for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from lsp_server.actions.extension.uses import Row, lines_using, names_of
from lsp_server.checks import python_tree
from lsp_server.errors import PennaError
from lsp_server.project.workspace import Project
from lsp_server.text import Snapshot
from lsp_server.trust import user_trust

if TYPE_CHECKING:
    from lsp_server.migrate.verdict import Check, Checked

SECONDS = 60.0
MOST_DETAILS = 3
NO_FOLDER = "Not run: the file lies in no open folder."
NO_TRUST = (
    "Not run: it runs the project's code, which needs your trust in this workspace; "
    "`penna run migrateToFastApi FOLDER --trust` gives it."
)
MIXED = (
    "Not run: the project's app is on FastAPI already, and no app on Flask is left to compare with."
)
NOTHING = "Not run: {reason}"
DIFFERS = "The app answers otherwise without {titles} ({name}: {summary}). {details}"
FREE = "The file needs {titles} nowhere else: *Migrate to FastAPI* takes all of it now."
LEFT = "The file still needs an extension in line {lines}, which keeps it on Flask."


@dataclass(slots=True)
class Trial:
    """One row's trial. What was found is kept for the report."""

    project: Project
    path: Path | None
    row: Row
    _found: dict[str, "Checked | str"] = field(default_factory=dict)

    def __call__(self, before: Snapshot, after: str, is_wanted: Callable[[], bool]) -> str | None:
        """What differs, in one sentence with the request that shows it."""
        found = self._tried(before, after, is_wanted)
        if isinstance(found, str) or found.holds:
            return None
        return _difference(self.row, found.failed[0])

    def report(self, before: Snapshot, after: str, is_wanted: Callable[[], bool]) -> str:
        """Markdown."""
        found = self._tried(before, after, is_wanted)
        return "\n".join(_lines(self, after, found)) + "\n"

    def _tried(
        self, before: Snapshot, after: str, is_wanted: Callable[[], bool]
    ) -> "Checked | str":
        if after not in self._found:
            self._found[after] = self._run(before, after, is_wanted)
        return self._found[after]

    def _run(self, before: Snapshot, after: str, is_wanted: Callable[[], bool]) -> "Checked | str":
        """What the checks found, or a sentence that says why they were not run."""
        root = self.project.root
        if root is None or self.path is None:
            return NO_FOLDER
        if not self.path.resolve().is_relative_to(root.resolve()):
            return NO_FOLDER
        if not user_trust().is_trusted(root):
            return NO_TRUST
        inside = PurePosixPath(self.path.resolve().relative_to(root.resolve()).as_posix())
        try:
            return _replayed(self.project, inside, (before.text, after), is_wanted)
        except PennaError as error:
            return NOTHING.format(reason=error)


def _replayed(
    project: Project, path: PurePosixPath, texts: tuple[str, str], is_wanted: Callable[[], bool]
) -> "Checked | str":
    from lsp_server.migrate.assembly.stamp import read_stamp
    from lsp_server.migrate.checking import How, check, of_migration
    from lsp_server.migrate.migration import migrate
    from lsp_server.migrate.workspace import read

    assert project.root is not None, "asked for before"
    root = project.root.resolve()
    old = read(root, {**project.open_texts, root / path: texts[0]})
    new = read(root, {**project.open_texts, root / path: texts[1]})
    if any(read_stamp(text) for name, text in old.files.items() if name.suffix == ".py"):
        return MIXED
    migration = migrate(new)
    if migration.is_empty:
        return NOTHING.format(reason=migration.nothing)
    migrated = of_migration(new, migration)
    changes = {path: texts[1], **migrated.changes}
    how = How(is_trusted=True, seconds=SECONDS, is_wanted=is_wanted)
    return check(replace(migrated, old=old.files, changes=changes), how)


def _difference(row: Row, failed: "Check") -> str:
    from lsp_server.migrate.verdict import Failed

    assert isinstance(failed.outcome, Failed), "the failed ones were asked for"
    told = [line for line in failed.outcome.details if line.strip()][:MOST_DETAILS]
    return DIFFERS.format(
        titles=" and ".join(row.titles),
        name=failed.name,
        summary=failed.outcome.summary,
        details=" ".join(told),
    ).strip()


def _lines(trial: Trial, after: str, found: "Checked | str") -> Iterator[str]:
    row = trial.row
    titles = " and ".join(row.titles)
    yield f"# Without {titles}"
    yield ""
    yield _left(trial, titles, after)
    yield ""
    if isinstance(found, str):
        yield "## Checks"
        yield ""
        yield found
    else:
        yield found.markdown()


def _left(trial: Trial, titles: str, after: str) -> str:
    tree = python_tree.module(after)
    names = frozenset(names_of(trial.project, trial.path, after).titles)
    lines = sorted(set(lines_using(tree, names))) if tree else []
    if not lines:
        return FREE.format(titles=titles)
    return LEFT.format(lines=", ".join(map(str, lines)))
