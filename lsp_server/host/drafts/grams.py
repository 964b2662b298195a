"""Where runs of n tokens occur in a text that grows: one dictionary entry a token."""

from collections.abc import Iterable, Sequence


class Grams:
    """`tokens` is kept and grows by `add`."""

    def __init__(self, tokens: Iterable[int], n: int) -> None:
        self.tokens: list[int] = []
        self._n = n
        self._places: dict[tuple[int, ...], list[int]] = {}
        for token in tokens:
            self.add(token)

    def add(self, token: int) -> None:
        self.tokens.append(token)
        end = len(self.tokens)
        if end >= self._n:
            self._places.setdefault(tuple(self.tokens[end - self._n :]), []).append(end)

    def places(self, tail: Sequence[int]) -> Sequence[int]:
        """Behind each occurrence of the last n tokens of `tail`, ascending."""
        if len(tail) < self._n:
            return ()
        return self._places.get(tuple(tail[len(tail) - self._n :]), ())


def n_shared(tokens: Sequence[int], place: int, tail: Sequence[int], n_max: int) -> int:
    """How many tokens before `place` are those at the end of `tail`, up to `n_max`."""
    end = len(tail)
    for n in range(min(n_max, place, end)):
        if tokens[place - 1 - n] != tail[end - 1 - n]:
            return n
    return min(n_max, place, end)
