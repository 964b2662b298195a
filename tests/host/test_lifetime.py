"""The host process: where it listens, what it says while it cannot answer, and how it ends."""

import json
import os
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from lsp_server.host.scripted import Shape
from tests.hosting import (
    PATIENCE_S,
    chat,
    host_command,
    private_folder,
    running_host,
    started_host,
    text_of,
    wait_until,
)
from tests.scripted import make_gguf

# A busy machine takes a second to connect to a host that has just started.
IDLE_MINUTES = "0.06"
# So slow to read that a long prompt surely takes longer than that.
SLOW = Shape(n_layers=2, n_ff=1024)


def test_the_socket_is_closed_to_others_and_gone_after_sigterm() -> None:
    with running_host({"": "Yes."}) as host:
        assert stat.S_IMODE(host.socket.lstat().st_mode) == 0o600
        assert stat.S_IMODE(host.socket.parent.stat().st_mode) == 0o700
        assert [file.name for file in host.socket.parent.iterdir() if file.is_socket()] == [
            "host.sock"
        ]
        assert host.end(signal.SIGTERM) == 0
        assert not host.socket.exists()
        assert host.process.stdout is not None and host.process.stdout.read() == b""


def test_sigterm_in_the_middle_of_a_reply_tells_the_client_and_ends_soon() -> None:
    with running_host({"": "Yes."}) as host:
        with host.streaming("x" * 20000, {"return_progress": True}) as response:
            lines = response.iter_lines()
            next(line for line in lines if '"prompt_progress"' in line)
            host.process.terminate()
            rest = list(lines)
        assert "shutting down" in "".join(rest)
        assert host.process.wait(PATIENCE_S) == 0
        assert not host.socket.exists()


def test_an_idle_host_ends_by_itself_and_health_does_not_keep_it() -> None:
    with running_host({"": "Yes."}, "--idle-minutes", IDLE_MINUTES) as host:
        assert host.reply("x") == "Yes."
        wait_until(lambda: not answers(host.socket))
        assert host.process.wait(PATIENCE_S) == 0
        assert not host.socket.exists()


def test_a_reply_that_takes_longer_than_the_idle_time_is_not_idle() -> None:
    with running_host({"": "Yes."}, "--idle-minutes", IDLE_MINUTES, shape=SLOW) as host:
        began = time.monotonic()
        assert text_of(host.events("x" * 20000)) == "Yes."
        assert time.monotonic() - began > float(IDLE_MINUTES) * 60
        assert host.process.wait(PATIENCE_S) == 0


def test_the_socket_of_a_killed_host_is_replaced() -> None:
    with private_folder() as folder:
        model = make_gguf(folder / "s.gguf", {"": "Yes."})
        with started_host(model, folder / "host.sock") as host:
            assert host.end(signal.SIGKILL) < 0
        assert (folder / "host.sock").is_socket()
        with started_host(model, folder / "host.sock") as host:
            wait_until(lambda: answers(host.socket))


def test_a_second_host_at_the_same_socket_leaves_the_first_alone() -> None:
    with running_host({"": "Yes."}) as host:
        second = ended(host.model, host.socket)
        assert second.returncode == 1 and "serves at" in second.stderr.decode()
        assert host.reply("x") == "Yes."


def test_a_path_too_long_for_a_socket_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 120) / "host.sock"
    end = ended(Path("none.gguf"), path)
    assert end.returncode == 1 and "XDG_RUNTIME_DIR" in end.stderr.decode()


def test_a_path_of_the_longest_length_works() -> None:
    with private_folder() as folder:
        deep = folder / ("d" * (107 - len(str(folder)) - len("/h/") - 1)) / "h"
        model = make_gguf(folder / "s.gguf", {"": "Yes."})
        with started_host(model, deep) as host:
            wait_until(lambda: answers(host.socket))


def test_a_folder_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    end = ended(Path("none.gguf"), tmp_path / "s")
    assert end.returncode == 1 and "chmod 700" in end.stderr.decode()


def test_a_file_in_the_socket_s_place_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("precious")
    end = ended(Path("none.gguf"), tmp_path / "notes")
    assert end.returncode == 1 and "is no socket" in end.stderr.decode()
    assert (tmp_path / "notes").read_text() == "precious"


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot be read"), (b"<html>", "is not a GGUF"), (b"GGUF\x03", "is cut off")],
)
def test_health_says_why_a_model_cannot_be_used(content: bytes | None, words: str) -> None:
    with private_folder() as folder:
        model = folder / "bad.gguf"
        if content is not None:
            model.write_bytes(content)
        with started_host(model, folder / "host.sock") as host:
            wait_until(lambda: host.get("/health").status_code == 500)
            assert words in host.get("/health").json()["message"]
            refusal = host.post(chat("x"))
            assert refusal.status_code == 500
            assert words in refusal.json()["error"]["message"]


def test_while_the_model_is_read_the_host_says_so_and_can_be_ended() -> None:
    with private_folder() as folder:
        slow = folder / "slow.gguf"
        os.mkfifo(slow)
        with started_host(slow, folder / "host.sock") as host:
            health = host.get("/health")
            assert (health.status_code, health.json()) == (503, {"status": "loading model"})
            assert "being loaded" in host.post(chat("x")).json()["error"]["message"]
            assert host.end(signal.SIGTERM) == 0
            assert not host.socket.exists()


def test_the_host_ends_with_an_error_once_the_reason_has_been_shown() -> None:
    with private_folder() as folder:
        options = ("--failure-shown-s", "0.2")
        with started_host(folder / "none.gguf", folder / "host.sock", *options) as host:
            assert host.process.wait(PATIENCE_S) == 1
            assert not host.socket.exists()


def test_over_tcp_only_who_can_read_the_file_may_ask() -> None:
    with private_folder() as folder:
        model = make_gguf(folder / "s.gguf", {"": "Yes."})
        with started_host(model, folder / "address", "--tcp") as host:
            assert stat.S_IMODE(host.socket.stat().st_mode) == 0o600
            address = json.loads(host.socket.read_text())
            headers = {"authorization": f"Bearer {address['key']}"}
            with httpx.Client(base_url=address["base_url"], verify=False) as client:
                wait_until(lambda: client.get("/health", headers=headers).status_code == 200)
                for wrong in (b"", b"Bearer x", "é".encode()):
                    refused = client.get("/health", headers=[(b"authorization", wrong)])
                    assert refused.status_code == 401 and "error" in refused.json()
                answer = client.post("/v1/chat/completions", json=chat("x"), headers=headers)
                assert answer.json()["choices"][0]["message"]["content"] == "Yes."
            assert host.end() == 0 and not host.socket.exists()


def answers(path: Path) -> bool:
    """Whether a host serves there, asked for its health. (httpx leaks sockets that fail.)"""
    with socket.socket(socket.AF_UNIX) as probe:
        if probe.connect_ex(str(path)):
            return False
        try:
            probe.sendall(b"GET /health HTTP/1.1\r\nHost: penna\r\nConnection: close\r\n\r\n")
            return probe.recv(64).startswith(b"HTTP/1.1 ")
        except OSError:
            return False


def ended(model: Path, path: Path) -> "subprocess.CompletedProcess[bytes]":
    """A host that ends by itself because it cannot listen."""
    return subprocess.run(
        host_command(model, path), capture_output=True, timeout=PATIENCE_S, check=False
    )
