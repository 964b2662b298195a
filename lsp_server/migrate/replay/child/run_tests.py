"""Runs the project's own tests and tells how each ended, as JSON lines on stdout.

    python run_tests.py [PYTEST_ARGUMENT...]

With pytest where it is installed, else with unittest. PENNA_PLUGIN names a module on the path that
is loaded first: it stands in for flask in the tests of a migrated project.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
import unittest
from fnmatch import fnmatch
from typing import IO, Any


class Reporter:
    """A pytest plugin: the outcome of each test is the worst of its three parts."""

    def __init__(self, output: IO[str]) -> None:
        self.output = output
        self.outcomes: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: Any) -> None:
        ended = "passed" if report.outcome == "passed" else report.outcome
        if report.when == "call" or ended != "passed":
            detail = "" if ended == "passed" else str(report.longrepr)[-1500:]
            self.tell(report.nodeid, ended, detail)

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.tell(report.nodeid or ".", "failed", str(report.longrepr)[-1500:])

    def tell(self, name: str, ended: str, detail: str = "") -> None:
        self.output.write(json.dumps({"test": name, "ended": ended, "detail": detail}) + "\n")
        self.output.flush()


class Result(unittest.TextTestResult):
    """The same for unittest."""

    reporter: Reporter

    def addSuccess(self, test: unittest.TestCase) -> None:
        super().addSuccess(test)
        self.reporter.tell(test.id(), "passed")

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:
        super().addFailure(test, err)
        self.reporter.tell(test.id(), "failed", self.failures[-1][1][-1500:])

    def addError(self, test: unittest.TestCase, err: Any) -> None:
        super().addError(test, err)
        self.reporter.tell(test.id(), "failed", self.errors[-1][1][-1500:])

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        super().addSkip(test, reason)
        self.reporter.tell(test.id(), "skipped", reason)


def odd_names() -> list[str]:
    """Test files such as tests.py, where pytest would find none by itself."""
    names = [name for name in sorted(os.listdir()) if name.endswith(".py")]
    odd = [name for name in names if name.startswith("test")]
    for _, folders, files in os.walk("."):
        folders[:] = [each for each in folders if not each.startswith((".", "venv"))]
        if any(fnmatch(each, "test_*.py") or fnmatch(each, "*_test.py") for each in files):
            return []
    return odd


def main() -> None:
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    reporter = Reporter(output)
    plugin = os.environ.get("PENNA_PLUGIN", "")
    if importlib.util.find_spec("pytest") is not None:
        import pytest

        # Rewriting asserts would compile every plugin anew, as nothing may be cached.
        options = [*(sys.argv[1:] or odd_names()), "-q", "--assert=plain", "-p", "no:cacheprovider"]
        if plugin:
            options += ["-p", plugin]
        ended = int(pytest.main(options, plugins=[reporter]))
        kind = "pytest"
    else:
        if plugin:
            importlib.import_module(plugin).install()
        Result.reporter = reporter
        tests = unittest.defaultTestLoader.discover(".")
        runner = unittest.TextTestRunner(
            resultclass=Result,  # type: ignore[arg-type]
            stream=sys.stderr,
        )
        done = runner.run(tests)
        ended, kind = int(not done.wasSuccessful()), "unittest"
    output.write(json.dumps({"ended": ended, "kind": kind}) + "\n")
    output.flush()
    os._exit(0)  # What a test left running must not keep the child alive.


if __name__ == "__main__":
    main()
