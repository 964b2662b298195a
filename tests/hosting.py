"""A real host on a scripted GGUF, in a process of its own, for every test that needs one.

with running_host({"docstring": "Say hello.", "": "Yes."}) as host:
    host.socket, host.reply("write a docstring"), host.events("...", stream_options=...)
"""

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from lsp_server.host.script_pieces import Script
from lsp_server.host.scripted import QUICK, Shape
from tests.scripted import make_gguf

N_CTX = 32768
PATIENCE_S = 30
COMPLETIONS = "/v1/chat/completions"


@dataclass(frozen=True, slots=True)
class RunningHost:
    """`reply` and `events` ask with one user message; more fields of the body may be given."""

    socket: Path
    model: Path
    process: subprocess.Popen[bytes]

    def client(self) -> httpx.Client:
        # Reading the certificates, which no Unix socket needs, would take longer than a reply.
        transport = httpx.HTTPTransport(uds=str(self.socket), verify=False)
        return httpx.Client(transport=transport, base_url="http://penna", timeout=PATIENCE_S)

    def get(self, path: str) -> httpx.Response:
        with self.client() as client:
            return client.get(path)

    def post(self, body: object, path: str = COMPLETIONS) -> httpx.Response:
        """`body` as JSON, or as it is if it is bytes."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        with self.client() as client:
            return client.post(path, content=content)

    def posted(self, body: object, path: str = COMPLETIONS) -> Any:
        """The JSON of an answer that is none of an error."""
        response = self.post(body, path)
        assert response.status_code == 200, response.text
        return response.json()

    def whole(self, message: str, fields: Mapping[str, object] | None = None) -> Any:
        """The JSON of a reply that was not streamed."""
        return self.posted(chat(message, fields))

    def reply(self, message: str, fields: Mapping[str, object] | None = None) -> str:
        return str(self.whole(message, fields)["choices"][0]["message"]["content"])

    def events(self, message: str, fields: Mapping[str, object] | None = None) -> list[Any]:
        """The JSON of each server-sent event; the closing [DONE] is checked and left out."""
        return self.streamed(chat(message, {"stream": True, **(fields or {})}))

    def streamed(self, body: object, path: str = COMPLETIONS) -> list[Any]:
        """As `events`, for any body."""
        response = self.post(body, path)
        assert response.status_code == 200, response.text
        lines = [line for line in response.text.split("\n") if line]
        assert lines[-1] == "data: [DONE]"
        return [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]

    @contextmanager
    def streaming(
        self, message: str, fields: Mapping[str, object] | None = None
    ) -> Iterator[httpx.Response]:
        body = chat(message, {"stream": True, **(fields or {})})
        with self.client() as client, client.stream("POST", COMPLETIONS, json=body) as response:
            assert response.status_code == 200, response.read()
            yield response

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


def chat(message: str, fields: Mapping[str, object] | None = None) -> dict[str, object]:
    """The body of a request with one user message."""
    return {"messages": [{"role": "user", "content": message}], **(fields or {})}


def text_of(events: list[Any]) -> str:
    """The reply that the chunks hold."""
    choices = [choice for event in events for choice in event["choices"]]
    return "".join(choice["delta"].get("content") or "" for choice in choices)


@contextmanager
def running_host(
    scripts: Mapping[str, Script], *options: str, shape: Shape = QUICK
) -> Iterator[RunningHost]:
    """A host that has loaded its model. `options` go to `penna host` and override ours."""
    with private_folder() as folder:
        model = make_gguf(folder / "scripted.gguf", scripts, n_ctx=N_CTX, shape=shape)
        with started_host(model, folder / "host.sock", *options) as host:
            wait_until(lambda: host.get("/health").status_code == 200)
            yield host


@contextmanager
def started_host(model: Path, socket: Path, *options: str) -> Iterator[RunningHost]:
    """A host whose socket is there, or that has ended instead."""
    command = [*host_command(model, socket), *options]
    log = model.with_name("host.log")
    with log.open("ab") as stderr:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr)
    with process:
        try:
            wait_until(lambda: socket.exists() or process.poll() is not None)
            yield RunningHost(socket, model, process)
        finally:
            process.terminate()


def host_command(model: Path, socket: Path) -> list[str]:
    """The command line; a later option overrides an earlier one."""
    command = [sys.executable, "-m", "lsp_server", "host", "--socket", str(socket)]
    # One thread: llama.cpp's threads wait for each other by spinning, and tests share their cores.
    return [*command, "--model", str(model), "--n-ctx", str(N_CTX), "--threads", "1"]


@contextmanager
def private_folder() -> Iterator[Path]:
    """With a short path, so that a socket has room in it, and closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="penna"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def wait_until(condition: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    """Poll until the condition holds; fail the test if it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.005)
