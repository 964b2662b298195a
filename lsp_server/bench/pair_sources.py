"""Where real edits come from: two versions of one file, before and after.

The standard libraries of the Pythons that are installed beside the running one, next to each other
and three versions apart, and the history of this repository, where Penna runs from a clone of it.
Deliberately absent: which of them are taken (edit_pairs.py).
"""

import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

COMMITS = 300
REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Versions:
    """A file's name and its text in two versions."""

    name: str
    before: str
    after: str


def library_versions() -> Iterator[Versions]:
    folders = libraries()
    couples = [*pairwise(folders), *zip(folders, folders[3:], strict=False)]
    for old, new in couples:
        for path in sorted(new.glob("*.py")):
            before = old / path.name
            if before.is_file():
                yield Versions(path.name, read(before), read(path))


def libraries() -> list[Path]:
    """Standard libraries on this machine, one of each version, oldest first."""
    own = Path(sysconfig.get_path("stdlib")).resolve()
    beside = Path(sys.base_prefix).resolve().parent
    found = {path.name: path for path in Path("/usr/lib").glob("python3.*")}
    found |= {path.name: path for path in beside.glob("*/lib/python3.*")}
    found[own.name] = own
    whole = [path for name, path in found.items() if _is_whole(name, path)]
    return sorted(whole, key=lambda path: _minor(path.name))


def commits() -> Iterator[Versions]:
    """What this repository's commits changed in its Python files; none without its history.

    A folder around an installed package may be some other repository, whose history is no
    business of ours.
    """
    if not (REPOSITORY / ".git").exists():
        return
    log = _git("log", f"-{COMMITS}", "--no-merges", "--diff-filter=M", "--format=%H", "--name-only")
    commit = ""
    for line in log.splitlines():
        if len(line) == 40 and "/" not in line:
            commit = line
        elif line.endswith(".py"):
            before, after = _git("show", f"{commit}~:{line}"), _git("show", f"{commit}:{line}")
            yield Versions(line, before, after)


def read(path: Path) -> str:
    return path.read_text("utf-8", "replace")


def _is_whole(name: str, path: Path) -> bool:
    return _minor(name) >= 0 and (path / "argparse.py").is_file()


def _minor(name: str) -> int:
    """Of `python3.13` or `python3.13t`; -1 of anything else."""
    number = name.removeprefix("python3.").rstrip("t")
    return int(number) if number.isdecimal() else -1


def _git(*arguments: str) -> str:
    """What it prints; nothing where there is no git."""
    command = ["git", "-C", str(REPOSITORY), *arguments]
    try:
        run = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - our words.
    except OSError:
        return ""
    return run.stdout.decode("utf-8", "replace")
