"""An engine whose reply is known beforehand: what drafts save in it, without weights that mean
anything.

The scheduler runs on it as on any engine: each token is computed and picked, only that the pick
is replaced by the token that is to come. Between two steps, plain steps are timed at the same
place in the same sequence, evenly spread over the reply, so that what disturbs the machine
disturbs both. `decode` says "stopped" for them, as it may at any time, and the scheduler asks for
the same batch again; the time until then is `left_out`.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from lsp_server.host.engine import Decoded, Engine, Row, Sampler, Shape
from lsp_server.host.sampling import Sampling


@dataclass(slots=True)
class Step:
    """One batch of a reply: so many tokens were drafted, so many came of it."""

    n_drafted: int
    n_taken: int = 0


@dataclass(slots=True)
class Trace:
    """What happened while one reply was written. Times are seconds."""

    steps: list[Step] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)
    left_out: float = 0.0


class ForcedEngine(Engine):
    """One reply after the other; `force` says the next one."""

    def __init__(self, shape: Shape, going_on: Callable[[], bool]) -> None:
        super().__init__(shape, going_on)
        self.trace = Trace()
        self._reply: deque[int] = deque()
        self._due: deque[int] = deque()
        self._n_prompt = 0
        self._left: float | None = None
        self._greedy = super().sampler(Sampling(temperature=0))

    def force(self, reply: Sequence[int], n_prompt: int, n_probes: int) -> Trace:
        """Let the next prompt, of `n_prompt` tokens, be answered so; at most `n_probes` of its
        steps are timed without a draft, too."""
        self.trace = Trace()
        self._reply = deque(reply)
        self._n_prompt = n_prompt
        n = min(n_probes, len(reply) - 1)
        self._due = deque(n_prompt + k * (len(reply) - 1) // n for k in range(n))
        return self.trace

    def decode(self, rows: Sequence[Row]) -> Decoded:
        now = time.perf_counter()
        if self._left is not None:
            self.trace.left_out += now - self._left
            self._left = None
        is_step = rows[0].position >= self._n_prompt
        if is_step and self._due and self._due[0] <= rows[0].position:
            self._left = now
            self._probe(rows[0])
            return "stopped"
        if is_step:
            self.trace.steps.append(Step(len(rows) - 1))
        return super().decode(rows)

    def sample(self, sampler: Sampler, row: int) -> int:
        super().sample(sampler, row)
        if self.trace.steps:
            self.trace.steps[-1].n_taken += 1
        return self._reply.popleft()

    def close(self) -> None:
        self._greedy.close()
        super().close()

    def _probe(self, row: Row) -> None:
        """Plain steps at this place, as many as are due."""
        while self._due and self._due[0] <= row.position:
            self._due.popleft()
            started = time.perf_counter()
            end = super().decode([row])
            super().sample(self._greedy, 0)
            self.trace.plain.append(time.perf_counter() - started)
            assert end == "done", "nobody stops it, and there is room"
            self.keep(row.sequence, row.position)
