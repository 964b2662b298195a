"""Migrating a project in an editor: shown, confirmed, applied as one edit, or not at all."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.server_process import Editor, server

APP = """\
\"\"\"小店：一个应用。\"\"\"

from flask import Flask, jsonify

from prices import prices

app = Flask(__name__)
app.register_blueprint(prices)


@app.route("/hello/<int:n>")
def hello(n):  # 🍵 stays
    return jsonify(n=n)
"""
PRICES = """\
from flask import Blueprint\r
\r
prices = Blueprint("prices", __name__, url_prefix="/prices")\r
\r
\r
@prices.route("/")\r
def listed():\r
    return "€ 1"\r
"""
Json = dict[str, Any]


class Asked:
    """What the editor was asked, and what its user answers."""

    def __init__(self, editor: Editor, *choices: str) -> None:
        self.questions: list[str] = []
        self.edits: list[Json] = []
        self._editor, self._choices = editor, choices
        editor.answers["window/showMessageRequest"] = self._choose
        editor.answers["workspace/applyEdit"] = self._apply

    def _choose(self, params: Json) -> Json | None:
        self.questions.append(params["message"])
        titles = [action["title"] for action in params["actions"]]
        return next(({"title": each} for each in titles if each in self._choices), None)

    def _apply(self, params: Json) -> Json:
        changes = params["edit"]["documentChanges"]
        uris = [each.get("uri") or each["textDocument"]["uri"] for each in changes]
        if any(uri.endswith(".py") for uri in uris):
            self.edits.append(params["edit"])
        return self._editor.apply(params)


def project(editor: Editor) -> str:
    (editor.root / "prices.py").write_bytes(PRICES.encode())
    (editor.root / "requirements.txt").write_text("flask==3.1.2\n")
    return editor.open("app.py", APP)


async def migrated(editor: Editor, uri: str, action: str = "migrateToFastApi") -> Json:
    return await editor.end_of(await editor.run(action, uri))


async def test_one_edit_migrates_the_project_once_it_is_confirmed(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace", client="eglot") as editor:
        uri = project(editor)
        asked = Asked(editor, "Apply", "Do not run it")
        ended = await migrated(editor, uri)
        assert ended["outcome"] == "finished", ended
        assert len(asked.edits) == 1
        assert '@app.get("/hello/{n:int}")\ndef hello(n):  # 🍵 stays\n' in editor.text(uri)
        prices = (editor.root / "prices.py").read_bytes().decode()
        assert '@prices.get("/")\r\n' in prices and '    return "€ 1"\r\n' in prices
        assert "class App(" in (editor.root / "flask_compat.py").read_text()
        assert "fastapi" in (editor.root / "requirements.txt").read_text()


async def test_the_report_is_shown_before_anything_is_asked(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace", client="eglot") as editor:
        uri = project(editor)
        asked = Asked(editor, "Change nothing", "Do not run it")
        ended = await migrated(editor, uri)
        assert ended["outcome"] == "cancelled"
        assert editor.text(uri) == APP and not asked.edits
        assert not (editor.root / "flask_compat.py").exists()
        [report] = (tmp_path / "home" / "state" / "penna" / "scratch").iterdir()
        said = editor.text(report.as_uri())
        assert "app.py" in said and "not run" in said
        assert len(asked.questions) == 2, "trust, and whether to apply"


async def test_a_user_who_says_nothing_changes_nothing(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace", client="eglot") as editor:
        uri = project(editor)
        Asked(editor)
        assert (await migrated(editor, uri))["outcome"] == "cancelled"
        assert editor.text(uri) == APP


async def test_an_unsaved_text_is_what_is_migrated(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace", client="eglot") as editor:
        uri = project(editor)
        editor.insert(uri, len(APP), '\n\n@app.route("/new")\ndef new():\n    return "new"\n')
        Asked(editor, "Apply")
        assert (await migrated(editor, uri))["outcome"] == "finished"
        assert '@app.get("/new")' in editor.text(uri)


async def test_what_is_typed_before_the_answer_is_never_overwritten(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace", client="eglot") as editor:
        uri = project(editor)
        asked = Asked(editor, "Apply")
        choose = editor.answers["window/showMessageRequest"]

        def typing(params: Json) -> Json | None:
            if "report" in params["message"]:
                editor.insert(uri, 0, "# mine\n")
            chosen: Json | None = choose(params)
            return chosen

        editor.answers["window/showMessageRequest"] = typing
        ended = await migrated(editor, uri)
        assert ended["outcome"] == "failed" and "meanwhile" in ended["reason"]
        assert editor.text(uri) == "# mine\n" + APP and not asked.edits


async def test_a_file_that_came_to_be_is_not_overwritten(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace", client="eglot") as editor:
        uri = project(editor)
        asked = Asked(editor, "Apply")
        choose = editor.answers["window/showMessageRequest"]

        def making(params: Json) -> Json | None:
            (editor.root / "flask_compat.py").write_text("mine")
            chosen: Json | None = choose(params)
            return chosen

        editor.answers["window/showMessageRequest"] = making
        assert (await migrated(editor, uri))["outcome"] == "failed"
        assert (editor.root / "flask_compat.py").read_text() == "mine" and not asked.edits


async def test_a_refused_edit_is_told_and_leaves_no_new_file(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace", client="eglot") as editor:
        uri = project(editor)
        Asked(editor, "Apply")
        editor.answers["workspace/applyEdit"] = lambda _: {"applied": False}
        ended = await migrated(editor, uri)
        assert ended["outcome"] == "failed"
        assert not (editor.root / "flask_compat.py").exists()
        assert editor.text(uri) == APP


async def test_an_editor_with_annotations_asks_for_each_file_itself(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace", client="vscode") as editor:
        uri = project(editor)
        asked = Asked(editor, "Do not run it")
        assert (await migrated(editor, uri))["outcome"] == "finished"
        [edit] = asked.edits
        annotations = edit["changeAnnotations"]
        assert all(each["needsConfirmation"] for each in annotations.values())
        assert {each["label"].partition(" ")[0] for each in annotations.values()} == {
            "app.py", "prices.py", "flask_compat.py", "requirements.txt",
        }  # fmt: skip
        used = {
            change.get("annotationId") or change["edits"][0]["annotationId"]
            for change in edit["documentChanges"]
        }
        assert used == set(annotations)
        assert len(asked.questions) == 1, "only whether the code may be run"


async def test_trust_is_asked_for_once(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace", client="eglot") as editor:
        uri = project(editor)
        asked = Asked(editor, "Change nothing", "Trust it and check")
        for _ in range(2):
            assert (await migrated(editor, uri))["outcome"] == "cancelled"
        assert sum("trust" in question for question in asked.questions) == 1


async def test_a_migrated_project_has_nothing_left_to_migrate(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace", client="eglot") as editor:
        uri = project(editor)
        Asked(editor, "Apply")
        await migrated(editor, uri)
        rows = await editor.menu(uri, (0, 0))
        assert not [row for row in rows if "FastAPI" in row["title"]]


async def test_cancelling_while_it_asks_changes_nothing(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace", client="eglot") as editor:
        uri = project(editor)
        asking = asyncio.Event()

        def silent(_: Json) -> Json | None:
            asking.set()
            return None

        Asked(editor)
        editor.answers["window/showMessageRequest"] = silent
        job = await editor.run("migrateToFastApi", uri)
        await editor.command("penna.cancel", {"job": job})
        assert (await editor.end_of(job))["outcome"] == "cancelled"
        assert editor.text(uri) == APP


async def test_cancelling_an_edit_that_is_on_its_way_does_not_deny_it(tmp_path: Path) -> None:
    async with server(tmp_path / "workspace", client="eglot") as editor:
        uri = project(editor)
        Asked(editor, "Apply")
        apply = editor.answers["workspace/applyEdit"]

        def cancelled_meanwhile(params: Json) -> Json:
            changes = params["edit"]["documentChanges"]
            if len(changes) > 1:
                arguments = {"command": "penna.cancel", "arguments": [None]}
                editor.send({"id": 999, "method": "workspace/executeCommand", "params": arguments})
            answer: Json = apply(params)
            return answer

        editor.answers["workspace/applyEdit"] = cancelled_meanwhile
        assert (await migrated(editor, uri))["outcome"] == "finished"
        assert "@app.get" in editor.text(uri)


@pytest.mark.parametrize("kind", ["refactor", "refactor.rewrite.migrateToFastApi"])
async def test_it_is_in_the_menu_of_files_that_import_flask(kind: str, tmp_path: Path) -> None:
    async with server(tmp_path / "workspace") as editor:
        uri, plain = project(editor), editor.open("plain.py", "x = 1\n")
        titles = [row["title"] for row in await editor.menu(uri, (0, 0), {"only": [kind]})]
        assert "Migrate the project to FastAPI" in titles
        assert not await editor.menu(plain, (0, 0), {"only": ["refactor.rewrite.migrateToFastApi"]})
