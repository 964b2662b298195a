"""Doing without a Flask extension in an editor: the reply, its imports, the check, the report."""

import pytest

from tests.lsp.server_process import Editor
from tests.lsp.test_server_stream import with_model

APP = """\
\"\"\"小店 🍵\"\"\"\r
from flask import Flask, jsonify\r
from flask_limiter import Limiter\r
from flask_limiter.util import get_remote_address\r
\r
app = Flask(__name__)\r
limiter = Limiter(get_remote_address)\r
\r
\r
@app.route("/茶/<int:n>")\r
@limiter.limit("5/minute")\r
def tea(n):\r
    return jsonify(n=n)\r
"""
REPLY = """\
```python
import time

@app.route("/茶/<int:n>")
def tea(n):
    limit(request.remote_addr, time.time())
    return jsonify(n=n)
```
"""
VIEW = APP[APP.index("@app.route") :]
SETUP = "limiter = Limiter(get_remote_address)"


def reports(editor: Editor) -> list[str]:
    """The texts of the reports, in an editor without virtual documents."""
    folder = editor.root.parent / "state" / "penna" / "scratch"
    return [editor.text(path.as_uri()) for path in folder.glob("*")]


@pytest.mark.parametrize("client", ["neovim-0.12", "eglot"])
async def test_a_view_goes_on_without_its_decorator_and_imports_follow(client: str) -> None:
    above = "def limit(who, now):\r\n    pass\r\n\r\n\r\n"
    text = APP.replace(VIEW, above + VIEW)
    at = (text.index("def tea"),) * 2
    async with with_model({"": REPLY}, client=client) as editor:
        uri = editor.open("app.py", text)
        ended = await editor.end_of(await editor.run("replaceExtension", uri, at))
        assert ended["outcome"] == "finished", ended["reason"]
        assert "without Flask-Limiter" in ended["summary"]
        after = editor.text(uri)
        assert "import time\r\nfrom flask import request\r\n" in after
        assert after.endswith(
            "def tea(n):\r\n    limit(request.remote_addr, time.time())\r\n"
            "    return jsonify(n=n)\r\n"
        )
        [said] = reports(editor)
        assert "The file still needs an extension in line 3, 4, 9, which keeps it on Flask." in said
        assert "needs your trust in this workspace" in said


async def test_with_the_last_use_both_imports_fall_away() -> None:
    text = APP.replace('@limiter.limit("5/minute")\r\n', "")
    at = (text.index(SETUP),) * 2
    async with with_model({"": "# No limits."}, client="eglot") as editor:
        uri = editor.open("app.py", text)
        ended = await editor.end_of(await editor.run("replaceExtension", uri, at))
        assert ended["outcome"] == "finished", ended["reason"]
        without = text.replace(SETUP, "# No limits.")
        for line in text.splitlines(keepends=True)[2:4]:
            without = without.replace(line, "")
        assert editor.text(uri) == without


async def test_a_reply_that_still_uses_it_is_taken_back_as_a_whole() -> None:
    at = (APP.index("def tea"),) * 2
    async with with_model({"": VIEW.replace("\r", "")}, client="eglot") as editor:
        uri = editor.open("app.py", APP)
        ended = await editor.end_of(await editor.run("replaceExtension", uri, at))
        assert ended["outcome"] == "failed"
        assert "still uses" in ended["reason"] and "Flask-Limiter" in ended["reason"]
        assert editor.text(uri) == APP
        assert reports(editor) == []
