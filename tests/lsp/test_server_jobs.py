"""penna.run and penna.cancel: what starts a job, what is refused, and how each end is told."""

import re
from pathlib import Path

import pytest

from tests.lsp.server_process import REQUEST_FAILED, Editor, Refused, server

TEXT = "def bare(a: int) -> int:\n    return a + 1\n\n\nclass Left:\n    pass\n"
AT = (0, 0)


async def refusal(editor: Editor, argument: object) -> str:
    """The sentence with which penna.run refuses."""
    with pytest.raises(Refused) as refused:
        await editor.command("penna.run", argument)
    assert refused.value.code == REQUEST_FAILED
    assert re.fullmatch(r"[^\n]+[.}]", str(refused.value)), "one sentence"
    return str(refused.value)


async def test_a_job_is_answered_at_once_and_its_end_is_told(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace") as editor:
        uri = editor.open("a.py", TEXT)
        job = await editor.run("draftDocs", uri, AT)
        ended = await editor.end_of(job)
        assert ended["outcome"] == "finished"
        assert "without a model" in ended["summary"]
        assert editor.text(uri).startswith('def bare(a: int) -> int:\n    """')
        assert [value["kind"] for value in editor.progress[f"penna/{job}"]][-1] == "end"


async def test_a_stale_version_is_refused_by_name(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace") as editor:
        uri = editor.open("a.py", TEXT)
        editor.insert(uri, 0, "# new\n")
        said = await refusal(editor, {"action": "draftDocs", "uri": uri, "version": 1})
        assert said.startswith("The document changed")


async def test_an_unknown_action_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace") as editor:
        uri = editor.open("a.py", TEXT)
        assert "draftDocs" in await refusal(editor, {"action": "paint", "uri": uri})


async def test_a_document_that_is_not_open_is_refused(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace") as editor:
        said = await refusal(editor, {"action": "explain", "uri": "file:///no.py"})
        assert "is not open" in said


@pytest.mark.parametrize("argument", [None, 7, "explain", [], {}, {"action": {}}])
async def test_a_nonsense_argument_is_refused_with_a_sentence(
    argument: object, tmp_path: Path
) -> None:
    async with server(tmp_path / "workspace") as editor:
        assert await refusal(editor, argument)


@pytest.mark.parametrize(
    "place",
    [
        None,
        "here",
        {"start": {"line": 1}},
        {"start": {"line": -1, "character": -7}, "end": {"line": 10**12, "character": 10**12}},
    ],
)
async def test_a_nonsense_range_is_taken_for_one_in_the_document(
    place: object, tmp_path: Path
) -> None:
    async with server(tmp_path / "workspace") as editor:
        uri = editor.open("a.py", TEXT)
        answer = await editor.command(
            "penna.run", {"action": "explain", "uri": uri, "range": place}
        )
        assert (await editor.end_of(answer["job"]))["outcome"] == "finished"


async def test_nothing_to_do_is_said(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace") as editor:
        uri = editor.open("a.py", "\n")
        said = await refusal(editor, {"action": "explain", "uri": uri})
        assert "nothing for 'explain'" in said


async def test_no_command_of_somebody_else_is_taken(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace") as editor:
        with pytest.raises(Refused):
            await editor.command("other.command", {})
        assert await editor.menu(editor.open("a.py", TEXT), AT)


async def test_cancelling_what_is_not_there_is_harmless(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace") as editor:
        assert await editor.command("penna.cancel", {"job": "77"}) is False
        for params in ({"command": "penna.cancel"}, {"command": "penna.cancel", "arguments": []}):
            assert await editor.request("workspace/executeCommand", params) is False
        editor.notify("window/workDoneProgress/cancel", {"token": "not ours"})
        editor.notify("$/cancelRequest", {"id": 4711})
        editor.notify("$/cancelRequest", {"id": "words"})
        assert await editor.menu(editor.open("a.py", TEXT), AT)


@pytest.mark.parametrize("client", ["vscode", "eglot"])
async def test_without_a_model_an_action_without_a_draft_names_the_remedy(
    client: str, tmp_path: Path
) -> None:
    async with server(tmp_path / "workspace", client=client) as editor:
        uri = editor.open("a.py", TEXT)
        options = {"instruction": "make it faster"}
        job = await editor.run("editSelection", uri, (0, 20), options=options)
        ended = await editor.end_of(job)
        assert ended["outcome"] == "failed"
        assert "penna model pull" in ended["reason"]
        await editor.until(lambda: ended["reason"] in editor.told)
        assert editor.text(uri) == TEXT


async def test_a_client_that_refuses_every_edit_is_told_so_and_loses_nothing(
    tmp_path: Path,
) -> None:
    async with server(tmp_path / "workspace") as editor:
        editor.answers["workspace/applyEdit"] = lambda _: {"applied": False}
        uri = editor.open("a.py", TEXT)
        job = await editor.run("draftDocs", uri, AT)
        ended = await editor.end_of(job)
        assert (ended["outcome"], editor.text(uri)) == ("failed", TEXT)
        assert "takes no edit" in ended["reason"]
        await editor.until(lambda: editor.progress[f"penna/{job}"][-1]["kind"] == "end")


async def test_files_that_are_not_text_stand_in_nobodys_way(tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    (root / "tests").mkdir(parents=True)
    (root / "latin.py").write_bytes('name = "\xe9"\n'.encode("latin-1"))
    (root / "zero.py").write_bytes(b"\0" * 100)
    (root / "tests" / "test_latin.py").write_bytes(b"\xff\xfe\x00")
    (root / "pyproject.toml").write_bytes(b"\xff\xfe[tool.penna]")
    async with server(root) as editor:
        text = "from latin import name\nfrom zero import x\n\n\ndef f():\n    return name, x\n"
        uri = editor.open("a.py", text)
        for action in ("explain", "draftDocs"):
            job = await editor.run(action, uri, (text.index("def"),) * 2)
            assert (await editor.end_of(job))["outcome"] == "finished"


async def test_an_explanation_is_a_document_beside_the_code(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace", client="helix") as editor:
        uri = editor.open("a.py", TEXT)
        job = await editor.run("explain", uri, AT)
        assert (await editor.end_of(job))["outcome"] == "finished"
        beside = [each for each in editor.buffers if each != uri]
        assert len(beside) == 1
        assert "bare" in editor.text(beside[0])
        assert editor.text(uri) == TEXT


async def test_a_virtual_document_is_fetched_from_the_server(tmp_path: Path) -> None:
    shown: list[str] = []

    def show(params: dict[str, str]) -> dict[str, bool]:
        shown.append(params["uri"])
        return {"success": True}

    async with server(tmp_path / "workspace", client="vscode") as editor:
        editor.answers["window/showDocument"] = show
        job = await editor.run("explain", editor.open("a.py", TEXT), AT)
        assert (await editor.end_of(job))["outcome"] == "finished"
        assert shown[0].startswith("penna:")
        content = await editor.request("workspace/textDocumentContent", {"uri": shown[0]})
        assert "bare" in content["text"]


async def test_whoever_types_on_and_on_in_a_slow_editor_is_waited_for(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace") as editor:
        uri = editor.open("a.py", TEXT)
        apply = editor.apply
        letters = list("# " + "abcdefghij" * 4 + "\n")

        def busy(params: dict[str, object]) -> dict[str, bool]:
            if not letters:
                return apply(params)
            at = len(editor.text(uri)) - len(TEXT)
            editor.insert(uri, at, letters.pop(0))
            return {"applied": False}

        editor.answers["workspace/applyEdit"] = busy
        ended = await editor.end_of(await editor.run("draftDocs", uri, AT))
        assert ended["outcome"] == "finished", ended["reason"]
        assert editor.text(uri).startswith("# abcdefghijab")
        assert 'int:\n    """' in editor.text(uri)
