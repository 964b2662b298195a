"""pyproject.toml (PEP 621, PEP 735, Poetry, PDM, uv) and Pipfile, edited with tomlkit.

Formatting and comments stay. What is added goes where Flask was declared among the project's own
dependencies; lists for development only lose what goes.
"""

import re
from collections.abc import Iterator, MutableMapping, MutableSequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Protocol, TypeAlias, TypeGuard

import tomlkit
from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from tomlkit.exceptions import TOMLKitError

from lsp_server.migrate.dependencies.change import Change, Changed, parse

Table: TypeAlias = MutableMapping[str, object]
List: TypeAlias = MutableSequence[object]


class _Lists(Protocol):
    """The lists and tables of requirements in one kind of file, the project's own first."""

    def __call__(self, document: Table, /) -> "Iterator[tuple[Table | List, bool]]": ...


def change_pyproject(path: PurePosixPath, text: str, change: Change) -> Changed | None:
    """A pyproject.toml's new text; None if it is no TOML."""
    return _change(path, text, change, _of_pyproject)


def change_pipfile(path: PurePosixPath, text: str, change: Change) -> Changed | None:
    """A Pipfile's new text; None if it is no TOML."""
    return _change(path, text, change, _of_pipfile)


@dataclass(slots=True)
class _Work:
    change: Change
    has_leader: bool = False
    changed: bool = False
    replaced: list[tuple[str, str]] = field(default_factory=list)
    placed: list[str] = field(default_factory=list)


def _change(path: PurePosixPath, text: str, change: Change, lists: _Lists) -> Changed | None:
    is_dos = "\r\n" in text
    try:
        document = tomlkit.parse(text.replace("\r\n", "\n").removeprefix("\N{BYTE ORDER MARK}"))
    except TOMLKitError:
        return None
    work = _Work(change)
    for found, is_own in lists(document):
        if _is_list(found):
            _change_list(found, work, is_own=is_own)
        elif _is_table(found):
            _change_table(found, work, is_own=is_own)
    if not work.changed:
        return Changed(path, text, work.has_leader)
    new = _without_comments(tomlkit.dumps(document), work.placed)
    if text.startswith("\N{BYTE ORDER MARK}"):
        new = "\N{BYTE ORDER MARK}" + new
    new = new.replace("\n", "\r\n") if is_dos else new
    return Changed(path, new, work.has_leader, tuple(work.replaced))


def _without_comments(text: str, placed: list[str]) -> str:
    """The text without comments that stood after what `placed` took the place of."""
    for requirement in placed:
        item = rf"^([ \t]*\"{re.escape(requirement)}\",?)[ \t]*#.*$"
        text = re.sub(item, r"\1", text, flags=re.MULTILINE)
    return text


def _of_pyproject(document: Table) -> Iterator[tuple[Table | List, bool]]:
    project, tool = _table(document, "project"), _table(document, "tool")
    poetry = _table(tool, "poetry")
    own = (_at(project, "dependencies"), _at(poetry, "dependencies"))
    yield from ((found, True) for found in own if _is_table(found) or _is_list(found))
    groups = [
        *_table(project, "optional-dependencies").values(),
        *_table(document, "dependency-groups").values(),
        *_table(_table(tool, "pdm"), "dev-dependencies").values(),
        _at(_table(tool, "uv"), "dev-dependencies"),
        _at(poetry, "dev-dependencies"),
        *(_at(group, "dependencies") for group in _table(poetry, "group").values()),
    ]
    yield from ((found, False) for found in groups if _is_table(found) or _is_list(found))


def _of_pipfile(document: Table) -> Iterator[tuple[Table | List, bool]]:
    yield _table(document, "packages"), True
    yield _table(document, "dev-packages"), False


def _is_table(value: object) -> TypeGuard[Table]:
    return isinstance(value, MutableMapping)


def _is_list(value: object) -> TypeGuard[List]:
    return isinstance(value, MutableSequence)


