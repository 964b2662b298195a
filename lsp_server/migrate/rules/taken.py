"""What becomes of one name that a module imports from Flask or an extension."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import libcst as cst

from lsp_server.migrate.names import External, Origin
from lsp_server.migrate.rules.change import Scene
from lsp_server.migrate.scopes import Binding
from lsp_server.migrate.source import Source, imported_name
from lsp_server.migrate.tree import descendants

APP = "App"
Uses: TypeAlias = dict[Binding, list[cst.Name]]


@dataclass(frozen=True, slots=True)
class Taken:
    """What one alias of a statement becomes.

    Attributes:
        module: Where it comes from now; None is the helper, "" stays where it was.
        alias: As it is written there; None if it goes.
        whole: Whether a module is bound, so that names are reached through it.
    """

    alias: cst.ImportAlias | None
    module: str | None = None
    whole: bool = False
    imported: frozenset[str] = frozenset()


def uses_of(source: Source) -> Uses:
    """The names that see each imported binding."""
    found: Uses = {}
    for name, scope in source.facts.loads.items():
        for binding in scope.lookup(name.value):
            if binding.how == "import":
                found.setdefault(binding, []).append(name)
    return found


def becomes(scene: Scene, binding: Binding, uses: Uses) -> Taken:
    """What one alias becomes; it goes if nothing needs it."""
    alias = binding.node
    assert isinstance(alias, cst.ImportAlias)
    full = imported_name(binding)
    if not scene.exports.replaced(full):
        return Taken(alias, "")
    if isinstance(binding.statement, cst.Import):
        return Taken(None if _is_repeated(scene, binding) else alias, whole=True)
    if not uses.get(binding) and not _is_wanted(scene, binding):
        return Taken(None)
    name = scene.exports.helper(full)
    if name is not None:
        return Taken(_aliased(scene, binding, name, uses), imported=frozenset({name}))
    library = scene.exports.library(full)
    if library is not None:
        module, _, other = library.rpartition(".")
        return Taken(_aliased(scene, binding, other, uses), module)
    if scene.exports.is_module(full):
        return Taken(alias, whole=True)
    return Taken(alias, "")


def _is_repeated(scene: Scene, binding: Binding) -> bool:
    """Whether `import flask.views` comes after `import flask`: the helper has no submodules."""
    alias, line = binding.node, _line(scene.source, binding)
    assert isinstance(alias, cst.ImportAlias)
    at_top = scene.source.facts.parents.get(line) is scene.source.tree
    if alias.asname is not None or not at_top or _has_note(scene.source, binding):
        return False
    for other in binding.scope.bindings[binding.name]:
        if other is binding:
            return False
        home = scene.source.facts.parents.get(_line(scene.source, other))
        if isinstance(other.statement, cst.Import) and home is scene.source.tree:
            return True
    return False


def _is_wanted(scene: Scene, binding: Binding) -> bool:
    """Whether something outside the module's code needs a name that its code does not use."""
    if _has_note(scene.source, binding) or binding.name in _all(scene.source):
        return True
    if scene.source.facts.parents.get(_line(scene.source, binding)) is not scene.source.tree:
        return True
    return scene.code.takers(scene.source.path, binding.name)


def _line(source: Source, binding: Binding) -> cst.CSTNode:
    assert binding.statement is not None
    return source.facts.parents[binding.statement]


def _has_note(source: Source, binding: Binding) -> bool:
    line = _line(source, binding)
    return isinstance(line, cst.SimpleStatementLine) and (
        line.trailing_whitespace.comment is not None
        or any(each.comment for each in line.leading_lines)
    )


def _all(source: Source) -> set[str]:
    """The names in `__all__`, wherever it is extended."""
    bindings = source.facts.top.bindings.get("__all__", [])
    values = [binding.value for binding in bindings if binding.value is not None]
    return {
        str(node.evaluated_value)
        for value in values
        for node in descendants(value)
        if isinstance(node, cst.SimpleString)
    }


def _aliased(scene: Scene, binding: Binding, name: str, uses: Uses) -> cst.ImportAlias:
    """The alias that binds the helper's name under the local one."""
    alias = binding.node
    assert isinstance(alias, cst.ImportAlias)
    if alias.evaluated_name == name:
        return alias
    new = alias.with_changes(name=cst.Name(name))
    if alias.asname is not None or (name == APP and can_be_app(scene, binding, uses)):
        return new
    return new.with_changes(asname=cst.AsName(cst.Name(binding.name)))


def can_be_app(scene: Scene, binding: Binding, uses: Uses) -> bool:
    """Whether a module can call Flask's class `App`: the name is free, and nothing is hidden."""
    facts = scene.source.facts
    taken = any(APP in scope.bindings for scope in facts.scopes.values())
    read = any(name.value == APP for name in facts.loads)
    quoted = any(binding.name in str(each.evaluated_value) for each in facts.quoted)
    shared = any(
        len(scope.lookup(name.value)) > 1
        for name, scope in facts.loads.items()
        if name in uses.get(binding, [])
    )
    starred = [each for each in scene.code.starred(scene.source, APP) if not _flask(scene, each)]
    hidden = taken or read or quoted or shared or starred
    return not hidden and not _is_reexported(scene, binding)


def _flask(scene: Scene, origin: Origin) -> bool:
    return isinstance(origin, External) and scene.exports.replaced(origin.name)


def _is_reexported(scene: Scene, binding: Binding) -> bool:
    return binding.scope is scene.source.facts.top and (
        binding.name in _all(scene.source) or scene.code.takers(scene.source.path, binding.name)
    )
