"""A reply and its times, as a client sees them."""

import asyncio
import time

import pytest

from lsp_server.bench.client import EXTENSIONS, Exchange, Messages, Refused, Server
from lsp_server.bench.reply_form import Timings, piece
from lsp_server.errors import HostFailed, PromptTooLong
from lsp_server.model.endpoint import BaseUrl
from tests.bench.fake_server import Pace, served
from tests.model.http_server import Request, Send, answer, delta, event, head, on_loopback

SHORT = Messages("", "hello there")
LONG = Messages("be brief", "word " * 100)


async def asked(pace: Pace, messages: Messages = SHORT, n: int = 5) -> tuple[Server, Exchange]:
    async with served(pace) as fake:
        server = Server("peer", BaseUrl(f"{fake.url}/v1"))
        return server, await server.ask(messages, n)


async def test_times_are_those_of_the_pieces() -> None:
    _, exchange = await asked(Pace(read_s=0.15, write_s=0.02), LONG)
    assert exchange.time_to_first_token is not None
    assert 0.15 <= exchange.time_to_first_token < 5
    assert len(exchange.pieces) == 5
    assert exchange.n_reply == 5
    assert exchange.n_prompt == 102
    assert exchange.prefill_rate is not None
    assert exchange.prefill_rate == pytest.approx(102 / exchange.time_to_first_token)
    # Four steps to the last token, and one until the end is told.
    assert exchange.decode_rate is not None
    assert 0 < exchange.decode_rate <= 4 / 0.1


async def test_the_servers_own_clock_counts_from_the_first_token() -> None:
    _, exchange = await asked(Pace(read_s=1.0, n_long=500, write_s=0.1), n=3)
    assert exchange.timings.decode_rate == pytest.approx(2 / 0.301)
    assert exchange.timings.prefill_rate == pytest.approx(2 / 1.001)


async def test_a_server_that_tells_no_times_is_counted_and_timed_by_the_client() -> None:
    _, exchange = await asked(Pace(has_timings=False, write_s=0.01))
    assert (exchange.n_prompt, exchange.n_reply) == (2, 5)
    assert exchange.timings.prefill_rate is None
    assert exchange.timings.decode_rate is None
    assert exchange.decode_rate is not None


@pytest.mark.parametrize("names_them", [True, False])
async def test_what_a_server_dislikes_is_left_out_from_then_on(names_them: bool) -> None:
    pace = Pace(refuses=("speculative.n_max", "cache_prompt"), names_them=names_them)
    server, exchange = await asked(pace)
    assert len(exchange.pieces) == 5
    left = set(pace.bodies[-1]) & set(EXTENSIONS)
    assert left == (set(EXTENSIONS) - set(pace.refuses) if names_them else set())
    assert server.left_out == set(EXTENSIONS) - left


async def test_the_clock_of_a_reply_begins_anew_after_a_refusal() -> None:
    began = time.perf_counter()
    _, exchange = await asked(Pace(refuses=tuple(EXTENSIONS), refuse_s=0.2), LONG)
    assert exchange.sent - began > 0.2


async def test_a_server_that_reads_no_prompt_alone_says_so() -> None:
    async with served(Pace(refuses=("warm_up", "temperature"))) as fake:
        server = Server("peer", BaseUrl(f"{fake.url}/v1"))
        assert not await server.warm_up(SHORT)
        with pytest.raises(Refused, match="unknown: temperature"):
            await server.ask(SHORT, 1)
    async with served(pace := Pace()) as fake:
        assert await Server("peer", BaseUrl(f"{fake.url}/v1")).warm_up(SHORT)
        assert pace.bodies[-1]["max_tokens"] == 0


async def test_a_prompt_that_is_too_long_is_no_reason_to_leave_anything_out() -> None:
    async def handle(request: Request, send: Send) -> None:
        code = {"code": "context_length_exceeded", "n_prompt_tokens": 9, "n_ctx": 8}
        await send(answer(400, {"error": {"message": "too long", **code}}))

    async with on_loopback(handle) as fake:
        with pytest.raises(PromptTooLong):
            await Server("peer", BaseUrl(f"{fake.url}/v1")).ask(SHORT, 1)
        assert len(fake.requests) == 1


async def test_a_stream_that_is_none_is_a_sentence() -> None:
    async def handle(request: Request, send: Send) -> None:
        await send(head() + b"data: {broken\n\n")

    async with on_loopback(handle) as fake:
        with pytest.raises(HostFailed, match="does not speak"):
            await Server("peer", BaseUrl(f"{fake.url}/v1")).ask(SHORT, 1)


async def test_an_error_in_mid_stream_is_a_sentence() -> None:
    async def handle(request: Request, send: Send) -> None:
        await send(head() + delta("a") + event({"error": {"message": "out of memory"}}))

    async with on_loopback(handle) as fake:
        with pytest.raises(HostFailed, match="out of memory"):
            await Server("peer", BaseUrl(f"{fake.url}/v1")).ask(SHORT, 1)


async def test_a_server_that_is_down_is_a_sentence() -> None:
    with pytest.raises(HostFailed, match="No connection to http"):
        await Server("peer", BaseUrl("http://127.0.0.1:9/v1")).ask(SHORT, 1)


async def test_cancelling_closes_the_connection_and_waiting_for_pieces_ends() -> None:
    async with served(Pace(write_s=0.01)) as fake:
        exchange = Exchange(Server("peer", BaseUrl(f"{fake.url}/v1")), SHORT, 10_000)
        task = asyncio.create_task(exchange.run())
        assert await exchange.until(3)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert not await exchange.until(10_000)
        await asyncio.wait_for(fake.closed.wait(), 5)


async def test_a_reply_without_text_has_no_first_token() -> None:
    _, exchange = await asked(Pace(), n=0)
    assert exchange.time_to_first_token is None
    assert exchange.prefill_rate is None
    assert exchange.decode_rate is None


def test_drafts_are_read_from_the_servers_timings() -> None:
    timings = '{"predicted_n": 9, "draft_n": 7, "draft_n_accepted": 6}'
    told = piece(f'{{"choices": [], "timings": {timings}}}')
    assert told.timings == Timings(n_decoded=9, n_drafted=7, n_accepted=6)


def test_the_share_within_llama_cpp_is_read_and_unknown_of_others() -> None:
    times = '"prompt_ms": 200, "predicted_ms": 100'
    more = '"prompt_computing_ms": 190, "predicted_computing_ms": 98'
    ours = piece(f'{{"choices": [], "timings": {{{times}, {more}}}}}').timings
    theirs = piece(f'{{"choices": [], "timings": {{{times}}}}}').timings
    assert ours is not None and (ours.prefill_share, ours.decode_share) == (0.95, 0.98)
    assert theirs is not None and (theirs.prefill_share, theirs.decode_share) == (None, None)


@pytest.mark.parametrize("value", ["NaN", "-3", '"many"', "null", "[]", "1e999"])
def test_numbers_that_make_no_sense_count_as_none(value: str) -> None:
    timings = f'{{"predicted_n": {value}, "predicted_ms": {value}}}'
    told = piece(f'{{"choices": [], "timings": {timings}}}')
    assert told.timings is not None
    assert told.timings.n_decoded == 0
    assert told.timings.decode_rate is None


def test_counts_without_times_do_not_replace_those_with_times() -> None:
    timed, counted = Timings(n_decoded=3, decode_ms=5.0), Timings(n_decoded=3)
    assert counted.beside(timed) is timed
    assert timed.beside(counted) is timed
