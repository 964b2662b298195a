"""A scheduler on a real engine, for tests: requests in, their events out.

What is to happen in mid-reply is done from inside an event, in the engine thread, so that every
run of a test takes the same course.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lsp_server.host.costs import Costs
from lsp_server.host.engine import Engine, Row, Shape
from lsp_server.host.metrics import Metrics
from lsp_server.host.prefix_cache import PrefixCache
from lsp_server.host.sampling import Sampling
from lsp_server.host.scheduler import Scheduler
from lsp_server.host.stash import Stash
from lsp_server.host.work import (
    Cancelled,
    Event,
    Failed,
    Finished,
    PrefillProgress,
    ReplyText,
    Work,
)

PATIENCE_S = 60
ENDS = (Finished, Cancelled, Failed)
GREEDY = Sampling(temperature=0)
NEARLY = 0.1
"""Difference of logarithms of probabilities."""

COSTS = {1: 0.04, 2: 0.06, 4: 0.1, 8: 0.18, 16: 0.34, 32: 0.64}
"""Seconds; a batch of 32 rows takes longer than a running reply may wait.

From 64 rows on llama.cpp computes attention by another kernel, whose last bits differ.
"""


@dataclass(eq=False)
class Request:
    """One request and all its events. `on_event` is called in the engine thread."""

    on_event: Callable[[Event], None] = lambda _event: None
    events: list[Event] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def emit(self, event: Event) -> None:
        self.events.append(event)
        self.on_event(event)
        if isinstance(event, ENDS):
            self.ended.set()

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, ReplyText))

    @property
    def last(self) -> Event:
        assert self.ended.wait(PATIENCE_S), "it ends"
        return self.events[-1]

    @property
    def finished(self) -> Finished:
        last = self.last
        assert isinstance(last, Finished), last
        return last

    @property
    def n_batches_of_prompt(self) -> int:
        """How often progress was told after the start."""
        return sum(isinstance(event, PrefillProgress) for event in self.events) - 1


@dataclass
class Running:
    """`ask` submits at once; works made by `work` are submitted by the test."""

    engine: Engine
    scheduler: Scheduler
    metrics: Metrics

    def work(
        self,
        prompt: str,
        request: Request,
        max_tokens: int | None = 20,
        sampling: Sampling = GREEDY,
        *,
        is_warm_up: bool = False,
        reuses_prefix: bool = True,
        prediction: str = "",
    ) -> Work:
        return Work(
            prompt=tuple(self.tokens(prompt)),
            emit=request.emit,
            sampling=sampling,
            max_tokens=0 if is_warm_up else max_tokens,
            is_warm_up=is_warm_up,
            reuses_prefix=reuses_prefix,
            prediction=tuple(self.tokens(prediction)),
        )

    def ask(self, prompt: str, max_tokens: int | None = 20) -> Request:
        request = Request()
        self.scheduler.submit(self.work(prompt, request, max_tokens))
        return request

    def tokens(self, text: str) -> list[int]:
        return self.engine.vocabulary.tokenize(text, start=True, markers=True)


@contextmanager
def scheduling(
    model: Path,
    n_ctx: int = 2048,
    n_slots: int = 4,
    idle: Callable[[], bool] = lambda: False,
    n_sequences: int = 16,
) -> Iterator[Running]:
    shape = Shape(model, n_ctx, n_threads=1, n_batch=32, n_seq_max=n_sequences)
    engine = Engine(shape, lambda: True)
    metrics = Metrics()
    cache = PrefixCache(engine, n_sequences - 1, Stash(2**22))
    scheduler = Scheduler(engine, cache, FixedCosts(), metrics, n_slots, idle=idle)
    thread = threading.Thread(target=scheduler.run)
    thread.start()
    try:
        yield Running(engine, scheduler, metrics)
    finally:
        scheduler.close()
        thread.join(PATIENCE_S)
        engine.close()


class Referee:
    """Computes each reply anew, in one sequence with nothing reused and nothing drafted."""

    def __init__(self, model: Path, n_ctx: int = 2048) -> None:
        self._engine = Engine(Shape(model, n_ctx, n_threads=1, n_batch=32), lambda: True)

    def close(self) -> None:
        self._engine.close()

    def doubts(self, prompt: str, reply: str) -> list[tuple[int, float]]:
        """Where a greedy reply says what the model would not, and how much likelier that is.

        Batches of other sizes are computed by other kernels, so that two tokens that are nearly
        as likely may change places; `NEARLY` is far above that, and far below what one wrong
        token in the cache does.
        """
        n_prompt = len(self._tokens(prompt))
        tokens = self._tokens(prompt) + self._tokens(reply)
        assert len(tokens) == n_prompt + len(reply), "a token is a character"
        self._engine.keep(0, 0)
        doubts = []
        for first in range(0, len(tokens), self._engine.n_batch):
            chunk = tokens[first : first + self._engine.n_batch]
            rows = [Row(token, at, 0, True) for at, token in enumerate(chunk, first)]
            assert self._engine.decode(rows) == "done"
            for row, at in enumerate(range(first + 1, first + len(chunk) + 1)):
                if n_prompt <= at < len(tokens):
                    said = self._engine.logprobs(row, tokens[at], 1)
                    doubts.append((at - n_prompt, said.likeliest[0][1] - said.logprob))
        return [doubt for doubt in doubts if doubt[1] > NEARLY]

    def _tokens(self, text: str) -> list[int]:
        return self._engine.vocabulary.tokenize(text, start=False, markers=False)


class FixedCosts(Costs):
    """Not corrected by what batches take on a test's machine: every run plans the same."""

    def __init__(self) -> None:
        super().__init__(COSTS)

    def observe(self, n_rows: int, n_sampled: int, seconds: float) -> None:
        pass
