"""A small model that guesses what a large one of the same family says, token by token.

It reads the end of what was said, `N_SEEN` tokens at first, and follows in its own KV cache: what
the large one took is kept, the rest is cut. It never holds up a reply for long: what it has to
read is read in pieces, one a step, and until it has caught up it guesses nothing. For the engine
thread.
"""

import time
from collections import deque
from collections.abc import Sequence
from statistics import median

from lsp_server.host.engine import Engine, Row
from lsp_server.host.sampling import Sampling
from lsp_server.host.stash import common_start

N_SEEN = 1024
"""Tokens before the reply that it reads. The rest would cost more than it helps to guess."""

N_WINDOW = 2 * N_SEEN
"""Cells of one request. When they are full it reads the last `N_SEEN` anew."""

N_PIECE = 64
"""Tokens that it reads in one step."""


REMEMBERED = 15
"""Guesses whose time counts."""


class SmallModel:
    """Has one sequence for each request that may run at once. Free it by `close`."""

    N_BATCH = N_PIECE
    """Tokens that its engine must compute at once."""

    def __init__(self, engine: Engine, n_sequences: int) -> None:
        self._engine = engine
        self._sampler = engine.sampler(Sampling(temperature=0))
        self._free = list(range(n_sequences))
        self._seconds: deque[float] = deque(maxlen=REMEMBERED)

    @classmethod
    def n_ctx(cls, n_sequences: int) -> int:
        """The window that its engine must have."""
        return N_WINDOW * n_sequences

    def take(self) -> int:
        """A number of a sequence, for one request."""
        assert self._free, "as many requests run as there are sequences"
        return self._free.pop()

    def give_back(self, number: int) -> None:
        self._engine.keep(number, 0)
        self._free.append(number)

    @property
    def seconds_per_token(self) -> float:
        """The middle of the last guesses; 0.0 before the first."""
        return median(self._seconds) if self._seconds else 0.0

    def guess(self, number: int, row: int, n: int, first: int) -> list[int]:
        """Up to `n` tokens after `row` of the last batch, which ended at position `first` - 1."""
        guessed = [self._engine.sample(self._sampler, row)]
        while len(guessed) < n and not self._engine.vocabulary.ends_reply(guessed[-1]):
            started = time.monotonic()
            at = first + len(guessed) - 1
            if self._engine.decode([Row(guessed[-1], at, number, True)]) != "done":
                break
            guessed.append(self._engine.sample(self._sampler, 0))
            self._seconds.append(time.monotonic() - started)
        return guessed

    def read(self, rows: Sequence[Row]) -> bool:
        """Whether they were read: not if the cache is full."""
        return self._engine.decode(rows) == "done"

    def keep(self, number: int, n_tokens: int) -> int:
        return self._engine.keep(number, n_tokens)

    def close(self) -> None:
        self._sampler.close()
        self._engine.close()


class Follower:
    """One request's text in the small model."""

    def __init__(self, model: SmallModel, prompt: Sequence[int]) -> None:
        self._model = model
        self._number = model.take()
        self._said = list(prompt[-N_SEEN:])
        self._read: list[int] = []

    def push(self, token: int) -> None:
        self._said.append(token)

    def guess(self, n: int) -> tuple[int, ...]:
        """Up to `n` tokens that follow; () as long as it has to read."""
        if len(self._said) + n > N_WINDOW:
            del self._said[:-N_SEEN]
            self._read = []
        # The last token's row is computed anew if need be: its logits are wanted.
        n_shared = min(common_start(self._read, self._said), len(self._said) - 1)
        n_shared = self._model.keep(self._number, n_shared)
        del self._read[n_shared:]
        piece = self._said[n_shared : n_shared + N_PIECE]
        last = len(self._said) - 1
        rows = [
            Row(token, at, self._number, at == last) for at, token in enumerate(piece, n_shared)
        ]
        if not self._model.read(rows):
            return ()
        self._read += piece
        if len(self._read) < len(self._said):
            return ()
        guessed = self._model.guess(self._number, len(rows) - 1, n, len(self._said))
        self._read += guessed[:-1]
        return tuple(guessed)

    def close(self) -> None:
        self._model.give_back(self._number)
