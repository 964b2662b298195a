"""Flask-CORS: cross-origin headers by path and by view."""

from __future__ import annotations

from lsp_server.migrate.profile import Profile

_PACKAGE = "lsp_server.migrate.profiles.cors"

PROFILE = Profile(
    distribution="flask-cors",
    modules=("flask_cors",),
    exports={
        "flask_cors.CORS": "CORS",
        "flask_cors.cross_origin": "cross_origin",
        "flask_cors.decorator.cross_origin": "cross_origin",
        "flask_cors.extension.CORS": "CORS",
    },
    pieces=(f"{_PACKAGE}.pieces", f"{_PACKAGE}.pieces_options"),
    dependencies=(),
    refused={},
    notes=(
        "Paths are matched as Flask-CORS 6 does it: upper and lower case differ, and the most"
        " specific pattern comes first. Before version 6 it was otherwise.",
    ),
)
