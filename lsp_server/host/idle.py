"""When nobody needs the host any more. A reply that is still streaming is need.

Asking for `/health` is not: every editor does, and the host would never end.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Activity:
    """How many requests are being answered, and since when there has been none."""

    def __init__(self) -> None:
        self._n_open = 0
        self._last_end = time.monotonic()

    @contextmanager
    def request(self) -> Iterator[None]:
        self._n_open += 1
        try:
            yield
        finally:
            self._n_open -= 1
            self._last_end = time.monotonic()

    def idle_s(self) -> float:
        """Seconds without a request; 0 while there is one."""
        return 0.0 if self._n_open else time.monotonic() - self._last_end


async def until_idle(activity: Activity, seconds: float) -> None:
    """Return once there has been no request for so long."""
    while True:
        left = seconds - activity.idle_s()
        if left <= 0:
            return
        await asyncio.sleep(left)
