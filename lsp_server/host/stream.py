"""From a reply's tokens, byte pieces cut anywhere, to text: whole characters, no stop string.

Nothing depends on where the pieces were cut. Deliberately absent: anything about the meaning of
the text; that is the client's.
"""

import codecs
from collections.abc import Sequence


class TextStream:
    """Text that can no longer become part of a character or of a stop string is handed on.

    `stopped` says that a stop string came; it and what follows it are dropped.
    """

    def __init__(self, stop: Sequence[str]) -> None:
        self._stop = tuple(text for text in stop if text)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self.stopped = False

    def push(self, piece: bytes) -> str:
        if self.stopped:
            return ""
        self._held += self._decoder.decode(piece)
        at = self._stops_at()
        self.stopped = at is not None
        return self._release(self._n_safe() if at is None else at)

    def close(self) -> str:
        """The rest. Bytes of a character that never came to its end are dropped."""
        return "" if self.stopped else self._release(len(self._held))

    def _stops_at(self) -> int | None:
        """Where the stop string begins that ends first: the one that bytes one by one would hit."""
        found = [(at + len(text), at) for text in self._stop if (at := self._held.find(text)) >= 0]
        return min(found)[1] if found else None

    def _release(self, n: int) -> str:
        text, self._held = self._held[:n], self._held[n:]
        return text

    def _n_safe(self) -> int:
        """The length of the text without the longest end that may begin a stop string."""
        held = self._held
        longest = max(map(len, self._stop), default=1) - 1
        for at in range(max(len(held) - longest, 0), len(held)):
            if any(text.startswith(held[at:]) for text in self._stop):
                return at
        return len(held)
