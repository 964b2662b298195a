"""Giving the model's memory back while nobody asks, and loading it again for the next request.

An ASGI application in front of the routes: a request that comes meanwhile waits for the model
instead of being refused. Deliberately absent: when the process ends (process.py).
"""

import asyncio
import logging
from os import getpid
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from lsp_server import __version__
from lsp_server.host.engine_thread import Ready
from lsp_server.host.idle import until_idle

if TYPE_CHECKING:
    from lsp_server.host.api import Host

log = logging.getLogger(__name__)

FREEING_S = 60


class Nap:
    """Lives in the event loop. Only `POST` needs the model; all else is answered in sleep."""

    def __init__(self, app: ASGIApp, host: "Host") -> None:
        self._app = app
        self._host = host
        self._changing = asyncio.Lock()
        self._is_asleep = False
        self._awoken = asyncio.Event()
        self._loaded = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            with self._host.activity.request():
                if self._is_asleep:
                    await self._wake()
                await self._app(scope, receive, send)
        elif self._is_asleep and scope["path"] == "/health":
            await JSONResponse(self._health())(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def changed(self) -> None:
        """The engine thread's state is another now."""
        self._loaded.set()

    async def whenever_idle(self, seconds: float) -> None:
        """Free the model each time nobody has asked for so long. Never returns."""
        while True:
            await until_idle(self._host.activity, seconds)
            if isinstance(self._host.engine_thread.state, Ready):
                await self._sleep()
                await self._awoken.wait()
            else:
                await asyncio.sleep(seconds)

    async def _sleep(self) -> None:
        self._is_asleep = True
        self._awoken.clear()
        async with self._changing:
            log.info("Freeing the model until the next request")
            await asyncio.to_thread(self._host.engine_thread.free, FREEING_S)

    async def _wake(self) -> None:
        async with self._changing:
            if self._is_asleep:
                log.info("Loading the model again")
                self._loaded.clear()
                self._host.engine_thread.start()
                await self._loaded.wait()
                self._is_asleep = False
                self._awoken.set()

    def _health(self) -> dict[str, object]:
        model = str(self._host.model_path)
        told = {"status": "ok", "version": __version__, "pid": getpid(), "model": model}
        return {**told, "asleep": True}
