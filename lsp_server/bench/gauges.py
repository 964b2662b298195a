"""What a server says of its load in `GET /metrics`: how many requests are computed now."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from lsp_server.bench.client import STALL_SECONDS, Server
from lsp_server.model.endpoint import connect
from lsp_server.model.failures import sentences

if TYPE_CHECKING:
    import httpx

RUNNING = ("penna_requests_running", "llamacpp:requests_processing")
POLL_SECONDS = 0.005


class Load:
    """Asks over one connection, which stays open."""

    def __init__(self, client: "httpx.AsyncClient") -> None:
        self._client = client

    async def n_running(self) -> int | None:
        """None: the server does not tell."""
        answer = await self._client.get(self._client.base_url.copy_with(path="/metrics"))
        return running(answer.text) if answer.status_code == 200 else None

    async def until_idle(self) -> float:
        """When nothing is computed any more, as time.perf_counter has it."""
        while True:
            if not await self.n_running():
                return time.perf_counter()
            await asyncio.sleep(POLL_SECONDS)


@asynccontextmanager
async def load_of(server: Server) -> AsyncIterator[Load]:
    with sentences(server.name, STALL_SECONDS):
        async with connect(server.endpoint, STALL_SECONDS) as client:
            yield Load(client)


def running(text: str) -> int | None:
    """Out of a page in Prometheus' format; None if it is none, or tells no such thing."""
    from prometheus_client.parser import text_string_to_metric_families

    try:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.name in RUNNING:
                    return int(sample.value)
    except (ValueError, KeyError, IndexError):
        return None
    return None
