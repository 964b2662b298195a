"""Making one migrated route idiomatic in an editor: the reply, its imports, and the report."""

from pathlib import Path

import pytest

from tests.lsp.server_process import Editor, server
from tests.lsp.test_server_stream import with_model

APP = """\
\"\"\"小店 🍵\"\"\"\r
from flask_compat import App, jsonify, request\r
\r
app = App(__name__)\r
\r
\r
@app.get("/茶/{n:int}")\r
def tea(n):\r
    return jsonify(n=n, q=request.args["q"])\r
\r
\r
@app.get("/other")\r
def other():\r
    return "other"\r
"""
REPLY = """\
Here it is:

```python
from typing import Annotated

from fastapi import Query


@app.native.get("/茶/{n:int}")
def tea(n: int, q: Annotated[str, Query()]):
    return {"n": n, "q": q}
```
"""
AFTER = """\
\"\"\"小店 🍵\"\"\"\r
from flask_compat import App, jsonify, request\r
from fastapi import Query\r
from typing import Annotated\r
\r
app = App(__name__)\r
\r
\r
@app.native.get("/茶/{n:int}")\r
def tea(n: int, q: Annotated[str, Query()]):\r
    return {"n": n, "q": q}\r
\r
\r
@app.get("/other")\r
def other():\r
    return "other"\r
"""
AT = (APP.index("def tea"),) * 2


def reports(editor: Editor) -> list[str]:
    """The texts of the reports, in an editor without virtual documents."""
    folder = editor.root.parent / "state" / "penna" / "scratch"
    return [editor.text(path.as_uri()) for path in folder.glob("*")]


@pytest.mark.parametrize("client", ["neovim-0.12", "eglot"])
async def test_the_reply_and_its_imports_land_and_the_report_lists_what_changes(
    client: str,
) -> None:
    async with with_model({"": REPLY}, client=client) as editor:
        uri = editor.open("app.py", APP)
        ended = await editor.end_of(await editor.run("makeIdiomatic", uri, AT))
        assert ended["outcome"] == "finished", ended["reason"]
        assert "`tea` is a route of FastAPI's own now" in ended["summary"]
        assert editor.text(uri) == AFTER
        [said] = reports(editor)
        assert "`q` of the query is required" in said
        assert "needs your trust in this workspace" in said


async def test_in_one_edit_at_the_end_if_the_user_prefers_that() -> None:
    async with with_model({"": REPLY}, client="eglot", delivery="whole") as editor:
        uri = editor.open("app.py", APP)
        ended = await editor.end_of(await editor.run("makeIdiomatic", uri, AT))
        assert ended["outcome"] == "finished", ended["reason"]
        assert editor.text(uri) == AFTER


async def test_a_route_that_moved_is_taken_back_and_nothing_is_reported() -> None:
    async with with_model({"": REPLY.replace("茶", "tea")}, client="eglot") as editor:
        uri = editor.open("app.py", APP)
        ended = await editor.end_of(await editor.run("makeIdiomatic", uri, AT))
        assert ended["outcome"] == "failed"
        assert "The route of `tea` changed" in ended["reason"]
        assert editor.text(uri) == APP
        assert reports(editor) == []


async def test_without_a_model_it_names_the_way_to_one(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace", client="eglot") as editor:
        uri = editor.open("app.py", APP)
        ended = await editor.end_of(await editor.run("makeIdiomatic", uri, AT))
        assert ended["outcome"] == "failed"
        assert "penna model pull" in ended["reason"]
        assert editor.text(uri) == APP


async def test_it_is_in_the_menu_of_migrated_views_alone(tmp_path: Path) -> None:
    only = {"only": ["refactor.rewrite.makeIdiomatic"]}
    async with server(tmp_path / "workspace") as editor:
        uri = editor.open("app.py", APP)
        [row] = await editor.menu(uri, AT, only)
        assert row["title"] == "Make this route idiomatic"
        assert not await editor.menu(uri, (0, 0), only)
        plain = editor.open("flask.py", APP.replace("flask_compat", "flask"))
        assert not await editor.menu(plain, (AT[0] - 7,) * 2, only)
