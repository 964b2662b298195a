"""What the checks of a migration found: each passed, failed with details, or was not run and why.

A check that was not run is never a passed one, and says what would let it run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MOST_LINES: Final = 200


@dataclass(frozen=True, slots=True)
class Passed:
    """The check holds. `detail` says what it looked at."""

    detail: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """The check does not hold. `details` are Markdown lines."""

    summary: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotRun:
    """The check was not run; `reason` is a sentence that says what to do about it."""

    reason: str


Outcome = Passed | Failed | NotRun


@dataclass(frozen=True, slots=True)
class Check:
    """One check, by its name in the report. `notes` are sentences about how it was run."""

    name: str
    outcome: Outcome
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """All checks of one migration, in the order in which they were made."""

    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """Whether no check failed. Those that were not run are told by `not_run`."""
        return not self.failed

    @property
    def failed(self) -> tuple[Check, ...]:
        return tuple(each for each in self.checks if isinstance(each.outcome, Failed))

    @property
    def not_run(self) -> tuple[Check, ...]:
        return tuple(each for each in self.checks if isinstance(each.outcome, NotRun))

    @property
    def sentence(self) -> str:
        """All of it in one sentence."""
        n_passed = len(self.checks) - len(self.failed) - len(self.not_run)
        parts = [f"{n_passed} of {len(self.checks)} checks passed"]
        if self.failed:
            parts.append("failed: " + ", ".join(each.name for each in self.failed))
        if self.not_run:
            parts.append("not run: " + ", ".join(each.name for each in self.not_run))
        return "; ".join(parts) + "."

    def markdown(self) -> str:
        """The section of the report."""
        return "\n".join(_lines(self)) + "\n"


def _lines(checked: Checked) -> Iterator[str]:
    yield "## Checks"
    yield ""
    yield checked.sentence
    yield ""
    yield "| check | result | |"
    yield "|---|---|---|"
    for each in checked.checks:
        yield f"| {each.name} | {_word(each.outcome)} | {_cell(_summary(each.outcome))} |"
    for each in checked.checks:
        details = each.outcome.details if isinstance(each.outcome, Failed) else ()
        if not details and not each.notes:
            continue
        yield ""
        yield f"### {each.name[:1].upper()}{each.name[1:]}"
        for note in each.notes:
            yield ""
            yield note
        if details:
            yield ""
            yield from details[:MOST_LINES]
        if len(details) > MOST_LINES:
            yield f"* … and {len(details) - MOST_LINES} lines more"


def _word(outcome: Outcome) -> str:
    match outcome:
        case Passed():
            return "passed"
        case Failed():
            return "**failed**"
        case NotRun():
            return "not run"


def _summary(outcome: Outcome) -> str:
    match outcome:
        case Passed(detail):
            return detail
        case Failed(summary):
            return summary
        case NotRun(reason):
            return reason


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
