"""What is said of model files, whole and broken."""

import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy
import pytest
from gguf import GGUFEndian, GGUFWriter
from gguf.constants import LlamaFileType
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lsp_server.errors import ModelUnusable
from lsp_server.host.scripted import make_gguf
from lsp_server.model.gguf_file import check, gigabytes, read

Change = Callable[[GGUFWriter], None]


def write(path: Path, change: Change = lambda _: None, architecture: str = "qwen3") -> Path:
    """A small file with the shape of Qwen3-4B, and one quantised tensor."""
    writer = GGUFWriter(path, architecture)
    return finish(writer, change)


def finish(writer: GGUFWriter, change: Change = lambda _: None) -> Path:
    writer.add_name("Tiny")
    writer.add_block_count(36)
    writer.add_context_length(262144)
    writer.add_embedding_length(2560)
    writer.add_head_count(32)
    writer.add_token_list([f"token {number}" for number in range(3000)])
    writer.add_token_types([1] * 3000)
    change(writer)
    writer.add_tensor("output.weight", numpy.zeros((64, 32), numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    assert writer.path is not None
    return Path(writer.path)


def sentence(path: Path) -> str:
    with pytest.raises(ModelUnusable) as caught:
        read(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_a_file_is_described(tmp_path: Path) -> None:
    def change(writer: GGUFWriter) -> None:
        writer.add_head_count_kv(8)
        writer.add_key_length(128)
        writer.add_value_length(128)
        writer.add_file_type(LlamaFileType.MOSTLY_Q4_K_M)
        writer.add_chat_template("{{ messages }}")

    file = read(write(tmp_path / "m.gguf", change))
    assert (file.architecture, file.name, file.quantisation) == ("qwen3", "Tiny", "Q4_K_M")
    assert (file.n_ctx_train, file.n_vocab, file.n_params) == (262144, 3000, 2048)
    assert file.has_chat_template
    assert file.size == (tmp_path / "m.gguf").stat().st_size
    assert file.kv_bytes_per_token == 36 * 8 * (128 + 128) * 2


def test_the_memory_is_weights_kv_cache_and_overhead(tmp_path: Path) -> None:
    file = read(write(tmp_path / "m.gguf"))
    memory = file.memory(8192)
    assert memory.kv_cache == 8192 * file.kv_bytes_per_token
    assert memory.least == file.size + memory.kv_cache + memory.overhead
    assert memory.comfortable == memory.least + memory.repacked


def test_key_lengths_come_from_the_width_where_they_are_not_said(tmp_path: Path) -> None:
    file = read(write(tmp_path / "m.gguf"))
    assert file.kv_bytes_per_token == 36 * 32 * (80 + 80) * 2


def test_heads_may_differ_from_layer_to_layer(tmp_path: Path) -> None:
    file = read(write(tmp_path / "m.gguf", lambda writer: writer.add_head_count_kv([4] * 36)))
    assert file.kv_bytes_per_token == 36 * 4 * (80 + 80) * 2


def test_the_commonest_type_stands_for_a_missing_quantisation(tmp_path: Path) -> None:
    assert read(write(tmp_path / "m.gguf")).quantisation == "F32"


def test_the_scripted_model_is_a_good_file(tmp_path: Path) -> None:
    assert check(make_gguf(tmp_path / "s.gguf", {"": "hello"}), 8192).has_chat_template


def test_a_file_that_is_cut_off_in_its_weights_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "m.gguf")
    os.truncate(path, path.stat().st_size - 100)
    assert "penna model pull" in sentence(path)


def test_a_file_that_is_something_else_is_told(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"PK\3\4" + bytes(100))
    assert "is not a GGUF file" in sentence(path)


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.touch()
    assert "is empty" in sentence(path)


def test_a_folder_and_a_missing_file_are_told(tmp_path: Path) -> None:
    assert "is a folder" in sentence(tmp_path)
    assert "does not exist" in sentence(tmp_path / "nowhere.gguf")


def test_a_big_endian_file_is_told(tmp_path: Path) -> None:
    path = finish(GGUFWriter(tmp_path / "m.gguf", "qwen3", endianess=GGUFEndian.BIG))
    assert "big-endian" in sentence(path)


@pytest.mark.parametrize("version", [1, 4])
def test_a_version_that_is_not_read_is_told(tmp_path: Path, version: int) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", version, 0, 0))
    assert f"GGUF version {version}" in sentence(path)


def test_an_unknown_architecture_is_told(tmp_path: Path) -> None:
    assert "“penna9”" in sentence(write(tmp_path / "m.gguf", architecture="penna9"))


@pytest.mark.parametrize("architecture", ["bert", "nomic-bert-moe", "clip"])
def test_a_model_that_cannot_write_is_told(tmp_path: Path, architecture: str) -> None:
    assert "cannot write text" in sentence(write(tmp_path / "m.gguf", architecture=architecture))


def test_an_adapter_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "m.gguf", lambda writer: writer.add_type("adapter"))
    assert "an adapter" in sentence(path)


def test_a_missing_part_of_a_split_model_is_told(tmp_path: Path) -> None:
    first = write(tmp_path / "m-00001-of-00002.gguf")
    with pytest.raises(ModelUnusable, match=r"m-00002-of-00002\.gguf is missing"):
        read(first)
    second = write(tmp_path / "m-00002-of-00002.gguf")
    assert read(first).size == 2 * second.stat().st_size
    assert "choose m-00001-of-00002.gguf" in sentence(second)


def test_a_part_under_another_name_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "m.gguf", lambda writer: writer.add_uint16("split.count", 3))
    assert "one part of a split model" in sentence(path)


def test_a_tensor_type_that_is_not_known_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "m.gguf")
    data = path.read_bytes()
    at = data.index(b"output.weight") + len(b"output.weight") + 4 + 16
    path.write_bytes(data[:at] + struct.pack("<I", 999) + data[at + 4 :])
    assert "a type (999)" in sentence(path)


def test_a_model_larger_than_the_memory_is_told_with_the_figures(tmp_path: Path) -> None:
    path = write(tmp_path / "m.gguf")
    with pytest.raises(ModelUnusable, match=r"needs .* 8,192 tokens .* has 100 MB; .*list"):
        check(path, 8192, memory=100_000_000)


def test_a_file_that_may_not_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "m.gguf")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    # The tests may run as root, whom no mode keeps out.
    monkeypatch.setattr(Path, "open", refuse)
    assert "may not be read" in sentence(path)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_gguf(tmp_path_factory.mktemp("g") / "m.gguf", {"": "hello"}).read_bytes()


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_damage_to_the_header_ends_in_anything_but_a_sentence(
    good: bytes, tmp_path: Path, data: st.DataObject
) -> None:
    damaged = bytearray(good[: data.draw(st.integers(0, 12_000))])
    for _ in range(data.draw(st.integers(0, 6))):
        if damaged:
            at = data.draw(st.integers(0, len(damaged) - 1))
            damaged[at] = data.draw(st.integers(0, 255))
    path = tmp_path / "m.gguf"
    path.write_bytes(damaged)
    with pytest.raises(ModelUnusable):
        read(path)


@pytest.mark.parametrize(
    ("n_bytes", "text"), [(2_497_281_120, "2.50 GB"), (639_446_688, "639 MB"), (0, "0 MB")]
)
def test_sizes_are_decimal(n_bytes: int, text: str) -> None:
    assert gigabytes(n_bytes) == text
