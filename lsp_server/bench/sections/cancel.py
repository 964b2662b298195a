"""A prompt is given up while it is read: how soon the machine is free, and for the next question.

Two rounds in one: in the first the next question follows at once on a connection of its own, in
the second the server is asked every few milliseconds whether it still computes.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from lsp_server.bench.bench import Bench, Section
from lsp_server.bench.client import Exchange, Messages, Server
from lsp_server.bench.gauges import load_of
from lsp_server.bench.measures import Metric, subject
from lsp_server.bench.prompts import Wanted
from lsp_server.bench.sizes import Sizes

ALONE = Metric("short_alone", "First token of a short question, nothing before", "s", True)
NEXT = Metric("cancel_next", "Cancelled in mid-prefill, to the next first token", "s", True)
STOP = Metric("cancel_stop", "Cancelled in mid-prefill, until nothing is computed", "s", True)
METRICS = (NEXT, STOP, ALONE)
NAME = "cancel"

DELAYS = (1.5, 0.5, 0.15, 0.05)
"""Seconds until the prompt is given up; shorter where it had been read by then."""


N_REPLY = 2


def wanted(sizes: Sizes) -> list[Wanted]:
    """A try that came too late has used up its prompt."""
    long, short = Wanted(sizes.prompt_cancelled), Wanted(sizes.prompt_short)
    return [long, long, short, short] * sizes.n_cancels


async def run(bench: Bench) -> None:
    for number in range(bench.sizes.n_cancels):
        longs = [bench.prompts.take(Wanted(bench.sizes.prompt_cancelled)) for _ in range(2)]
        shorts = [bench.prompts.take(Wanted(bench.sizes.prompt_short)) for _ in range(2)]

        async def measure(
            server: Server,
            number: int = number,
            longs: list[Messages] = longs,
            shorts: list[Messages] = shorts,
        ) -> None:
            add, side = bench.record.add, server.side
            alone = await server.ask(shorts[0], N_REPLY)
            add(ALONE, side, number, alone.time_to_first_token)
            add(NEXT, side, number, await _until_next(bench, server, longs[0], shorts[1]))
            add(STOP, side, number, await _until_stopped(bench, server, longs[1]))

        await bench.turns(NAME, number, measure)


async def _until_next(
    bench: Bench, server: Server, long: Messages, short: Messages
) -> float | None:
    closing = await _cancelled(bench, server, long)
    if closing is None:
        return None
    exchange = await server.ask(short, N_REPLY)
    return exchange.pieces[0] - closing if exchange.pieces else None


async def _until_stopped(bench: Bench, server: Server, long: Messages) -> float | None:
    """None: the server does not tell how many requests it computes."""
    async with load_of(server) as load:
        if await load.n_running() is None:
            bench.record.note(f"{subject(server.side)} does not tell when it has stopped.")
            return None
        closing = await _cancelled(bench, server, long)
        return None if closing is None else await load.until_idle() - closing


async def _cancelled(bench: Bench, server: Server, messages: Messages) -> float | None:
    """When the connection began to close; None if the prompt is always read before that.

    Tries again with shorter delays, and another number at the start: all of it is read again.
    """
    for tries, delay in enumerate(DELAYS):
        begun = Messages(messages.system, f"{tries} {messages.user}" if tries else messages.user)
        async with _asked(server, begun) as exchange:
            await asyncio.sleep(delay)
            closing = time.perf_counter()
            if not exchange.pieces and not exchange.finished:
                return closing
    bench.record.note(f"{subject(server.side)} reads the long prompt before it can be cancelled.")
    return None


@asynccontextmanager
async def _asked(server: Server, messages: Messages) -> AsyncIterator[Exchange]:
    """The connection is closed on leaving."""
    exchange = Exchange(server, messages, N_REPLY)
    task = asyncio.create_task(exchange.run())
    try:
        yield exchange
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


SECTION = Section(NAME, "Cancelling", wanted, run)
