"""Settings as editors send them: bad values are told once, and nothing else is lost."""

from pathlib import Path
from typing import Any

import pytest

from tests.lsp.server_process import Refused, server

TEXT = "def bare(a: int) -> int:\n    return a + 1\n"
AUTOMATIC = {"triggerKind": 2}


async def test_a_bad_value_is_told_once_and_the_others_count(tmp_path: Path) -> None:
    options = {"lightbulb": True, "delivery": "by post", "nCtx": -1, "typo": 1}
    async with server(
        tmp_path / "workspace", client="helix", initializationOptions=options
    ) as editor:
        editor.settings = options
        uri = editor.open("a.py", TEXT)
        assert await editor.menu(uri, (0, 0), AUTOMATIC)
        await editor.end_of(await editor.run("draftDocs", uri))
        editor.notify("workspace/didChangeConfiguration", {"settings": None})
        assert await editor.menu(uri, (0, 0), AUTOMATIC)
        await editor.end_of(await editor.run("explain", uri))
        for name in ("delivery", "nCtx", "typo"):
            assert sum(f'"{name}"' in text for text in editor.told) == 1, editor.told


async def test_what_the_client_configures_wins_over_what_it_began_with(tmp_path: Path) -> None:
    async with server(
        tmp_path / "workspace",
        client="vscode",
        initializationOptions={"lightbulb": True, "style": {"docstringStyle": "numpy"}},
    ) as editor:
        asked: list[object] = []

        def configuration(params: dict[str, Any]) -> list[object]:
            asked.append(params["items"])
            return [{"lightbulb": False}]

        editor.answers["workspace/configuration"] = configuration
        editor.notify("workspace/didChangeConfiguration", {"settings": None})
        await editor.until(lambda: len(asked) >= 2 or None)
        uri = editor.open("a.py", TEXT)
        assert await editor.menu(uri, (0, 0), AUTOMATIC) == []
        await editor.end_of(await editor.run("draftDocs", uri))
        assert "Parameters\n    ----------" in editor.text(uri)


async def test_a_client_that_cannot_be_asked_sends_its_settings_along(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace", capabilities={}) as editor:
        uri = editor.open("a.py", TEXT)
        settings = {"penna": {"docstringStyle": "sphinx", "delivery": "by post"}}
        editor.notify("workspace/didChangeConfiguration", {"settings": settings})
        await editor.end_of(await editor.run("draftDocs", uri))
        assert ":param a:" in editor.text(uri)
        await editor.until(lambda: any('"delivery"' in text for text in editor.told))


async def test_a_project_may_choose_style_and_nothing_else(tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    root.mkdir()
    table = '[tool.penna]\ndocstring_style = "numpy"\nbase_url = "http://elsewhere.example/v1"\n'
    (root / "pyproject.toml").write_text(table, "utf-8")
    async with server(root) as editor:
        uri = editor.open("a.py", TEXT)
        await editor.end_of(await editor.run("draftDocs", uri))
        assert "Parameters\n    ----------" in editor.text(uri)
        assert any("base_url" in text and "may set only" in text for text in editor.told)


async def test_a_users_settings_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "config" / "penna"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text("delivery = ", "utf-8")
    async with server(tmp_path / "workspace") as editor:
        uri = editor.open("a.py", TEXT)
        ended = await editor.end_of(await editor.run("draftDocs", uri))
        assert ended["outcome"] == "finished"
        assert sum("config.toml" in text for text in editor.told) == 1


async def test_delivery_whole_is_one_edit(tmp_path: Path) -> None:
    text = TEXT + "\n\ndef other(b: str) -> str:\n    return b.upper()\n"
    options = {"delivery": "whole"}
    async with server(tmp_path / "workspace", initializationOptions=options) as editor:
        uri = editor.open("a.py", text)
        ended = await editor.end_of(await editor.run("draftDocs", uri, (0, 5)))
        assert (ended["outcome"], editor.n_edits) == ("finished", 1)


async def test_a_model_that_is_not_there_is_told_with_what_to_do(tmp_path: Path) -> None:
    options = {"model": "/no/such/model.gguf"}
    async with server(tmp_path / "workspace", initializationOptions=options) as editor:
        uri = editor.open("a.py", TEXT)
        with pytest.raises(Refused, match=r"/no/such/model\.gguf"):
            await editor.run("draftDocs", uri)
        assert editor.text(uri) == TEXT
