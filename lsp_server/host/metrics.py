"""What the host has done, for `GET /metrics` in Prometheus' text format.

The engine thread tells, any thread may read. Each `Metrics` has a registry of its own, so nothing
is shared in the process. Names follow Prometheus' rules: base units, counters end in `_total`.
"""

from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from lsp_server.host.work import Timings

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

Ending = Literal["stop", "length", "cancelled", "failed"]
ENDINGS: tuple[Ending, ...] = ("stop", "length", "cancelled", "failed")

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120)
"""Upper bounds; a CPU reads 40 to 150 tokens of prompt a second."""


class Metrics:
    """Counts of tokens and requests, times in seconds, and the load of this moment."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._read = self._counter("tokens_read", "Prompt tokens that were computed.")
        self._reused = self._counter("tokens_reused", "Prompt tokens found in the KV cache.")
        self._written = self._counter("tokens_written", "Tokens of replies.")
        self._drafted = self._counter("tokens_drafted", "Tokens that were guessed ahead.")
        self._accepted = self._counter("tokens_accepted", "Drafted tokens that held.")
        self._queue = self._histogram("queue_seconds", "From a request to its first batch.")
        self._first = self._histogram(
            "time_to_first_token_seconds", "From a request to the first token of its reply."
        )
        self._cells = self._gauge("kv_cells_used", "Cells of the KV cache that hold a token.")
        self._running = self._gauge("requests_running", "Requests that are being computed.")
        self._waiting = self._gauge("requests_waiting", "Requests that no slot is free for.")
        ended = Counter(
            "penna_requests", "Requests by how they ended.", ["how"], registry=self._registry
        )
        self._ended = {how: ended.labels(how) for how in ENDINGS}

    def started(self, queue_s: float) -> None:
        """A request's first batch begins."""
        self._queue.observe(queue_s)

    def first_token(self, seconds: float) -> None:
        """The first token of a reply came so long after its request."""
        self._first.observe(seconds)

    def ended(self, timings: Timings, how: Ending) -> None:
        self._ended[how].inc()
        self._read.inc(timings.n_prefilled)
        self._reused.inc(timings.n_reused)
        self._written.inc(timings.n_decoded)
        self._drafted.inc(timings.n_drafted)
        self._accepted.inc(timings.n_accepted)

    def load(self, cells_used: int, n_running: int, n_waiting: int) -> None:
        self._cells.set(cells_used)
        self._running.set(n_running)
        self._waiting.set(n_waiting)

    def text(self) -> bytes:
        """All of it, in the format that `CONTENT_TYPE` names."""
        return generate_latest(self._registry)

    def _counter(self, name: str, what: str) -> Counter:
        return Counter(f"penna_{name}", what, registry=self._registry)

    def _gauge(self, name: str, what: str) -> Gauge:
        return Gauge(f"penna_{name}", what, registry=self._registry)

    def _histogram(self, name: str, what: str) -> Histogram:
        return Histogram(f"penna_{name}", what, registry=self._registry, buckets=SECONDS)
