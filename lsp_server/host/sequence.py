"""One request being answered: what of it is in the KV cache, and what comes next.

The scheduler asks for `rows`, has them computed, maybe in a batch with other sequences' rows,
and says so by `advance`. Deliberately absent: the queue, cancelling, the prefix cache.
"""

import time
from typing import Literal

from lsp_server.host.engine import Engine, Row
from lsp_server.host.stream import TextStream
from lsp_server.host.work import Finished, PrefillProgress, ReplyText, Timings, Work


class Sequence:
    """Lives in the engine thread. `n_reused` tokens of the prompt are in the KV cache already."""

    def __init__(self, engine: Engine, work: Work, n_reused: int, number: int = 0) -> None:
        self._engine = engine
        self._work = work
        self._number = number
        self._text = TextStream(work.stop)
        self._sampler = engine.sampler(work.sampling)
        self._n_reused = n_reused
        self._n_computed = n_reused
        self._started = self._prefilled = time.monotonic()
        self.tokens = list(work.prompt)
        self.finished: Finished | None = None
        self._show_progress()

    @property
    def is_decoding(self) -> bool:
        return self._n_computed >= len(self._work.prompt)

    @property
    def n_decoded(self) -> int:
        return len(self.tokens) - len(self._work.prompt)

    def rows(self, n_max: int) -> list[Row]:
        """The next tokens to be computed: a chunk of the prompt, or the last token sampled."""
        first, end = self._n_computed, min(self._n_computed + n_max, len(self.tokens))
        last = len(self.tokens) - 1
        return [Row(self.tokens[at], at, self._number, at == last) for at in range(first, end)]

    def advance(self, rows: list[Row], last_row: int) -> None:
        """`rows` were computed; the last of them was row `last_row` of the batch."""
        was_decoding = self.is_decoding
        self._n_computed += len(rows)
        if not was_decoding:
            self._prefilled = time.monotonic()
            self._show_progress()
        if self.is_decoding and not self._is_at_limit():
            self._take(self._engine.sample(self._sampler, last_row))
        if self.is_decoding and self.finished is None and self._is_at_limit():
            self._finish("length")

    def close(self) -> None:
        self._sampler.close()

    def _take(self, token: int) -> None:
        self.tokens.append(token)
        if self._engine.ends_reply(token):
            self._finish("stop")
            return
        self._emit(self._text.push(self._engine.piece(token)))
        if self._text.stopped:
            self._finish("stop")

    def _is_at_limit(self) -> bool:
        limit = self._work.max_tokens
        is_long = limit is not None and self.n_decoded >= limit
        return is_long or len(self.tokens) >= self._engine.n_ctx

    def _finish(self, reason: Literal["stop", "length"]) -> None:
        self._emit(self._text.close())
        self.finished = Finished(reason, self._timings())

    def _timings(self) -> Timings:
        now = time.monotonic()
        return Timings(
            n_reused=self._n_reused,
            n_prefilled=len(self._work.prompt) - self._n_reused,
            prefill_ms=(self._prefilled - self._started) * 1000,
            n_decoded=self.n_decoded,
            decode_ms=(now - self._prefilled) * 1000,
        )

    def _emit(self, text: str) -> None:
        if text:
            self._work.emit(ReplyText(text))

    def _show_progress(self) -> None:
        elapsed = (time.monotonic() - self._started) * 1000
        n_prompt = len(self._work.prompt)
        n_read = min(self._n_computed, n_prompt)
        self._work.emit(PrefillProgress(n_prompt, self._n_reused, n_read, elapsed))
