"""Replies that are known beforehand, through the real scheduler on a real engine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lsp_server.bench import replaying as replaying_module
from lsp_server.bench.edit_pairs import Pair
from lsp_server.bench.forced_engine import ForcedEngine
from lsp_server.bench.plain_loop import run
from lsp_server.bench.replaying import Replayer, replaying
from lsp_server.host.engine import Engine, Sampler, Shape
from lsp_server.host.work import Event, ReplyText
from tests.host.scheduling import FixedCosts
from tests.random_model import make_random_model

BEFORE = "".join(f"    line {n} of the text before, with the number {n * 7919}\n" for n in range(9))
EDITED = BEFORE.replace("number 31676", "figure 31676")
OTHER = "".join(f"Nothing {chr(97 + n)} like it {n * n * 31} here, {n * 271}.\n" for n in range(12))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_random_model(tmp_path_factory.mktemp("model") / "random.gguf")


@contextmanager
def replayer(model: Path) -> Iterator[tuple[ForcedEngine, Replayer]]:
    engine = ForcedEngine(Shape(model, 2048, n_threads=1, n_seq_max=4), lambda: True)
    try:
        with replaying(engine, FixedCosts()) as made:
            yield engine, made
    finally:
        engine.close()


def test_the_reply_is_the_text_after_and_drafts_save_steps(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    class Heard(replaying_module._Ending):
        def take(self, event: Event) -> None:
            if isinstance(event, ReplyText):
                said.append(event.text)
            super().take(event)

    monkeypatch.setattr(replaying_module, "_Ending", Heard)
    with replayer(model) as (_, made):
        same = made.replay(Pair("same", BEFORE, EDITED, 0.05), n_probes=6)
        assert same is not None
        assert "".join(said) == EDITED
        other = made.replay(Pair("other", BEFORE, OTHER, 1.0), n_probes=6)
        assert other is not None
        assert "".join(said) == EDITED + OTHER
    # With the token that ends the turn.
    assert same.n_tokens == len(EDITED) + 1
    assert same.n_steps < same.n_tokens / 4
    assert other.n_steps > other.n_tokens / 2
    assert same.bucket == "up to 5 %"


def test_what_is_drafted_and_held_adds_up(model: Path) -> None:
    with replayer(model) as (engine, made):
        pair = made.replay(Pair("same", BEFORE, EDITED, 0.05), n_probes=6)
        assert pair is not None
        steps = engine.trace.steps
    assert 3 <= len(engine.trace.plain) <= 6
    assert sum(step.n_taken for step in steps) == pair.n_tokens - 1
    assert sum(drafted for drafted, _ in pair.positions) == sum(s.n_drafted for s in steps)
    assert sum(held for _, held in pair.positions) == sum(step.n_taken - 1 for step in steps)
    assert all(held <= drafted for drafted, held in pair.positions)
    assert pair.drafted_s > 0
    assert pair.plain_s > 0
    assert engine.trace.left_out > sum(engine.trace.plain)


def test_an_edit_that_does_not_fit_is_left_out(model: Path) -> None:
    with replayer(model) as (_, made):
        assert made.replay(Pair("long", BEFORE * 9, BEFORE * 9, 0.0), n_probes=2) is None


def test_probing_leaves_nothing_behind_in_the_cache(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the model itself would say hangs on all tokens in the cache; a probe changes none."""
    said: list[int] = []
    sample = Engine.sample

    def heard(engine: Engine, sampler: Sampler, row: int) -> int:
        token = sample(engine, sampler, row)
        if sampler is not probing:
            said.append(token)
        return token

    monkeypatch.setattr(Engine, "sample", heard)
    with replayer(model) as (engine, made):
        probing = engine._greedy
        for n_probes in (1, 24):
            assert made.replay(Pair("edit", BEFORE, EDITED, 0.05), n_probes) is not None
            # Those behind the last step's place are not due before the end.
            assert n_probes / 2 <= len(engine.trace.plain) <= n_probes
    half = len(EDITED) + 1
    assert len(said) == 2 * half
    assert said[:half] == said[half:]
    assert len(set(said)) > 5


def test_the_plain_loop_counts_what_it_did(model: Path) -> None:
    engine = ForcedEngine(Shape(model, 2048, n_threads=1, n_batch=32, n_seq_max=1), lambda: True)
    engine.force(range(65, 75), 100, 0)
    done = run(engine, [ord("a")] * 100, 10)
    assert (done.n_prompt, done.n_reply) == (100, 10)
    assert done.prefill_s > 0
    assert done.decode_s > 0
    assert engine.n_kept(0) == 0
    engine.close()
