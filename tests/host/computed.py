"""What the model says, computed apart from the host: raw logits of an engine of its own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy
from numpy.typing import NDArray

from lsp_server.host.engine import Engine, Row, Shape
from lsp_server.host.engine.grammar import logits

NEARLY = 0.05
"""Batches of other sizes are computed by other kernels."""


class Computed:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def logits(self, prompt: Sequence[int], reply: Sequence[int]) -> NDArray[Any]:
        """Shaped (reply, vocabulary): of every token in the place of each of the reply's."""
        self.engine.keep(0, 0)
        tokens = [*prompt, *reply]
        places = range(len(prompt) - 1, len(tokens) - 1)
        rows = [Row(token, at, 0, at in places) for at, token in enumerate(tokens[:-1])]
        assert self.engine.decode(rows) == "done"
        return numpy.array([self._raw(at) for at in places])

    def logprobs(self, prompt: Sequence[int], reply: Sequence[int]) -> NDArray[Any]:
        """As `logits`."""
        raw = self.logits(prompt, reply)
        shifted = raw - raw.max(axis=1, keepdims=True)
        result: NDArray[Any] = shifted - numpy.log(numpy.exp(shifted).sum(axis=1, keepdims=True))
        return result

    def chat_prompt(self, message: str) -> list[int]:
        """ChatML, for a model that has no template and no marker but the end of a turn."""
        text = f"<|im_start|>user\n{message}<|im_end|>\n<|im_start|>assistant\n"
        return self.tokens(text)

    def tokens(self, text: str) -> list[int]:
        return self.engine.vocabulary.tokenize(text, start=True, markers=True)

    def _raw(self, row: int) -> NDArray[Any]:
        return logits(self.engine._context, row, self.engine.vocabulary.n_tokens).astype(float)


@contextmanager
def computing(model: Path) -> Iterator[Computed]:
    engine = Engine(Shape(model, 1024, n_threads=1, n_outputs=256), lambda: True)
    try:
        yield Computed(engine)
    finally:
        engine.close()
