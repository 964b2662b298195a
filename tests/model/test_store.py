"""The catalogue, and which models are here and in use."""

from pathlib import Path

import pytest

from lsp_server.errors import DownloadFailed, ModelError, NoModel
from lsp_server.model import catalogue
from lsp_server.model.download import check_memory
from lsp_server.model.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "data")


def put(store: Store, id: str, name: str = "m.gguf", size: int = 10) -> Path:
    path = store.models / id / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))
    return path


def test_the_catalogue_has_the_promised_models_and_the_default_first() -> None:
    ids = [entry.id for entry in catalogue.entries()]
    assert ids == [
        "qwen3-4b", "qwen3-1.7b", "qwen3-0.6b", "qwen2.5-coder-3b",
        "phi-4-mini", "llama-3.1-8b", "glm-4-9b",
    ]  # fmt: skip
    assert catalogue.default().name == "Qwen3-4B-Instruct-2507"


def test_every_entry_is_complete() -> None:
    for entry in catalogue.entries():
        assert entry.repository.count("/") == 1
        assert entry.file.endswith(".gguf")
        assert entry.quantisation.casefold() in entry.file.casefold()
        assert entry.size > 500_000_000
        assert entry.n_ctx >= 32_768
        assert entry.licence
        assert entry.note.endswith(".")


def test_the_memory_estimate_of_the_default_is_near_what_was_measured() -> None:
    measured = 5_500_000_000
    assert abs(catalogue.default().memory(8192).comfortable - measured) < 0.1 * measured


def test_an_entry_is_found_by_id_and_name_and_near_misses_are_told() -> None:
    assert catalogue.entry("QWEN3-4B") == catalogue.entry("qwen3-4b-instruct-2507")
    with pytest.raises(NoModel, match=r"did you mean qwen3-4b\?"):
        catalogue.entry("qwen-4b")
    with pytest.raises(NoModel, match="the catalogue has qwen3-4b, "):
        catalogue.entry("xyz")


def test_a_model_larger_than_the_memory_is_refused_and_one_that_fits_named() -> None:
    with pytest.raises(DownloadFailed, match=r"`penna model pull qwen2.5-coder-3b` fits"):
        check_memory(catalogue.entry("llama-3.1-8b"), 8192, 3_000_000_000)
    with pytest.raises(DownloadFailed, match="no model of the catalogue fits"):
        check_memory(catalogue.default(), 8192, 1_000_000_000)


def test_nothing_is_installed_at_first(store: Store) -> None:
    assert store.installed() == []
    assert store.in_use() is None
    with pytest.raises(NoModel, match="penna model pull"):
        store.resolve(None)


def test_the_chosen_model_is_found_again(store: Store, tmp_path: Path) -> None:
    mine = tmp_path / "天 mine.gguf"
    mine.touch()
    store.use(mine)
    assert Store(store.folder).resolve(None) == mine


def test_a_chosen_model_that_is_gone_is_told(store: Store, tmp_path: Path) -> None:
    store.use(tmp_path / "gone.gguf")
    with pytest.raises(NoModel, match=r"gone\.gguf, is gone"):
        store.resolve(None)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"path": 3}'])
def test_a_damaged_choice_counts_as_none(store: Store, content: str) -> None:
    store.folder.mkdir()
    (store.folder / "model.json").write_text(content)
    assert store.in_use() is None


def test_a_setting_may_name_an_installed_model_or_a_path(store: Store, tmp_path: Path) -> None:
    installed = put(store, "qwen3-4b")
    assert store.resolve("qwen3-4b") == store.resolve("Qwen3-4B-Instruct-2507") == installed
    mine = tmp_path / "mine.gguf"
    mine.touch()
    assert store.resolve(str(mine)) == mine


def test_a_setting_that_names_nothing_is_told(store: Store, tmp_path: Path) -> None:
    with pytest.raises(NoModel, match="run `penna model pull phi-4-mini`"):
        store.resolve("phi-4-mini")
    with pytest.raises(NoModel, match="There is no model file"):
        store.resolve(str(tmp_path / "no.gguf"))


def test_a_split_model_is_installed_once(store: Store) -> None:
    first = put(store, "big", "m-00001-of-00002.gguf", 10)
    put(store, "big", "m-00002-of-00002.gguf", 5)
    (only,) = store.installed()
    assert (only.path, only.size) == (first, 15)


def test_removing_a_model_says_what_was_freed_and_forgets_the_choice(store: Store) -> None:
    store.use(put(store, "qwen3-4b", size=1000))
    put(store, "qwen3-4b", "m.gguf.abc.part", size=24)
    assert store.remove("qwen3-4b") == 1024
    assert store.installed() == []
    assert store.in_use() is None


def test_an_interrupted_pull_can_be_removed(store: Store) -> None:
    put(store, "qwen3-4b", "m.gguf.abc.part", size=24)
    assert store.remove("qwen3-4b") == 24


def test_removing_one_model_keeps_the_choice_of_another(store: Store) -> None:
    put(store, "phi-4-mini")
    chosen = put(store, "qwen3-4b")
    store.use(chosen)
    store.remove("phi-4-mini")
    assert store.in_use() == chosen


def test_files_outside_of_pennas_folder_are_never_removed(store: Store, tmp_path: Path) -> None:
    mine = tmp_path / "mine.gguf"
    mine.touch()
    for path in (mine, tmp_path, store.models / ".." / ".." / "mine.gguf"):
        store.models.mkdir(parents=True, exist_ok=True)
        with pytest.raises(ModelError, match="not in Penna's folder"):
            store.remove(str(path))
    link = put(store, "linked").with_name("l.gguf")
    link.symlink_to(mine)
    with pytest.raises(ModelError, match="not in Penna's folder"):
        store.remove(str(link))
    assert mine.exists()


def test_what_is_not_installed_cannot_be_removed(store: Store) -> None:
    with pytest.raises(NoModel, match="see `penna model list`"):
        store.remove("qwen3-4b")
