"""Replies of a real host on a scripted model, streamed into the document of a real server."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from lsp_server.host.scripted import QUICK, Shape
from tests.hosting import N_CTX, private_folder
from tests.lsp.server_process import PATIENCE, Editor, Refused, initialize, isolated, started
from tests.scripted import make_gguf

TEXT = "# 前言 🙂\ndef area(width: int, height: int) -> int:\n    return width * height\n"
AT = (TEXT.index("area"),) * 2
DOC = "\n".join(["The area.", "", *(f"Sentence number {n} of many." for n in range(60))])
SLOW = Shape(n_ff=16_384)
# For a job that is stopped: on a busy machine it still runs when its test looks at it.
SLOWER = Shape(n_ff=65_536)


@asynccontextmanager
async def with_model(
    scripts: Mapping[str, str], *, shape: Shape = QUICK, client: str = "vscode", **more: Any
) -> AsyncIterator[Editor]:
    """A server whose model says what is scripted; its host is ended with it."""
    with private_folder() as folder:
        model = make_gguf(folder / "m.gguf", scripts, n_ctx=N_CTX, shape=shape)
        options = {"model": str(model), "nCtx": N_CTX, "nThreads": 1, **more}
        root = folder / "workspace"
        root.mkdir()
        try:
            async with started(root, isolated(folder)) as editor:
                await initialize(editor, client, initializationOptions=options)
                yield editor
        finally:
            for process in hosts(folder):
                process.kill()
                process.wait()


def hosts(folder: Path) -> list[psutil.Process]:
    """The hosts that serve a model of the folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if "host" in words and str(folder / "m.gguf") in words:
            found.append(process)
    return found


def doc(text: str) -> str:
    return text[text.index('"""') + 3 : text.rindex('"""')]


async def writing(editor: Editor, uri: str) -> None:
    """Until a part of the reply stands in the document."""
    await editor.until(lambda: "Sentence number 2" in editor.text(uri))
    assert "Sentence number 59" not in editor.text(uri), "the model is slower than the test"


@pytest.mark.parametrize("client", ["vscode", "neovim-0.12", "helix", "eglot", "lsp-mode"])
async def test_a_reply_streams_to_exactly_its_text(client: str) -> None:
    async with with_model({"": f"```\n{DOC}\n```\n"}, client=client) as editor:
        uri = editor.open("面积.py", TEXT)
        job = await editor.run("draftDocs", uri, AT)
        ended = await editor.end_of(job)
        assert ended["outcome"] == "finished", ended["reason"]
        lines = [line.strip() for line in doc(editor.text(uri)).splitlines()]
        assert [line for line in lines if line] == [line for line in DOC.split("\n") if line]
        head, tail = TEXT.split("    return")
        assert editor.text(uri).startswith(head)
        assert editor.text(uri).endswith(f"    return{tail}")
        assert "without a model" not in ended["summary"]


async def test_no_letter_typed_above_a_stream_is_lost() -> None:
    async with with_model({"": DOC}, shape=SLOW) as editor:
        uri = editor.open("a.py", TEXT)
        job = await editor.run("draftDocs", uri, AT)
        for at, letter in enumerate("# 你好 🙂, still typing\n"):
            editor.insert(uri, at, letter)
            await asyncio.sleep(0.05)
        assert (await editor.end_of(job))["outcome"] == "finished"
        assert editor.text(uri).startswith("# 你好 🙂, still typing\n# 前言 🙂\ndef area")
        assert doc(editor.text(uri)).count("Sentence number") == 60
        assert editor.n_edits > 1


async def test_typing_inside_ends_the_job_and_keeps_what_was_typed() -> None:
    async with with_model({"": DOC}, shape=SLOWER) as editor:
        uri = editor.open("a.py", TEXT)
        job = await editor.run("draftDocs", uri, AT)
        await writing(editor, uri)
        editor.insert(uri, editor.text(uri).index("number 1"), "MINE ")
        ended = await editor.end_of(job)
        assert ended["outcome"] == "interrupted"
        assert "Sentence MINE number 1" in editor.text(uri)
        await editor.until(lambda: ended["reason"] in editor.told)


async def test_cancelling_in_mid_stream_restores_the_text() -> None:
    async with with_model({"": DOC}, shape=SLOWER) as editor:
        uri = editor.open("a.py", TEXT)
        job = await editor.run("draftDocs", uri, AT)
        await writing(editor, uri)
        editor.notify("window/workDoneProgress/cancel", {"token": f"penna/{job}"})
        assert (await editor.end_of(job))["outcome"] == "cancelled"
        assert editor.text(uri) == TEXT
        await editor.until(lambda: editor.progress[f"penna/{job}"][-1]["kind"] == "end")


