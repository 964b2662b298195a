"""`penna serve`: what it says, and what strangers can do to it over a real socket."""

import json
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.host.serving import HEAD, KEY, Served, ended, request, rest, served
from tests.hosting import wait_until
from tests.scripted import make_gguf

LONG = [f"piece{number} " for number in range(6000)]
SCRIPTS = {"long": LONG, "": "Yes."}


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    """Impatient, and open to one page."""
    options = ("--request-s", "1", "--unsent-s", "1", "--max-connections", "24")
    with served(SCRIPTS, *options, "--allow-origin", "https://notes.example") as running:
        yield running


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_gguf(tmp_path_factory.mktemp("gguf") / "scripted.gguf", {"": "Yes."})


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.touch(0o600)
    path.write_text(f"{KEY}\n")
    return path


# --- what it says -------------------------------------------------------------------------


def test_it_says_where_it_answers_and_ctrl_c_ends_it_in_order() -> None:
    with served({"": "Yes."}) as server:
        assert f"scripted answers at http://127.0.0.1:{server.port}/v1" in server.said
        assert "32,768 tokens" in server.said
        assert server.reply("x") == "Yes."
        code, errors = server.end(signal.SIGINT)
    assert code == 0
    assert "Traceback" not in errors and "penna" not in errors


def test_ctrl_c_in_the_middle_of_a_reply_ends_it_too() -> None:
    with served(SCRIPTS) as server, server.connected() as client:
        client.sendall(request("long", {"stream": True}))
        assert b"data:" in client.recv(65536) + client.recv(65536)
        code, errors = server.end(signal.SIGINT)
        assert code == 0 and "Traceback" not in errors


def test_a_port_in_use_is_one_sentence(model: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        end = ended(model, "--port", port)
    assert end.returncode == 1
    assert end.stderr == (
        f"penna: Port {port} of 127.0.0.1 is in use; choose another with --port.\n"
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_an_address_that_others_reach_needs_a_key(model: Path, host: str) -> None:
    end = ended(model, "--host", host)
    assert end.returncode == 2 and "--api-key-file" in end.stderr
    assert end.stderr.count("\n") == 1


def test_a_star_for_all_pages_needs_a_key(model: Path) -> None:
    end = ended(model, "--allow-origin", "*")
    assert end.returncode == 2 and "--api-key-file" in end.stderr


def test_an_address_of_nowhere_is_one_sentence(model: Path) -> None:
    end = ended(model, "--host", "no such name")
    assert end.returncode == 2 and "correct --host" in end.stderr


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [
        (KEY, 0o644, "chmod 600"),
        ("", 0o600, "the key alone"),
        ("two words", 0o600, "the key alone"),
        ("one\ntwo", 0o600, "the key alone"),
        ("schlüssel", 0o600, "not ASCII"),
        (None, 0o600, "cannot be read"),
    ],
)
def test_a_bad_key_file_is_one_sentence(
    model: Path, tmp_path: Path, content: str | None, mode: int, words: str
) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_text(content, "utf-8")
        path.chmod(mode)
    end = ended(model, "--api-key-file", str(path))
    assert end.returncode == 2 and words in end.stderr and end.stderr.count("\n") == 1


def test_a_model_that_cannot_be_loaded_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "bad.gguf").write_bytes(b"<html>")
    end = ended(tmp_path / "bad.gguf")
    assert end.returncode == 1 and end.stdout == ""
    assert end.stderr.startswith("penna: ") and end.stderr.count("\n") == 1


def test_an_idle_server_frees_the_model_and_loads_it_for_the_next_request() -> None:
    with served({"": "Yes."}, "--idle-minutes", "0.005") as server:
        for _ in range(2):
            wait_until(lambda: b'"asleep":true' in server.raw(get("/health")))
            assert server.status(get("/v1/models")) == 200
            assert server.reply("x") == "Yes."
        assert server.end()[0] == 0


def test_with_a_key_on_an_open_address_only_who_knows_it_may_ask(key_file: Path) -> None:
    with served({"": "Yes."}, "--host", "0.0.0.0", "--api-key-file", str(key_file)) as server:
        for wrong in ((), ("Authorization: Bearer x",), (f"Authorization: bearer {KEY}",)):
            assert server.status(request("x", None, *wrong)) == 401
        right = f"Authorization: Bearer {KEY}"
        assert server.status(request("x", None, right)) == 200
        assert server.status(request("x", None, right, host="evil.example")) == 403


# --- foreign pages ------------------------------------------------------------------------


def test_a_rebound_name_is_refused(server: Served) -> None:
    assert server.status(request("x", host="evil.example")) == 403
    assert server.status(request("x", host=f"localhost:{server.port}")) == 200


def test_a_foreign_page_is_refused_and_an_allowed_one_answered(server: Served) -> None:
    assert server.status(request("x", None, "Origin: https://evil.example")) == 403
    answer = server.raw(request("x", None, "Origin: https://notes.example"))
    assert b" 200 " in answer and b"access-control-allow-origin: https://notes.example" in answer


