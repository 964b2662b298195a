"""`app.register_blueprint(bp, url_prefix="/x")` becomes `app.include_router(bp, prefix="/x")`.

The helper's `include_router` lets a prefix replace the blueprint's own, as Flask does. With
`**options` the call stays, as the helper has `register_blueprint`, too.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from lsp_server.migrate.rules.beside import stays_on_flask
from lsp_server.migrate.rules.change import Change, Scene, renamed_keyword
from lsp_server.migrate.tree import Replacement


def changes(scene: Scene) -> Iterator[Change]:
    """The registrations on apps and blueprints in a module."""
    for call in scene.source.facts.calls:
        func = call.func
        if not isinstance(func, cst.Attribute) or func.attr.value != "register_blueprint":
            continue
        stays = any(arg.star for arg in call.args) or stays_on_flask(scene, call)
        if not stays and scene.kinds.of(scene.source, func.value) is not None:
            yield Change(call, _included)


def _included(node: cst.CSTNode) -> Replacement:
    assert isinstance(node, cst.Call)
    assert isinstance(node.func, cst.Attribute)
    args = renamed_keyword(node.args, "url_prefix", "prefix")
    args = renamed_keyword(args, "blueprint", "router")
    func = node.func.with_changes(attr=node.func.attr.with_changes(value="include_router"))
    return node.with_changes(func=func, args=args)
