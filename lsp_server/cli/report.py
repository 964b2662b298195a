"""What `penna run` prints: stages on stderr while it works, the result on stdout."""

import difflib
import json
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from lsp_server.actions.offer import Action
from lsp_server.file_desk import FileDesk
from lsp_server.file_page import FilePage
from lsp_server.model.protocol import Reading, Starting
from lsp_server.outcome import Checking, Drafting, Finished, Outcome, Repairing, Stage, Writing
from lsp_server.text import LINE_END


class Stages:
    """One line that is written over, on a terminal only."""

    def __enter__(self) -> Self:
        self._shown = sys.stderr.isatty()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def tell(self, stage: Stage) -> None:
        if self._shown:
            print(f"\r\x1b[K{_words(stage)}", end="", file=sys.stderr, flush=True)


def show(
    as_json: bool, action: Action, outcome: Outcome, desk: FileDesk, written: list[Path]
) -> None:
    if as_json:
        print(json.dumps(_object(action, outcome, desk, written), ensure_ascii=False, indent=2))
        return
    if isinstance(outcome, Finished):
        for page in desk.pages:
            told = page.snapshot.text if page.path is None else _unless_written(page)
            print(told, end="" if told.endswith("\n") or not told else "\n")
        for path in written:
            print(f"Written: {path}")
        print(_ending(outcome), file=sys.stderr)
    else:
        print(f"penna: {outcome.reason}", file=sys.stderr)


def _words(stage: Stage) -> str:
    match stage:
        case Starting():
            return "starting the model"
        case Reading(n, m):
            return f"reading {n} of {m} tokens"
        case Writing():
            return f"writing at {stage.rate:.1f} tokens/s" if stage.rate else "writing"
        case Drafting():
            return "working it out"
        case Checking():
            return "checking"
        case Repairing(problem):
            return f"correcting: {problem}"


def _ending(outcome: Finished) -> str:
    checks = {0: "", 1: " One check holds."}.get(
        outcome.n_checks, f" {outcome.n_checks} checks hold."
    )
    return f"{outcome.summary}{checks}"


def _unless_written(page: FilePage) -> str:
    return _diff(page, page.before) if page.changed else ""


def _diff(page: FilePage, before: str) -> str:
    old, new = _lines(before), _lines(page.snapshot.text)
    name = str(page.path)
    lines = difflib.unified_diff(old, new, name if before else "/dev/null", name)
    return "".join(line if line.endswith(("\n", "\r")) else line + "\n" for line in lines)


def _lines(text: str) -> list[str]:
    """As editors count them: `splitlines` would also cut at form feeds."""
    ends = [match.end() for match in LINE_END.finditer(text)]
    starts = [0, *ends]
    return [text[a:b] for a, b in zip(starts, [*ends, len(text)], strict=True) if b > a]


def _object(
    action: Action, outcome: Outcome, desk: FileDesk, written: list[Path]
) -> dict[str, object]:
    finished = isinstance(outcome, Finished)
    return {
        "action": action.id,
        "outcome": type(outcome).__name__.lower(),
        "summary": outcome.summary if isinstance(outcome, Finished) else "",
        "reason": "" if isinstance(outcome, Finished) else outcome.reason,
        "checks": outcome.n_checks if isinstance(outcome, Finished) else 0,
        "byModel": outcome.by_model if isinstance(outcome, Finished) else False,
        "files": [_file(page, written) for page in desk.pages] if finished else [],
    }


def _file(page: FilePage, written: list[Path]) -> dict[str, object]:
    return {
        "path": str(page.path) if page.path else None,
        "diff": _unless_written(page) if page.path else "",
        "text": page.snapshot.text,
        "written": page.path in written,
    }
