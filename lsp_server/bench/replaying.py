"""Writes the text after an edit, token by token, with the real scheduler and the real drafts.

Prompt and prediction hold the text before. For the child process. Deliberately absent: which
edits (`edit_pairs.py`).
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from lsp_server.bench.edit_pairs import Pair
from lsp_server.bench.forced_engine import ForcedEngine, Trace
from lsp_server.bench.measures import ReplayedPair
from lsp_server.errors import HostFailed
from lsp_server.host.assembly import MIB, N_SPARE
from lsp_server.host.chat_template import ChatTemplate, Message
from lsp_server.host.costs import Costs
from lsp_server.host.metrics import Metrics
from lsp_server.host.prefix_cache import PrefixCache
from lsp_server.host.sampling import Sampling
from lsp_server.host.scheduler import Scheduler
from lsp_server.host.stash import Stash
from lsp_server.host.window import Window
from lsp_server.host.work import Cancelled, Event, Failed, Finished, Work

SYSTEM = "You edit code. Reply with all of the text as it is after the change, and nothing else."
ASKED = "Change this code as it was changed in its next version:\n\n"


class Replayer:
    """Made by `replaying`; one pair at a time."""

    def __init__(self, engine: ForcedEngine, scheduler: Scheduler) -> None:
        self._engine = engine
        self._scheduler = scheduler
        self._template = ChatTemplate(engine.vocabulary, engine.chat_template)

    def replay(self, pair: Pair, n_probes: int) -> ReplayedPair | None:
        """None if it does not fit into the window."""
        messages = [Message("system", SYSTEM), Message("user", ASKED + pair.before)]
        prompt, reply = self._template.tokens(messages), self._reply(pair.after)
        if len(prompt) + len(reply) >= self._engine.n_ctx:
            return None
        trace = self._engine.force(reply, len(prompt), n_probes)
        work = Work(
            prompt=tuple(prompt),
            emit=(ending := _Ending()).take,
            sampling=Sampling(temperature=0),
            max_tokens=len(reply),
            prediction=tuple(self._plain(pair.before)),
        )
        self._scheduler.submit(work)
        finished = ending.wait()
        seconds = finished.timings.decode_ms / 1000 - trace.left_out
        return _replayed(pair, trace, len(reply), seconds)

    def _reply(self, text: str) -> list[int]:
        """With the token that ends it, if the model has one."""
        vocabulary = self._engine.vocabulary
        end = vocabulary.tokenize(vocabulary.eos, start=False, markers=True)
        return self._plain(text) + [token for token in end if vocabulary.ends_reply(token)]

    def _plain(self, text: str) -> list[int]:
        return self._engine.vocabulary.tokenize(text, start=False, markers=False)


@contextmanager
def replaying(engine: ForcedEngine, costs: Costs) -> Iterator[Replayer]:
    """A scheduler in a thread of its own; the engine is its alone meanwhile."""
    stash = Stash(Window().cache_ram_mib * MIB)
    cache = PrefixCache(engine, engine.n_seq_max - N_SPARE, stash)
    scheduler = Scheduler(engine, cache, costs, Metrics(), n_slots=1)
    thread = threading.Thread(target=scheduler.run, name="engine")
    thread.start()
    try:
        yield Replayer(engine, scheduler)
    finally:
        scheduler.close()
        thread.join()


class _Ending:
    """Waits for the last event of a work."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._last: Event | None = None

    def take(self, event: Event) -> None:
        self._last = event
        if isinstance(event, Finished | Cancelled | Failed):
            self._ended.set()

    def wait(self) -> Finished:
        self._ended.wait()
        if isinstance(self._last, Failed):
            raise HostFailed(self._last.message)
        assert isinstance(self._last, Finished), "nobody cancels it"
        return self._last


def _replayed(pair: Pair, trace: Trace, n_reply: int, seconds: float) -> ReplayedPair:
    """The first token is picked from the prompt's last row: no step, no time."""
    drafted, accepted = Counter[int](), Counter[int]()
    for step in trace.steps:
        drafted.update(range(step.n_drafted))
        accepted.update(range(max(step.n_taken - 1, 0)))
    return ReplayedPair(
        name=pair.name,
        bucket=pair.bucket,
        changed=pair.changed,
        n_tokens=n_reply,
        n_steps=len(trace.steps),
        drafted_s=seconds / (n_reply - 1),
        plain_s=median(trace.plain),
        positions=tuple((drafted[at], accepted[at]) for at in range(len(drafted))),
    )
