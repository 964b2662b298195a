"""`penna bench` from the command line: real processes, a tiny model, and what goes wrong."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from lsp_server.bench import engine_process
from lsp_server.bench.prompts import EXPLAIN, Prompts, Wanted
from lsp_server.bench.room import private_folder
from lsp_server.errors import HostFailed, ModelUnusable
from lsp_server.model.runtime_folder import MAX_SOCKET_PATH
from tests.bench.fake_server import Pace, served
from tests.hosting import wait_until
from tests.random_model import make_random_model

PATIENCE_S = 60


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_random_model(tmp_path_factory.mktemp("model") / "random.gguf")


def command(model: Path, *options: str) -> list[str]:
    start = [sys.executable, "-m", "lsp_server", "bench", "--model", str(model)]
    # One thread: llama.cpp's threads wait for each other by spinning, and tests share their cores.
    return [*start, "--quick", "--threads", "1", *options]


def ended(model: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(model, *options), capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


async def test_a_run_measures_both_sides_and_writes_a_page(model: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    async with served(Pace(write_s=0.001)) as fake:
        options = (
            "--only",
            "rates,first-token,memory",
            "--peer",
            fake.url,
            "--json",
            "--report",
            str(page),
        )
        # Beside the loop, in which the fake server answers.
        done = await asyncio.to_thread(ended, model, *options)
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["ended"] == "finished"
    rates = {each["key"]: each for each in made["sections"]["rates"]}
    assert set(rates["decode"]["sides"]) == {"penna", "loop", "peer"}
    assert set(rates["decode"]["ratios"]) == {"loop", "peer"}
    assert rates["prefill"]["sides"]["penna"]["n_rounds"] == 2
    assert set(rates["decode_share"]["sides"]) == {"penna"}
    first = {each["key"]: each["sides"] for each in made["sections"]["first-token"]}
    # The fake one's warm-up and cache are none, and it cannot be restarted.
    assert first["first_token_same_share"]["penna"]["median"] < 0.9
    assert "peer" not in first["first_token_restarted"]
    assert any(re.match(r"After a restart \d", note) for note in made["notes"])
    (memory,) = made["sections"]["memory"]
    assert memory["sides"]["penna"]["median"] > 0.01
    # The fake one is this process.
    assert memory["sides"]["peer"]["median"] > 0.01
    assert made["about"]["n_ctx"] == 4096
    assert "<svg" in page.read_text("utf-8")
    assert "rates, round 2: peer" in done.stderr
    assert "\x1b" not in done.stderr


@pytest.fixture
def heard() -> Iterator[None]:
    """What runs in a shell's background ignores interrupts, and so would the programs it starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_shows_what_it_has_and_leaves_no_process(
    model: Path, tmp_path: Path, number: signal.Signals
) -> None:
    errors = tmp_path / "errors"
    words = command(model, "--only", "rates,cancel", "--json")
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with (
        errors.open("w") as stderr,
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=stderr, env=environment) as process,
    ):
        try:
            wait_until(lambda: "cancel, round 1" in errors.read_text(), PATIENCE_S)
            children = psutil.Process(process.pid).children(recursive=True)
        finally:
            process.send_signal(number)
        output, _ = process.communicate(timeout=PATIENCE_S)
    assert children
    made = json.loads(output)
    assert made["ended"] == "interrupted"
    assert made["sections"]["rates"]
    assert process.returncode == 130
    assert "these are the figures so far" in errors.read_text()
    assert not [child for child in children if child.is_running()]
    assert list(tmp_path.glob("penna-*")) == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--only", "speed"), "There is no section 'speed'"),
        (("--only", ","), "needs a section's name"),
        (("--only", "rates", "--peer", "http://127.0.0.1:9"), "check that it runs"),
        (("--peer", "ftp://example.org"), "must look like http"),
        (("--peer", "http://127.0.0.1:9", "--peer-key-file", "/nowhere/key"), "cannot be read"),
        (("--report", "/nowhere/report.html"), "There is no folder /nowhere"),
        (("--report", "/"), "cannot be written to"),
    ],
)
def test_what_cannot_be_is_a_sentence_before_anything_is_measured(
    model: Path, options: tuple[str, ...], sentence: str
) -> None:
    done = ended(model, *options)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_without_a_model_it_says_what_to_do(tmp_path: Path) -> None:
    done = ended(tmp_path / "none.gguf")
    assert done.returncode == 1
    assert re.search(r"There is no model file .*none\.gguf", done.stderr)
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(100))
    done = ended(broken)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


async def test_a_child_that_the_system_ends_is_a_sentence(model: Path, tmp_path: Path) -> None:
    async with engine_process.started("plain", model, 512, 1, tmp_path) as child:
        assert (await child.ask("threads"))["n_decode"] == 1
        os.kill(child._process.pid, signal.SIGKILL)
        with pytest.raises(HostFailed, match="want of memory"):
            await child.ask("threads")


async def test_a_child_that_cannot_load_says_why(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ModelUnusable, match=r"cannot load broken\.gguf"):
        async with engine_process.started("plain", broken, 512, 1, tmp_path):
            pass


async def test_the_child_cuts_prompts_and_runs_them(model: Path, tmp_path: Path) -> None:
    async with engine_process.started("plain", model, 512, 1, tmp_path) as child:
        body = "word " * 200
        cut = await child.ask("cut", system="be brief", body=body, tail=" End.", n_tokens=300)
        assert cut["n_tokens"] == 300
        user = str(cut["user"])
        assert user.endswith(" End.")
        prompts, plain, kept = Prompts(), Wanted(300), Wanted(2600, has_system=True, is_kept=True)
        await prompts.prepare(child, [plain, plain, kept, kept, replace(kept, is_kept=False)])
        first, second = prompts.take(plain), prompts.take(plain)
        assert first.user[:5] != second.user[:5]
        one, other = prompts.take(kept), prompts.take(kept)
        assert one.system == other.system
        assert one.user != other.user
        assert one.user.endswith(EXPLAIN)
        assert prompts.take(replace(kept, is_kept=False)).system[:20] != one.system[:20]
        told = await child.ask("run", system="be brief", user=user, n_reply=5)
        assert (told["n_prompt"], told["n_reply"]) == (300, 5)
        assert engine_process.number(told, "decode_s") > 0


def test_the_private_folder_has_a_path_that_is_short_enough(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import tempfile

    long = tmp_path / ("x" * MAX_SOCKET_PATH)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with private_folder() as folder:
        assert len(str(folder / "host.sock")) <= MAX_SOCKET_PATH
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()
