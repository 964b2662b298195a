"""requirements*.txt as pip reads them: comments, options, hashes, continued lines, markers.

What a migration does not change stays byte for byte. Lines whose requirement goes take the comments
that `pip-compile` put below them along. A file with hashes is a lock file and is not changed: a
requirement without one would make pip refuse all of it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from lsp_server.migrate.dependencies.change import Change, Changed, parse

INCLUDE = re.compile(r"^(?:-r|--requirement)[ =]?\s*(?P<path>\S+)")
EGG = re.compile(r"[#&]egg=(?P<name>[A-Za-z0-9._-]+)")
COMMENT = re.compile(r"(?:^|\s)#.*$")
OPTION = re.compile(r"\s--?[a-z].*$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One logical line: its text with its line ends, and what it requires or includes."""

    text: str
    requirement: Requirement | None = None
    include: str | None = None

    @property
    def name(self) -> str:
        """The normalised name; "" for a line without a requirement."""
        return canonicalize_name(self.requirement.name) if self.requirement else ""


def is_locked(text: str) -> bool:
    """Whether pip checks hashes for this file."""
    return any("--hash=" in line and not line.lstrip().startswith("#") for line in text.split("\n"))


def entries(text: str) -> list[Entry]:
    """The logical lines of a file."""
    return [_entry(line) for line in _logical_lines(text)]


def included(path: PurePosixPath, text: str) -> list[PurePosixPath]:
    """The files that a file takes in, as paths from the same root."""
    found = (entry.include for entry in entries(text) if entry.include)
    return [normal for name in found if (normal := _normal(path.parent / name))]


def names(text: str) -> frozenset[str]:
    """The normalised names of all that a file requires itself."""
    return frozenset(entry.name for entry in entries(text)) - {""}


def change_requirements(
    path: PurePosixPath, text: str, change: Change, elsewhere: frozenset[str]
) -> Changed:
    """A requirements file's new text.

    Args:
        path: Told in the result.
        text: The file.
        change: What goes and comes.
        elsewhere: Normalised names that files which this one includes have already.
    """
    old = entries(text)
    present = {entry.name for entry in old}
    has_leader = bool(present & change.leaders)
    replaced: list[tuple[str, str]] = []
    new = [_corrected(entry, change, replaced) for entry in old]
    if has_leader:
        line_end = "\r\n" if "\r\n" in text else "\n"
        missing = [str(r) for n, r in change.add.items() if n not in present | elsewhere]
        new = _inserted(new, change, [f"{line}{line_end}" for line in missing])
    kept = _without(new, change.remove)
    result = "".join(entry.text for entry in kept)
    if result and not text.endswith("\n"):
        result = result.rstrip("\r\n")
    return Changed(path, result, has_leader, tuple(replaced))


def _logical_lines(text: str) -> Iterator[str]:
    pending = ""
    for line in text.splitlines(keepends=True) if "\f" not in text else _by_newline(text):
        pending += line
        bare = line.rstrip("\r\n")
        if bare.endswith("\\") and not bare.lstrip().startswith("#"):
            continue
        yield pending
        pending = ""
    if pending:
        yield pending


def _by_newline(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _entry(line: str) -> Entry:
    joined = re.sub(r"\\\r?\n", " ", line)
    bare = COMMENT.sub("", joined.strip().lstrip("\N{BYTE ORDER MARK}")).strip()
    if found := INCLUDE.match(bare):
        return Entry(line, include=found["path"])
    bare = re.sub(r"^(?:-e|--editable)[ =]\s*", "", bare)
    if not bare or bare.startswith("-"):
        return Entry(line)
    if (egg := EGG.search(joined)) and "://" in joined:
        return Entry(line, parse(f"{egg['name']} @ {bare.split('#')[0]}"))
    return Entry(line, parse(OPTION.sub("", bare).strip()))


def _corrected(entry: Entry, change: Change, replaced: list[tuple[str, str]]) -> Entry:
    if entry.requirement is None or entry.name in change.remove:
        return entry
    better = change.corrected(entry.requirement)
    if better is None:
        return entry
    replaced.append((str(entry.requirement), str(better)))
    tail = re.search(r"(?:\s+#[^\n]*?)?\r?\n?$", entry.text)
    assert tail is not None, "the pattern matches the empty text"
    return Entry(f"{better}{tail.group()}", better)


def _inserted(old: Sequence[Entry], change: Change, lines: Sequence[str]) -> list[Entry]:
    """New lines where they belong in a sorted file, else beside the leader."""
    new = list(old)
    order = [entry.name for entry in old if entry.name]
    at = next(index for index, entry in enumerate(old) if entry.name in change.leaders)
    if new[-1].text and not new[-1].text.endswith("\n"):
        new[-1] = Entry(new[-1].text + "\n", new[-1].requirement, new[-1].include)
    if order == sorted(order) and len(order) > 1:
        for entry in map(_entry, lines):
            new.insert(_sorted_place(new, entry.name), entry)
        return new
    return [*new[:at], *map(_entry, lines), *new[at:]]


def _sorted_place(entries: Sequence[Entry], name: str) -> int:
    """Before the first requirement that sorts after it, else behind the last one."""
    after = [index for index, entry in enumerate(entries) if entry.name > name]
    if after:
        return after[0]
    last = max(index for index, entry in enumerate(entries) if entry.name)
    while last + 1 < len(entries) and _is_annotation(entries[last + 1]):
        last += 1
    return last + 1


def _without(entries: Iterable[Entry], remove: frozenset[str]) -> Iterator[Entry]:
    dropping = False
    for entry in entries:
        dropping = entry.name in remove or (dropping and _is_annotation(entry))
        if not dropping:
            yield entry


def _is_annotation(entry: Entry) -> bool:
    """Whether a line is a comment that `pip-compile` put below a requirement."""
    return entry.text.startswith((" ", "\t")) and entry.text.lstrip().startswith("#")


def _normal(path: PurePosixPath) -> PurePosixPath | None:
    """A path without `..`; None if it leaves the root."""
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part != ".":
            parts.append(part)
    return PurePosixPath(*parts)
