"""Whether models fit into the memory that is free."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from lsp_server.bench import room
from lsp_server.bench.measures import Record
from lsp_server.errors import ModelUnusable
from lsp_server.model import gguf_file
from lsp_server.model.gguf_file import GgufFile
from tests.random_model import make_random_model

GB = 10**9


@pytest.fixture
def model(tmp_path: Path) -> GgufFile:
    return gguf_file.read(make_random_model(tmp_path / "random.gguf"))


def free(monkeypatch: pytest.MonkeyPatch, n_bytes: int) -> None:
    memory = SimpleNamespace(available=n_bytes)
    monkeypatch.setattr("psutil.virtual_memory", lambda: memory)


def test_a_model_without_room_is_refused_with_the_arithmetic(
    model: GgufFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    free(monkeypatch, GB)
    room.check_memory(model, 4096)
    free(monkeypatch, GB // 10)
    with pytest.raises(ModelUnusable, match=r"and 100 MB are free; end other programs"):
        room.check_memory(model, 4096)


def test_without_room_for_two_models_the_loop_is_left_out_and_told_of(
    model: GgufFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = Record()
    free(monkeypatch, GB)
    assert room.has_memory_for_loop(model, 4096, record)
    assert record.notes == []
    free(monkeypatch, GB // 2)
    room.check_memory(model, 4096)
    assert not room.has_memory_for_loop(model, 4096, record)
    assert record.notes[0].startswith("llama.cpp's own loop was left out")