def _at(table: object, key: str) -> object:
    return table.get(key) if _is_table(table) else None


def _table(table: object, key: str) -> Table:
    found = _at(table, key)
    return found if _is_table(found) else {}


def _change_list(found: List, work: _Work, *, is_own: bool) -> None:
    """A list of PEP 508 strings. An added one takes a removed one's place, Flask's with comment."""
    present = {_name(item) for item in found}
    additions: list[str] = []
    if is_own and present & work.change.leaders:
        work.has_leader = True
        additions = [str(r) for n, r in work.change.add.items() if n not in present]
    for index, item in enumerate(found):
        _correct_item(found, index, item, work)
    gone = [index for index, item in enumerate(found) if _name(item) in work.change.remove]
    leader = next((i for i, item in enumerate(found) if _name(item) in work.change.leaders), 0)
    work.changed |= bool(gone or additions)
    for index in list(gone):
        if additions:
            if _name(found[index]) not in work.change.leaders:
                work.placed.append(additions[0])
            found[index] = additions.pop(0)
            gone.remove(index)
    for index in reversed(gone):
        del found[index]
    for number, addition in enumerate(additions, start=1):
        found.insert(min(leader + number, len(found)), addition)


def _correct_item(found: List, index: int, item: object, work: _Work) -> None:
    declared = parse(str(item)) if isinstance(item, str) else None
    better = work.change.corrected(declared) if declared else None
    if declared and better and _name(item) not in work.change.remove:
        found[index] = str(better)
        work.replaced.append((str(declared), str(better)))
        work.changed = True


def _name(item: object) -> str:
    declared = parse(str(item)) if isinstance(item, str) else None
    return canonicalize_name(declared.name) if declared else ""


def _change_table(found: Table, work: _Work, *, is_own: bool) -> None:
    """A table of name to version, as Poetry and Pipenv have it."""
    by_name = {canonicalize_name(key): key for key in found}
    for name, key in by_name.items():
        if name not in work.change.remove:
            _correct_value(found, key, work)
    if is_own and by_name.keys() & work.change.leaders:
        work.has_leader = True
        for added, requirement in work.change.add.items():
            if added not in by_name:
                found[requirement.name] = _value(requirement)
                work.changed = True
    for key in [key for name, key in by_name.items() if name in work.change.remove]:
        del found[key]
        work.changed = True


def _correct_value(found: Table, key: str, work: _Work) -> None:
    value = found[key]
    version = _at(value, "version") if _is_table(value) else value
    if not isinstance(version, str):
        return
    specifier = _specifier(version)
    declared = parse(f"{key}{specifier}") if specifier is not None else None
    better = work.change.corrected(declared) if declared else None
    if better is None:
        return
    if _is_table(value):
        value["version"] = str(better.specifier)
    else:
        found[key] = str(better.specifier)
    work.replaced.append((f"{key} {version}", f"{key} {better.specifier}"))
    work.changed = True


def _specifier(version: str) -> SpecifierSet | None:
    """Poetry's `^1.2` and `~1.2`, a bare version, or PEP 440; None if it is none of them."""
    text = version.strip()
    if text == "*":
        return SpecifierSet("")
    try:
        if text.startswith("^"):
            return SpecifierSet(f">={text[1:]},<{int(text[1:].split('.')[0]) + 1}")
        if text.startswith("~") and not text.startswith("~="):
            return SpecifierSet(f"~={text[1:]}" if text.count(".") > 1 else f">={text[1:]}")
        return SpecifierSet(f"=={text}" if text[:1].isdigit() else text)
    except (InvalidSpecifier, ValueError):
        return None


def _value(requirement: Requirement) -> object:
    version = str(requirement.specifier) or "*"
    if not requirement.extras:
        return version
    value = tomlkit.inline_table()
    value.update({"extras": sorted(requirement.extras), "version": version})
    return value
