"""What is not LSP, comes at the wrong time or ends in the middle: the server stays, or leaves."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.server_process import (
    PATIENCE,
    Editor,
    Refused,
    initialize,
    isolated,
    server,
    started,
)

TEXT = "def bare(a: int) -> int:\n    return a + 1\n"
METHOD_NOT_FOUND = -32601


async def is_alive(editor: Editor) -> bool:
    """It answers a request and carries out a job."""
    uri = editor.open("alive.py", TEXT)
    rows = await editor.menu(uri, (0, 0))
    ended = await editor.end_of(await editor.run("draftDocs", uri))
    return bool(rows) and str(ended["outcome"]) == "finished"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b"7",
        b'"text"',
        b"{}",
        b"\xff\xfe\x00",
        b'{"jsonrpc": "2.0"}',
        b'{"jsonrpc": "2.0", "id": 1}',
        b'{"jsonrpc": "2.0", "method": 7}',
        b'{"jsonrpc": "1.0", "id": 9, "method": "shutdown"}',
        b'{"jsonrpc": "2.0", "method": "textDocument/didChange"}',
        b'{"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {}}',
        b'{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": 1}}',
        b'{"jsonrpc": "2.0", "id": 99, "result": null}',
        b'{"jsonrpc": "2.0", "id": "x", "error": {"code": 1}}',
        b'{"jsonrpc": "2.0", "id": 3, "method": "textDocument/codeAction", "params": {}}',
        b'{"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {}}',
        b'{"jsonrpc": "2.0", "method": "$/setTrace", "params": {"value": "verbose"}}',
        b'{"jsonrpc": "2.0", "method": "nobody/knows", "params": {}}',
        b'{"jsonrpc": "2.0", "method": "$/anything", "params": [1, 2]}',
    ],
)
async def test_a_malformed_message_does_not_end_the_server(body: bytes, tmp_path: Path) -> None:
    async with server(tmp_path / "workspace") as editor:
        editor.send_body(body)
        assert await is_alive(editor)


async def test_an_unknown_request_is_answered_as_unknown(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace") as editor:
        with pytest.raises(Refused) as refused:
            await editor.request("nobody/knows", {})
        assert refused.value.code == METHOD_NOT_FOUND
        assert await is_alive(editor)


async def test_changes_of_documents_that_are_not_open_are_passed_over(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace") as editor:
        document = {"uri": "file:///never/opened.py", "version": 7}
        change = {"textDocument": document, "contentChanges": [{"text": "x"}]}
        editor.notify("textDocument/didChange", change)
        editor.notify("textDocument/didClose", {"textDocument": document})
        editor.notify("textDocument/didSave", {"textDocument": document})
        assert await is_alive(editor)


async def test_positions_past_every_end_are_clamped(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace") as editor:
        uri = editor.open("a.py", TEXT)
        far = {"line": 10**6, "character": 10**6}
        params = {
            "textDocument": {"uri": uri},
            "range": {"start": far, "end": {"line": 0, "character": 0}},
            "context": {"diagnostics": []},
        }
        assert await editor.request("textDocument/codeAction", params)


async def test_any_request_may_be_cancelled(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace") as editor:
        uri = editor.open("a.py", TEXT)
        asking = asyncio.create_task(editor.menu(uri, (0, 0)))
        await asyncio.sleep(0)
        for number in range(10):
            editor.notify("$/cancelRequest", {"id": number})
        try:
            assert isinstance(await asking, list)
        except Refused as cancelled:
            assert cancelled.code == -32800
        assert await is_alive(editor)


async def test_a_request_before_initialize_does_not_end_the_server(tmp_path: Path) -> None:
    async with started(tmp_path, isolated(tmp_path / "home")) as editor:
        params = {"command": "penna.run", "arguments": [{"action": "explain", "uri": "file:///a"}]}
        with pytest.raises(Refused):
            await editor.request("workspace/executeCommand", params)
        await initialize(editor, "vscode")
        assert await is_alive(editor)


async def test_shutdown_and_exit_end_the_process(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace") as editor:
        assert await editor.request("shutdown", None) is None
        editor.notify("exit", None)
        assert await asyncio.wait_for(editor.process.wait(), PATIENCE) == 0


async def test_exit_without_shutdown_ends_the_process_as_failed(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace") as editor:
        editor.notify("exit", None)
        assert await asyncio.wait_for(editor.process.wait(), PATIENCE) == 1


async def test_a_client_that_dies_takes_the_server_along(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace") as editor:
        assert editor.process.stdin is not None
        editor.process.stdin.close()
        await asyncio.wait_for(editor.process.wait(), PATIENCE)


@pytest.mark.parametrize("method", ["window/showDocument", "window/workDoneProgress/create"])
async def test_a_client_that_answers_nonsense_is_served_on(method: str, tmp_path: Path) -> None:
    async with server(tmp_path / "workspace") as editor:
        nonsense: dict[str, Any] = {"success": "perhaps", "other": 1}
        editor.answers[method] = lambda _: nonsense
        uri = editor.open("a.py", TEXT)
        ended = await editor.end_of(await editor.run("explain", uri))
        assert ended["outcome"] == "finished"
        assert await is_alive(editor)


async def test_opening_twice_takes_the_newer_text(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace") as editor:
        editor.open("a.py", "")
        uri = editor.open("a.py", TEXT)
        ended = await editor.end_of(await editor.run("draftDocs", uri))
        assert ended["outcome"] == "finished"
        assert 'int:\n    """' in editor.text(uri)
