"""`"ext://flask.logging.wsgi_errors_stream"` names the helper's stream.

No import statement shows that such a text needs Flask, and logging fails without it. The name is
absolute, as logging imports by absolute names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

from lsp_server.migrate.rules.change import Change, Scene
from lsp_server.migrate.texts import named_in_texts
from lsp_server.migrate.tree import Replacement


def changes(scene: Scene) -> Iterator[Change]:
    """The texts of a module that logging reads as names of Flask or an extension."""
    module = scene.place.module_name(scene.place.helper)
    for node, full in named_in_texts(scene.source):
        name = scene.exports.helper(full)
        if name is not None:
            yield Change(node, _renamed(full, f"{module}.{name}"), frozenset({name}))


def _renamed(old: str, new: str) -> Callable[[cst.CSTNode], Replacement]:
    def apply(node: cst.CSTNode) -> Replacement:
        assert isinstance(node, cst.SimpleString)
        return node.with_changes(value=node.value.replace(old, new))

    return apply
