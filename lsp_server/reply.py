"""Stream adapters: from a model's reply, chunk by chunk, to the text that belongs in a document."""

from typing import Protocol


class Adapter(Protocol):
    """Text in, text out. `done` says that the rest of the reply is not wanted.

    `push` and `close` may raise `ReplyError`. Nothing depends on where the chunks were cut.
    """

    @property
    def done(self) -> bool: ...

    def push(self, chunk: str) -> str: ...

    def close(self) -> str: ...
