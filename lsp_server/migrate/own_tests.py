"""The project's own tests under the old and the new app: what passed before must pass after.

They run unmodified. Under the new app Penna's pytest plugin, laid beside the copy under a name of
its own, gives the test files what they import from flask.
"""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from lsp_server.migrate.replay.apps import AppPlace
from lsp_server.migrate.replay.child_process import Child, ChildDied
from lsp_server.migrate.replay.sandbox import Sandbox
from lsp_server.migrate.verdict import Failed, NotRun, Outcome, Passed

PLUGIN: Final = Path(__file__).parent / "pytest_plugin.py"
PLUGIN_NAME: Final = "penna_pytest_plugin"
MOST_SHOWN: Final = 30
CUT_SHORT: Final = "; the run under Flask ended early, and no test after that was compared"


@dataclass(slots=True)
class TestRun:
    """How each test ended, by its id; `trouble` is why the run itself did not end."""

    __test__ = False

    ended: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    trouble: str = ""

    @property
    def passed(self) -> set[str]:
        return {name for name, ended in self.ended.items() if ended == "passed"}


def has_tests(files: Mapping[PurePosixPath, str]) -> bool:
    """Whether any file is named as pytest or unittest would find it."""
    names = (path.name for path in files if path.suffix == ".py")
    return any(n.startswith("test") or n.endswith("_test.py") for n in names)


def run_tests(
    sandbox: Sandbox,
    root: Path,
    place: AppPlace,
    helper: str | None = None,
    exports: Mapping[str, str] | None = None,
    *,
    with_plugins: bool = True,
    keeps_flask: bool = False,
) -> TestRun:
    """Run the tests of a copy; with the stand-ins if `helper` names the migrated app's module.

    Without `with_plugins` pytest loads no plugin that merely happens to be installed.
    """
    path, environment = [root / folder for folder in place.path], {}
    if helper is not None:
        beside = sandbox.folder / "plugin"
        beside.mkdir(exist_ok=True)
        shutil.copy(PLUGIN, beside / f"{PLUGIN_NAME}.py")
        path.append(beside)
        environment = {
            "PENNA_PLUGIN": PLUGIN_NAME,
            "PENNA_HELPER": helper,
            "PENNA_EXPORTS": json.dumps(dict(exports or {})),
            "PENNA_ALLOW_FLASK": "*" if keeps_flask else "",
        }
    if not with_plugins:
        environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    environment["PYTHONPATH"] = os.pathsep.join(map(str, path))
    process = sandbox.start("run_tests.py", root, path=path, environment=environment)
    run = TestRun()
    with Child(process, sandbox.limits.seconds) as child:
        try:
            while "kind" not in (line := child.next_line(sandbox.limits.seconds)):
                _take(run, line)
        except ChildDied as error:
            run.trouble = str(error)
        if not run.ended and not run.trouble:
            run.trouble = child.last_words[-1500:]
    return run


def compare_runs(old: TestRun, new: TestRun) -> Outcome:
    """Every test that passed before passes after."""
    if not old.passed:
        words = old.trouble or next(iter(old.details.values()), "none of them passes")
        return NotRun(f"The tests do not run under Flask either: {_last_line(words)}")
    # A run under Flask that was ended by its time limit says nothing of the tests after that.
    asked = old.passed & set(new.ended) if old.trouble else old.passed
    lost = sorted(asked - new.passed)
    others = len(old.ended) - len(old.passed)
    also = f" ({others} did not pass before, either)" if others else ""
    also += CUT_SHORT if old.trouble else ""
    if not lost:
        return Passed(f"all {len(asked)} tests that passed under Flask pass{also}")
    summary = f"{len(lost)} of {len(asked)} tests that passed under Flask fail{also}"
    return Failed(summary, tuple(_shown(name, new) for name in lost[:MOST_SHOWN]))


def _shown(name: str, run: TestRun) -> str:
    detail = run.details.get(name) or _of_file(name, run) or run.trouble or "it was not run"
    told = [line for line in detail.splitlines() if line.strip()]
    errors = [_last_line(detail)]
    at = [line[1:].strip() for line in told if line.startswith(">")]
    words = " at ".join(f"`{each[:200]}`" for each in (*errors[:1], *at[-1:]))
    return f"* `{name}`: {words}"


def _last_line(detail: str) -> str:
    """The first line that pytest marks as the error, else the last line there is."""
    told = [line for line in detail.splitlines() if line.strip()]
    errors = [line[1:].strip() for line in told if line.startswith("E ")]
    return (errors or [line.strip() for line in told[-1:]] or [""])[0][:300]


def _of_file(name: str, run: TestRun) -> str:
    """Why the file of the test could not be collected."""
    return run.details.get(name.partition("::")[0], "")


def _take(run: TestRun, line: Mapping[str, object]) -> None:
    name, ended = str(line.get("test", "")), str(line.get("ended", ""))
    if run.ended.get(name) in {"failed", "error"}:
        return
    run.ended[name] = ended
    if line.get("detail"):
        run.details[name] = str(line["detail"])
