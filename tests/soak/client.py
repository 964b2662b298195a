"""One client: asks, reads as random requests want it, and compares every byte."""

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.soak.requests import Asked, Plain, Requests
from tests.soak.wire import Connection

PATIENCE_S = 60
N_PER_CONNECTION = 20


class Wrong(Exception):
    """A reply that is not what it must be."""


class Client:
    """`kinds` counts what was asked; `wrong` are the replies that were not right."""

    def __init__(self, socket: Path, requests: Requests) -> None:
        self._socket = socket
        self._requests = requests
        self._connection: Connection | None = None
        self.n_done = 0
        self.kinds: Counter[str] = Counter()
        self.wrong: list[str] = []

    async def ask(self, n: int) -> None:
        """Send `n` requests, one after the other."""
        for number in range(n):
            await self._one(self._requests.next())
            if number % N_PER_CONNECTION == 0:
                self._leave()
            self.n_done += 1
        self._leave()

    async def _one(self, request: Asked | Plain) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                if isinstance(request, Plain):
                    await self._plain(request)
                else:
                    await self._chat(request)
        except (Wrong, OSError, EOFError, TimeoutError, ValueError, LookupError) as error:
            self.wrong.append(f"{type(error).__name__}: {error} for {request}"[:2000])
            self._leave()

    async def _open(self) -> Connection:
        if self._connection is None or not self._connection.is_usable:
            self._connection = await Connection.open(self._socket)
        return self._connection

    def _leave(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    async def _plain(self, request: Plain) -> None:
        self.kinds["bad" if request.status >= 400 else "look"] += 1
        connection = await self._open()
        connection.send(request.method, request.path, request.body)
        _same("status", await connection.status(), request.status)
        body = await connection.body()
        if request.status >= 400 and not json.loads(body)["error"]["message"]:
            raise Wrong("an error without a sentence")

    async def _chat(self, asked: Asked) -> None:
        self.kinds["streamed" if asked.streams else "whole"] += 1
        self.kinds.update(name for name in asked.fields if name not in ("messages", "stream"))
        connection = await self._open()
        connection.send("POST", "/v1/chat/completions", asked.body)
        if asked.leaving == "at once":
            self.kinds["left at once"] += 1
            await asyncio.sleep(0)
            self._leave()
        elif asked.streams:
            await self._streamed(connection, asked)
        else:
            await self._whole(connection, asked)

    async def _whole(self, connection: Connection, asked: Asked) -> None:
        status, body = await connection.status(), await connection.body()
        _same("status", (status, b"" if status == 200 else body), (200, b""))
        reply = json.loads(body)
        choices = sorted(reply["choices"], key=lambda choice: int(choice["index"]))
        _same("choices", len(choices), asked.n)
        for choice in choices:
            _same("text", choice["message"]["content"] or "", asked.text)
            _same("finish", choice["finish_reason"], asked.finish)
        usage = reply["usage"]
        both = usage["prompt_tokens"] + usage["completion_tokens"]
        _same("total_tokens", usage["total_tokens"], both)

    async def _streamed(self, connection: Connection, asked: Asked) -> None:
        _same("status", await connection.status(), 200)
        stream = _Stream(asked)
        async for event in connection.events():
            if stream.leaves_at(event):
                self.kinds[f"left {asked.leaving}"] += 1
                self._leave()
                return
            stream.take(event)
        stream.check()


class _Stream:
    """A streamed reply as it comes."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._texts = [""] * asked.n
        self._finishes: list[str | None] = [None] * asked.n
        self._n_chunks = 0
        self._is_done = False

    def leaves_at(self, event: Any) -> bool:
        if self._asked.leaving == "in prefill":
            return "prompt_progress" in event
        return self._asked.leaving == "in decode" and self._n_chunks >= self._asked.leaves_after

    def take(self, event: Any) -> None:
        if event == "[DONE]":
            self._is_done = True
            return
        if "error" in event:
            raise Wrong(f"an error in the stream: {event['error']}")
        for choice in event["choices"]:
            self._n_chunks += 1
            self._texts[choice["index"]] += choice["delta"].get("content") or ""
            self._finishes[choice["index"]] = choice["finish_reason"]

    def check(self) -> None:
        _same("the last event", self._is_done, True)
        for text, finish in zip(self._texts, self._finishes, strict=True):
            _same("text", text, self._asked.text)
            _same("finish", finish, self._asked.finish)


def _same(what: str, seen: object, wanted: object) -> None:
    if seen != wanted:
        raise Wrong(f"{what} is {seen!r} and not {wanted!r}")
