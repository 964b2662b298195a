"""The engine on a scripted GGUF: what llama.cpp is asked for, and how it is stopped."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lsp_server.errors import ModelUnusable
from lsp_server.host.engine import Engine, Row, Shape
from lsp_server.host.sampling import Sampling
from tests.scripted import make_gguf

PROMPT = "<|im_start|>user\nhello<|im_end|>\n<|script0|>"
REPLY = "Some words, 世界 🎉, and an end.\n"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_gguf(tmp_path_factory.mktemp("engine") / "s.gguf", {"": REPLY}, n_ctx=65536)


@pytest.fixture(scope="module")
def engine(model: Path) -> Iterator[Engine]:
    engine = Engine(
        Shape(model, 16384, n_threads=1, n_batch=8192, flash_attention=True), lambda: True
    )
    yield engine
    engine.close()


def rows(tokens: list[int], start: int = 0) -> list[Row]:
    last = len(tokens) - 1
    return [Row(token, start + at, 0, at == last) for at, token in enumerate(tokens)]


def reply(engine: Engine, sampling: Sampling) -> bytes:
    tokens = engine.vocabulary.tokenize(PROMPT, start=True, markers=True)
    engine.keep(0, 0)
    sampler = engine.sampler(sampling)
    assert engine.decode(rows(tokens)) == "done"
    pieces, token = [], engine.sample(sampler, len(tokens) - 1)
    while not engine.vocabulary.ends_reply(token):
        pieces.append(engine.vocabulary.piece(token))
        assert engine.decode([Row(token, engine.n_kept(0), 0, True)]) == "done"
        token = engine.sample(sampler, 0)
    sampler.close()
    return b"".join(pieces)


@pytest.mark.parametrize("sampling", [Sampling(0), Sampling(2, 0, 1, 0), Sampling(seed=3)])
def test_the_script_is_replied(engine: Engine, sampling: Sampling) -> None:
    assert reply(engine, sampling).decode() == REPLY


def test_quantised_weights_are_computed_in_batches_of_any_size(engine: Engine) -> None:
    """On processors with AMX llama.cpp dies of the second token: host/amx.py."""
    for n_tokens in (1, 2, 7, 32, 33, 500):
        engine.keep(0, 0)
        assert engine.decode(rows([65] * n_tokens)) == "done"


def test_text_is_tokenized_into_bytes_and_back(engine: Engine) -> None:
    text = "def f(): 世界\n\t🎉 <|im_end|>\x00"
    tokens = engine.vocabulary.tokenize(text, start=True, markers=False)
    assert b"".join(map(engine.vocabulary.piece, tokens)) == text.encode()
    assert engine.vocabulary.tokenize("", start=True, markers=True) == []


def test_a_marker_is_one_token_where_markers_are_asked_for(engine: Engine) -> None:
    assert len(engine.vocabulary.tokenize("<|im_end|>", start=False, markers=True)) == 1
    assert "<|im_end|>" in engine.vocabulary.control_texts and engine.vocabulary.eos == "<|im_end|>"


def test_stop_ends_a_decode_in_its_middle_and_go_takes_it_back(engine: Engine) -> None:
    engine.keep(0, 0)
    tokens = engine.vocabulary.tokenize("x" * 8192, start=True, markers=False)
    timer = threading.Timer(0.1, engine.stop)
    timer.start()
    assert engine.decode(rows(tokens)) == "stopped"
    timer.join()
    assert engine.n_kept(0) == 0
    assert engine.decode(rows(tokens[:4])) == "stopped"
    engine.go()
    assert engine.decode(rows(tokens[:4])) == "done"
    assert engine.n_kept(0) == 4


def test_a_sequence_is_cut_to_its_first_tokens(engine: Engine) -> None:
    engine.keep(0, 0)
    assert engine.decode(rows([65] * 100)) == "done"
    assert (engine.keep(0, 60), engine.n_kept(0)) == (60, 60)
    assert (engine.keep(0, 80), engine.n_kept(0)) == (60, 60)


def test_a_batch_beyond_the_window_finds_it_full_and_changes_nothing(model: Path) -> None:
    engine = Engine(Shape(model, n_ctx=256, n_threads=1, n_batch=512), lambda: True)
    assert engine.decode(rows([65] * 200)) == "done"
    assert engine.decode(rows([65] * 100, start=200)) == "full"
    assert engine.n_kept(0) == 200
    engine.close()


def test_the_window_is_cut_to_what_the_model_was_trained_for(model: Path) -> None:
    engine = Engine(Shape(model, n_ctx=10**6, n_threads=1), lambda: True)
    assert engine.n_ctx == 65536
    engine.close()


def test_a_window_larger_than_memory_is_refused_with_the_arithmetic(tmp_path: Path) -> None:
    huge = make_gguf(tmp_path / "huge.gguf", {"": ""}, n_ctx=2**31 - 1)
    with pytest.raises(ModelUnusable, match=r"needs .* GiB .* machine has .* GiB"):
        Engine(Shape(huge, n_ctx=2**31 - 1, n_threads=1), lambda: True)


def test_a_truncated_file_is_refused_with_llama_cpps_reason(tmp_path: Path, model: Path) -> None:
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(model.read_bytes()[:-4096])
    with pytest.raises(ModelUnusable, match=r"cut\.gguf \(tensor .* file bounds"):
        Engine(Shape(cut, n_ctx=512, n_threads=1), lambda: True)


def test_loading_is_given_up_when_nobody_wants_it_any_more(model: Path) -> None:
    with pytest.raises(ModelUnusable):
        Engine(Shape(model, n_ctx=512, n_threads=1), lambda: False)
