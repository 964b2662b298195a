"""`app.run`: uvicorn where Werkzeug's development server was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import uvicorn

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App


def serve(app: App, host: str | None, port: int | None, options: dict[str, Any]) -> None:
    """Serve at the address given, or at SERVER_NAME's, or at 127.0.0.1:5000.

    `ssl_context` may be a pair of files. What else Werkzeug's server could do is left out: a
    reloader and a debugger need `uvicorn module:app --reload`.
    """
    named_host, _, named_port = (app.config["SERVER_NAME"] or "").partition(":")
    settings: dict[str, Any] = {}
    if isinstance(options.get("ssl_context"), tuple):
        certificate, key = options["ssl_context"]
        settings = {"ssl_certfile": certificate, "ssl_keyfile": key}
    uvicorn.run(
        app,
        host=host or named_host or "127.0.0.1",
        port=int(named_port or 5000) if port is None else int(port),
        **settings,
    )
