"""`penna serve` in a process of its own, and clients that speak to it in raw bytes."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lsp_server.host.script_pieces import Script
from tests.hosting import N_CTX, PATIENCE_S, chat, private_folder
from tests.scripted import make_gguf

KEY = "a-key-of-ours"
HEAD = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers. `said` is its first line."""

    port: int
    process: subprocess.Popen[str]
    said: str

    @contextmanager
    def connected(self, receive_buffer: int = 0) -> Iterator[socket.socket]:
        with socket.socket() as client:
            client.settimeout(PATIENCE_S)
            if receive_buffer:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            client.connect(("127.0.0.1", self.port))
            yield client

    def raw(self, data: bytes) -> bytes:
        """What comes back until the server closes the connection."""
        with self.connected() as client:
            client.sendall(data)
            return rest(client)

    def status(self, data: bytes) -> int:
        """0: the connection was closed without an answer."""
        answer = self.raw(data)
        return int(answer.split(b" ", 2)[1]) if answer else 0

    def reply(self, message: str) -> str:
        answer = self.raw(request(message))
        assert answer.startswith(b"HTTP/1.1 200 "), answer
        body = json.loads(answer.partition(b"\r\n\r\n")[2])
        return str(body["choices"][0]["message"]["content"])

    def end(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """Send a signal and wait; the exit code, and what was said on stderr."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, errors


def request(
    message: str, fields: Mapping[str, object] | None = None, *headers: str, host: str = "localhost"
) -> bytes:
    """A whole request whose connection is closed after the answer."""
    body = json.dumps(chat(message, fields)).encode()
    lines = ["POST /v1/chat/completions HTTP/1.1", f"Host: {host}", "Connection: close", *headers]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def rest(client: socket.socket) -> bytes:
    """All that comes; a connection that was broken off counts as closed."""
    parts: list[bytes] = []
    try:
        while part := client.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def command(model: Path, *options: str) -> list[str]:
    start = [sys.executable, "-m", "lsp_server", "serve", "--model", str(model)]
    return [*start, "--n-ctx", str(N_CTX), "--threads", "1", "--port", "0", *options]


@contextmanager
def served(scripts: Mapping[str, Script], *options: str) -> Iterator[Served]:
    """A server that has said that it answers."""
    with private_folder() as folder:
        model = make_gguf(folder / "scripted.gguf", scripts, n_ctx=N_CTX)
        process = subprocess.Popen(
            command(model, *options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        with process:
            try:
                assert process.stdout is not None
                said = process.stdout.readline()
                port = re.search(r":(\d+)/v1", said)
                assert port is not None, f"{said} {process.stderr and process.stderr.read()}"
                yield Served(int(port[1]), process, said)
            finally:
                process.terminate()


def ended(model: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    """A server that ends by itself because it cannot serve."""
    return subprocess.run(
        command(model, *options), capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
