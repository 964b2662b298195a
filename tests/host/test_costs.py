"""What a batch is expected to cost, and how it follows what batches do cost."""

import math
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.host.attention import DEPTH, Attention
from lsp_server.host.costs import SOMEWHERE, Costs

HERE: Mapping[int, float] = SOMEWHERE
PER_SAMPLE = 0.0015

sizes = st.integers(2, 600)
times = st.floats(1e-6, 1e3)
curves = st.dictionaries(sizes, times, min_size=1).map(lambda rest: {1: 0.1, **rest})
rising = curves.map(lambda curve: dict(zip(sorted(curve), sorted(curve.values()), strict=True)))
ratios = st.floats(0.2, 5)


def here() -> Costs:
    return Costs(HERE, PER_SAMPLE)


@given(rising)
def test_what_was_measured_is_expected_again(curve: dict[int, float]) -> None:
    costs = Costs(curve)
    assert {n: costs.seconds(n) for n in costs.sizes} == curve


@given(rising, st.data())
def test_a_size_that_was_disturbed_costs_no_more_than_a_larger_one(
    curve: dict[int, float], data: st.DataObject
) -> None:
    hit = data.draw(st.sampled_from(sorted(curve)[:-1]))
    costs = Costs({**curve, hit: 1e4})
    larger = min(n for n in curve if n > hit)
    assert costs.seconds(hit) == curve[larger]
    assert all(costs.seconds(n) == curve[n] for n in curve if n != hit)


@given(curves, sizes)
def test_every_batch_has_a_price(curve: dict[int, float], n_rows: int) -> None:
    assert 0 < Costs(curve).seconds(n_rows) < math.inf


@given(sizes, st.floats(0, 0.1))
def test_between_sizes_a_straight_curve_is_exact(n_rows: int, per_row: float) -> None:
    costs = Costs({n: 0.1 + per_row * n for n in (1, 4, 16, 64, 256, 1024)})
    assert costs.seconds(n_rows) == pytest.approx(0.1 + per_row * n_rows)


def test_rows_beyond_a_multiple_of_four_cost_more_than_the_next_four() -> None:
    """Measured: 15 rows took 5.1 single steps, 16 rows 3.9, 17 rows 4.7."""
    costs = here()
    steps = {n: costs.seconds(n) / costs.seconds(1) for n in (15, 16, 17)}
    assert steps[15] == pytest.approx(5.1, rel=0.1)
    assert steps[16] == pytest.approx(3.9, rel=0.01)
    assert steps[17] == pytest.approx(4.7, rel=0.1)


def test_beyond_the_largest_measured_size_it_goes_on_in_proportion() -> None:
    assert here().seconds(256) == pytest.approx(2 * here().seconds(128))


def test_a_row_that_is_not_sampled_is_cheaper() -> None:
    costs = here()
    assert costs.seconds(64, 64) == costs.seconds(64)
    assert costs.seconds(64) - costs.seconds(64, 1) == pytest.approx(63 * PER_SAMPLE)


@given(sizes, st.integers(0, 600), st.floats(0, 1))
def test_sampling_more_never_costs_less(n_rows: int, n_sampled: int, per_sample: float) -> None:
    costs = Costs(HERE, per_sample)
    assert 0 < costs.seconds(n_rows, n_sampled) <= costs.seconds(n_rows, n_sampled + 1)


@given(ratios, st.lists(sizes, min_size=7, max_size=20))
def test_a_machine_that_got_slower_is_believed_after_a_few_batches(
    ratio: float, batches: list[int]
) -> None:
    costs, before = here(), here()
    for n in batches:
        costs.observe(n, 1, ratio * before.seconds(n, 1))
    for n in (1, 16, 100):
        assert costs.seconds(n) == pytest.approx(ratio * before.seconds(n))


@given(st.lists(st.floats(1, 1.1), max_size=30), st.floats(1e-3, 1e6), st.data())
def test_one_batch_that_is_out_of_line_says_nothing(
    ratios: list[float], outlier: float, data: st.DataObject
) -> None:
    ratios.insert(data.draw(st.integers(0, len(ratios))), outlier)
    costs, before = here(), here().seconds(16)
    for ratio in ratios:
        costs.observe(16, 16, ratio * before)
        assert before <= costs.seconds(16) <= 1.1 * before + 1e-9


@given(st.lists(st.tuples(sizes, st.floats()), max_size=30))
def test_nothing_observed_takes_the_curve_away(batches: list[tuple[int, float]]) -> None:
    costs = here()
    for n_rows, seconds in batches:
        costs.observe(n_rows, 1, seconds)
    assert 0.1 <= costs.scale <= 10
    assert 0.1 * HERE[16] <= costs.seconds(16) <= 10 * HERE[16]


