"""A bench on fake servers, for tests of the sections: our side is one of them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from lsp_server.bench.bench import Bench, Section
from lsp_server.bench.client import Messages, Server
from lsp_server.bench.host_side import HostSide
from lsp_server.bench.llama_bench import Threads
from lsp_server.bench.measures import Metric, Record
from lsp_server.bench.prompts import Prompts
from lsp_server.bench.sizes import QUICK
from lsp_server.model.endpoint import BaseUrl
from tests.bench.fake_server import Pace, served


class WordPrompts(Prompts):
    """A token is a word, and there are as many prompts as are asked for."""

    def __init__(self, section: Section) -> None:
        super().__init__()
        for n, wanted in enumerate(section.wanted(QUICK)):
            words = " ".join(f"w{n}" for _ in range(wanted.n_tokens))
            self._ready[wanted].append(Messages("", words))


@asynccontextmanager
async def benching(section: Section, ours: Pace, peer: Pace | None = None) -> AsyncIterator[Bench]:
    async with AsyncExitStack() as servers:
        here = await servers.enter_async_context(served(ours))
        there = await servers.enter_async_context(served(peer)) if peer else None
        yield Bench(
            host_side=HostSide(Path("model.gguf"), 8192, None, Path("nowhere")),
            host=Server("penna", BaseUrl(f"{here.url}/v1")),
            peer=Server("peer", BaseUrl(f"{there.url}/v1")) if there else None,
            loop=None,
            llama_bench=None,
            threads=Threads(1, 1),
            prompts=WordPrompts(section),
            sizes=QUICK,
            record=Record(),
            tell=lambda _what: None,
        )


def median(bench: Bench, metric: Metric, side: str = "penna") -> float | None:
    measured = bench.record.measured([metric])
    found = measured[0].figure("peer" if side == "peer" else "penna") if measured else None
    return None if found is None else found.median
