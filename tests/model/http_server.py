"""A small HTTP server for tests that sends exactly the bytes it is told, cut where it is told.

It listens on a Unix socket or on the loopback interface, and sees when a client goes away.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `body` is the JSON object that was sent; empty when there was none."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, object]


Send = Callable[[bytes], Awaitable[None]]
Handler = Callable[[Request, Send], Awaitable[None]]


@dataclass(slots=True)
class Server:
    """What the server saw. `closed` is set when a client closed before the answer ended."""

    handler: Handler
    url: str = ""
    requests: list[Request] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        try:
            await self._answer(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
            self.tasks.discard(task)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await _read(reader)
        self.requests.append(request)
        self.asked.set()

        async def send(data: bytes) -> None:
            writer.write(data)
            await writer.drain()

        answering = asyncio.ensure_future(self.handler(request, send))
        gone = asyncio.ensure_future(reader.read())
        await asyncio.wait((answering, gone), return_when=asyncio.FIRST_COMPLETED)
        answering.cancel()
        gone.cancel()
        ended, _ = await asyncio.gather(answering, gone, return_exceptions=True)
        if isinstance(ended, ConnectionError | asyncio.CancelledError):
            self.closed.set()
        elif ended is not None:
            raise ended

    async def finish(self) -> None:
        """Wait for the answers that are under way; their clients have gone."""
        await asyncio.gather(*self.tasks)


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    method, path, _ = first.split()
    return Request(method, path, headers, json.loads(body) if body else {})


@asynccontextmanager
async def on_socket(path: Path, handler: Handler) -> AsyncIterator[Server]:
    server = Server(handler)
    async with await asyncio.start_unix_server(server.handle, path):
        yield server
        await server.finish()


@asynccontextmanager
async def on_loopback(handler: Handler) -> AsyncIterator[Server]:
    server = Server(handler)
    async with await asyncio.start_server(server.handle, "127.0.0.1", 0) as listener:
        host, port = listener.sockets[0].getsockname()
        server.url = f"http://{host}:{port}"
        yield server
        await server.finish()


def head(status: int = 200, kind: str = "text/event-stream", more: str = "") -> bytes:
    """A response's head; its body ends when the connection closes."""
    return (
        f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nConnection: close\r\n{more}\r\n".encode()
    )


def answer(status: int, body: object) -> bytes:
    """A whole response with a JSON body."""
    return head(status, "application/json") + json.dumps(body).encode()


def event(body: object) -> bytes:
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"


def delta(text: str, finish: str | None = None) -> bytes:
    return event({"choices": [{"delta": {"content": text}, "finish_reason": finish}]})


DONE = b"data: [DONE]\n\n"