def test_the_first_batch_on_an_unknown_machine_scales_the_curve_however_far_off_it_was() -> None:
    costs = Costs.unknown()
    costs.observe(1, 1, HERE[1] / 1000)
    assert costs.seconds(16) == pytest.approx(HERE[16] / 1000)
    assert costs.seconds(64) - costs.seconds(64, 1) == pytest.approx(63 * PER_SAMPLE / 1000)


def test_a_slow_first_batch_on_an_unknown_machine_is_forgotten() -> None:
    costs = Costs.unknown()
    for seconds in (30, HERE[1], HERE[1]):
        costs.observe(1, 1, seconds)
    assert costs.seconds(16) == pytest.approx(HERE[16])


def test_a_new_curve_forgets_what_was_observed_against_the_old_one() -> None:
    costs = here()
    for _ in range(7):
        costs.observe(1, 1, 5 * HERE[1])
    costs.learn({1: 1.0, 4: 2.0}, 0.01, {})
    assert (costs.scale, costs.seconds(4), tuple(costs.sizes)) == (1, 2.0, (1, 4))


@given(st.floats(0.01, 20), st.integers(0, 64), ratios)
def test_what_fits_into_a_pause_stays_within_it(pause: float, n_others: int, ratio: float) -> None:
    costs = Costs({n: at * ratio for n, at in HERE.items()}, PER_SAMPLE * ratio)
    n = costs.largest(pause, n_others)
    assert n >= 1
    assert (n + n_others) % 4 == 0
    assert n <= 4 or costs.seconds(n + n_others, n_others) <= pause


@given(st.floats(0.01, 20), st.integers(0, 64))
def test_nothing_larger_would_have_fitted_in_fours(pause: float, n_others: int) -> None:
    costs = here()
    n = costs.largest(pause, n_others)
    larger = range(n + 4, 512, 4)
    assert all(costs.seconds(each + n_others, n_others) > pause for each in larger)


@given(st.floats(0.05, 5), st.integers(0, 16), st.floats(0, 8000))
def test_a_little_more_time_is_taken_only_for_a_much_better_rate(
    pause: float, n_others: int, n_cells: float
) -> None:
    costs = Costs(HERE, PER_SAMPLE, {1: 0.03, 16: 0.11, 96: 0.5})
    costs.attend(n_cells)
    plain, chosen = costs.largest(pause, n_others), costs.chunk_within(pause, n_others)
    if chosen != plain:
        assert chosen > plain and costs.seconds(chosen + n_others, n_others) <= 1.1 * pause
        rates = [n / costs.seconds(n + n_others, n_others) for n in (plain, chosen)]
        assert rates[1] >= 1.25 * rates[0]


def test_sixteen_rows_are_what_a_pause_of_six_tenths_has_room_for_here() -> None:
    assert here().largest(0.6, 1) == 15


def test_the_prefill_chunk_is_the_smallest_with_nearly_the_best_rate() -> None:
    assert Costs({1: 0.1, 16: 0.4, 32: 0.65, 64: 1.22, 128: 2.42}).prefill_chunk() == 64
    assert here().prefill_chunk() == 96


def test_an_unknown_machine_gets_the_usual_prefill_chunk() -> None:
    assert Costs.unknown().prefill_chunk() == 128


# --- looking back -----------------------------------------------------------------------------

MEASURED_BACK = {1: 0.02, 16: 0.1, 96: 0.7}


def test_looking_back_is_as_measured_and_grows_with_the_cells() -> None:
    attention = Attention(MEASURED_BACK)
    for n_rows, seconds in MEASURED_BACK.items():
        assert attention.seconds(n_rows, DEPTH) == pytest.approx(seconds)
        assert attention.seconds(n_rows, 3 * DEPTH) == pytest.approx(3 * seconds)
    assert attention.seconds(192, DEPTH) == pytest.approx(1.4)
    assert attention.seconds(16, 0) == 0


@given(
    st.dictionaries(st.integers(1, 200), st.floats(-1, 10), max_size=5),
    st.integers(1, 600),
    st.floats(0, 1e6),
)
def test_looking_back_never_saves_time(
    measured: dict[int, float], n_rows: int, n_cells: float
) -> None:
    attention = Attention(measured)
    seconds = attention.seconds(n_rows, n_cells)
    assert 0 <= seconds < math.inf
    assert seconds <= attention.seconds(n_rows + 1, n_cells) * (1 + 1e-9)


def test_with_much_to_look_back_at_fewer_rows_fit_into_a_pause() -> None:
    costs = Costs(HERE, PER_SAMPLE, MEASURED_BACK)
    near = costs.largest(0.6, 1)
    costs.attend(4000)
    assert 0 < costs.largest(0.6, 1) < near