async def test_cancelling_by_command_may_keep_what_was_written() -> None:
    async with with_model({"": DOC}, shape=SLOWER, onCancel="keep") as editor:
        uri = editor.open("a.py", TEXT)
        job = await editor.run("draftDocs", uri, AT)
        await writing(editor, uri)
        assert await editor.command("penna.cancel", {"job": job}) is True
        assert (await editor.end_of(job))["outcome"] == "cancelled"
        assert "Sentence number 2" in editor.text(uri)


async def test_a_second_job_on_the_same_text_is_refused_and_elsewhere_runs() -> None:
    async with with_model({"": DOC}, shape=SLOW) as editor:
        uri, other = editor.open("a.py", TEXT), editor.open("b.py", TEXT)
        job = await editor.run("draftDocs", uri, AT)
        with pytest.raises(Refused, match="already writing there"):
            await editor.run("draftDocs", uri, AT)
        beside = await editor.run("draftDocs", other, AT)
        for each in (job, beside):
            assert (await editor.end_of(each))["outcome"] == "finished"
        assert doc(editor.text(uri)) == doc(editor.text(other))


async def test_a_document_closed_in_mid_stream_ends_its_job() -> None:
    async with with_model({"": DOC}, shape=SLOWER) as editor:
        uri = editor.open("a.py", TEXT)
        job = await editor.run("draftDocs", uri, AT)
        await writing(editor, uri)
        editor.close(uri)
        ended = await editor.end_of(job)
        assert ended["outcome"] == "failed"
        assert "closed" in ended["reason"]
        uri = editor.open("a.py", TEXT)
        job = await editor.run("draftDocs", uri, AT)
        assert (await editor.end_of(job))["outcome"] == "finished"


async def test_progress_tells_the_stages_and_the_rate() -> None:
    async with with_model({"": DOC}, shape=SLOW) as editor:
        uri = editor.open("a.py", TEXT)
        job = await editor.run("draftDocs", uri, AT)
        await editor.end_of(job)
        await editor.until(lambda: editor.progress[f"penna/{job}"][-1]["kind"] == "end")
        values = editor.progress[f"penna/{job}"]
        told = [value.get("message", "") for value in values]
        assert [value["kind"] for value in values].count("begin") == 1
        assert any(message == "starting the model" for message in told)
        assert any("writing at" in message and "tokens/s" in message for message in told)


async def test_a_host_killed_in_mid_reply_fails_the_job_and_the_next_one_works() -> None:
    async with with_model({"volume": "Short.", "": DOC}, shape=SLOWER) as editor:
        uri, other = editor.open("a.py", TEXT), editor.open("b.py", TEXT.replace("area", "volume"))
        job = await editor.run("draftDocs", uri, AT)
        await writing(editor, uri)
        for process in hosts(editor.root.parent):
            os.kill(process.pid, signal.SIGKILL)
        ended = await editor.end_of(job)
        assert ended["outcome"] == "failed"
        assert editor.text(uri) == TEXT
        job = await editor.run("draftDocs", other, AT)
        assert (await editor.end_of(job))["outcome"] == "finished"
        assert doc(editor.text(other)) == "Short."


async def test_shutdown_in_mid_stream_ends_the_process() -> None:
    async with with_model({"": DOC}, shape=SLOWER) as editor:
        uri = editor.open("a.py", TEXT)
        await editor.run("draftDocs", uri, AT)
        await writing(editor, uri)
        assert await editor.request("shutdown", None) is None
        editor.notify("exit", None)
        assert await asyncio.wait_for(editor.process.wait(), PATIENCE) == 0


async def test_a_reply_that_fails_its_check_is_asked_for_once_more_and_then_taken_back() -> None:
    reply = "```python\ndef area(width, height:\n    return\n```"
    options = {"options": {"instruction": "Use floats."}}
    async with with_model({"": reply}) as editor:
        uri = editor.open("a.py", TEXT)
        start = TEXT.index("def")
        job = await editor.run("editSelection", uri, (start, len(TEXT)), **options)
        ended = await editor.end_of(job)
        assert ended["outcome"] == "failed"
        assert editor.text(uri) == TEXT
        await editor.until(lambda: ended["reason"] in editor.told)


async def test_line_ends_are_those_of_the_document() -> None:
    text = TEXT.replace("\n", "\r\n")
    async with with_model({"": DOC}) as editor:
        uri = editor.open("a.py", text)
        job = await editor.run("draftDocs", uri, (text.index("area"),) * 2)
        ended = await editor.end_of(job)
        assert ended["outcome"] == "finished", ended["reason"]
        assert editor.text(uri).count("Sentence number") == 60
        assert "\n" not in editor.text(uri).replace("\r\n", "")
