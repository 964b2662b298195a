"""Time to first token: of a new prompt, of the same selection asked otherwise, after a warm-up,
and after the host was started again.

After a restart the host has what it keeps on disk; the prompt is one with Penna's own system
prompt. Another server cannot be restarted from here.
"""

import time

from lsp_server.bench.bench import Bench, Section
from lsp_server.bench.client import Messages, Server
from lsp_server.bench.measures import Metric, subject
from lsp_server.bench.prompts import Wanted, asked_otherwise, selection_alone
from lsp_server.bench.sizes import Sizes

COLD = Metric("first_token_cold", "First token, new prompt", "s", less_is_better=True)
SAME = Metric("first_token_same", "First token, same selection, another action", "s", True)
WARM = Metric("first_token_warm", "First token, after a warm-up", "s", less_is_better=True)
RESTARTED = Metric("first_token_restarted", "First token, after a restart", "s", True)
SAME_SHARE = Metric("first_token_same_share", "Another action, as a share of new", "share", True)
LOADING = Metric("restart", "Restart until it serves", "s", less_is_better=True)
METRICS = (COLD, SAME, SAME_SHARE, WARM, RESTARTED, LOADING)
NAME = "first-token"

N_REPLY = 4
KEEPING_SECONDS = 75.0
"""The host writes the state of a system prompt at most once a minute."""


def wanted(sizes: Sizes) -> list[Wanted]:
    new, kept = _new(sizes), _kept(sizes)
    return [new] * 2 * sizes.n_first_tokens + [kept] * 2 * sizes.n_restarts


async def run(bench: Bench) -> None:
    # First, while no other system prompt has been kept.
    for number in range(bench.sizes.n_restarts):
        bench.tell(f"{NAME}: restart {number + 1}")
        await _restart(bench, number)
    for number in range(bench.sizes.n_first_tokens):
        first, second = (bench.prompts.take(_new(bench.sizes)) for _ in range(2))

        async def measure(
            server: Server, number: int = number, two: tuple[Messages, Messages] = (first, second)
        ) -> None:
            await _cold_and_same(bench, server, number, two[0])
            await _warm(bench, server, number, two[1])

        await bench.turns(NAME, number, measure)


async def _cold_and_same(bench: Bench, server: Server, number: int, messages: Messages) -> None:
    cold = await server.ask(messages, N_REPLY)
    same = await server.ask(asked_otherwise(messages), N_REPLY)
    add, side = bench.record.add, server.side
    add(COLD, side, number, cold.time_to_first_token)
    add(SAME, side, number, same.time_to_first_token)
    if cold.time_to_first_token and same.time_to_first_token:
        add(SAME_SHARE, side, number, same.time_to_first_token / cold.time_to_first_token)


async def _warm(bench: Bench, server: Server, number: int, messages: Messages) -> None:
    if not await server.warm_up(selection_alone(messages)):
        bench.record.note(f"{subject(server.side)} does not read a prompt ahead of a question.")
        return
    warm = await server.ask(messages, N_REPLY)
    bench.record.add(WARM, server.side, number, warm.time_to_first_token)


async def _restart(bench: Bench, number: int) -> None:
    since = time.time()
    await bench.host.ask(bench.prompts.take(_kept(bench.sizes)), N_REPLY)
    if number == 0 and not await bench.host_side.until_kept(since, KEEPING_SECONDS):
        bench.record.note("The host has not kept its system prompt's state on disk.")
    await bench.host_side.end()
    began = time.perf_counter()
    await bench.host_side.start()
    bench.record.add(LOADING, "penna", number, time.perf_counter() - began)
    exchange = await bench.host.ask(bench.prompts.take(_kept(bench.sizes)), N_REPLY)
    bench.record.add(RESTARTED, "penna", number, exchange.time_to_first_token)
    await bench.host_side.until_quiet()
    if number == 0:
        bench.record.note(
            f"After a restart {exchange.timings.n_reused:,} of {exchange.n_prompt:,} tokens of the "
            "prompt were there: those of the system prompt."
        )


def _new(sizes: Sizes) -> Wanted:
    return Wanted(sizes.prompt_first_token, has_system=True)


def _kept(sizes: Sizes) -> Wanted:
    return Wanted(sizes.prompt_first_token, has_system=True, is_kept=True)


SECTION = Section(NAME, "Time to first token", wanted, run)
