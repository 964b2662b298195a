"""What came from Flask and from extensions with a profile is imported from the helper.

    from flask import Flask, request        from flask_compat import App, request
    import flask_login                      import flask_compat as flask_login

Statements stay where they are, so `__future__` and docstrings stay first, and what stands under
`TYPE_CHECKING` or `try` stays there. `Flask` becomes `App` wherever the module can take that name;
else it is imported `as Flask`. Names that nothing uses go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from lsp_server.migrate.names import Own
from lsp_server.migrate.routes import has_comments
from lsp_server.migrate.rules.change import Change, Scene
from lsp_server.migrate.rules.name_order import order_of
from lsp_server.migrate.rules.references import references
from lsp_server.migrate.rules.taken import Taken, becomes, uses_of
from lsp_server.migrate.scopes import Binding, ImportStatement
from lsp_server.migrate.source import imported_name
from lsp_server.migrate.tree import Replacement


def changes(scene: Scene) -> Iterator[Change]:
    """The import statements of a module, and the names that are reached through modules."""
    statements: dict[ImportStatement, list[Binding]] = {}
    for binding in scene.source.facts.imports:
        assert binding.statement is not None, "an import has a statement"
        statements.setdefault(binding.statement, []).append(binding)
    uses = uses_of(scene.source)
    for statement, bindings in statements.items():
        if any(_is_replaced(scene, statement, binding) for binding in bindings):
            taken = [becomes(scene, binding, uses) for binding in bindings]
            yield from _statement(scene, statement, taken)
            for binding in bindings:
                yield from references(scene, binding, uses.get(binding, []))


def _is_replaced(scene: Scene, statement: ImportStatement, binding: Binding) -> bool:
    full = imported_name(binding)
    if not full or not scene.exports.replaced(full):
        return False
    origins = scene.code.of_binding(scene.source, binding)
    return not any(isinstance(origin, Own) for origin in origins)


def _statement(scene: Scene, statement: ImportStatement, taken: list[Taken]) -> Iterator[Change]:
    imported = frozenset(name for each in taken for name in each.imported)
    line = scene.source.facts.parents[statement]
    new = _written(scene, statement, taken)
    if new == [statement]:
        return
    alone = isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1
    if len(new) == 1 and isinstance(new[0], type(statement)):
        yield Change(statement, lambda _: new[0], imported)
    elif alone:
        yield Change(line, lambda node: _lines(node, new), imported)
    else:
        yield Change(statement, lambda _: tuple(new) or cst.Pass(), imported)


def _lines(node: cst.CSTNode, statements: list[cst.BaseSmallStatement]) -> Replacement:
    """One line for each statement; comments stay with the first, a trailing one with the last."""
    assert isinstance(node, cst.SimpleStatementLine)
    lines = [node.with_changes(body=[each]) for each in statements]
    plain = cst.TrailingWhitespace()
    return tuple(
        line.with_changes(
            leading_lines=node.leading_lines if index == 0 else (),
            trailing_whitespace=node.trailing_whitespace if index == len(lines) - 1 else plain,
        )
        for index, line in enumerate(lines)
    )


def _written(
    scene: Scene, statement: ImportStatement, taken: list[Taken]
) -> list[cst.BaseSmallStatement]:
    if isinstance(statement, cst.Import):
        return _modules(scene, statement, taken)
    groups: dict[str | None, list[cst.ImportAlias]] = {}
    for each in taken:
        if each.alias is not None and not each.whole:
            groups.setdefault(each.module, []).append(each.alias)
    result: list[cst.BaseSmallStatement] = []
    for module, aliases in sorted(groups.items(), key=lambda item: item[0] is not None):
        result.append(_from(scene, statement, module, aliases))
    for each in taken:
        if each.whole and each.alias is not None:
            result.append(_whole(scene, each.alias.evaluated_alias or each.alias.evaluated_name))
    return result


def _from(
    scene: Scene, statement: cst.ImportFrom, module: str | None, aliases: list[cst.ImportAlias]
) -> cst.ImportFrom:
    assert not isinstance(statement.names, cst.ImportStar)
    if len(aliases) < len(statement.names):
        aliases = [*aliases[:-1], aliases[-1].with_changes(comma=statement.names[-1].comma)]
    new = statement.with_changes(names=_in_order(statement.names, aliases))
    if module == "":
        return new
    if module is not None:
        return new.with_changes(module=_dotted(module))
    place = scene.place.imported_by(scene.source.path)
    return new.with_changes(
        module=_dotted(place.module), relative=[cst.Dot() for _ in range(place.level)]
    )


def _in_order(old: Sequence[cst.ImportAlias], new: list[cst.ImportAlias]) -> list[cst.ImportAlias]:
    """Sorted again where the names were sorted; commas, and comments at them, keep their places."""
    order = order_of([alias.evaluated_name for alias in old])
    if order is None or any(has_comments(alias) for alias in new):
        return new
    commas = [alias.comma for alias in new]
    ordered = sorted(new, key=lambda alias: order(alias.evaluated_name))
    return [alias.with_changes(comma=comma) for alias, comma in zip(ordered, commas, strict=True)]


def _modules(
    scene: Scene, statement: cst.Import, taken: list[Taken]
) -> list[cst.BaseSmallStatement]:
    """`import flask, os`: the helper under the name that was bound, then the others."""
    place = scene.place.imported_by(scene.source.path)
    result: list[cst.BaseSmallStatement] = []
    others: list[cst.ImportAlias] = []
    seen: set[str] = set()
    for each in taken:
        if each.alias is None:
            continue
        if not each.whole:
            others.append(each.alias)
            continue
        bound = each.alias.evaluated_alias or each.alias.evaluated_name.split(".")[0]
        if bound in seen:
            continue
        seen.add(bound)
        if place.level:
            result.append(_whole(scene, bound))
        else:
            others.append(_module_alias(each.alias, place.module, bound))
    if others:
        others = [*others[:-1], others[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)]
        result.append(statement.with_changes(names=others))
    return result


def _module_alias(alias: cst.ImportAlias, module: str, bound: str) -> cst.ImportAlias:
    name = _dotted(module)
    return alias.with_changes(name=name, asname=cst.AsName(cst.Name(bound)))


def _whole(scene: Scene, bound: str) -> cst.BaseSmallStatement:
    """The helper itself, under a name."""
    place = scene.place.imported_by(scene.source.path)
    package, _, name = place.module.rpartition(".")
    alias = cst.ImportAlias(cst.Name(name), cst.AsName(cst.Name(bound)))
    if not place.level:
        return cst.Import([cst.ImportAlias(_dotted(place.module), alias.asname)])
    dots = [cst.Dot() for _ in range(place.level)]
    return cst.ImportFrom(_dotted(package) if package else None, [alias], relative=dots)


def _dotted(name: str) -> cst.Name | cst.Attribute:
    first, *others = name.split(".")
    node: cst.Name | cst.Attribute = cst.Name(first)
    for other in others:
        node = cst.Attribute(node, cst.Name(other))
    return node
