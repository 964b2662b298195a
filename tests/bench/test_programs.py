"""Other programs: llama-bench, whatever answers under a peer's URL, and processes."""

import socket
import stat
from pathlib import Path

import pytest

from lsp_server.bench import peer
from lsp_server.bench.gauges import running
from lsp_server.bench.llama_bench import LlamaBench, Threads
from lsp_server.bench.processes import listening_on, resident_bytes
from lsp_server.errors import HostFailed
from lsp_server.model.endpoint import BaseUrl, UnixSocket
from tests.bench.fake_server import Pace, served
from tests.model.http_server import Request, Send, answer, on_loopback

THREADS = Threads(n_decode=2, n_prefill=4)


def program(folder: Path, body: str) -> LlamaBench:
    path = folder / "llama-bench"
    path.write_text(f'#!/bin/sh\necho "$@" >> {folder}/asked\n{body}\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return LlamaBench(path, folder / "model.gguf")


async def test_llama_bench_is_asked_for_the_same_tokens_and_threads(tmp_path: Path) -> None:
    bench = program(tmp_path, """echo '[{"avg_ts": 59.25, "n_prompt": 512}]'""")
    assert await bench.prefill_rate(512, THREADS) == 59.25
    assert await bench.decode_rate(512, 64, THREADS) == 59.25
    first, second = (tmp_path / "asked").read_text().splitlines()
    assert first.startswith(f"-m {tmp_path}/model.gguf -t 4 -p 512 -n 0 ")
    assert " -t 2 -p 0 -n 64 -d 512 " in second


@pytest.mark.parametrize("body", ["echo nonsense", "echo '[]'", "exit 1", "echo '[{}]'"])
async def test_a_program_that_says_something_else_is_a_sentence(tmp_path: Path, body: str) -> None:
    with pytest.raises(HostFailed, match="is it llama-bench"):
        await program(tmp_path, body).prefill_rate(1, THREADS)


async def test_a_program_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(HostFailed, match="cannot be run"):
        await LlamaBench(tmp_path / "none", tmp_path).prefill_rate(1, THREADS)


async def test_a_peer_says_which_model_it_serves() -> None:
    async with served(Pace()) as fake:
        server = await peer.reached(BaseUrl(f"{fake.url}/v1"))
        assert (server.side, server.model) == ("peer", "fake")
        assert await peer.window(BaseUrl(f"{fake.url}/v1")) is None


async def test_a_peer_that_is_down_is_told_of_before_anything_is_measured() -> None:
    with pytest.raises(HostFailed, match="check that it runs"):
        await peer.reached(BaseUrl("http://127.0.0.1:9/v1"))


async def test_a_peer_that_wants_a_key_says_so() -> None:
    async def handle(request: Request, send: Send) -> None:
        await send(answer(401, {"error": {"message": "no key"}}))

    async with on_loopback(handle) as fake:
        with pytest.raises(HostFailed, match="refuses the key"):
            await peer.reached(BaseUrl(f"{fake.url}/v1"))


@pytest.mark.parametrize(
    ("props", "n_ctx"),
    [
        ({"default_generation_settings": {"n_ctx": 4096}}, 4096),
        ({"default_generation_settings": {"n_ctx": "much"}}, None),
        ({"default_generation_settings": 1}, None),
        ([], None),
    ],
)
async def test_the_window_is_told_in_llama_servers_way(props: object, n_ctx: int | None) -> None:
    async def handle(request: Request, send: Send) -> None:
        await send(answer(200, props))

    async with on_loopback(handle) as fake:
        assert await peer.window(BaseUrl(f"{fake.url}/v1")) == n_ctx


@pytest.mark.parametrize(
    ("page", "n"),
    [
        ("# TYPE penna_requests_running gauge\npenna_requests_running 2.0\n", 2),
        ("# TYPE llamacpp:requests_processing gauge\nllamacpp:requests_processing 1\n", 1),
        ("# TYPE other gauge\nother 1\n", None),
        ("<html>no metrics</html>", None),
        ("penna_requests_running NaN\n", None),
        ("", None),
    ],
)
def test_how_many_requests_run(page: str, n: int | None) -> None:
    assert running(page) == n


def test_who_listens_on_a_port_of_this_machine_is_found() -> None:
    import os

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        assert listening_on(BaseUrl(f"http://127.0.0.1:{port}/v1")) == os.getpid()
        assert listening_on(BaseUrl(f"http://localhost:{port}/v1")) == os.getpid()
        assert listening_on(BaseUrl(f"http://192.0.2.1:{port}/v1")) is None
    assert listening_on(BaseUrl(f"http://127.0.0.1:{port}/v1")) is None
    assert listening_on(UnixSocket(Path("/nowhere"))) is None
    assert resident_bytes(os.getpid()) > 1_000_000
    assert resident_bytes(2**22 + 1) == 0
