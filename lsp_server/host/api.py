"""The HTTP routes: health, metrics, models, chat completions and completions, in OpenAI's forms.

A closed connection cancels its request at once, whether it streams or not. Deliberately absent:
sockets and the process (`server.py`), who may ask (`guard.py`), and anything about documents.
"""

from dataclasses import dataclass, field
from os import getpid
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from lsp_server import __version__
from lsp_server.host import chat, completions, wire
from lsp_server.host.engine_thread import EngineThread, LoadFailed, Loading, Ready
from lsp_server.host.exchange import MakePlan, ReplyEndpoint
from lsp_server.host.idle import Activity
from lsp_server.host.metrics import CONTENT_TYPE


@dataclass(frozen=True, slots=True)
class Host:
    """What the routes share."""

    model_path: Path
    engine_thread: EngineThread
    activity: Activity = field(default_factory=Activity)


def make_app(host: Host) -> ASGIApp:
    """Whoever reaches it may ask: the guard stands before it."""

    async def health(_request: Request) -> Response:
        return _health(host)

    async def models(_request: Request) -> Response:
        return _models(host)

    async def metrics(_request: Request) -> Response:
        return _metrics(host)

    def replies(make_plan: MakePlan) -> ReplyEndpoint:
        name = host.model_path.stem
        return ReplyEndpoint(name, host.engine_thread, host.activity, make_plan)

    return Starlette(
        routes=[
            Route("/health", health),
            Route("/metrics", metrics),
            Route("/v1/models", models),
            Route("/v1/chat/completions", replies(chat.plan), methods=["POST"]),
            Route("/v1/completions", replies(completions.plan), methods=["POST"]),
        ],
        exception_handlers={HTTPException: _http_error, Exception: _broken},
    )


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


def _metrics(host: Host) -> Response:
    """Counts begin anew when the model is loaded."""
    match host.engine_thread.state:
        case Loading():
            message = "The model is still being loaded; there are no counts yet."
            return JSONResponse(wire.error(message, "unavailable_error", 503), 503)
        case LoadFailed(message):
            return JSONResponse(wire.error(message, "server_error"), 500)
        case Ready(metrics=metrics):
            return Response(metrics.text(), headers={"content-type": CONTENT_TYPE})


def _models(host: Host) -> Response:
    state = host.engine_thread.state
    meta = {"n_ctx": state.engine.n_ctx} if isinstance(state, Ready) else {}
    model = {"id": host.model_path.stem, "object": "model", "owned_by": "penna", "meta": meta}
    return JSONResponse({"object": "list", "data": [model]})


async def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException), "registered for this class alone"
    message = (
        f"{error.detail}: see GET /health, GET /metrics, GET /v1/models, POST /v1/chat/completions."
    )
    return JSONResponse(
        wire.error(message, "invalid_request_error"), error.status_code, error.headers
    )


async def _broken(_request: Request, error: Exception) -> Response:
    """For what nobody foresaw; starlette raises it again, and uvicorn logs it."""
    message = f"The model host failed ({type(error).__name__}; its log says why)."
    return JSONResponse(wire.error(message, "server_error"), 500)
