"""All checks, one after the other."""

import ast
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from lsp_server.migrate.checking.bench import Bench
from lsp_server.migrate.checking.interpreter import find_interpreter
from lsp_server.migrate.checking.names import PARSES, RUN, not_run
from lsp_server.migrate.checking.what import How, Migrated, places
from lsp_server.migrate.replay.copies import TooLarge
from lsp_server.migrate.replay.sandbox import Sandbox
from lsp_server.migrate.verdict import Check, Checked, Failed, NotRun, Outcome, Passed

NO_TRUST: Final = "It runs the project's code, which needs your trust in this workspace."


def check(migrated: Migrated, how: How) -> Checked:
    """Make all checks, in order."""
    first = Check(PARSES, parses(migrated.changes))
    if not how.is_trusted:
        return Checked((first, *(Check(name, NotRun(NO_TRUST)) for name in RUN)))
    if isinstance(first.outcome, Failed):
        return Checked((first, *not_run("The migrated code does not parse.", RUN)))
    with tempfile.TemporaryDirectory(prefix="penna-") as folder:
        try:
            return Checked((first, *_running(migrated, how, Path(folder).resolve())))
        except TooLarge as error:
            return Checked((first, *not_run(str(error), RUN)))


def parses(changes: Mapping[PurePosixPath, str | None]) -> Outcome:
    """Every changed Python file is Python."""
    sources = {path: text for path, text in changes.items() if path.suffix == ".py" and text}
    wrong = []
    for path, text in sources.items():
        try:
            ast.parse(text)
        except (SyntaxError, ValueError) as error:
            wrong.append(f"* `{path}`: {error}")
    if wrong:
        return Failed(f"{len(wrong)} files are no Python", tuple(wrong))
    return Passed(f"{len(sources)} Python files")


def _running(migrated: Migrated, how: How, folder: Path) -> Iterator[Check]:
    interpreter = find_interpreter(migrated, how, folder)
    if isinstance(interpreter, NotRun):
        yield from not_run(interpreter.reason, RUN)
        return
    if next(places(migrated), None) is None:
        yield from not_run("No Flask app was found; name it by FLASK_APP in `.flaskenv`.", RUN)
        return
    how.tell("Copying the project")
    yield from Bench(migrated, how, Sandbox(interpreter, folder, how.limits)).checks()
