"""Measuring this machine, on a real engine with a tiny model."""

import json
import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.host.attention import DEPTH
from lsp_server.host.calibration import (
    DEEP,
    ENOUGH,
    FIRST_ROUNDS,
    LARGE,
    SIZES,
    STRETCH,
    Calibration,
    Choices,
    deepened,
)
from lsp_server.host.engine import Engine, Row, Shape
from lsp_server.host.identity import digest, model_file, processor
from lsp_server.host.kept import calibration, choices, system_prompt
from lsp_server.host.measured import N_FILES, Measured, MeasuredFile, Threads
from lsp_server.host.window import Window
from tests.random_model import make_random_model
from tests.scripted import make_gguf

SPARES = (3, 2)
SPARE = SPARES[0]
ONE = Choices((1,), (1,))
IDENTITY = digest("model", "machine")
MEASURED = Measured(Threads(2, 1), {1: 0.1, 2: 0.15, 16: 0.5}, 0.001, {1: 0.01, 16: 0.1})


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_random_model(tmp_path_factory.mktemp("calibration") / "random.gguf")


@pytest.fixture(scope="module")
def engine(model: Path) -> Iterator[Engine]:
    engine = Engine(Shape(model, n_ctx=4096, n_threads=1, n_seq_max=4), lambda: True)
    yield engine
    engine.close()


@pytest.fixture
def file(tmp_path: Path) -> MeasuredFile:
    return MeasuredFile(tmp_path / "calibration", IDENTITY)


def content(tmp_path: Path) -> Path:
    (path,) = (tmp_path / "calibration").iterdir()
    return path


def finish(calibration: Calibration) -> int:
    n_steps = 1
    while calibration.step(SPARES):
        n_steps += 1
    return n_steps


def test_all_is_measured_and_kept_for_the_next_start(engine: Engine, file: MeasuredFile) -> None:
    first = Calibration(engine, file, ONE)
    costs = first.costs
    assert not first.is_done
    assert finish(first) > FIRST_ROUNDS * len(SIZES)
    assert first.is_done and first.costs is costs
    assert tuple(costs.sizes) == (*sorted(SIZES), *LARGE)
    second = Calibration(engine, file, ONE)
    assert [second.costs.seconds(n) for n in costs.sizes] == [costs.seconds(n) for n in costs.sizes]


def test_each_start_adds_a_round_until_there_are_enough(engine: Engine, file: MeasuredFile) -> None:
    finish(Calibration(engine, file, ONE))
    for n_rounds in range(FIRST_ROUNDS, ENOUGH):
        before = file.load()
        assert before is not None and before.n_rounds == n_rounds
        again = Calibration(engine, file, ONE)
        assert not again.is_done
        finish(again)
        after = file.load()
        assert after is not None
        for n_rows, seconds in after.seconds_by_rows.items():
            assert seconds <= before.seconds_by_rows[n_rows] + 1e-9 or n_rows in LARGE
    assert Calibration(engine, file, ONE).is_done
    assert not Calibration(engine, file, ONE).step(SPARES)


def test_the_spare_sequence_is_empty_after_each_step_and_others_stay(
    engine: Engine, file: MeasuredFile
) -> None:
    engine.keep(0, 0)
    assert engine.decode([Row(65, at, 0) for at in range(100)]) == "done"
    measuring = Calibration(engine, file, ONE)
    while measuring.step(SPARES):
        assert [engine.n_kept(each) for each in SPARES] == [0, 0]
    assert engine.n_kept(0) == 100
    engine.keep(0, 0)


def test_a_stopped_step_is_done_again_later(engine: Engine, file: MeasuredFile) -> None:
    measuring = Calibration(engine, file, ONE)
    for _ in range(5):
        assert measuring.step(SPARES)
    engine.stop()
    assert not measuring.step(SPARES) and not measuring.is_done
    assert engine.n_kept(SPARE) == 0
    engine.go()
    finish(measuring)
    assert measuring.is_done


def test_a_request_stops_a_step_in_its_middle(tmp_path: Path, file: MeasuredFile) -> None:
    """The step of a model that takes long; the time of the stop does not matter."""
    slow = make_gguf(tmp_path / "s.gguf", {"": "yes"}, n_ctx=4096)
    engine = Engine(Shape(slow, n_ctx=1024, n_threads=1, n_seq_max=4), lambda: True)
    measuring = Calibration(engine, file, ONE)
    stopping = threading.Timer(0.005, engine.stop)
    stopping.start()
    while measuring.step(SPARES):
        pass
    stopping.join()
    engine.go()
    assert engine.n_kept(SPARE) == 0
    finish(measuring)
    assert measuring.is_done
    engine.close()


