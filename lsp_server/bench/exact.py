"""A text cut so that its prompt has exactly so many tokens, by the model's own tokenizer."""

from bisect import bisect_left
from collections.abc import Callable

AROUND = 64
"""Characters: a cut within a word may have a token more or less than its neighbour."""


def cut(body: str, tail: str, n_tokens: int, count: Callable[[str], int]) -> str:
    """The start of `body`, then `tail`; `count` says how many tokens the prompt of a text has.

    The nearest below where no cut has exactly so many, and the shortest there is if all have more.
    """
    near = bisect_left(range(len(body)), n_tokens, key=lambda at: count(body[:at] + tail))
    best, most = 0, -1
    for at in sorted(range(len(body) + 1)[max(near - AROUND, 0) : near + AROUND], key=_far(near)):
        n = count(body[:at] + tail)
        if n == n_tokens:
            return body[:at] + tail
        if most < n < n_tokens:
            best, most = at, n
    return body[:best] + tail


def _far(near: int) -> Callable[[int], int]:
    return lambda at: abs(at - near)
