"""One request being answered: what of it is in the KV cache, and what comes next.

The scheduler asks for `rows`, has them computed, mostly in a batch with other sequences' rows,
and says so by `advance`. Drafted tokens are taken while the token that is sampled in their place
is the same: each token is sampled once, from the same distribution, with the same random number
as without drafts, so drafts change the time and nothing else. Deliberately absent: the queue,
cancelling, and which sequence number it gets.
"""

import time
from typing import Literal

from lsp_server.host.costs import Costs
from lsp_server.host.drafts import Drafter, SmallModel
from lsp_server.host.engine import Engine, Row
from lsp_server.host.stream import TextStream
from lsp_server.host.work import (
    Finished,
    PrefillProgress,
    ReplyText,
    Timings,
    TokenLogprob,
    Work,
)


class Sequence:
    """Lives in the engine thread. `n_computed` of `tokens` are in the cache, in `number`."""

    def __init__(
        self, engine: Engine, work: Work, costs: Costs, small_model: SmallModel | None = None
    ) -> None:
        self.work = work
        self.tokens = list(work.prompt)
        self.number = -1
        self.n_computed = 0
        self.finished: Finished | None = None
        self._engine = engine
        self._costs = costs
        self._small_model = small_model
        self._text = TextStream(work.stop)
        self._sampler = engine.sampler(work.sampling)
        self._drafter: Drafter | None = None
        self._draft: tuple[int, ...] = ()
        self._logprobs: list[TokenLogprob] = []
        self._n_reused = 0
        self._n_drafted = self._n_accepted = 0
        self._started = self._prefilled = self._first_token = 0.0
        self._prefill_computing = self._decode_computing = 0.0

    @property
    def is_decoding(self) -> bool:
        """Whether only the token that was sampled last is to be computed."""
        return len(self.tokens) - self.n_computed == 1 and self._n_decoded > 0

    @property
    def n_to_read(self) -> int:
        """Tokens to be computed before the next one can be sampled."""
        return len(self.tokens) - self.n_computed

    @property
    def n_left(self) -> int:
        """How many more tokens the reply may have."""
        limit, room = self.work.max_tokens, self._engine.n_ctx - len(self.tokens)
        return room if limit is None else min(room, limit - self._n_decoded)

    @property
    def n_most_reused(self) -> int:
        """How much of the tokens may come from elsewhere: the last one's logits are wanted."""
        return len(self.tokens) - (self.work.max_tokens != 0)

    @property
    def computed(self) -> tuple[int, ...]:
        return tuple(self.tokens[: self.n_computed])

    def place(self, number: int, n_shared: int) -> None:
        """It has got a sequence number, and that holds so many of its tokens already."""
        self.number = number
        self.n_computed = n_shared
        if not self._started:
            self._started = self._prefilled = time.monotonic()
            self._n_reused = n_shared
            self._show_progress()
        if not self.n_to_read:
            self._finish("length")

    def share(self, n_shared: int) -> None:
        """Another sequence had the next tokens: so many are there now."""
        self._n_reused += n_shared - self.n_computed
        self.n_computed = n_shared
        if not self.n_to_read:
            self._finish("length")

    def displace(self) -> None:
        """Take back its number: its cells are needed for others, and it is computed again later."""
        self.number = -1
        self.n_computed = 0
        self._draft = ()
        self._close_drafter()

    def rows(self, n_max: int, n_others: int = 0) -> list[Row]:
        """The next tokens to be computed, at most `n_max`: a chunk of the prompt, or the token
        sampled last and a draft of what follows. `n_others`: rows the batch has besides."""
        first = self.n_computed
        if not self.is_decoding:
            end, last = min(first + n_max, len(self.tokens)), len(self.tokens) - 1
            return [Row(self.tokens[at], at, self.number, at == last) for at in range(first, end)]
        n_draft = min(n_max, self.n_left) - 1
        if self.work.n_draft_max is not None:
            n_draft = min(n_draft, self.work.n_draft_max)
        self._draft = self._drafts().draft(n_draft, n_others) if n_draft > 0 else ()
        tokens = (self.tokens[-1], *self._draft)
        return [Row(token, at, self.number, True) for at, token in enumerate(tokens, first)]

    def advance(self, n_rows: int, first_row: int, seconds: float) -> None:
        """Its `n_rows` rows were computed; they began at row `first_row` of the batch, which took
        llama.cpp so long."""
        if self._n_decoded:
            self._decode_computing += seconds
        else:
            self._prefill_computing += seconds
        if self.is_decoding:
            self._take_draft(first_row)
            return
        self.n_computed += n_rows
        if not self._n_decoded:
            self._prefilled = time.monotonic()
            self._show_progress()
        if self.n_to_read:
            return
        if self.n_left:
            self._take(first_row + n_rows - 1)
        else:
            self._finish("length")

    def timings(self) -> Timings:
        now, submitted = time.monotonic(), self.work.submitted
        return Timings(
            n_reused=self._n_reused,
            n_prefilled=max(min(self.n_computed, len(self.work.prompt)) - self._n_reused, 0),
            prefill_ms=(self._prefilled - self._started) * 1000,
            n_decoded=self._n_decoded,
            decode_ms=(now - self._prefilled) * 1000,
            n_drafted=self._n_drafted,
            n_accepted=self._n_accepted,
            queue_ms=((self._started or now) - submitted) * 1000,
            first_token_ms=(self._first_token - submitted) * 1000 if self._first_token else 0.0,
            prefill_computing_ms=self._prefill_computing * 1000,
            decode_computing_ms=self._decode_computing * 1000,
        )

    def close(self) -> None:
        self._sampler.close()
        self._close_drafter()

    @property
    def _n_decoded(self) -> int:
        return len(self.tokens) - len(self.work.prompt)

    def _drafts(self) -> Drafter:
        if self._drafter is None:
            self._drafter = Drafter(
                self.work.prompt, self.work.prediction, self._costs, self._small_model
            )
            self._drafter.advance(self.tokens[len(self.work.prompt) :], 0)
        return self._drafter

    def _close_drafter(self) -> None:
        if self._drafter is not None:
            self._drafter.close()
        self._drafter = None

    def _take_draft(self, first_row: int) -> None:
        """Sample behind the last token, and behind each drafted one that turns out right."""
        draft, self._draft = self._draft, ()
        n_before = len(self.tokens)
        for at in range(len(draft) + 1):
            token = self._take(first_row + at)
            if self.finished or at == len(draft) or token != draft[at]:
                break
        taken = self.tokens[n_before:]
        self.n_computed += len(taken)
        self._drafts().advance(taken, len(draft))
        self._n_drafted += len(draft)
        self._n_accepted += len(taken) - 1
        if len(taken) <= len(draft):
            self._engine.keep(self.number, self.n_computed)

    def _take(self, row: int) -> int:
        """Sample the token after this row of the batch."""
        token = self._engine.sample(self._sampler, row)
        self._first_token = self._first_token or time.monotonic()
        self.tokens.append(token)
        if self._engine.vocabulary.ends_reply(token):
            self._finish("stop")
            return token
        if self.work.n_logprobs is not None:
            self._logprobs.append(self._engine.logprobs(row, token, self.work.n_logprobs))
        self._emit(self._text.push(self._engine.vocabulary.piece(token)))
        if self._text.stopped:
            self._finish("stop")
        elif not self.n_left:
            self._finish("length")
        return token

    def _finish(self, reason: Literal["stop", "length"]) -> None:
        self._emit(self._text.close())
        self.finished = Finished(reason, self.timings())

    def _emit(self, text: str) -> None:
        if text or self._logprobs:
            self.work.emit(ReplyText(text, tuple(self._logprobs)))
            self._logprobs.clear()

    def _show_progress(self) -> None:
        elapsed = (time.monotonic() - self._started) * 1000
        n_prompt = len(self.work.prompt)
        n_read = min(self.n_computed, n_prompt)
        self.work.emit(PrefillProgress(n_prompt, self._n_reused, n_read, elapsed))
