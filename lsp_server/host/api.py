"""The HTTP routes: health, models and chat completions, in OpenAI's forms.

A closed connection cancels its request at once, whether it streams or not. Deliberately absent:
sockets and the process (`server.py`), and anything about documents.
"""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from os import getpid
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from lsp_server import __version__
from lsp_server.host import wire
from lsp_server.host.chat import ChatEndpoint
from lsp_server.host.engine_thread import EngineThread, LoadFailed, Loading, Ready
from lsp_server.host.idle import Activity


@dataclass(frozen=True, slots=True)
class Host:
    """What the routes share."""

    model_path: Path
    engine_thread: EngineThread
    activity: Activity = field(default_factory=Activity)


def make_app(host: Host, key: str | None) -> ASGIApp:
    """`key` None: whoever can connect may ask."""

    async def health(_request: Request) -> Response:
        return _health(host)

    async def models(_request: Request) -> Response:
        return _models(host)

    chat = ChatEndpoint(host.model_path.stem, host.engine_thread, host.activity)
    app = Starlette(
        routes=[
            Route("/health", health),
            Route("/v1/models", models),
            Route("/v1/chat/completions", chat, methods=["POST"]),
        ],
        exception_handlers={HTTPException: _http_error},
    )
    return app if key is None else _guarded(app, key)


def _health(host: Host) -> Response:
    match host.engine_thread.state:
        case Loading():
            return JSONResponse({"status": "loading model"}, 503)
        case LoadFailed(message):
            return JSONResponse({"status": "error", "message": message}, 500)
        case Ready(engine=engine):
            return JSONResponse(
                {
                    "status": "ok",
                    "version": __version__,
                    "pid": getpid(),
                    "model": str(host.model_path),
                    "n_ctx": engine.n_ctx,
                }
            )


def _models(host: Host) -> Response:
    state = host.engine_thread.state
    meta = {"n_ctx": state.engine.n_ctx} if isinstance(state, Ready) else {}
    model = {"id": host.model_path.stem, "object": "model", "owned_by": "penna", "meta": meta}
    return JSONResponse({"object": "list", "data": [model]})


async def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException), "registered for this class alone"
    message = f"{error.detail}: see GET /health, GET /v1/models, POST /v1/chat/completions."
    return JSONResponse(
        wire.error(message, "invalid_request_error"), error.status_code, error.headers
    )


def _guarded(app: ASGIApp, key: str) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """Refuse requests that do not carry the key. Compared in constant time."""
    expected = f"Bearer {key}".encode()

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        given = dict(scope.get("headers", ())).get(b"authorization", b"")
        if scope["type"] != "http" or secrets.compare_digest(given, expected):
            await app(scope, receive, send)
            return
        refusal = wire.error("The key is missing or wrong.", "authentication_error")
        await JSONResponse(refusal, 401)(scope, receive, send)

    return guard
