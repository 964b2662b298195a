"""How fast a prompt is read and a reply written, as a client sees it and as the server has it.

Drafts that happen to hold would be taken for a faster machine: servers are asked to make none.
"""

from lsp_server.bench.bench import SETTLING, Bench, Section
from lsp_server.bench.client import Exchange, Messages, Server
from lsp_server.bench.engine_process import number as value_of
from lsp_server.bench.measures import Metric, Record, Side, subject
from lsp_server.bench.prompts import Wanted
from lsp_server.bench.sizes import Sizes
from lsp_server.errors import HostFailed

PREFILL = Metric("prefill", "Prompt read, seen by the client", "tokens/s")
DECODE = Metric("decode", "Reply written, seen by the client", "tokens/s")
OWN_PREFILL = Metric("prefill_server", "Prompt read, by the server's clock", "tokens/s")
OWN_DECODE = Metric("decode_server", "Reply written, by the server's clock", "tokens/s")
PREFILL_SHARE = Metric("prefill_share", "Prompt read: of the time, within llama.cpp", "share")
DECODE_SHARE = Metric("decode_share", "Reply written: of the time, within llama.cpp", "share")
METRICS = (PREFILL, OWN_PREFILL, PREFILL_SHARE, DECODE, OWN_DECODE, DECODE_SHARE)
NAME = "rates"


def wanted(sizes: Sizes) -> list[Wanted]:
    return [Wanted(sizes.prompt_rates)] * sizes.n_rounds


async def run(bench: Bench) -> None:
    for number in range(bench.sizes.n_rounds):
        messages = bench.prompts.take(Wanted(bench.sizes.prompt_rates))

        async def measure(server: Server, number: int = number, of: Messages = messages) -> None:
            exchange = await server.ask(of, bench.sizes.reply_rates)
            _add(bench.record, server.side, number, exchange)

        await bench.turns(NAME, number, measure)
        if bench.loop is not None:
            bench.tell(f"{NAME}, round {number + 1}: llama.cpp's own loop")
            await _loop(bench, number, messages)
        if bench.llama_bench is not None:
            bench.tell(f"{NAME}, round {number + 1}: llama-bench")
            await _llama_bench(bench, number)


def _add(record: Record, side: Side, number: int, exchange: Exchange) -> None:
    record.add(PREFILL, side, number, exchange.prefill_rate)
    record.add(DECODE, side, number, exchange.decode_rate)
    record.add(OWN_PREFILL, side, number, exchange.timings.prefill_rate)
    record.add(OWN_DECODE, side, number, exchange.timings.decode_rate)
    record.add(PREFILL_SHARE, side, number, exchange.timings.prefill_share)
    record.add(DECODE_SHARE, side, number, exchange.timings.decode_share)
    if exchange.timings.n_drafted:
        record.note(
            f"{subject(side)} drafted tokens, though it was asked not to: its decode rates are "
            "not those of plain decoding."
        )
    if exchange.timings.n_reused > exchange.n_prompt // 10:
        record.note(f"{subject(side)} found a tenth or more of a prompt that was new in its cache.")


async def _loop(bench: Bench, number: int, messages: Messages) -> None:
    """The same tokens, after it was woken like a server. There is no wire: one clock for both."""
    assert bench.loop is not None, "it is asked for"
    await bench.loop.ask("run", system="", user=SETTLING.user, n_reply=4)
    told = await bench.loop.ask(
        "run", system=messages.system, user=messages.user, n_reply=bench.sizes.reply_rates
    )
    prefill = value_of(told, "n_prompt") / value_of(told, "prefill_s")
    decode = (value_of(told, "n_reply") - 1) / value_of(told, "decode_s")
    _add_both(bench.record, "loop", number, prefill, decode)


async def _llama_bench(bench: Bench, number: int) -> None:
    """A program that fails is told of, and not asked again."""
    assert bench.llama_bench is not None, "it is asked for"
    sizes, threads = bench.sizes, bench.threads
    try:
        prefill = await bench.llama_bench.prefill_rate(sizes.prompt_rates, threads)
        decode = await bench.llama_bench.decode_rate(sizes.prompt_rates, sizes.reply_rates, threads)
    except HostFailed as error:
        bench.record.note(str(error))
        bench.llama_bench = None
        return
    _add_both(bench.record, "llama-bench", number, prefill, decode)


def _add_both(record: Record, side: Side, number: int, prefill: float, decode: float) -> None:
    for metric in (PREFILL, OWN_PREFILL):
        record.add(metric, side, number, prefill)
    for metric in (DECODE, OWN_DECODE):
        record.add(metric, side, number, decode)


SECTION = Section(NAME, "Rates", wanted, run)
