"""The places where a module uses what it imports: `flask.request`, `views.View`, `Flask`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

from lsp_server.migrate.rules.change import Change, Scene
from lsp_server.migrate.rules.taken import APP, can_be_app
from lsp_server.migrate.scopes import Binding
from lsp_server.migrate.source import imported_name
from lsp_server.migrate.tree import Replacement


def references(scene: Scene, binding: Binding, names: list[cst.Name]) -> Iterator[Change]:
    """The names and attributes that change with an import; `names` are those that see it."""
    full = imported_name(binding)
    if not scene.exports.replaced(full):
        return
    if isinstance(binding.statement, cst.Import):
        alias = binding.node
        assert isinstance(alias, cst.ImportAlias)
        start = full if alias.asname is not None else full.split(".")[0]
        for name in names:
            yield from _through_module(scene, name, start)
    elif scene.exports.helper(full) is None and scene.exports.is_module(full):
        for name in names:
            yield from _through_module(scene, name, full)
    elif scene.exports.helper(full) == APP and binding.name != APP:
        yield from _renamed(scene, binding, names)


def _renamed(scene: Scene, binding: Binding, names: list[cst.Name]) -> Iterator[Change]:
    alias = binding.node
    assert isinstance(alias, cst.ImportAlias)
    if alias.asname is None and can_be_app(scene, binding, {binding: names}):
        for name in names:
            yield Change(name, _named(APP))


def _named(value: str) -> Callable[[cst.CSTNode], Replacement]:
    def apply(node: cst.CSTNode) -> Replacement:
        assert isinstance(node, cst.Name)
        return node.with_changes(value=value)

    return apply


def _through_module(scene: Scene, name: cst.Name, full: str) -> Iterator[Change]:
    """`flask.views.MethodView`, reached from the name of a module: the longest known part."""
    known: tuple[cst.CSTNode, str] | None = None
    node: cst.CSTNode = name
    while scene.exports.is_module(full):
        above = scene.source.facts.parents.get(node)
        if not isinstance(above, cst.Attribute) or above.value is not node:
            break
        full, node = f"{full}.{above.attr.value}", above
        if scene.exports.helper(full) or scene.exports.library(full):
            known = node, full
    if known is None:
        return
    node, full = known
    helper, library = scene.exports.helper(full), scene.exports.library(full)
    if helper is not None:
        yield Change(node, _attribute(name.value, helper), frozenset({helper}))
    elif library is not None:
        local = library.rpartition(".")[2]
        yield Change(node, lambda _: cst.Name(local), imports=(library,))


def _attribute(module: str, name: str) -> Callable[[cst.CSTNode], Replacement]:
    def apply(node: cst.CSTNode) -> Replacement:
        assert isinstance(node, cst.Attribute)
        if isinstance(node.value, cst.Name):
            return node.with_changes(attr=node.attr.with_changes(value=name))
        return node.with_changes(value=cst.Name(module), attr=node.attr.with_changes(value=name))

    return apply
