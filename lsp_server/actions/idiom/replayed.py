"""The report on a route that became native: which answers change, by the code and by requests.

Requests are sent only where the user trusts the workspace already; nothing is asked here. The app
is run as it was and as it is now, in copies, and asked for this route alone.
"""

from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from lsp_server.actions.idiom.changes import SAME, changes
from lsp_server.actions.idiom.route import Route
from lsp_server.project.workspace import Project
from lsp_server.text import Snapshot
from lsp_server.trust import user_trust

if TYPE_CHECKING:
    from lsp_server.migrate.verdict import Check

SECONDS = 60.0
SPELLING = "How JSON is spelt, and so its length, is left out of that."
NO_FOLDER = "Not asked: the file lies in no open folder."
NO_TRUST = (
    "Not asked: it runs the project's code, which needs your trust in this workspace; "
    "`penna run migrateToFastApi FOLDER --trust` gives it."
)


def report(
    project: Project,
    path: Path | None,
    route: Route,
    before: Snapshot,
    after: str,
    is_wanted: Callable[[], bool],
) -> str:
    """Markdown."""
    asked = _asked(project, path, route, (before.text, after), is_wanted)
    return "\n".join(_lines(route, changes(route, after), asked)) + "\n"


def _lines(route: Route, told: tuple[str, ...], asked: tuple[str, ...]) -> Iterator[str]:
    yield f"# `{route.name}` as a route of FastAPI's own"
    yield ""
    yield from (
        f"`{', '.join(sorted(r.methods))} {r.path}`, endpoint `{r.endpoint}`\n" for r in route.rules
    )
    yield "## Answers that change, as the code shows"
    yield ""
    yield from (f"* {each}" for each in told)
    yield ""
    yield SAME
    yield ""
    yield "## Requests before and after"
    yield ""
    yield from asked


def _asked(
    project: Project,
    path: Path | None,
    route: Route,
    texts: tuple[str, str],
    is_wanted: Callable[[], bool],
) -> tuple[str, ...]:
    root = project.root
    if root is None or path is None or not path.resolve().is_relative_to(root.resolve()):
        return (NO_FOLDER,)
    if not user_trust().is_trusted(root):
        return (NO_TRUST,)
    from lsp_server.migrate.checking.run import check
    from lsp_server.migrate.checking.what import How, Migrated, View
    from lsp_server.migrate.profile import ByDesign
    from lsp_server.migrate.workspace import read

    inside = PurePosixPath(path.resolve().relative_to(root.resolve()).as_posix())
    files = read(root, {**project.open_texts, path: texts[0]}).files
    design = ByDesign(texts=(r"\n\Z",), unordered=("",))
    changed = {inside: texts[1]}
    only = View(str(inside), route.name)
    migrated = Migrated(root.resolve(), files, changed, design=design, only=only)
    found = check(migrated, How(is_trusted=True, seconds=SECONDS, is_wanted=is_wanted))
    return tuple(line for each in found.checks for line in _told(each))


def _told(found: "Check") -> Iterator[str]:
    """What a check found, where it says something: differences are no failure here."""
    from lsp_server.migrate.checking.names import REPLAY
    from lsp_server.migrate.verdict import Failed, NotRun, Passed

    match found.outcome:
        case NotRun(reason):
            yield f"Not asked ({found.name}): {reason}"
        case Passed(detail) if found.name == REPLAY:
            yield f"{detail}. {SPELLING}"
        case Failed(summary, details):
            yield (
                f"{summary}. {SPELLING}" if found.name == REPLAY else f"**{found.name}**: {summary}"
            )
            yield ""
            yield from details
            yield ""
        case Passed():
            return
