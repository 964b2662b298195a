"""Changes to files as a unified diff that `git apply` and `patch -p1` take."""

import difflib
from pathlib import PurePosixPath

NO_END = "\n\\ No newline at end of file\n"


def unified_diff(path: PurePosixPath, before: str | None, after: str) -> str:
    """The diff of one file; `before` None: the file is new. Empty if nothing changes."""
    old = "/dev/null" if before is None else f"a/{path}"
    lines = difflib.unified_diff(_lines(before or ""), _lines(after), old, f"b/{path}")
    return "".join(line if line.endswith("\n") else line + NO_END for line in lines)


def _lines(text: str) -> list[str]:
    """As patch counts them: a line ends at a line feed alone."""
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return [line for line in lines if line]
