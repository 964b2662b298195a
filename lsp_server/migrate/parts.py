"""Which modules stay on Flask together, because one of them has to.

An extension without a profile, or a name that is refused, holds its module on Flask, and with it
every module that shares framework objects with that one: an app, a `db`, a login manager. What
an app only registers, a blueprint, does not hold the app; but an app holds its blueprints. The
parts that result are mounted as Flask apps under the new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

import libcst as cst

from lsp_server.migrate.core import OWN_APP
from lsp_server.migrate.names import Own
from lsp_server.migrate.reading import Reading, own_paths
from lsp_server.migrate.scopes import Binding
from lsp_server.migrate.source import Source
from lsp_server.migrate.uses import HELD, Use

NOT_CHOSEN = "It was not chosen."


@dataclass(frozen=True, slots=True)
class Registration:
    """A call by which a migrated app registers a blueprint that stays on Flask."""

    path: PurePosixPath
    line: int
    call: str


@dataclass(frozen=True, slots=True)
class Mounted:
    """Modules that stay on Flask together.

    Attributes:
        reasons: Sentences, each beginning with who is the cause and where.
        registrations: Calls in migrated modules that register a blueprint of this part.
    """

    files: tuple[PurePosixPath, ...]
    reasons: tuple[str, ...]
    registrations: tuple[Registration, ...] = ()


@dataclass(frozen=True, slots=True)
class _Edge:
    """That one module takes names from another; `registers` if only to register them."""

    importer: PurePosixPath
    imported: PurePosixPath
    registers: bool


def mounted_parts(reading: Reading, chosen: frozenset[PurePosixPath] | None) -> list[Mounted]:
    """The parts that stay on Flask; `chosen` are the modules to migrate, None is all of them."""
    reasons = _refused(reading)
    if not reasons and chosen is None:
        return []
    edges = _edges(reading)
    refused = _spread(set(reasons), edges, app_holds=True)
    unchosen: set[PurePosixPath] = set()
    if chosen is not None:
        others = {path for path in _bound(reading, edges) if path not in chosen}
        unchosen = _spread(others - refused, edges, app_holds=False)
        for path in others:
            reasons.setdefault(path, [NOT_CHOSEN])
    staying = refused | unchosen
    return [_part(reading, files, reasons, edges) for files in _components(staying, edges)]


def part_of(reading: Reading, path: PurePosixPath, reason: str) -> Mounted:
    """A module that stays on Flask by itself."""
    return _part(reading, [path], {path: [reason]}, _edges(reading))


def left_scripts(reading: Reading) -> dict[PurePosixPath, str]:
    """Modules with a refused use that nobody imports and that serve nothing, with the reason."""
    if not any(use.decision in HELD for uses in reading.uses.values() for use in uses):
        return {}
    imported = {edge.imported for edge in _edges(reading)}
    found: dict[PurePosixPath, str] = {}
    for path, uses in reading.uses.items():
        refusals = [use for use in uses if use.decision in HELD]
        if path in reading.tests or not refusals or path in imported:
            continue
        if not any(_serves(use) for use in uses):
            found[path] = f"{refusals[0].feature}: {refusals[0].note}"
    return found


def _serves(use: Use) -> bool:
    return use.feature in ("app", "blueprint", "route") or use.note == OWN_APP


def _refused(reading: Reading) -> dict[PurePosixPath, list[str]]:
    scripts = left_scripts(reading)
    found: dict[PurePosixPath, list[str]] = {}
    for path, uses in reading.uses.items():
        if path in reading.tests or path in scripts:
            continue
        for use in uses:
            if use.decision in HELD:
                sentence = f"{use.feature} ({path}:{use.line}): {use.note}"
                found.setdefault(path, []).append(sentence)
    return found


def _edges(reading: Reading) -> list[_Edge]:
    found: list[_Edge] = []
    for path, source in reading.code.sources.items():
        if path in reading.tests:
            continue
        for other in own_paths(reading, path):
            if other in reading.code.sources and other not in reading.tests:
                found.append(_Edge(path, other, _only_registers(reading, source, other)))
    bound = _bound_by(reading, found)
    return [edge for edge in found if edge.importer in bound and edge.imported in bound]


def _bound(reading: Reading, edges: Iterable[_Edge]) -> set[PurePosixPath]:
    return _bound_by(reading, edges)


def _bound_by(reading: Reading, edges: Iterable[_Edge]) -> set[PurePosixPath]:
    """The modules that use the framework, or take something from one that does."""
    bound = set(reading.framework_files()) - reading.tests
    edges = list(edges)
    grown = True
    while grown:
        new = {edge.importer for edge in edges if edge.imported in bound} - bound
        bound |= new
        grown = bool(new)
    return bound


def _only_registers(reading: Reading, source: Source, other: PurePosixPath) -> bool:
    """Whether everything that a module takes from another is the argument of a registration."""
    names: list[cst.Name] = []
    for binding in source.facts.imports:
        if _comes_from(reading, source, binding, other):
            seen = [
                name
                for name, scope in source.facts.loads.items()
                if name.value == binding.name and binding in scope.lookup(name.value)
            ]
            names.extend(seen)
    names.extend(_starred(reading, source, other))
    return bool(names) and all(_is_registered(source, name) for name in names)


def _starred(reading: Reading, source: Source, other: PurePosixPath) -> Iterator[cst.Name]:
    """The names that a module has of another by `import *`."""
    if not source.facts.top.stars:
        return
    for name, scope in source.facts.loads.items():
        if not scope.lookup(name.value):
            origins = reading.code.origins(source, name)
            if any(isinstance(each, Own) and each.path == other for each in origins):
                yield name


def _comes_from(reading: Reading, source: Source, binding: Binding, other: PurePosixPath) -> bool:
    origins = reading.code.of_binding(source, binding)
    return any(isinstance(origin, Own) and origin.path == other for origin in origins)


def _is_registered(source: Source, name: cst.Name) -> bool:
    above: cst.CSTNode | None = name
    while isinstance(above, cst.Name | cst.Attribute | cst.Arg):
        above = source.facts.parents.get(above)
    if not isinstance(above, cst.Call) or not isinstance(above.func, cst.Attribute):
        return False
    return above.func.attr.value == "register_blueprint"


def _spread(start: set[PurePosixPath], edges: list[_Edge], app_holds: bool) -> set[PurePosixPath]:
    """All that the modules of `start` hold, directly or not."""
    held, queue = set(start), list(start)
    while queue:
        path = queue.pop()
        for other in _held_by(path, edges, app_holds):
            if other not in held:
                held.add(other)
                queue.append(other)
    return held


def _held_by(path: PurePosixPath, edges: list[_Edge], app_holds: bool) -> Iterator[PurePosixPath]:
    for edge in edges:
        if edge.importer == path and (app_holds or not edge.registers):
            yield edge.imported
        elif edge.imported == path and not edge.registers:
            yield edge.importer


def _components(files: set[PurePosixPath], edges: list[_Edge]) -> list[list[PurePosixPath]]:
    left, found = set(files), []
    while left:
        part = {min(left)}
        grown = True
        while grown:
            near = {
                path
                for edge in edges
                for path in (edge.importer, edge.imported)
                if edge.importer in part or edge.imported in part
            }
            new = (near & left) - part
            part |= new
            grown = bool(new)
        left -= part
        found.append(sorted(part))
    return found


def _part(
    reading: Reading,
    files: list[PurePosixPath],
    reasons: dict[PurePosixPath, list[str]],
    edges: list[_Edge],
) -> Mounted:
    inside = set(files)
    importers = {
        edge.importer for edge in edges if edge.imported in inside and edge.importer not in inside
    }
    registrations = [
        each for path in sorted(importers) for each in _registrations(reading, path, inside)
    ]
    told = dict.fromkeys(sentence for path in files for sentence in reasons.get(path, ()))
    return Mounted(tuple(files), tuple(told), tuple(registrations))


def _registrations(
    reading: Reading, path: PurePosixPath, inside: set[PurePosixPath]
) -> Iterator[Registration]:
    source = reading.code.sources[path]
    for call in source.facts.calls:
        func = call.func
        if (
            isinstance(func, cst.Attribute)
            and func.attr.value == "register_blueprint"
            and call.args
        ):
            origins = reading.code.origins(source, call.args[0].value)
            if any(isinstance(origin, Own) and origin.path in inside for origin in origins):
                text = cst.Module([]).code_for_node(call)
                yield Registration(path, source.line(call), text)
