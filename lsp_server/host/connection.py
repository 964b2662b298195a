"""One connection: how long a client may take, and how many may be connected at once.

uvicorn waits for ever for the rest of a request's headers, and for a client that does not take
its reply. Here a request must be there in time, what was sent must be taken in time, and a
connection too many is told to come again. The engine never waits for any of them: a reply that
nobody takes is cancelled as if its connection had closed. Deliberately absent: who may ask
(guard.py).
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import h11
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from lsp_server.host import wire


@dataclass(frozen=True, slots=True)
class Limits:
    """`request_s` for a request with its body, from when the connection was ready for it.
    `unsent_s` for taking what is sent: more than 64 KiB wait, and do not get fewer than 16."""

    n_connections: int = 128
    request_s: float = 40
    unsent_s: float = 60


class Connection(H11Protocol):
    """Made by uvicorn, which gives all but `limits`."""

    def __init__(self, limits: Limits, **given: Any) -> None:
        super().__init__(**given)
        self._limits = limits
        self._request_timer: asyncio.TimerHandle | None = None
        self._unsent_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        n = len(self.connections)
        if n > 2 * self._limits.n_connections:
            transport.abort()
        elif n > self._limits.n_connections:
            self.app = _too_many
        self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        _stop(self._request_timer)
        _stop(self._unsent_timer)
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._await_request()

    def on_response_complete(self) -> None:
        """What is left of a refused body must come in time, too."""
        self._stop_request_timer()
        super().on_response_complete()
        self._await_request()

    def send_400_response(self, msg: str) -> None:
        """For what h11 refuses; in the middle of a reply there is no room for an answer."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        else:
            self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unsent_timer = self.loop.call_later(self._limits.unsent_s, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        _stop(self._unsent_timer)

    def _stop_request_timer(self) -> None:
        _stop(self._request_timer)
        self._request_timer = None

    def _await_request(self) -> None:
        """Start the clock if it stands and a request is to come; stop it when one is there."""
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._stop_request_timer()
        elif self._request_timer is None:
            after = self._limits.request_s
            self._request_timer = self.loop.call_later(after, self.transport.abort)


def _stop(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()


async def _too_many(scope: Scope, receive: Receive, send: Send) -> None:
    message = "Too many clients are connected; ask again in a moment."
    refusal = wire.error(message, "unavailable_error", 503)
    headers = {"retry-after": "1", "connection": "close"}
    await JSONResponse(refusal, 503, headers)(scope, receive, send)
