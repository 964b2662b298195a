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
        found = [at for text in self._stop if (at := self._held.find(text)) >= 0]
        self.stopped = bool(found)
        return self._release(min(found) if found else self._n_safe())

    def close(self) -> str:
        """The rest. Bytes of a character that never came to its end are dropped."""
        return "" if self.stopped else self._release(len(self._held))

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
