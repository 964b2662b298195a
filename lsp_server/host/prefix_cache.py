"""Which tokens the KV cache holds, so that a prompt's common start need not be read again.

For now the tokens of the last sequence alone. The scheduler asks `take` before it starts a
sequence and tells `hold` when it has ended; a cache of many sequences keeps to these two.
"""

from collections.abc import Sequence

from lsp_server.host.engine import Engine


class PrefixCache:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._held: tuple[int, ...] = ()

    def take(self, prompt: Sequence[int], sequence: int) -> int:
        """Cut the sequence to what it shares with `prompt`; returns how many tokens that is.

        At least the last token of the prompt is left to be computed: its logits are wanted.
        """
        shared = min(_common_start(self._held, prompt), len(prompt) - 1)
        self._held = ()
        return self._engine.keep(sequence, shared)

    def take_nothing(self, sequence: int) -> int:
        """Empty the sequence: for requests that want nothing reused, and after a failure."""
        self._held = ()
        return self._engine.keep(sequence, 0)

    def hold(self, tokens: Sequence[int], sequence: int) -> None:
        """`tokens` were to be computed; those that were, are kept for the next prompt."""
        self._held = tuple(tokens[: self._engine.n_kept(sequence)])


def _common_start(a: Sequence[int], b: Sequence[int]) -> int:
    for index, (left, right) in enumerate(zip(a, b, strict=False)):
        if left != right:
            return index
    return min(len(a), len(b))
