"""Nothing leaves the machine: the server and its host work where only Unix sockets can be made."""

import asyncio
import shutil
import sys
from pathlib import Path

from lsp_server.host.scripted import QUICK
from tests.hosting import N_CTX, private_folder, wait_until
from tests.lsp.server_process import PATIENCE, Editor, initialize, isolated, started
from tests.lsp.test_server_stream import hosts
from tests.scripted import make_gguf

TEXT = "def area(width: int, height: int) -> int:\n    return width * height\n"
AT = (TEXT.index("area"),) * 2
BLOCKED = """\
import socket

class Blocked(socket.socket):
    def __init__(self, family=-1, *rest, **more):
        given = socket.AF_INET if family == -1 and more.get("fileno") is None else family
        if given not in (-1, socket.AF_UNIX):
            raise OSError(f"Penna made a socket of family {given}")
        super().__init__(family, *rest, **more)

socket.socket = Blocked
socket.getaddrinfo = None
"""
STRACE = shutil.which("strace")


async def worked(editor: Editor, model: Path) -> None:
    """A draft, a prompt and a streamed reply, with every file of ours imported that they need."""
    options = {"model": str(model), "nCtx": N_CTX}
    await initialize(editor, "vscode", initializationOptions=options)
    uri = editor.open("a.py", TEXT)
    assert await editor.menu(uri, AT)
    for action in ("explain", "draftDocs"):
        ended = await editor.end_of(await editor.run(action, uri, AT))
        assert ended["outcome"] == "finished", ended["reason"]
    assert "Said offline." in editor.text(uri)
    await editor.request("shutdown", None)
    editor.notify("exit", None)
    end_hosts(model.parent)
    # strace ends with the last process that it watches.
    await asyncio.wait_for(editor.process.wait(), PATIENCE)


def end_hosts(folder: Path) -> None:
    for process in hosts(folder):
        process.terminate()
    wait_until(lambda: not hosts(folder))


async def test_the_server_and_its_host_work_with_all_but_unix_sockets_blocked() -> None:
    with private_folder() as folder:
        model = make_gguf(folder / "m.gguf", {"": "Said offline."}, n_ctx=N_CTX, shape=QUICK)
        (folder / "sitecustomize.py").write_text(BLOCKED, "utf-8")
        environment = isolated(folder) | {"PYTHONPATH": str(folder)}
        (folder / "workspace").mkdir()
        try:
            async with started(folder / "workspace", environment) as editor:
                await worked(editor, model)
        finally:
            end_hosts(folder)


async def test_the_blockade_of_these_tests_blocks(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(BLOCKED, "utf-8")
    program = "import socket; socket.create_connection(('127.0.0.1', 9))"
    environment = isolated(tmp_path / "home") | {"PYTHONPATH": str(tmp_path)}
    command = (sys.executable, "-c", program)
    async with started(tmp_path, environment, command) as editor:
        assert await editor.process.wait() == 1


if STRACE is not None:

    async def test_the_kernel_sees_unix_sockets_only() -> None:
        with private_folder() as folder:
            model = make_gguf(folder / "m.gguf", {"": "Said offline."}, n_ctx=N_CTX, shape=QUICK)
            (folder / "workspace").mkdir()
            log = folder / "calls"
            trace = (str(STRACE), "-f", "-qq", "-e", "trace=network", "-o", str(log))
            command = (*trace, sys.executable, "-m", "lsp_server", "lsp")
            try:
                async with started(folder / "workspace", isolated(folder), command) as editor:
                    await worked(editor, model)
            finally:
                end_hosts(folder)
            wait_until(lambda: "AF_UNIX" in log.read_text("utf-8"))
            calls = log.read_text("utf-8").splitlines()
            made = [line for line in calls if "socket(" in line or "connect(" in line]
            assert made
            assert [line for line in made if "AF_UNIX" not in line] == []