def test_a_cache_without_room_is_left_alone_until_there_is_some(
    model: Path, file: MeasuredFile
) -> None:
    engine = Engine(Shape(model, n_ctx=256, n_threads=1, n_batch=256, n_seq_max=4), lambda: True)
    assert engine.decode([Row(65, at, 0) for at in range(250)]) == "done"
    measuring = Calibration(engine, file, ONE)
    assert not measuring.step(SPARES) and not measuring.is_done
    assert engine.n_kept(0) == 250
    engine.keep(0, 0)
    finish(measuring)
    assert measuring.is_done
    engine.close()


def test_a_narrow_engine_is_measured_at_the_sizes_it_has(model: Path, file: MeasuredFile) -> None:
    shape = Shape(model, n_ctx=256, n_threads=1, n_batch=64, n_seq_max=4, n_outputs=8)
    engine = Engine(shape, lambda: True)
    measuring = Calibration(engine, file, ONE)
    finish(measuring)
    assert tuple(measuring.costs.sizes) == (1, 2, 3, 4, 5, 6, 7, 8)
    engine.close()


def test_threads_are_chosen_among_the_candidates_and_set(model: Path, file: MeasuredFile) -> None:
    engine = Engine(Shape(model, n_ctx=256, n_threads=1, n_seq_max=4), lambda: True)
    measuring = Calibration(engine, file, Choices((1, 2), (1, 2)))
    finish(measuring)
    assert {measuring.threads.n_decode, measuring.threads.n_prefill} <= {1, 2}
    assert Calibration(engine, file, ONE).threads == measuring.threads
    engine.close()


def test_before_anything_is_measured_there_are_costs_of_the_right_size(
    engine: Engine, file: MeasuredFile
) -> None:
    measuring = Calibration(engine, file, ONE)
    before = measuring.costs.seconds(16)
    for _ in range(4):
        measuring.step(SPARES)
    assert measuring.costs.seconds(16) < before / 10, "a tiny model is a hundred times faster"


def test_a_long_sequence_is_made_of_copies_and_computes_as_one(engine: Engine) -> None:
    engine.keep(SPARE, 0)
    rows = [Row(65, at, SPARE) for at in range(STRETCH)]
    assert engine.decode(rows) == "done"
    stretch = engine.state(SPARE)
    engine.keep(SPARE, 0)
    assert deepened(engine, stretch, *SPARES) >= DEPTH
    assert [engine.n_kept(each) for each in SPARES] == [11 * STRETCH, 0]
    assert engine.decode([Row(66, 11 * STRETCH, SPARE, True)]) == "done"
    assert engine.n_kept(SPARE) == 11 * STRETCH + 1
    engine.keep(SPARE, 0)


def test_what_looking_back_adds_is_measured_and_kept(engine: Engine, file: MeasuredFile) -> None:
    measuring = Calibration(engine, file, ONE)
    finish(measuring)
    kept = file.load()
    assert kept is not None and set(kept.attention_by_rows) == set(DEEP)
    assert all(seconds >= 0 for seconds in kept.attention_by_rows.values())
    near = measuring.costs.seconds(96, 1)
    measuring.costs.attend(4000)
    assert measuring.costs.seconds(96, 1) >= near


# --- the file -----------------------------------------------------------------------------------


def test_what_was_measured_is_read_again(tmp_path: Path, file: MeasuredFile) -> None:
    file.save(MEASURED)
    assert file.load() == MEASURED
    assert stat.S_IMODE(content(tmp_path).stat().st_mode) == 0o600


def test_a_file_of_another_model_or_machine_is_ignored(tmp_path: Path, file: MeasuredFile) -> None:
    file.save(MEASURED)
    other = digest("another")
    content(tmp_path).rename(tmp_path / "calibration" / f"{other.hex()[:32]}.json")
    assert MeasuredFile(tmp_path / "calibration", other).load() is None


def nothing(fields: dict[str, object]) -> None:
    fields.clear()


