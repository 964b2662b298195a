"""Several clients at once: a reply that is being written while somebody else's prompt is read, and
four questions at the same time.

The pauses of the reply are what a client sees between two pieces of text.
"""

import asyncio
import contextlib
from itertools import pairwise
from statistics import median

from lsp_server.bench.bench import Bench, Section
from lsp_server.bench.client import Exchange, Messages, Server
from lsp_server.bench.measures import Metric, Timeline, subject
from lsp_server.bench.prompts import Wanted
from lsp_server.bench.sizes import Sizes

PAUSE = Metric("pause", "Longest pause of a reply while another prompt is read", "s", True)
READ_ALONE = Metric("read_alone", "That prompt read alone", "tokens/s")
READ_BESIDE = Metric("read_beside", "That prompt read beside the reply", "tokens/s")
READ_SHARE = Metric("read_share", "Beside the reply, as a share of alone", "share")
ONE = Metric("one_client", "One client, reply tokens in all", "tokens/s")
FOUR = Metric("four_clients", "Four clients at once, reply tokens in all", "tokens/s")
ONE_FIRST = Metric("one_first_token", "One client, first token", "s", less_is_better=True)
FOUR_FIRST = Metric("four_first_token", "Four clients at once, first token (middle one)", "s", True)
METRICS = (PAUSE, READ_ALONE, READ_BESIDE, READ_SHARE, ONE, FOUR, ONE_FIRST, FOUR_FIRST)
NAME = "clients"

N_CLIENTS = 4
N_BEFORE = 6
"""Pieces of the reply that come before the other prompt is sent."""

MOST_REPLY = 4000
"""Tokens; it is cancelled once the other client has its first one."""


def wanted(sizes: Sizes) -> list[Wanted]:
    long, short = Wanted(sizes.prompt_read_beside), Wanted(sizes.prompt_client)
    return ([long] * 2 + [short] * (2 + N_CLIENTS)) * sizes.n_clients_rounds


async def run(bench: Bench) -> None:
    sizes = bench.sizes
    for number in range(sizes.n_clients_rounds):
        longs = [bench.prompts.take(Wanted(sizes.prompt_read_beside)) for _ in range(2)]
        shorts = [bench.prompts.take(Wanted(sizes.prompt_client)) for _ in range(2 + N_CLIENTS)]

        async def measure(
            server: Server,
            number: int = number,
            longs: list[Messages] = longs,
            shorts: list[Messages] = shorts,
        ) -> None:
            await _two(bench, server, number, (longs[0], longs[1], shorts[0]))
            await _four(bench, server, number, shorts[1:])

        await bench.turns(NAME, number, measure)


async def _two(
    bench: Bench, server: Server, number: int, messages: tuple[Messages, Messages, Messages]
) -> None:
    first, second, short = messages
    add, side = bench.record.add, server.side
    alone = await server.ask(first, 2)
    add(READ_ALONE, side, number, alone.prefill_rate)
    reply = Exchange(server, short, MOST_REPLY)
    other = Exchange(server, second, 2)
    if not await _beside(reply, other):
        bench.record.note(f"{subject(side)} ended its reply before the other prompt had been read.")
        return
    timeline = _timeline(reply, other)
    bench.record.timelines.setdefault(side, timeline)
    add(PAUSE, side, number, longest_pause(timeline))
    add(READ_BESIDE, side, number, other.prefill_rate)
    if alone.prefill_rate and other.prefill_rate:
        add(READ_SHARE, side, number, other.prefill_rate / alone.prefill_rate)


async def _beside(reply: Exchange, other: Exchange) -> bool:
    """Let `other` be asked while `reply` is being written; False if that ended before."""
    writing = asyncio.create_task(reply.run())
    try:
        if not await reply.until(N_BEFORE):
            return False
        await other.run()
        # The next piece ends a pause that has lasted until now.
        return await reply.until(len(reply.pieces) + 1)
    finally:
        writing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writing


def longest_pause(timeline: Timeline) -> float:
    """Between two pieces of the reply, of which the second came while the prompt was read, or was
    the next after that."""
    pauses = [(left, right) for left, right in pairwise(timeline.tokens) if right > 0]
    during = [right - left for left, right in pauses if left < timeline.first_token]
    return max(during, default=0.0)


def _timeline(reply: Exchange, other: Exchange) -> Timeline:
    began = other.sent
    return Timeline(
        tokens=tuple(at - began for at in reply.pieces),
        progress=tuple((at - began, n) for at, n in other.progress),
        first_token=(other.pieces[0] if other.pieces else other.finished) - began,
        n_prompt=other.n_prompt,
    )


async def _four(bench: Bench, server: Server, number: int, messages: list[Messages]) -> None:
    n_reply, add, side = bench.sizes.reply_client, bench.record.add, server.side
    one = await server.ask(messages[0], n_reply)
    four = await asyncio.gather(*(server.ask(each, n_reply) for each in messages[1:]))
    began, ended = min(each.sent for each in four), max(each.finished for each in four)
    add(ONE, side, number, one.n_reply / (one.finished - one.sent))
    add(FOUR, side, number, sum(each.n_reply for each in four) / (ended - began))
    add(ONE_FIRST, side, number, one.time_to_first_token)
    firsts = [each.time_to_first_token for each in four if each.time_to_first_token]
    add(FOUR_FIRST, side, number, median(firsts) if firsts else None)


SECTION = Section(NAME, "Several clients", wanted, run)
