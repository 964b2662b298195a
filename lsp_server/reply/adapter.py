"""What a stream adapter is."""

from typing import Protocol


class Adapter(Protocol):
    """Text in, text out. `done` says that the rest of the reply is not wanted.

    `push` and `close` may raise `ReplyError`. Nothing depends on where the chunks were cut.
    After `done`, `push` returns nothing; `close` is called once, at the end, done or not.
    """

    @property
    def done(self) -> bool: ...

    def push(self, chunk: str) -> str: ...

    def close(self) -> str: ...