def test_the_authority_in_a_target_is_no_way_round_the_host(server: Served) -> None:
    target = (
        b"GET http://evil.example/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )
    assert server.status(target) == 404


# --- hostile bytes ------------------------------------------------------------------------

SMUGGLED = b"0\r\n\r\nGET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding : chunked",
        "Content-Length: 4\r\nContent-Length: 5",
        "Content-Length: 4, 5",
        "Content-Length: +4",
        "Content-Length: -1",
        "Content-Length: 0x4",
        "Content-Length: 99999999999999999999999999",
        "Content-Length : 4",
        "X: a\0b",
        "X: a\rb",
        "Host: localhost",
    ],
)
def test_a_request_of_two_meanings_is_refused_and_what_follows_is_not_read(
    server: Served, headers: str
) -> None:
    answer = server.raw(f"{HEAD}{headers}\r\n\r\n".encode() + SMUGGLED)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert server.reply("x") == "Yes."


@pytest.mark.parametrize("chunk", [b"zz\r\n", b"-1\r\n", b"0x4\r\n", b"1\r\naXX0\r\n\r\n"])
def test_a_broken_chunk_ends_the_connection(server: Served, chunk: bytes) -> None:
    answer = server.raw(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode() + chunk)
    assert answer.count(b"HTTP/1.1 400 ") == 1
    assert server.reply("x") == "Yes."


@pytest.mark.parametrize(
    "data", [b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + b"\0" * 50 + b"\r\n\r\n", b"\0" * 999]
)
def test_bytes_that_are_no_http_are_refused(server: Served, data: bytes) -> None:
    assert server.status(data) in (0, 400)
    assert server.reply("x") == "Yes."


def test_a_flood_of_headers_is_cut_off(server: Served) -> None:
    with server.connected() as client:
        client.sendall(HEAD.encode())
        with pytest.raises(OSError, match=r"reset|Broken pipe"):
            for number in range(100_000):
                client.sendall(f"X-{number}: {'y' * 1000}\r\n".encode())
    assert server.reply("x") == "Yes."


def test_a_length_beyond_all_measure_is_refused_unread(server: Served) -> None:
    assert server.status(f"{HEAD}Content-Length: {17 * 2**20}\r\n\r\n".encode()) == 413


def test_a_body_in_chunks_without_end_is_cut_off(server: Served) -> None:
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    with server.connected() as client:
        client.sendall(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode())
        with pytest.raises(OSError, match=r"reset|Broken pipe|timed out"):
            for _ in range(100_000):
                client.sendall(chunk)
    assert server.reply("x") == "Yes."


def test_requests_that_never_come_to_their_end_are_cut_off_while_others_are_served(
    server: Served,
) -> None:
    starts = (b"", b"POST /v1", HEAD.encode(), HEAD.encode() + b"Content-Length: 9\r\n\r\n{")
    with ExitStack() as stack:
        slow = [stack.enter_context(server.connected()) for _ in range(20)]
        for number, client in enumerate(slow):
            client.sendall(starts[number % len(starts)])
        assert server.reply("x") == "Yes."
        assert all(b" 200 " not in rest(client) for client in slow)


def test_a_second_request_that_trickles_is_cut_off_as_the_first(server: Served) -> None:
    with server.connected() as client:
        client.sendall(get("/health").replace(b"Connection: close\r\n", b""))
        answer = b""
        while not answer.endswith(b"}"):
            answer += client.recv(65536)
        client.sendall(b"G")
        assert rest(client) == b""


def test_a_connection_too_many_is_told_to_come_again() -> None:
    with served({"": "Yes."}, "--max-connections", "2") as server, ExitStack() as stack:
        idle = [stack.enter_context(server.connected()) for _ in range(2)]
        answer = server.raw(request("x"))
        assert answer.startswith(b"HTTP/1.1 503 ") and b"retry-after: 1" in answer
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["message"]
        idle[0].close()
        wait_until(lambda: b" 200 " in server.raw(request("x")))


def test_a_reader_that_stops_holds_nobody_up_and_is_cut_off(server: Served) -> None:
    """The reply is larger than what the system takes for a reader that does not read."""
    with server.connected(receive_buffer=4096) as sleeper:
        sleeper.sendall(request("long", {"stream": True}))
        assert sleeper.recv(1024).startswith(b"HTTP/1.1 200 ")
        with server.connected() as other:
            other.sendall(request("long", {"stream": True}))
            began = time.monotonic()
            assert rest(other).endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n")
            assert time.monotonic() - began < 20
        assert server.reply("x") == "Yes."
        # It wakes up once its time is over: only what the system held for it is there.
        time_over = time.monotonic() + 2
        wait_until(lambda: time.monotonic() > time_over)
        assert b"[DONE]" not in rest(sleeper)


def test_a_client_that_leaves_at_any_moment_leaves_nothing_behind(server: Served) -> None:
    whole = request("long", {"stream": True})
    for n in (1, 30, len(whole) - 1, len(whole)):
        with server.connected() as client:
            client.sendall(whole[:n])
    assert server.reply("x") == "Yes."


def test_the_server_says_nothing_of_what_strangers_send() -> None:
    with served({"": "Yes."}) as server:
        server.raw(b"nonsense\r\n\r\n")
        server.raw(f"{HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n".encode())
        with server.connected() as client:
            client.sendall(request("x", {"stream": True}) + b"\0\0\0 nonsense\r\n\r\n")
            assert rest(client)
        code, errors = server.end()
    assert code == 0 and "Traceback" not in errors and "nonsense" not in errors


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
