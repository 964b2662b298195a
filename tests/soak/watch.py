"""What the soak looks at from outside: the host's memory and file descriptors, and its metrics."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import httpx
import psutil

from tests.hosting import RunningHost

MIB = 2**20
WARM_UP = 0.2
"""The share of samples before the line is fitted: allocators and caches fill."""

_GAUGE = re.compile(r"^penna_(\w+) ([0-9.e+-]+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sample:
    """After `n_requests`. None: the host has no such metric."""

    n_requests: int
    seconds: float
    rss: int
    n_files: int
    n_threads: int
    cells: float | None
    running: float | None
    waiting: float | None

    @property
    def is_quiet(self) -> bool:
        return not self.running and not self.waiting


class Watch:
    """Samples are kept; `samples[0]` is from before the first request."""

    def __init__(self, host: RunningHost) -> None:
        self._process = psutil.Process(host.process.pid)
        self._client: httpx.Client = host.client()
        self._client.headers["connection"] = "close"
        self.samples: list[Sample] = []

    def sample(self, n_requests: int, seconds: float) -> Sample:
        answer = self._client.get("/metrics")
        gauges = dict(_GAUGE.findall(answer.text)) if answer.is_success else {}
        names = ("kv_cells_used", "requests_running", "requests_waiting")
        cells, running, waiting = (
            float(gauges[name]) if name in gauges else None for name in names
        )
        with self._process.oneshot():
            self.samples.append(
                Sample(
                    n_requests,
                    seconds,
                    self._process.memory_info().rss,
                    self._process.num_fds(),
                    self._process.num_threads(),
                    cells,
                    running,
                    waiting,
                )
            )
        return self.samples[-1]

    def close(self) -> None:
        self._client.close()


def growth(samples: Sequence[Sample]) -> float:
    """Bytes of memory per 10,000 requests: the line of least squares through the later samples."""
    later = samples[int(len(samples) * WARM_UP) :]
    xs = [float(sample.n_requests) for sample in later]
    ys = [float(sample.rss) for sample in later]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    over = sum((at - x) * (value - y) for at, value in zip(xs, ys, strict=True))
    under = sum((at - x) ** 2 for at in xs)
    return over / under * 10_000 if under else 0.0
