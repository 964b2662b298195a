"""The child process that loads the model itself, from this process's side: one question, one
answer, each a line of JSON.

A malformed GGUF makes llama.cpp abort, and that must be the child. Its working folder is the
private one, so that no file of a workspace can be taken for a module. It ends when its input does.
"""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from lsp_server.errors import HostFailed, ModelUnusable
from lsp_server.model.host_process import last_line

LONGEST_LINE = 1 << 24
Mode = Literal["plain", "replay"]
Answer = Mapping[str, object]


class EngineProcess:
    """Made by `started`; one question at a time."""

    def __init__(self, process: Process, model: Path, log: Path) -> None:
        self._process = process
        self._model = model
        self._log = log

    async def ask(self, what: str, **fields: object) -> Answer:
        """Raises ModelUnusable with the child's sentence, HostFailed if it died."""
        assert self._process.stdin is not None, "its input is a pipe"
        assert self._process.stdout is not None, "so is its output"
        try:
            self._process.stdin.write(json.dumps({"do": what, **fields}).encode() + b"\n")
            await self._process.stdin.drain()
            line = await self._process.stdout.readline()
        except (BrokenPipeError, ConnectionResetError):
            line = b""
        if not line:
            raise await self._death()
        answer = json.loads(line)
        if "error" in answer:
            raise ModelUnusable(str(answer["error"]))
        return dict(answer)

    async def _death(self) -> HostFailed:
        code = await self._process.wait()
        if code == -getattr(signal, "SIGKILL", 9):
            return HostFailed(
                "The system ended the process that measures, most likely for want of memory; "
                "choose a smaller model, or leave out what needs it with --only."
            )
        said = last_line(self._log)
        reason = f" ({said.rstrip('.')})" if said else ""
        return HostFailed(f"{self._model.name} could not be measured{reason}; is it a chat model?")


def number(answer: Answer, name: str) -> float:
    """A field of an answer; the child is of the same version, so it is there."""
    value = answer[name]
    assert isinstance(value, int | float), "the child says numbers as numbers"
    return value


@asynccontextmanager
async def started(
    mode: Mode, model: Path, n_ctx: int, n_threads: int | None, folder: Path
) -> AsyncIterator[EngineProcess]:
    """A child that has loaded the model. `folder` is the private one; its cache is the host's."""
    command = [sys.executable, "-m", "lsp_server.bench.engine_child", mode, str(model)]
    command += ["--n-ctx", str(n_ctx), "--cache-folder", str(folder / "cache")]
    command += ["--threads", str(n_threads)] if n_threads else []
    log = folder / f"{mode}.log"
    with log.open("ab") as stderr:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=stderr, cwd=folder, limit=LONGEST_LINE,
            start_new_session=True,
        )  # fmt: skip
    try:
        child = EngineProcess(process, model, log)
        await child.ask("load")
        yield child
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
