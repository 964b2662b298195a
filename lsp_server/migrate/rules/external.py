"""`"ext://flask.logging.wsgi_errors_stream"` names what is in the helper now.

It is how `logging.config.dictConfig` is told an object, as in Flask's documentation. Only whole
strings are read, not those that are put together.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from lsp_server.migrate.rules.change import Change, Scene
from lsp_server.migrate.scopes import EXTERNAL
from lsp_server.migrate.tree import Replacement


def changes(scene: Scene) -> Iterator[Change]:
    """The strings that name an object of Flask's, or of an extension with a profile."""
    for node in scene.source.facts.external:
        full = node.raw_value.removeprefix(EXTERNAL)
        name = scene.exports.helper(full)
        if name is not None:
            yield _change(scene, node, name)


def _change(scene: Scene, node: cst.SimpleString, name: str) -> Change:
    helper = scene.place.module_name(scene.place.helper)

    def apply(node: cst.CSTNode) -> Replacement:
        assert isinstance(node, cst.SimpleString)
        return node.with_changes(
            value=f"{node.prefix}{node.quote}{EXTERNAL}{helper}.{name}{node.quote}"
        )

    return Change(node, apply, frozenset({name}))
