"""textDocument/codeAction: what is offered where, in which words, and when nothing is."""

from pathlib import Path

import pytest

from tests.lsp.server_process import server

TEXT = '''\
def documented():
    """It is."""


def bare(a: int) -> int:
    return a + 1
'''
BARE = (TEXT.index("bare"),) * 2
MODEL = {"baseUrl": "http://127.0.0.1:9/v1"}


def kinds(rows: list[dict[str, object]]) -> set[object]:
    return {row["kind"] for row in rows}


async def test_rows_carry_leaf_kinds_and_a_command_that_knows_its_version(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace") as editor:
        uri = editor.open("a.py", TEXT)
        rows = await editor.menu(uri, BARE)
        assert {"source.explain", "source.draftDocs"} <= kinds(rows)
        argument = rows[0]["command"]["arguments"][0]
        assert rows[0]["command"]["command"] == "penna.run"
        assert (argument["uri"], argument["version"]) == (uri, 1)


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (["source"], {"source.explain", "source.draftDocs", "source.generateTests"}),
        (["source.draftDocs"], {"source.draftDocs"}),
        (["source.draft"], set()),
        (["quickfix"], set()),
        (["refactor.rewrite.edit", "source.explain"], {"source.explain"}),
        ([""], {"source.explain", "source.draftDocs", "source.generateTests"}),
    ],
)
async def test_only_is_honoured_at_dots(
    only: list[str], expected: set[str], tmp_path: Path
) -> None:
    async with server(tmp_path / "workspace", client="neovim-0.10") as editor:
        uri = editor.open("a.py", TEXT)
        assert kinds(await editor.menu(uri, BARE, {"only": only})) == expected


async def test_a_block_cursor_is_a_cursor_and_no_selection(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace") as editor:
        uri = editor.open("a.py", TEXT)
        block = (BARE[0], BARE[0] + 1)
        assert kinds(await editor.menu(uri, block)) == kinds(await editor.menu(uri, BARE))


async def test_an_automatic_trigger_gets_nothing_unless_the_lightbulb_is_on(
    tmp_path: Path,
) -> None:
    automatic = {"triggerKind": 2}
    async with server(tmp_path / "workspace") as editor:
        uri = editor.open("a.py", TEXT)
        assert await editor.menu(uri, BARE, automatic) == []
    options = {"lightbulb": True}
    async with server(tmp_path / "workspace", initializationOptions=options) as editor:
        uri = editor.open("a.py", TEXT)
        assert await editor.menu(uri, BARE, automatic)


async def test_why_not_is_told_to_clients_that_show_it(tmp_path: Path) -> None:
    there = (TEXT.index("documented"),) * 2
    async with server(tmp_path / "workspace", client="vscode") as editor:
        rows = await editor.menu(editor.open("a.py", TEXT), there)
        disabled = {row["kind"]: row["disabled"]["reason"] for row in rows if "disabled" in row}
        assert "already has a doc" in disabled["source.draftDocs"]
    async with server(tmp_path / "workspace", client="eglot") as editor:
        rows = await editor.menu(editor.open("a.py", TEXT), there)
        assert "source.draftDocs" not in kinds(rows)
        assert not any("disabled" in row for row in rows)


@pytest.mark.parametrize(
    ("client", "options", "tagged"),
    [("vscode", MODEL, True), ("vscode", {}, False), ("helix", MODEL, False)],
)
async def test_the_tag_needs_a_model_and_a_client_that_knows_it(
    client: str, options: dict[str, str], tagged: bool, tmp_path: Path
) -> None:
    root = tmp_path / "workspace"
    async with server(root, client=client, initializationOptions=options) as editor:
        rows = await editor.menu(editor.open("a.py", TEXT), BARE)
        assert all((row.get("tags") == [1]) is tagged for row in rows if "disabled" not in row)


@pytest.mark.parametrize(
    ("locale", "title"),
    [("en-GB", "Explain"), ("zh-cn", "解释"), ("zh", "解释"), ("fr", "Explain")],
)
async def test_titles_follow_the_locale(locale: str, title: str, tmp_path: Path) -> None:
    async with server(tmp_path / "workspace", locale=locale) as editor:
        rows = await editor.menu(editor.open("a.py", TEXT), BARE, {"only": ["source.explain"]})
        assert [row["title"] for row in rows] == [title]


async def test_a_diagnostic_brings_its_fix_along(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace") as editor:
        uri = editor.open("a.py", TEXT)
        range_ = editor.buffers[uri].range(*BARE, editor.encoding)
        diagnostic = {"range": range_, "message": "`bare` is not typed", "source": "mypy"}
        rows = await editor.menu(uri, BARE, {"diagnostics": [diagnostic], "only": ["quickfix"]})
        assert kinds(rows) == {"quickfix.penna"}
        assert rows[0]["diagnostics"][0]["message"] == "`bare` is not typed"


async def test_a_document_that_is_not_open_has_no_actions(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace") as editor:
        place = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
        params = {"textDocument": {"uri": "file:///no/where.py"}, "range": place}
        context: dict[str, object] = {"context": {"diagnostics": []}}
        assert await editor.request("textDocument/codeAction", {**params, **context}) == []
