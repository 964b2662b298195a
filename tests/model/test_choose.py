"""From the settings to the host that holds the model: every choice arrives, bad ones are told."""

import argparse
from pathlib import Path

import pytest

from lsp_server.cli.host import add_parser
from lsp_server.cli.host_options import window
from lsp_server.errors import ModelUnusable, NoModel
from lsp_server.host.scripted import make_gguf
from lsp_server.host.window import Window
from lsp_server.model import gguf_file, host_process
from lsp_server.model.choose import Models, host_options
from lsp_server.model.gguf_file import CacheType
from lsp_server.model.host_process import HostOptions
from lsp_server.settings import Settings


@pytest.fixture(autouse=True)
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    return make_gguf(tmp_path / "m.gguf", {"": "Yes."})


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    return make_gguf(tmp_path / "draft.gguf", {"": "Yes!"})


def as_the_host_reads_it(options: HostOptions) -> argparse.Namespace:
    """The command line that we start a host with, parsed by the host's own parser."""
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    words = options.command_line(Path("/run/s.sock"))
    return parser.parse_args(words[words.index("host") :])


def test_every_setting_of_the_host_arrives_there(gguf: Path, draft: Path) -> None:
    settings = Settings(
        model=str(gguf),
        n_ctx=4096,
        n_threads=3,
        n_threads_batch=5,
        cache_type="q8_0",
        mlock=True,
        draft_model=str(draft),
        idle_minutes=2.5,
    )
    read = as_the_host_reads_it(host_options(settings))
    assert window(read) == Window(
        n_ctx=4096,
        n_threads=3,
        n_threads_batch=5,
        cache_type_k="q8_0",
        cache_type_v="q8_0",
        mlock=True,
        draft_model=draft,
    )
    assert (read.model, read.idle_minutes) == (gguf, 2.5)


def test_without_settings_the_host_has_its_own_defaults(gguf: Path) -> None:
    read = as_the_host_reads_it(host_options(Settings(model=str(gguf))))
    assert window(read) == Window()


@pytest.mark.parametrize(
    "changed",
    [
        {"n_ctx": 4096},
        {"n_threads": 1},
        {"n_threads_batch": 1},
        {"cache_type": "q8_0"},
        {"mlock": True},
        {"draft_model": True},
    ],
)
def test_hosts_that_differ_are_two_hosts(
    changed: dict[str, object], gguf: Path, draft: Path
) -> None:
    values = {name: str(draft) if name == "draft_model" else it for name, it in changed.items()}
    before = Settings(model=str(gguf))
    after = Settings(model=str(gguf), **values)  # type: ignore[arg-type]
    assert host_options(before).id != host_options(after).id
    models = Models()
    assert models.get(before) is models.get(Settings(model=str(gguf)))
    assert models.get(before) is not models.get(after)


def test_a_draft_model_that_is_not_there_is_told_by_name(gguf: Path) -> None:
    settings = Settings(model=str(gguf), draft_model="/no/such/draft.gguf")
    with pytest.raises(NoModel, match=r"/no/such/draft\.gguf"):
        host_options(settings)


def test_a_broken_draft_model_never_reaches_the_host(gguf: Path, draft: Path) -> None:
    draft.write_bytes(draft.read_bytes()[:5000])
    with pytest.raises(ModelUnusable, match=r"draft\.gguf"):
        host_process.check(HostOptions(gguf, draft_model=draft))


@pytest.mark.parametrize(("cache_type", "with_draft"), [("f16", False), ("q8_0", True)])
def test_what_a_host_needs_is_the_sum_of_all_that_it_holds(
    cache_type: CacheType,
    with_draft: bool,
    gguf: Path,
    draft: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = HostOptions(
        gguf, n_ctx=4096, cache_type=cache_type, draft_model=draft if with_draft else None
    )
    files = [gguf, draft] if with_draft else [gguf]
    needed = sum(gguf_file.read(each).memory(4096, cache_type).least for each in files)
    monkeypatch.setattr(gguf_file, "total_memory", lambda: needed)
    host_process.check(options)
    monkeypatch.setattr(gguf_file, "total_memory", lambda: needed - 1)
    with pytest.raises(ModelUnusable, match="of memory"):
        host_process.check(options)


def test_q8_0_takes_about_half_of_the_memory_for_the_window(gguf: Path) -> None:
    file = gguf_file.read(gguf)
    ratio = file.memory(8192, "q8_0").kv_cache / file.memory(8192).kv_cache
    assert ratio == pytest.approx(0.53, abs=0.01)
