"""The handshake with each editor, by what the editors were recorded to say."""

from pathlib import Path

import pytest

from tests.lsp.server_process import initialize, isolated, server, started

ENCODINGS = {
    "vscode": "utf-16",
    "neovim-0.12": "utf-8",
    "neovim-0.10": "utf-16",
    "helix": "utf-8",
    "eglot": "utf-32",
    "lsp-mode": "utf-16",
}
TEXT = "def 加(a, b):\n    return '🙂' + a + b\n"


@pytest.mark.parametrize("client", ENCODINGS)
async def test_each_editor_is_answered_in_the_encoding_it_prefers(
    client: str, tmp_path: Path
) -> None:
    async with started(tmp_path, isolated(tmp_path / "home")) as editor:
        result = await initialize(editor, client)
        assert result["capabilities"].get("positionEncoding") == ENCODINGS[client]
        assert set(result["capabilities"]["executeCommandProvider"]["commands"]) == {
            "penna.run",
            "penna.cancel",
        }
        assert result["capabilities"]["textDocumentSync"]["change"] == 2
        assert result["serverInfo"]["name"] == "penna"


@pytest.mark.parametrize("client", ENCODINGS)
async def test_each_editor_gets_its_docs_in_the_right_place(client: str, tmp_path: Path) -> None:
    async with server(tmp_path / "workspace", client=client) as editor:
        uri = editor.open("加.py", TEXT)
        job = await editor.run("draftDocs", uri, (TEXT.index("🙂"),) * 2)
        ended = await editor.end_of(job)
        assert ended["outcome"] == "finished", ended["reason"]
        head, tail = TEXT.split("    return")
        assert editor.text(uri).startswith(f'{head}    """')
        assert editor.text(uri).endswith(f'"""\n    return{tail}')
        await editor.until(lambda: _last_kinds(editor.progress) == {"end"})


async def test_what_is_registered_is_what_the_client_can_register(tmp_path: Path) -> None:
    async with server(tmp_path / "vscode", client="vscode") as editor:
        await editor.until(lambda: len(editor.registered) == 2)
        assert editor.registered == [
            "workspace/textDocumentContent",
            "workspace/didChangeConfiguration",
        ]
    async with server(tmp_path / "helix", client="helix") as editor:
        uri = editor.open("a.py", TEXT)
        await editor.menu(uri, (0, 0))
        assert editor.registered == []


async def test_a_client_that_can_do_nothing_is_served_all_the_same(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace", capabilities={}, clientInfo=None) as editor:
        uri = editor.open("a.py", TEXT)
        job = await editor.run("explain", uri)
        assert (await editor.end_of(job))["outcome"] == "finished"
        await editor.until(lambda: any(text.startswith("Written to ") for text in editor.told))
        assert editor.progress == {}


async def test_an_unknown_encoding_is_answered_with_utf_16(tmp_path: Path) -> None:
    general = {"general": {"positionEncodings": ["utf-7"]}}
    async with server(tmp_path / "workspace", capabilities=general) as editor:
        assert editor.encoding == "utf-16"


def _last_kinds(progress: dict[str, list[dict[str, object]]]) -> set[object]:
    return {values[-1]["kind"] for values in progress.values()}
