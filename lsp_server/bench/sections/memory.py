"""Resident memory while a prompt is read and a reply is written: the most that was seen.

Weights are a mapped file, which counts as far as it is resident. A peer's process is looked for
on this machine by the port it listens on.
"""

import asyncio

from lsp_server.bench.bench import Bench, Section
from lsp_server.bench.client import Messages, Server
from lsp_server.bench.measures import Metric
from lsp_server.bench.processes import listening_on, resident_bytes
from lsp_server.bench.prompts import Wanted
from lsp_server.bench.sizes import Sizes

RESIDENT = Metric("memory", "Resident memory", "GB", less_is_better=True)
METRICS = (RESIDENT,)
NAME = "memory"
N_REPLY = 16
POLL_SECONDS = 0.05


def wanted(sizes: Sizes) -> list[Wanted]:
    return [Wanted(sizes.prompt_memory)]


async def run(bench: Bench) -> None:
    messages = bench.prompts.take(Wanted(bench.sizes.prompt_memory))

    async def measure(server: Server) -> None:
        pid = bench.host_side.pid if server.side == "penna" else listening_on(server.endpoint)
        if pid is None:
            bench.record.note("No process on this machine is seen to listen at the peer's address.")
            return
        most = await _most_resident(pid, server, messages)
        bench.record.add(RESIDENT, server.side, 0, most / 1e9 if most else None)

    await bench.turns(NAME, 0, measure)


async def _most_resident(pid: int, server: Server, messages: Messages) -> int:
    asking = asyncio.create_task(server.ask(messages, N_REPLY))
    most = 0
    try:
        while not asking.done():
            most = max(most, resident_bytes(pid))
            await asyncio.wait({asking}, timeout=POLL_SECONDS)
        await asking
    finally:
        asking.cancel()
    return max(most, resident_bytes(pid))


SECTION = Section(NAME, "Memory", wanted, run)
