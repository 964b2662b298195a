"""A small HTTP client over a Unix socket: as little work as possible, and closable at any moment.

httpx would take more of the machine than the host does.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self


@dataclass(slots=True)
class Connection:
    """One connection; a request after the other. `close` may come in the middle of a reply."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    is_usable: bool = True
    _is_chunked: bool = False
    _length: int = 0

    @classmethod
    async def open(cls, socket: Path) -> Self:
        return cls(*await asyncio.open_unix_connection(str(socket)))

    def send(self, method: str, path: str, body: bytes = b"") -> None:
        head = f"{method} {path} HTTP/1.1\r\nHost: penna\r\nContent-Length: {len(body)}\r\n\r\n"
        self.writer.write(head.encode() + body)

    async def status(self) -> int:
        """Read the status line and the headers."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        self._is_chunked = "transfer-encoding: chunked" in head
        self._length = 0
        for line in head.split("\r\n"):
            if line.startswith("content-length:"):
                self._length = int(line.partition(":")[2])
        self.is_usable = "connection: close" not in head
        return int(head.split(" ", 2)[1])

    async def parts(self) -> AsyncIterator[bytes]:
        """The body as it comes."""
        if not self._is_chunked:
            yield await self.reader.readexactly(self._length)
            return
        while size := int(await self.reader.readuntil(b"\r\n"), 16):
            part = await self.reader.readexactly(size + 2)
            yield part[:-2]
        await self.reader.readexactly(2)

    async def body(self) -> bytes:
        return b"".join([part async for part in self.parts()])

    async def events(self) -> AsyncIterator[Any]:
        """The JSON of each server-sent event; the text "[DONE]" for the last one."""
        held = b""
        async for part in self.parts():
            *whole, held = (held + part).split(b"\n\n")
            for event in whole:
                data = event.removeprefix(b"data: ")
                yield "[DONE]" if data == b"[DONE]" else json.loads(data)
        assert not held, "the stream ends with a whole event"

    def close(self) -> None:
        self.is_usable = False
        self.writer.transport.abort()
