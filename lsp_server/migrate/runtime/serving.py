"""`app.run`: uvicorn where Werkzeug's development server was."""

from __future__ import annotations

import os
from ssl import SSLContext
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import uvicorn
from werkzeug.serving import make_ssl_devcert

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App


def serve(app: App, host: str | None, port: int | None, options: dict[str, Any]) -> None:
    """Serve at the address given, or at SERVER_NAME's, or at 127.0.0.1:5000.

    `ssl_context` is as for Werkzeug's server. What else that could do is left out: a reloader and
    a debugger need `uvicorn module:app --reload`.
    """
    named_host, _, named_port = (app.config["SERVER_NAME"] or "").partition(":")
    certificate = options.get("ssl_context")
    settings: dict[str, Any] = {
        "host": host or named_host or "127.0.0.1",
        "port": int(named_port or 5000) if port is None else int(port),
    }
    if isinstance(certificate, SSLContext):
        serve_by_context(app, certificate, settings)
    else:
        uvicorn.run(app, **settings, **certificate_files(certificate))


def certificate_files(certificate: Any) -> dict[str, Any]:
    """What uvicorn is told of a pair of files, of "adhoc", a pair made for this run, or of None."""
    if certificate == "adhoc":
        certificate = make_ssl_devcert(os.path.join(mkdtemp(), "adhoc"))
    if not certificate:
        return {}
    file, key = [*certificate, None][:2]
    return {"ssl_certfile": file, "ssl_keyfile": key}


def serve_by_context(app: App, context: SSLContext, settings: dict[str, Any]) -> None:
    """Serve with a context that is made already, for which `uvicorn.run` has no argument."""
    config = uvicorn.Config(app, **settings)
    config.load()
    config.ssl = context
    uvicorn.Server(config).run()
