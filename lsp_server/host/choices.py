"""One reply as a client gets it, in chunks or whole. What a stream brings is what a whole holds."""

from collections.abc import Sequence
from typing import Literal, Protocol

from lsp_server.host import token_logprobs
from lsp_server.host.token_logprobs import CompletionLogprobs
from lsp_server.host.tool_calls import Called, ToolCallStream
from lsp_server.host.wire import Json
from lsp_server.host.work import ReplyText, TokenLogprob

Reason = Literal["stop", "length"]


class Choice(Protocol):
    """`opening`, any number of `pieces`, `ending`: the choices for the chunks of a stream. `empty`
    may come before the `ending`, `whole` behind it."""

    def opening(self) -> list[Json]: ...

    def empty(self) -> Json: ...

    def pieces(self, event: ReplyText) -> list[Json]: ...

    def ending(self, reason: Reason) -> list[Json]: ...

    def whole(self) -> Json: ...


class ChatChoice:
    """`tools` are the names of those that it may call."""

    def __init__(self, index: int, tools: frozenset[str], *, tells_logprobs: bool) -> None:
        self._index = index
        self._calls = ToolCallStream(tools) if tools else None
        self._tells_logprobs = tells_logprobs
        self._text = ""
        self._called: list[Json] = []
        self._logprobs: list[TokenLogprob] = []
        self._finish = ""

    def opening(self) -> list[Json]:
        return [self._chunk({"role": "assistant", "content": ""})]

    def empty(self) -> Json:
        return self._chunk({})

    def pieces(self, event: ReplyText) -> list[Json]:
        parts = self._calls.push(event.text) if self._calls else [event.text]
        deltas = self._deltas(parts) or ([{"content": ""}] if event.logprobs else [])
        chunks = [self._chunk(delta) for delta in deltas]
        if event.logprobs and self._tells_logprobs:
            self._logprobs += event.logprobs
            chunks[0] = {**chunks[0], "logprobs": token_logprobs.of_chat(event.logprobs)}
        return chunks

    def ending(self, reason: Reason) -> list[Json]:
        deltas = self._deltas(self._calls.close() if self._calls else [])
        self._finish = "tool_calls" if self._called and reason == "stop" else reason
        return [*map(self._chunk, deltas), {**self._chunk({}), "finish_reason": self._finish}]

    def whole(self) -> Json:
        content = None if self._called and not self._text else self._text
        message: Json = {"role": "assistant", "content": content}
        if self._called:
            message = {**message, "tool_calls": [_without_index(each) for each in self._called]}
        choice = {"index": self._index, "message": message, "finish_reason": self._finish}
        if self._tells_logprobs:
            choice["logprobs"] = token_logprobs.of_chat(self._logprobs)
        return choice

    def _deltas(self, parts: Sequence[str | Called]) -> list[Json]:
        return [self._delta(part) for part in parts if part]

    def _delta(self, part: str | Called) -> Json:
        if isinstance(part, str):
            self._text += part
            return {"content": part}
        function = {"name": part.name, "arguments": part.arguments}
        head = {"index": len(self._called), "id": part.id, "type": "function"}
        self._called.append({**head, "function": function})
        return {"tool_calls": [self._called[-1]]}

    def _chunk(self, delta: Json) -> Json:
        return {"index": self._index, "delta": delta, "finish_reason": None}


class CompletionChoice:
    def __init__(self, index: int, *, tells_logprobs: bool) -> None:
        self._index = index
        self._logprobs = CompletionLogprobs() if tells_logprobs else None
        self._parts: list[Json] = []
        self._text = ""
        self._finish = ""

    def opening(self) -> list[Json]:
        return []

    def empty(self) -> Json:
        return self._chunk("", None)

    def pieces(self, event: ReplyText) -> list[Json]:
        self._text += event.text
        told = self._logprobs.of(event.logprobs) if self._logprobs else None
        self._parts += [told] if told else []
        return [self._chunk(event.text, told)]

    def ending(self, reason: Reason) -> list[Json]:
        self._finish = reason
        return [{**self._chunk("", None), "finish_reason": reason}]

    def whole(self) -> Json:
        told = token_logprobs.joined(self._parts) if self._logprobs else None
        return {**self._chunk(self._text, told), "finish_reason": self._finish}

    def _chunk(self, text: str, told: Json | None) -> Json:
        return {"index": self._index, "text": text, "logprobs": told, "finish_reason": None}


def _without_index(called: Json) -> Json:
    return {name: value for name, value in called.items() if name != "index"}
