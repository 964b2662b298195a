"""Adapters in a row, as one adapter.

Every line end of the reply (CRLF, lone CR) is read as LF. Chunks are passed on in pieces that
end where a line ends, so that an adapter which is done at a line's end keeps those before it from
seeing what follows, however the reply was cut.
"""

from collections.abc import Iterable

from lsp_server.reply.adapter import Adapter
from lsp_server.reply.lines import pieces


class Pipeline:
    """Passes the reply through `adapters` in their order; done when any of them is."""

    def __init__(self, adapters: Iterable[Adapter]) -> None:
        self._adapters = tuple(adapters)
        self._return = ""

    @property
    def done(self) -> bool:
        return any(adapter.done for adapter in self._adapters)

    def push(self, chunk: str) -> str:
        text = self._return + chunk
        # LF may follow in the next chunk: a carriage return at the end waits for it.
        self._return = "\r" if text.endswith("\r") else ""
        return self._pass_on(text.removesuffix("\r"))

    def close(self) -> str:
        """What the adapters still hold, each one's rest passed through those behind it."""
        text = self._pass_on(self._return)
        rest = ""
        for adapter in self._adapters:
            rest = _fed(adapter, rest) + adapter.close()
        return text + rest

    def _pass_on(self, text: str) -> str:
        return "".join(
            self._through(piece)
            for piece in pieces(text.replace("\r\n", "\n").replace("\r", "\n"))
            if not self.done
        )

    def _through(self, piece: str) -> str:
        for adapter in self._adapters:
            piece = _fed(adapter, piece)
        return piece


def _fed(adapter: Adapter, text: str) -> str:
    """`text` through one adapter, line by line for as long as it wants more."""
    return "".join(adapter.push(piece) for piece in pieces(text) if not adapter.done)
