"""`Blueprint("auth", __name__, url_prefix="/auth")` is given its `prefix`, as routers are.

Holds for subclasses, too, unless their `__init__` has a parameter named `url_prefix`, and for the
call of `super().__init__` in one.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from lsp_server.migrate.kinds import CLASSES
from lsp_server.migrate.names import Own
from lsp_server.migrate.routes import argument
from lsp_server.migrate.rules.change import Change, Scene, renamed_keyword
from lsp_server.migrate.source import dotted_name
from lsp_server.migrate.tree import Replacement


def changes(scene: Scene) -> Iterator[Change]:
    """The blueprints that are made in a module with a `url_prefix`."""
    for call in scene.source.facts.calls:
        if argument(call, "url_prefix") is not None and _makes_blueprint(scene, call):
            yield Change(call, _prefixed)


def _makes_blueprint(scene: Scene, call: cst.Call) -> bool:
    if _is_super_init(call):
        owner = _class_around(scene, call)
        return owner is not None and scene.kinds.class_kind(scene.source, owner) == "blueprint"
    if scene.kinds.constructed(scene.source, call) != "blueprint":
        return False
    if any(CLASSES.get(name) for name in scene.code.externals(scene.source, call.func)):
        return True
    return not _takes_prefix_itself(scene, call)


def _is_super_init(call: cst.Call) -> bool:
    func = call.func
    if not isinstance(func, cst.Attribute) or func.attr.value != "__init__":
        return False
    return isinstance(func.value, cst.Call) and dotted_name(func.value.func) == "super"


def _class_around(scene: Scene, node: cst.CSTNode) -> cst.ClassDef | None:
    above: cst.CSTNode | None = node
    while above is not None and not isinstance(above, cst.ClassDef):
        above = scene.source.facts.parents.get(above)
    return above


def _takes_prefix_itself(scene: Scene, call: cst.Call) -> bool:
    for origin in scene.code.origins(scene.source, call.func):
        if not isinstance(origin, Own):
            continue
        for _, binding in scene.code.definitions(origin):
            if isinstance(binding.node, cst.ClassDef) and _has_prefix_parameter(binding.node):
                return True
    return False


def _has_prefix_parameter(node: cst.ClassDef) -> bool:
    for part in node.body.body:
        if isinstance(part, cst.FunctionDef) and part.name.value == "__init__":
            params = (*part.params.params, *part.params.kwonly_params)
            return any(param.name.value == "url_prefix" for param in params)
    return False


def _prefixed(node: cst.CSTNode) -> Replacement:
    assert isinstance(node, cst.Call)
    return node.with_changes(args=renamed_keyword(node.args, "url_prefix", "prefix"))
