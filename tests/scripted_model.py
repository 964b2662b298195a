"""A model whose replies are known beforehand, for tests of what stands above the wire."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from lsp_server.errors import ModelError
from lsp_server.model.protocol import Chunk, Ended, Event, Reading, Starting
from lsp_server.prompt import Prompt, Sampling


@dataclass(slots=True)
class ScriptedModel:
    """Answers one prompt after another. `prompts` are those that were asked.

    `size` is the length of the chunks; a reply that is an error is raised after its `broken_at`
    first characters; `endless` replies are never ended.
    """

    replies: Sequence[str]
    size: int = 7
    reason: Literal["stop", "length"] = "stop"
    error: ModelError | None = None
    endless: bool = False
    n_ctx: int = 8192
    prompts: list[tuple[Prompt, Sampling]] = field(default_factory=list)
    closed: int = 0
    written: asyncio.Event = field(default_factory=asyncio.Event)

    async def reply(self, prompt: Prompt, sampling: Sampling) -> AsyncGenerator[Event]:
        text = self.replies[min(len(self.prompts), len(self.replies) - 1)]
        self.prompts.append((prompt, sampling))
        try:
            yield Starting()
            yield Reading(5, 10)
            for n, at in enumerate(range(0, len(text), self.size), 1):
                await asyncio.sleep(0)
                yield Chunk(text[at : at + self.size], n)
            self.written.set()
            if self.endless:
                await asyncio.Event().wait()
            if self.error is not None:
                raise self.error
            yield Ended(self.reason)
        finally:
            self.closed += 1
