"""`from flask import *` becomes an import of those names that the project takes by it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from lsp_server.migrate.names import External, Own
from lsp_server.migrate.rules.change import Change, Scene


def changes(scene: Scene) -> Iterator[Change]:
    """The star imports of Flask and of extensions with a profile."""
    for statement in scene.source.facts.top.stars:
        base = scene.code.module_of(scene.source, statement)
        if not isinstance(base, External) or not scene.exports.replaced(base.name):
            continue
        found = {name: helper for name in _names(scene) if (helper := _helper(scene, base, name))}
        aliases = [_alias(name, helper) for name, helper in sorted(found.items())]
        if not aliases:
            yield Change(statement, lambda _: cst.Pass())
            continue
        place = scene.place.imported_by(scene.source.path)
        new = statement.with_changes(
            names=aliases,
            module=cst.parse_expression(place.module),
            relative=[cst.Dot() for _ in range(place.level)],
        )
        yield Change(statement, lambda _, new=new: new, frozenset(found.values()))  # type: ignore[misc]


def _helper(scene: Scene, base: External, name: str) -> str | None:
    return scene.exports.helper(f"{base.name}.{name}")


def _names(scene: Scene) -> set[str]:
    """Names that no binding of the module explains, here and where others import from it."""
    loads = scene.source.facts.loads
    names = {name.value for name, scope in loads.items() if not scope.lookup(name.value)}
    home = Own(scene.source.path)
    for other in scene.code.sources.values():
        for binding in other.facts.imports:
            statement = binding.statement
            if not isinstance(statement, cst.ImportFrom):
                continue
            if scene.code.module_of(other, statement) == home:
                assert isinstance(binding.node, cst.ImportAlias)
                names.add(binding.node.evaluated_name)
        if any(scene.code.module_of(other, star) == home for star in other.facts.top.stars):
            names |= {
                name.value for name, scope in other.facts.loads.items()
                if not scope.lookup(name.value)
            }  # fmt: skip
    return names


def _alias(name: str, helper: str) -> cst.ImportAlias:
    asname = None if name == helper else cst.AsName(cst.Name(name))
    return cst.ImportAlias(cst.Name(helper), asname)
