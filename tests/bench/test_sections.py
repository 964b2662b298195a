"""The sections, on servers whose pace is known."""

from dataclasses import replace

import pytest

from lsp_server.bench.measures import Timeline
from lsp_server.bench.sections import cancel, clients, first_token, rates
from lsp_server.errors import HostFailed
from tests.bench.benching import benching, median
from tests.bench.fake_server import Pace


async def test_rates_are_measured_in_turns_with_the_same_prompts() -> None:
    ours, peer = Pace(read_s=0.05, write_s=0.002), Pace(read_s=0.1, write_s=0.004)
    async with benching(rates.SECTION, ours, peer) as bench:
        await rates.run(bench)
    (measured,) = bench.record.measured([rates.PREFILL])
    ratio = measured.ratio("peer")
    assert ratio is not None
    assert ratio.n_rounds == bench.sizes.n_rounds
    assert ratio.median > 1.1
    asked = [[str(b["messages"]) for b in p.bodies if b["max_tokens"] != 4] for p in (ours, peer)]
    assert asked[0] == asked[1]
    assert len(set(asked[0])) == bench.sizes.n_rounds


async def test_a_peer_that_fails_is_told_of_and_left_out_and_we_go_on() -> None:
    peer = Pace(refuses=("temperature",))
    async with benching(rates.SECTION, Pace(), peer) as bench:
        await rates.run(bench)
    assert median(bench, rates.PREFILL) is not None
    assert median(bench, rates.PREFILL, "peer") is None
    assert [note for note in bench.record.notes if "unknown: temperature" in note]
    # Twice in the first round: with and without what only some servers know.
    assert len(peer.bodies) == 2


async def test_if_our_own_host_fails_the_run_has_failed() -> None:
    async with benching(rates.SECTION, Pace(refuses=("temperature",))) as bench:
        with pytest.raises(HostFailed, match="unknown: temperature"):
            await rates.run(bench)


async def test_drafts_that_were_not_asked_for_are_told_of() -> None:
    async with benching(rates.SECTION, Pace(), Pace(n_drafted=3)) as bench:
        await rates.run(bench)
    (note,) = [note for note in bench.record.notes if "drafted" in note]
    assert note.startswith("The peer drafted tokens")


async def test_time_to_first_token_of_a_new_prompt_and_of_one_read_ahead() -> None:
    async with benching(
        first_token.SECTION, Pace(read_s=0.05), Pace(refuses=("warm_up",))
    ) as bench:
        bench.sizes = replace(bench.sizes, n_restarts=0)
        await first_token.run(bench)
    assert (median(bench, first_token.COLD) or 0) >= 0.05
    share = median(bench, first_token.SAME_SHARE)
    assert share is not None
    # This server keeps nothing.
    assert share > 0.3
    assert median(bench, first_token.WARM, "peer") is not None


async def test_a_server_without_warm_up_has_no_figure_for_it() -> None:
    peer = Pace(refuses=("temperature",))
    async with benching(first_token.SECTION, Pace(), peer) as bench:
        bench.sizes = replace(bench.sizes, n_restarts=0)
        await first_token.run(bench)
    assert median(bench, first_token.WARM) is not None
    assert median(bench, first_token.WARM, "peer") is None


async def test_a_cancel_is_timed_until_the_next_token_and_until_nothing_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cancel, "DELAYS", (0.05,))
    peer = Pace(read_s=30, has_metrics=False)
    async with benching(cancel.SECTION, Pace(read_s=30, stop_s=0.2), peer) as bench:
        await cancel.run(bench)
    stop, after = median(bench, cancel.STOP), median(bench, cancel.NEXT)
    assert stop is not None
    assert 0.2 <= stop < 10
    # The fake server answers others meanwhile.
    assert after is not None
    assert after < 10
    assert median(bench, cancel.STOP, "peer") is None
    assert [note for note in bench.record.notes if "does not tell when it has stopped" in note]


async def test_a_prompt_that_is_read_at_once_cannot_be_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cancel, "DELAYS", (0.2, 0.1))
    async with benching(cancel.SECTION, Pace()) as bench:
        await cancel.run(bench)
    assert median(bench, cancel.NEXT) is None
    assert [note for note in bench.record.notes if "before it can be cancelled" in note]


async def test_a_reply_beside_a_prompt_and_four_clients_at_once() -> None:
    async with benching(clients.SECTION, Pace(read_s=0.15, write_s=0.01)) as bench:
        await clients.run(bench)
    pause, share = median(bench, clients.PAUSE), median(bench, clients.READ_SHARE)
    assert pause is not None
    # The fake server does all at the same time.
    assert 0.01 <= pause < 5
    assert share is not None
    assert 0.3 < share < 3
    timeline = bench.record.timelines["penna"]
    assert timeline.tokens[0] < 0 < timeline.first_token < timeline.tokens[-1]
    one, four = median(bench, clients.ONE), median(bench, clients.FOUR)
    assert one is not None
    assert four is not None
    assert four > 1.2 * one


async def test_a_reply_that_ends_too_soon_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "MOST_REPLY", 10)
    async with benching(clients.SECTION, Pace(read_s=0.1, write_s=0.002)) as bench:
        await clients.run(bench)
    assert median(bench, clients.PAUSE) is None
    assert [note for note in bench.record.notes if "ended its reply before" in note]


def test_the_longest_pause_is_one_that_the_other_prompt_made() -> None:
    tokens = (-9.0, -1.0, 0.5, 1.0, 3.0, 6.0, 6.1, 20.0)
    assert clients.longest_pause(Timeline(tokens, (), 5.0, 100)) == 3.0
    assert clients.longest_pause(Timeline((-2.0, -1.0), (), 5.0, 100)) == 0.0
    # It had begun before, or ended after.
    assert clients.longest_pause(Timeline((-2.0, 9.0), (), 5.0, 100)) == 11.0
