"""The names of the checks, and one that is not run."""

from collections.abc import Iterator, Sequence
from typing import Final

from lsp_server.migrate.verdict import Check, NotRun

PARSES: Final = "parses"
IMPORTS: Final = "imports"
RULES: Final = "every rule is served"
TESTS: Final = "the project's own tests"
REPLAY: Final = "replayed requests"
RUN: Final = (IMPORTS, RULES, TESTS, REPLAY)


def not_run(reason: str, names: Sequence[str]) -> Iterator[Check]:
    """The named checks, not run for one reason."""
    return (Check(name, NotRun(reason)) for name in names)
