"""`penna`, `penna model` and `penna doctor` as a user calls them."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lsp_server import __version__, cli
from lsp_server.cli import doctor
from lsp_server.host.scripted import make_gguf
from lsp_server.model import catalogue
from lsp_server.model.store import Store, user_store
from tests.model.hub_server import Hub, serving

ENTRY = catalogue.entry("qwen3-0.6b")


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("DATA", "STATE", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    with tempfile.TemporaryDirectory(prefix="p") as short:
        monkeypatch.setenv("XDG_RUNTIME_DIR", short)
        yield


@pytest.fixture
def store() -> Store:
    return user_store()


@pytest.fixture(scope="module")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_gguf(tmp_path_factory.mktemp("g") / "my own.gguf", {"": "hello"})


def penna(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Run the command; what it printed, in one space where there are many."""
    assert cli.main(words) == 0
    return re.sub(r"\s+", " ", capsys.readouterr().out)


def failure(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert cli.main(words) == 1
    said = capsys.readouterr().err
    assert said.startswith("penna: ")
    assert said.count("\n") == 1
    return said


def test_without_a_command_the_commands_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 2
    said = capsys.readouterr().err
    assert all(name in said for name in cli.SUBCOMMANDS)


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--version"])
    assert capsys.readouterr().out == f"penna {__version__}\n"


def test_an_unknown_command_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(["paint"])
    assert "invalid choice: 'paint'" in capsys.readouterr().err


def test_an_interrupt_ends_with_its_own_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("lsp_server.cli.doctor.run", interrupt)
    assert cli.main(["doctor"]) == 130


def test_a_reader_that_goes_away_is_no_crash() -> None:
    listing = subprocess.Popen(
        [sys.executable, "-m", "lsp_server", "model", "list"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert listing.stdout is not None
    listing.stdout.close()
    _, said = listing.communicate()
    assert said == b""


def test_the_dispatcher_imports_nothing_heavy() -> None:
    code = "import sys, lsp_server.cli; print(len(sys.modules), *sys.modules)"
    names = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert not {"httpx", "rich", "pygls", "asyncio", "platformdirs"} & set(names.split())


def test_the_list_has_the_catalogue(capsys: pytest.CaptureFixture[str]) -> None:
    said = penna(capsys, "model", "list")
    for entry in catalogue.entries():
        assert entry.id in said


def test_a_file_of_ones_own_can_be_used(
    capsys: pytest.CaptureFixture[str], store: Store, gguf: Path
) -> None:
    assert "is in use now" in penna(capsys, "model", "use", str(gguf))
    assert store.in_use() == gguf
    assert f"In use: {gguf}" in penna(capsys, "model", "list")
    shown = penna(capsys, "model", "show")
    assert "architecture qwen3" in shown
    assert "KV cache for 8,192 tokens" in shown


def test_a_chosen_file_that_is_gone_is_told(
    capsys: pytest.CaptureFixture[str], store: Store, tmp_path: Path
) -> None:
    store.use(tmp_path / "gone.gguf")
    assert "(gone: choose another)" in penna(capsys, "model", "list")
    assert "is gone; run `penna model pull`" in failure(capsys, "model", "show")


def test_what_is_wrong_with_a_file_is_told_and_nothing_chosen(
    capsys: pytest.CaptureFixture[str], store: Store, tmp_path: Path
) -> None:
    (tmp_path / "x.gguf").write_text("hello")
    assert "is not a GGUF file" in failure(capsys, "model", "use", str(tmp_path / "x.gguf"))
    assert "penna model pull phi-4-mini" in failure(capsys, "model", "use", "phi-4-mini")
    assert store.in_use() is None


def test_a_model_of_the_catalogue_is_shown_before_it_is_pulled(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = penna(capsys, "model", "show", "llama-3.1-8b")
    assert "not installed: `penna model pull llama-3.1-8b`" in said
    assert "Llama 3.1 Community" in said


def test_a_model_is_pulled_used_shown_and_removed(
    capsys: pytest.CaptureFixture[str], store: Store, gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Hub(ENTRY.repository, ENTRY.file, gguf.read_bytes())) as hub:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", hub.url)
        monkeypatch.setattr(
            "huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE",
            hub.url + "/{repo_id}/resolve/{revision}/{filename}",
        )
        said = penna(capsys, "model", "pull", ENTRY.id, "--anyway")
    assert f"Verified: SHA-256 {hub.sha256} {ENTRY.id} is in use now." in said
    path = store.models / ENTRY.id / ENTRY.file
    assert store.in_use() == path
    assert f"* {ENTRY.id}" in penna(capsys, "model", "list")
    assert "licence Apache-2.0" in penna(capsys, "model", "show", ENTRY.id)
    penna(capsys, "model", "use", str(gguf))
    assert f"+ {ENTRY.id}" in penna(capsys, "model", "list")
    assert "that freed 1 MB" in penna(capsys, "model", "rm", ENTRY.id)
    assert not path.exists()
    assert "is not in Penna's folder" in failure(capsys, "model", "rm", str(gguf))


def test_pull_asks_the_hub_of_the_environment(tmp_path: Path, gguf: Path) -> None:
    with serving(Hub(ENTRY.repository, ENTRY.file, gguf.read_bytes())) as hub:
        words = [sys.executable, "-m", "lsp_server", "model", "pull", ENTRY.id, "--anyway"]
        environment = {
            "PATH": "", "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "d"),
            "HF_ENDPOINT": hub.url,
        }  # fmt: skip
        done = subprocess.run(words, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "d/penna/models" / ENTRY.id / ENTRY.file).exists()


def test_the_doctor_says_what_to_do_without_a_model(capsys: pytest.CaptureFixture[str]) -> None:
    said = penna(capsys, "doctor")
    assert "warning model No model is installed or chosen; run `penna model pull`" in said
    assert "ok engine llama-cpp-python" in said
    assert "ok grammars" in said


def test_the_doctor_looks_at_the_model_in_use(
    capsys: pytest.CaptureFixture[str], store: Store, gguf: Path
) -> None:
    store.use(gguf)
    said = penna(capsys, "doctor")
    assert "ok host not running" in said
    assert "ok memory takes about" in said


def test_the_doctor_finds_a_broken_model_and_fails(
    capsys: pytest.CaptureFixture[str], store: Store, tmp_path: Path
) -> None:
    (tmp_path / "x.gguf").write_text("GGUF")
    store.use(tmp_path / "x.gguf")
    assert cli.main(["doctor"]) == 1
    assert re.search(r"error +model +.*is cut off", capsys.readouterr().out)


def test_the_doctor_tells_bad_settings(tmp_path: Path) -> None:
    config = tmp_path / "config" / "penna" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("n_ctx = -3\n")
    told = [each for each in doctor.findings() if each.topic == "settings"]
    assert [each.level for each in told] == ["ok", "warning"]


def test_the_doctor_tells_no_password_of_a_base_url(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENNA_BASE_URL", "http://me:secret@127.0.0.1:8080/v1")
    said = penna(capsys, "doctor")
    assert "asked at http://127.0.0.1:8080/v1" in said
    assert "secret" not in said
