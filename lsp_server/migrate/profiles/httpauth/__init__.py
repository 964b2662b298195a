"""Flask-HTTPAuth: Basic, Digest and Token authentication."""

from __future__ import annotations

from lsp_server.migrate.profile import Profile

PROFILE = Profile(
    distribution="flask-httpauth",
    modules=("flask_httpauth",),
    exports={
        f"flask_httpauth.{name}": name
        for name in ("HTTPAuth", "HTTPBasicAuth", "HTTPDigestAuth", "HTTPTokenAuth", "MultiAuth")
    },
    pieces=("lsp_server.migrate.profiles.httpauth.pieces",),
    dependencies=(),
    refused={},
)
