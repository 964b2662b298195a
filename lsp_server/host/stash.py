"""States of sequences in ordinary memory: what was read once, and is in nobody's way meanwhile.

Bringing one back takes milliseconds, reading its tokens again takes a minute. The memory it may
take is limited; what was used last stays. For the engine thread.
"""

from collections.abc import Sequence

Tokens = tuple[int, ...]

LEAST = 32
"""Tokens: fewer are read again as fast."""

MOST = 256
"""States: all are looked through for each prompt, and those of a tiny model take no room."""


class Stash:
    """Holds at most `n_bytes` and `MOST` of states, each by the tokens that it is of."""

    def __init__(self, n_bytes: int) -> None:
        self._room = n_bytes
        self._states: dict[Tokens, bytes] = {}
        """Least recently used first."""

    @property
    def n_bytes(self) -> int:
        return sum(map(len, self._states.values()))

    @property
    def kept(self) -> Sequence[Tokens]:
        return list(self._states)

    def has_room_for(self, n_bytes: int) -> bool:
        """Whether such a state would be kept, be it in the place of others."""
        return n_bytes <= self._room

    def put(self, tokens: Tokens, state: bytes) -> None:
        """Keep it, and forget what has no room beside it, and starts of it."""
        if not self.has_room_for(len(state)):
            return
        for other in [each for each in self._states if each == tokens[: len(each)]]:
            del self._states[other]
        self._states[tokens] = state
        while self.n_bytes > self._room or len(self._states) > MOST:
            del self._states[next(iter(self._states))]

    def longest(self, prompt: Tokens) -> tuple[Tokens, int]:
        """The tokens that begin most like `prompt`, and how many are the same."""
        shared = [(common_start(tokens, prompt), tokens) for tokens in self._states]
        n_shared, tokens = max(shared, default=(0, ()))
        return tokens, n_shared

    def take(self, tokens: Tokens) -> bytes:
        """The state of these tokens, which are here no more."""
        return self._states.pop(tokens)

    def clear(self) -> None:
        self._states.clear()


def common_start(a: Sequence[int], b: Sequence[int]) -> int:
    """The length of the longest common start; both are tuples, or both are lists."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
