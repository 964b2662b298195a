"""The host is killed while it writes several replies and reads a prompt: all are told, none hangs,
and the next request has a new host."""

import asyncio
import signal
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from lsp_server.errors import HostFailed
from lsp_server.host.scripted import make_gguf
from lsp_server.model.host_process import HostOptions
from lsp_server.model.protocol import Chunk, Ended
from lsp_server.model.supervised import SupervisedModel
from lsp_server.model.supervisor import Supervisor
from lsp_server.prompt import Prompt, Sampling

N_EDITORS = 4
LONG = [f"piece{n} " for n in range(4000)]
PATIENCE_S = 60


@pytest.fixture
async def editors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[list[SupervisedModel]]:
    """Each as in a server of its own: they share the host."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with tempfile.TemporaryDirectory(prefix="p") as short:
        monkeypatch.setenv("XDG_RUNTIME_DIR", short)
        gguf = make_gguf(tmp_path / "scripted.gguf", {"long": LONG, "": "hello"}, n_ctx=32_768)
        made = [SupervisedModel(options(gguf)) for _ in range(N_EDITORS)]
        yield made
        for each in made:
            await each.end()


def options(gguf: Path) -> HostOptions:
    return HostOptions(gguf, n_ctx=32_768, n_threads=1)


async def text(model: SupervisedModel, question: str) -> str:
    chunks = [event async for event in model.reply(Prompt("", question), Sampling())]
    assert isinstance(chunks[-1], Ended)
    return "".join(event.text for event in chunks if isinstance(event, Chunk))


async def broken(model: SupervisedModel, question: str, begun: asyncio.Event) -> str:
    """The sentence that the user is told; `begun` is set by the first piece."""
    with pytest.raises(HostFailed) as failed:
        async for event in model.reply(Prompt("", question), Sampling()):
            if isinstance(event, Chunk):
                begun.set()
    return str(failed.value)


async def test_all_are_told_and_the_next_request_has_a_new_host(
    editors: list[SupervisedModel], tmp_path: Path
) -> None:
    assert await text(editors[0], "hi") == "hello"
    supervisor = Supervisor(options(tmp_path / "scripted.gguf"))
    host = psutil.Process((await supervisor.ready()).pid)
    begun = [asyncio.Event() for _ in editors]
    async with asyncio.timeout(PATIENCE_S):
        pairs = zip(editors, begun, strict=True)
        replies = asyncio.gather(*(broken(each, f"long {id(at)}", at) for each, at in pairs))
        await asyncio.gather(*(at.wait() for at in begun))
        host.send_signal(signal.SIGKILL)
        told = await replies
        assert all(sentence.endswith(".") and "broke" in sentence for sentence in told)
        again = await asyncio.gather(*(text(each, f"hi {n}") for n, each in enumerate(editors)))
    assert again == ["hello"] * N_EDITORS
    assert (await supervisor.ready()).pid != host.pid
