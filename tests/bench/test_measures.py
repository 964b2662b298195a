"""Values by side and round, and what is made of them."""

from hypothesis import given
from hypothesis import strategies as st

from lsp_server.bench.measures import Measured, Metric, Record, figure
from lsp_server.bench.sizes import FULL, QUICK

RATE = Metric("rate", "Rate", "tokens/s")
FLOATS = st.floats(0.001, 1000)


def test_the_middle_of_rounds_is_told_with_the_least_and_the_most() -> None:
    found = figure([3.0, 1.0, 2.0, 10.0])
    assert found is not None
    assert (found.median, found.least, found.most, found.n_rounds) == (2.5, 1.0, 10.0, 4)
    assert figure([]) is None


def test_a_ratio_is_that_of_rounds_and_not_of_middles() -> None:
    """The machine was half as fast in the second round, for both."""
    measured = Measured(RATE, {"penna": {0: 9.0, 1: 4.5}, "loop": {0: 10.0, 1: 5.0}})
    ratio = measured.ratio("loop")
    assert ratio is not None
    assert (ratio.median, ratio.least, ratio.most) == (0.9, 0.9, 0.9)


def test_rounds_that_one_side_lacks_do_not_count() -> None:
    measured = Measured(RATE, {"penna": {0: 8.0, 1: 100.0}, "peer": {0: 10.0, 2: 1.0}})
    ratio = measured.ratio("peer")
    assert ratio is not None
    assert (ratio.median, ratio.n_rounds) == (0.8, 1)
    assert measured.ratio("loop") is None
    assert Measured(RATE, {"penna": {0: 1.0}, "peer": {0: 0.0}}).ratio("peer") is None


@given(st.lists(FLOATS, min_size=1, max_size=9), FLOATS)
def test_a_side_that_is_always_so_many_times_as_fast_has_that_ratio(
    theirs: list[float], times: float
) -> None:
    ours = {n: value * times for n, value in enumerate(theirs)}
    ratio = Measured(RATE, {"penna": ours, "peer": dict(enumerate(theirs))}).ratio("peer")
    assert ratio is not None
    assert abs(ratio.median / times - 1) < 1e-9


def test_what_a_server_does_not_tell_is_begun_and_has_no_figure() -> None:
    record = Record()
    record.add(RATE, "penna", 0, 5.0)
    record.add(RATE, "peer", 0, None)
    (measured,) = record.measured([RATE, Metric("other", "Other", "s")])
    assert measured.figure("penna") is not None
    assert measured.figure("peer") is None


def test_a_record_is_empty_until_something_was_measured() -> None:
    record = Record()
    record.note("The machine was busy.")
    record.add(RATE, "peer", 0, None)
    assert record.is_empty
    record.add(RATE, "penna", 0, 1.0)
    assert not record.is_empty


def test_a_note_is_said_once() -> None:
    record = Record()
    record.note("So it is.")
    record.note("So it is.")
    assert record.notes == ["So it is."]


@given(st.integers(64, 100_000))
def test_no_prompt_is_larger_than_the_window(n_ctx: int) -> None:
    for sizes in (FULL.within(n_ctx), QUICK.within(n_ctx)):
        longest = max(sizes.prompt_cancelled, sizes.prompt_first_token, sizes.prompt_rates)
        assert longest + sizes.reply_rates < n_ctx or longest == sizes.prompt_short
        assert 2 * sizes.prompt_read_beside < n_ctx
        assert 4 * sizes.prompt_client < n_ctx


def test_a_usual_window_has_room_for_all() -> None:
    assert FULL.within(8192) == FULL
