"""The real server reads ahead: what goes over the wire when a menu opens or a selection rests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.server_process import PATIENCE, Editor, server
from tests.model.http_server import (
    DONE,
    Request,
    Send,
    Server,
    answer,
    delta,
    head,
    on_loopback,
)

TEXT = """\
def area(width: int, height: int) -> int:
    return width * height


def twice(n: int) -> int:
    return n + n
"""
AREA = (TEXT.index("area"),) * 2
TWICE = (TEXT.index("def twice"), len(TEXT))
AUTOMATIC = {"triggerKind": 2}


@dataclass(slots=True)
class Scene:
    """An editor whose server asks ours. `slow`: warm-ups are never answered to their end."""

    editor: Editor
    server: Server
    uri: str

    @property
    def asked(self) -> list[dict[str, Any]]:
        return [each.body for each in self.server.requests if each.method == "POST"]

    @property
    def warm_ups(self) -> list[dict[str, Any]]:
        return [body for body in self.asked if body.get("max_tokens") == 0]

    async def until_asked(self, n: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(self.asked) < n:
                self.server.asked.clear()
                await self.server.asked.wait()


@asynccontextmanager
async def scene(tmp_path: Path, *, slow: bool = False, **options: Any) -> AsyncIterator[Scene]:
    async def handler(request: Request, send: Send) -> None:
        if request.method == "GET":
            return await send(answer(200, {"data": [{"id": "m"}]}))
        if request.body.get("max_tokens") != 0:
            return await send(head() + delta("The area.", "stop") + DONE)
        await send(head())
        if slow:
            await asyncio.Event().wait()
        return await send(delta("", "length") + DONE)

    async with on_loopback(handler) as http:
        settings = {"baseUrl": http.url, **options}
        root = tmp_path / "workspace"
        async with server(root, initializationOptions=settings) as editor:
            yield Scene(editor, http, editor.open("a.py", TEXT))


def user_prompt(body: dict[str, Any]) -> str:
    return str(body["messages"][-1]["content"])


async def test_an_opened_menu_has_read_what_every_action_then_begins_with(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        assert await here.editor.menu(here.uri, AREA)
        await here.until_asked(1)
        (ahead,) = here.warm_ups
        assert ahead["warm_up"] is True
        assert ahead["model"] == "m"
        for action, options in [
            ("explain", {}),
            ("draftDocs", {}),
            ("editSelection", {"instruction": "Shorter."}),
        ]:
            job = await here.editor.run(action, here.uri, AREA, options=options)
            await here.editor.end_of(job)
            asked = here.asked[-1]
            assert asked.get("max_tokens") != 0
            assert asked["messages"][0] == ahead["messages"][0]
            if action == "explain":
                assert user_prompt(asked).startswith(user_prompt(ahead) + "\n\n## ")
        assert "The area." in here.editor.text(here.uri)


async def test_the_same_menu_again_sends_nothing_new(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        for _ in range(2):
            await here.editor.menu(here.uri, AREA)
            await here.until_asked(1)
        await here.editor.menu(here.uri, TWICE)
        await here.until_asked(2)
        first, second = here.warm_ups
        assert user_prompt(first) != user_prompt(second)


async def test_a_job_closes_the_warm_up_and_is_asked_at_once(tmp_path: Path) -> None:
    async with scene(tmp_path, slow=True) as here:
        await here.editor.menu(here.uri, AREA)
        await here.until_asked(1)
        job = await here.editor.run("draftDocs", here.uri, AREA)
        await asyncio.wait_for(here.server.closed.wait(), PATIENCE)
        assert (await here.editor.end_of(job))["outcome"] == "finished"
        assert len(here.warm_ups) == 1


async def test_a_keystroke_closes_the_warm_up(tmp_path: Path) -> None:
    async with scene(tmp_path, slow=True) as here:
        await here.editor.menu(here.uri, AREA)
        await here.until_asked(1)
        here.editor.insert(here.uri, 0, "#")
        await asyncio.wait_for(here.server.closed.wait(), PATIENCE)


async def test_the_end_of_the_server_closes_the_warm_up(tmp_path: Path) -> None:
    async with scene(tmp_path, slow=True) as here:
        await here.editor.menu(here.uri, AREA)
        await here.until_asked(1)
        await here.editor.request("shutdown", None)
        await asyncio.wait_for(here.server.closed.wait(), PATIENCE)


@pytest.mark.parametrize("lightbulb", [False, True])
async def test_a_selection_that_is_rested_on_is_read_whether_or_not_it_is_shown(
    lightbulb: bool, tmp_path: Path
) -> None:
    async with scene(tmp_path, lightbulb=lightbulb) as here:
        assert bool(await here.editor.menu(here.uri, TWICE, AUTOMATIC)) is lightbulb
        await here.until_asked(1)
        assert "def twice" in user_prompt(here.warm_ups[0]).partition("## The selection")[2]


@pytest.mark.parametrize(
    ("options", "place", "context"),
    [
        ({}, AREA, AUTOMATIC),
        ({}, AREA, {"triggerKind": None}),
        ({"warmUp": "menu"}, TWICE, AUTOMATIC),
        ({"warmUp": "never"}, TWICE, AUTOMATIC),
        ({"warmUp": "never"}, AREA, {}),
        ({"warmUp": "never", "lightbulb": True}, TWICE, AUTOMATIC),
        ({}, AREA, {"only": ["source.organizeImports"]}),
        ({}, TWICE, {"only": ["source.fixAll"], **AUTOMATIC}),
    ],
)
async def test_nothing_is_read_that_nobody_will_ask_for(
    options: dict[str, Any], place: tuple[int, int], context: dict[str, Any], tmp_path: Path
) -> None:
    async with scene(tmp_path, **options) as here:
        await here.editor.menu(here.uri, place, context)
        # Whatever the menu had set going has its turn before the job that comes behind it.
        await asyncio.sleep(0.7)
        await here.editor.end_of(await here.editor.run("draftDocs", here.uri, AREA))
        assert here.warm_ups == []
        assert len(here.asked) == 1


async def test_a_server_that_refuses_it_is_asked_once(tmp_path: Path) -> None:
    async def strict(request: Request, send: Send) -> None:
        if request.method == "GET":
            await send(answer(200, {"data": [{"id": "m"}]}))
        elif request.body.get("max_tokens") == 0:
            message = "max_tokens must be at least 1, got 0."
            await send(answer(400, {"object": "error", "message": message, "code": 400}))
        else:
            await send(head() + delta("The area.", "stop") + DONE)

    async with on_loopback(strict) as http:
        options = {"baseUrl": http.url}
        async with server(tmp_path / "workspace", initializationOptions=options) as editor:
            here = Scene(editor, http, editor.open("a.py", TEXT))
            await editor.menu(here.uri, AREA)
            await here.until_asked(1)
            await editor.menu(here.uri, TWICE)
            await editor.end_of(await editor.run("draftDocs", here.uri, AREA))
            await editor.menu(here.uri, AREA)
            await editor.end_of(await editor.run("explain", here.uri, AREA))
            assert len(here.warm_ups) == 1
            assert editor.told == []