DAMAGES: list[Callable[[dict[str, object]], object]] = [
    nothing,
    lambda fields: fields.update(version=1),
    lambda fields: fields.update(attention_by_rows={"1": float("inf")}),
    lambda fields: fields.update(attention_by_rows=None),
    lambda fields: fields.update(n_rounds=0),
    lambda fields: fields.update(n_rounds="many"),
    lambda fields: fields.update(threads=[2]),
    lambda fields: fields.update(threads=[0, 1]),
    lambda fields: fields.update(threads=[1, 10**6]),
    lambda fields: fields.update(threads=[float("inf"), 1]),
    lambda fields: fields.update(threads=None),
    lambda fields: fields.update(seconds_by_rows=[1]),
    lambda fields: fields.update(seconds_by_rows={}),
    lambda fields: fields.update(seconds_by_rows={"1": 0.1}),
    lambda fields: fields.update(seconds_by_rows={"2": 0.1, "3": 0.1}),
    lambda fields: fields.update(seconds_by_rows={"1": 0.1, "0": 0.1}),
    lambda fields: fields.update(seconds_by_rows={"1": 0.1, "x": 0.1}),
    lambda fields: fields.update(seconds_by_rows={"1": 0.1, "2": float("nan")}),
    lambda fields: fields.update(seconds_by_rows={"1": 0.1, "2": -1}),
    lambda fields: fields.update(seconds_per_sample=-1),
    lambda fields: fields.update(seconds_per_sample="much"),
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_numbers_that_make_no_sense_are_ignored_and_written_anew(
    tmp_path: Path, file: MeasuredFile, damage: Callable[[dict[str, object]], object]
) -> None:
    file.save(MEASURED)
    fields = json.loads(content(tmp_path).read_text())
    damage(fields)
    content(tmp_path).write_text(json.dumps(fields))
    assert file.load() is None
    file.save(MEASURED)
    assert file.load() == MEASURED


@given(st.binary(max_size=50) | st.text(max_size=50).map(str.encode))
def test_no_content_ever_fails(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / f"{IDENTITY.hex()[:32]}.json").write_bytes(content)
    assert MeasuredFile(folder, IDENTITY).load() is None


def test_json_nested_beyond_reason_is_ignored(tmp_path: Path) -> None:
    (tmp_path / f"{IDENTITY.hex()[:32]}.json").write_text("[" * 90_000)
    assert MeasuredFile(tmp_path, IDENTITY).load() is None


def test_a_folder_that_cannot_be_written_is_one_sentence_and_it_goes_on(
    engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "in the way").touch()
    measuring = Calibration(engine, MeasuredFile(tmp_path / "in the way" / "x", IDENTITY), ONE)
    finish(measuring)
    assert measuring.is_done
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_the_folder_does_not_grow_for_ever(tmp_path: Path) -> None:
    for n in range(N_FILES + 3):
        MeasuredFile(tmp_path, digest(n)).save(MEASURED)
    assert len(list(tmp_path.iterdir())) == N_FILES


# --- whose it is --------------------------------------------------------------------------------


def test_each_model_window_and_choice_has_measurements_of_its_own(
    engine: Engine, model: Path, tmp_path: Path
) -> None:
    plain = Window(n_threads=1, cache_folder=tmp_path)
    for _ in range(ENOUGH):
        finish(calibration(engine, model, plain))
    assert calibration(engine, model, plain).is_done
    assert calibration(engine, model, Window(4096, 1, cache_folder=tmp_path)).is_done
    assert not calibration(engine, model, Window(n_threads=2, cache_folder=tmp_path)).is_done
    for_q8 = Window(n_threads=1, cache_type_k="q8_0", cache_folder=tmp_path)
    assert not calibration(engine, model, for_q8).is_done
    status = model.stat()
    os.utime(model, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert not calibration(engine, model, plain).is_done


def test_the_users_numbers_of_threads_are_no_choice() -> None:
    tried = (4, 8, 2)
    assert choices(Window(), tried) == Choices(tried, tried)
    assert choices(Window(n_threads=3), tried) == Choices((3,), (3,))
    assert choices(Window(n_threads=3, n_threads_batch=5), tried) == Choices((3,), (5,))
    assert choices(Window(n_threads_batch=5), tried) == Choices(tried, (5,))


def test_the_system_prompt_of_a_window_survives_another_length_but_no_other_types(
    engine: Engine, model: Path, tmp_path: Path
) -> None:
    engine.keep(0, 0)
    assert engine.decode([Row(65, at, 0) for at in range(10)]) == "done"
    first = system_prompt(engine, model, Window(cache_folder=tmp_path))
    first.keep(0, [65] * 10, SPARE)
    first.close()
    longer = Window(n_ctx=512, n_threads=7, cache_folder=tmp_path)
    assert system_prompt(engine, model, longer).restore(SPARE) == (65,) * 10
    engine.keep(SPARE, 0)
    other = Window(cache_type_v="q8_0", cache_folder=tmp_path)
    assert system_prompt(engine, model, other).restore(SPARE) == ()
    engine.keep(0, 0)


def test_a_model_is_known_by_its_name_size_time_and_ends(tmp_path: Path) -> None:
    file = tmp_path / "m.gguf"
    file.write_bytes(b"a" * 3_000_000)
    before = model_file(file)
    os.utime(file, ns=(0, before[2]))
    assert model_file(file) == before
    file.write_bytes(b"a" * 2_999_999 + b"b")
    os.utime(file, ns=(0, before[2]))
    assert model_file(file) != before and model_file(file)[:3] == before[:3]


def test_the_processor_has_a_name(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text("processor\t: 0\nmodel name\t: Fast 9000\nflags\t: x\n")
    assert processor(tmp_path / "cpuinfo") == "Fast 9000"
    assert processor(tmp_path / "absent")
