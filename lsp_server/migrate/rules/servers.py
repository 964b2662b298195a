"""`waitress.serve(app)` becomes `waitress.serve(app.wsgi_app)`.

What a WSGI server or middleware calls is the app's WSGI side, which answers as before. It has no
FastAPI routes and no ASGI middleware, which the warning says.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from lsp_server.migrate.rules.change import Change, Scene
from lsp_server.migrate.tree import Replacement
from lsp_server.migrate.wsgi_calls import apps_as_wsgi

OUTGROW = (
    "`{name}` is given the app's WSGI side, which answers as before but has no FastAPI routes and "
    "no ASGI middleware. A server that has them is `uvicorn`."
)


def changes(scene: Scene) -> Iterator[Change]:
    """The apps that are given to WSGI servers and middleware."""
    for call in scene.source.facts.calls:
        apps = list(apps_as_wsgi(scene.source, scene.code, scene.kinds, call))
        for app in apps:
            yield Change(app, _wsgi_app)
        if apps:
            name = cst.Module([]).code_for_node(call.func)
            yield Change(call, warning=OUTGROW.format(name=name))


def _wsgi_app(node: cst.CSTNode) -> Replacement:
    assert isinstance(node, cst.BaseExpression)
    return cst.Attribute(node, cst.Name("wsgi_app"))
