"""Which sequence holds which tokens, so that no prompt's start is read twice.

Every sequence number of the context belongs to the cache: it is free, lent to a running request,
or keeps what an ended request left behind. A prompt is given a sequence that shares the cells of
the longest common start; sharing costs neither computing nor memory. The kept token lists are
sorted: the one with the longest common start is a neighbour of where the prompt would stand, so
two comparisons find it, and exactly. (A radix tree would find the same in more code.)

When numbers or cells run out, what was not used for longest is moved to the stash, and from there
it is forgotten. So is moved, while requests run, what only slows them down: without flash attention
a row looks back at all cells that are in use, whosever they are. Measured with 4 billion weights, a
cell costs each row behind it 0.05 ms, as much as moving it once. For the engine thread.
"""

from bisect import bisect_left, insort
from collections.abc import Sequence
from itertools import pairwise

from lsp_server.host.engine import Engine
from lsp_server.host.stash import LEAST, Stash, common_start

Tokens = tuple[int, ...]

TOLERATED = 1 / 16
"""Cells that nobody needs, for each that those who run need: moving a short end means moving the
long start before it, too."""


class PrefixCache:
    """Over the first `n_sequences` sequences of the engine."""

    def __init__(self, engine: Engine, n_sequences: int, stash: Stash | None = None) -> None:
        self._engine = engine
        self._stash = stash or Stash(0)
        self._free = list(range(n_sequences))
        self._sorted: list[tuple[Tokens, int]] = []
        self._by_use: dict[int, Tokens] = {}
        """Sequences that keep tokens, least recently used first."""

    @property
    def kept(self) -> Sequence[Tokens]:
        """What ended requests left behind, sorted; not what is in the stash."""
        return [tokens for tokens, _ in self._sorted]

    def lend(self, prompt: Tokens, n_most: int) -> tuple[int, int]:
        """A sequence for `prompt` and how many of its first tokens that holds already.

        That is at most `n_most`; 0 asks for an empty one.
        """
        source, n_shared = self._longest(prompt)
        n_most = n_most if self._engine.can_cut else 0
        n_shared = min(n_shared, n_most)
        restored = self._restored(prompt, n_shared, n_most)
        if restored is not None:
            return restored
        if not n_shared:
            return self._take_free(), 0
        self._touch(source)
        number = self._take_free()
        if number != source:
            self._engine.share(source, number, (0, n_shared))
            return number, n_shared
        return number, self._engine.keep(number, n_shared)

    def keep(self, number: int, tokens: Tokens) -> None:
        """A lent sequence comes back; it holds `tokens` and serves prompts that begin so."""
        source, n_shared = self._longest(tokens)
        if n_shared == len(tokens):
            if n_shared:
                self._touch(source)
            self.drop(number)
            return
        self._engine.keep(number, len(tokens))
        for shorter in self._starts_of(tokens):
            self._forget(shorter)
        insort(self._sorted, (tokens, number))
        self._by_use[number] = tokens

    def drop(self, number: int) -> None:
        """A lent sequence comes back, and what it holds is of no use."""
        self._engine.keep(number, 0)
        self._free.append(number)

    def holder(self, tokens: Tokens) -> int | None:
        """A kept sequence that begins with all of these tokens."""
        number, n_shared = self._longest(tokens)
        return number if n_shared == len(tokens) else None

    def make_way(self, running: Sequence[Tokens]) -> None:
        """Move to the stash what slows those down that run, until little of it is left.

        What the stash has no room for stays: to read it again takes longer than it delays.
        """
        if not self._engine.attends_to_all_cells:
            return
        n_most = n_cells(running) * (1 + TOLERATED)
        for number, tokens in list(self._by_use.items()):
            if n_cells([*self.kept, *running]) <= n_most:
                return
            if not _is_start_of_any(tokens, running) and self._is_movable(number, tokens):
                self._evict(number, tokens)

    def evict(self) -> bool:
        """Move what was not used for longest to the stash; False if nothing is kept."""
        if not self._by_use:
            return False
        self._evict(*next(iter(self._by_use.items())))
        return True

    def clear(self) -> None:
        """Forget all that is kept, and what is in the stash: what it holds is not known."""
        self._stash.clear()
        for number in list(self._by_use):
            self._forget(number)

    def _restored(self, prompt: Tokens, n_shared: int, n_most: int) -> tuple[int, int] | None:
        """A sequence from the stash, if that has more of the prompt than is kept."""
        tokens, n_stashed = self._stash.longest(prompt)
        n_stashed = min(n_stashed, n_most)
        if n_stashed <= n_shared:
            return None
        number = self._take_free()
        state = self._stash.take(tokens)
        while not (n_restored := self._engine.restore(number, state)) and self.evict():
            pass
        return number, self._engine.keep(number, min(n_restored, n_stashed))

    def _is_movable(self, number: int, tokens: Tokens) -> bool:
        """Whether it is not lost when it is evicted, or is no loss."""
        return self._stash.has_room_for(self._engine.n_state_bytes(number)) or len(tokens) < LEAST

    def _evict(self, number: int, tokens: Tokens) -> None:
        n_bytes = self._engine.n_state_bytes(number)
        if len(tokens) >= LEAST and self._stash.has_room_for(n_bytes):
            self._stash.put(tokens, self._engine.state(number))
        self._forget(number)

    def _take_free(self) -> int:
        if not self._free:
            self.evict()
        assert self._free, "there are more sequences than running requests"
        return self._free.pop()

    def _forget(self, number: int) -> None:
        tokens = self._by_use.pop(number)
        del self._sorted[bisect_left(self._sorted, (tokens, number))]
        self.drop(number)

    def _touch(self, number: int) -> None:
        self._by_use[number] = self._by_use.pop(number)

    def _longest(self, tokens: Tokens) -> tuple[int, int]:
        """The kept sequence with the longest common start, and its length."""
        at = bisect_left(self._sorted, (tokens, -1))
        neighbours = self._sorted[max(at - 1, 0) : at + 1]
        starts = [(common_start(kept, tokens), number) for kept, number in neighbours]
        n_shared, number = max(starts, default=(0, -1))
        return number, n_shared

    def _starts_of(self, tokens: Tokens) -> list[int]:
        """Kept sequences that are a start of `tokens` and so hold nothing of their own."""
        return [
            number
            for kept, number in self._sorted
            if len(kept) <= len(tokens) and kept == tokens[: len(kept)]
        ]


def _is_start_of_any(tokens: Tokens, others: Sequence[Tokens]) -> bool:
    """Whether its cells are those of others, too."""
    return any(tokens == other[: len(tokens)] for other in others)


def n_cells(token_lists: Sequence[Tokens]) -> int:
    """Cells that these sequences hold when common starts are shared: the nodes of their tree."""
    ordered = sorted(token_lists)
    shared = sum(common_start(left, right) for left, right in pairwise(ordered))
    return sum(map(len, ordered)) - shared
