"""The answers that a native route changes: told by the code, and by requests before and after."""

import os
import sys
from pathlib import Path, PurePosixPath

import pytest

from lsp_server.actions.idiom.changes import changes
from lsp_server.actions.idiom.imports import missing, place
from lsp_server.actions.idiom.replayed import report
from lsp_server.actions.idiom.route import Refused, Route, route_at
from lsp_server.migrate.migration import migrate
from lsp_server.migrate.plan import Options
from lsp_server.migrate.workspace import Workspace
from lsp_server.project.workspace import Project
from lsp_server.text import Snapshot, Span
from lsp_server.trust import user_trust

HEAD = """\
from flask_compat import App, abort, jsonify, request

app = App(__name__)


"""
FLASK = """\
from flask import Flask, jsonify, request

app = Flask(__name__)


@app.route("/double/<name>")
def double(name):
    n = request.args.get("n", 1, type=int)
    return jsonify(name=name, n=n * 2)


@app.route("/other")
def other():
    return "other"
"""
DOUBLE = """\
@app.native.get("/double/{name}")
def double(name: str, n: int = 1):
    return {"name": name, "n": n * 2}
"""


def view(text: str) -> tuple[Snapshot, Route]:
    """The last function of a file."""
    snapshot = Snapshot("file:///app.py", 1, "python", text)
    at = text.rindex("def ")
    route = route_at(snapshot, Span(at, at))
    assert isinstance(route, Route)
    return snapshot, route


def told(old: str, new: str, above: str = "") -> list[str]:
    _, route = view(HEAD + old)
    return list(changes(route, HEAD + above + new))


def test_required_typed_and_repeated_values_of_the_query_are_told() -> None:
    found = told(
        '@app.get("/a")\ndef a():\n    return jsonify(request.args["q"])\n',
        '@app.native.get("/a")\n'
        "def a(q: str, n: int = 1, t: Annotated[list[str], Query()] = [], plain: str | None = None"
        "):\n    return q\n",
    )
    assert "`q` of the query is required: a request without it is answered 422, with JSON." in found
    assert any(each.startswith("`n` of the query must be `int`") for each in found)
    assert not any("`t` of the query: of several" in each for each in found)
    assert not any("`plain` of the query is required" in each for each in found)
    assert any("`plain` of the query: of several values the last" in each for each in found)


def test_a_variable_with_a_converter_changes_nothing_and_a_plain_one_does() -> None:
    found = told(
        '@app.get("/a/{n:int}/{m}")\ndef a(n, m):\n    return {}\n',
        '@app.native.get("/a/{n:int}/{m}")\ndef a(n: int, m: int):\n    return {}\n',
    )
    assert not any("`{n}`" in each for each in found)
    assert any(each.startswith("`{m}` must be `int`") and "422" in each for each in found)


def test_a_body_a_form_a_file_and_a_dependency_are_told() -> None:
    found = told(
        '@app.post("/a")\ndef a():\n    return {}\n',
        '@app.native.post("/a")\n'
        "def a(item: Item, x: Annotated[str, Form()], f: UploadFile, who: str = Depends(user),\n"
        "      agent: str = Header(), tea: str = Cookie('none'), raw: Request = None):\n"
        "    return {}\n",
        "class Item(BaseModel):\n    k: str\n\n\n",
    )
    text = "\n".join(found)
    for expected in (
        "`item` is the body: one that is no JSON",
        "`x` of the form is required",
        "`f` is a file of a form",
        "python-multipart",
        "`who` comes from a dependency",
        "Dependencies run in other threads",
        "`agent` among the headers is required",
    ):
        assert expected in text
    assert "`tea` among the cookies is required" not in text
    assert "`raw`" not in text
    assert text.count("python-multipart") == 1, "told once"


def test_models_statuses_errors_texts_and_redirects_of_an_answer_are_told() -> None:
    found = "\n".join(
        told(
            '@app.get("/a")\ndef a():\n    abort(404)\n',
            '@app.native.get("/a", status_code=201, response_model=Item)\n'
            "def a():\n"
            "    if x:\n        raise HTTPException(404)\n"
            "    if y:\n        return RedirectResponse('/')\n"
            "    return 'text' if z else {}\n",
        )
    )
    for expected in (
        "The answer is `Item`: fields that it does not have are left out",
        "The status of an answer is 201",
        "`HTTPException` with 404 is answered as JSON",
        "A redirect is 307",
        "sent as JSON, in quotes",
        "JSON is written by FastAPI",
    ):
        assert expected in found


def test_a_page_that_is_sent_as_html_changes_no_text() -> None:
    found = "\n".join(
        told(
            '@app.get("/a")\ndef a():\n    return "hi"\n',
            '@app.native.get("/a")\ndef a() -> HTMLResponse:\n    return HTMLResponse("hi")\n',
        )
    )
    assert "JSON" not in found and "The answer is" not in found
    assert found == ""


def test_of_a_result_without_the_route_nothing_is_told() -> None:
    old = '@app.get("/a")\ndef a():\n    return {}\n'
    assert told(old, "def a(:\n") == []
    assert told(old, old) == []


@pytest.mark.parametrize(
    "text, at",
    [
        ('"""Doc."""\nfrom flask_compat import App\n\nx = 1\n', 40),
        ("from flask_compat import App\napp = App(1)\n", 29),
        ("from __future__ import annotations\nfrom flask_compat import App\n", 35),
    ],
)
def test_imports_go_below_the_imports_and_never_touch_the_view(text: str, at: int) -> None:
    whole = text + '@app.get("/a")\ndef a():\n    return {}\n'
    snapshot, route = view(whole)
    assert place(snapshot, route.span.start) == at
    assert place(snapshot, route.span.start) != route.span.start


def test_a_star_import_hides_no_name_that_is_new() -> None:
    text = f'{HEAD}from models import *\n\n\n@app.get("/a")\ndef a():\n    return Item\n'
    snapshot, route = view(text)
    new = '@app.native.get("/a")\ndef a(q: Annotated[str, Query()]) -> Item:\n    return Item(q)\n'
    lines = "from fastapi import Query\nfrom typing import Annotated\n"
    assert missing(snapshot, route.span, new) == lines


@pytest.mark.parametrize(
    "decorator",
    [
        '@app.get("/a", strict_slashes=False)',
        "@app.get(PATH)",
        '@app.api_route("/a", methods=METHODS)',
        '@app.get("/a", name=NAME)',
        '@app.get("/a", **options)',
    ],
)
def test_what_a_native_route_cannot_say_is_refused(decorator: str) -> None:
    text = f"{HEAD}{decorator}\ndef a():\n    return {{}}\n"
    at = text.index("def a")
    found = route_at(Snapshot("file:///a.py", 1, "python", text), Span(at, at))
    assert isinstance(found, Refused) and found.what


def workspace(root: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, str]:
    """A migrated project on disk, with the text of its app."""
    for name in ("DATA", "STATE", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(root.parent / name))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    root.mkdir()
    migration = migrate(Workspace(root, {PurePosixPath("app.py"): FLASK}), Options(None))
    for path, text in {**migration.changed, **migration.created}.items():
        (root / path).write_text(text, "utf-8")
    return root / "app.py", (root / "app.py").read_text("utf-8")


def reported(path: Path, text: str) -> str:
    at = text.index("def double")
    snapshot = Snapshot(path.as_uri(), 1, "python", text)
    route = route_at(snapshot, Span(at, at))
    assert isinstance(route, Route)
    after = text[: route.span.start] + DOUBLE + text[route.span.end :]
    project = Project(path.parent, {path: text})
    return report(project, path, route, snapshot, after, lambda: True)


def test_in_a_trusted_workspace_the_route_is_asked_before_and_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, text = workspace(tmp_path / "project", monkeypatch)
    user_trust().trust(path.parent)
    said = reported(path, text)
    assert "`GET /double/{name}`, endpoint `double`" in said
    assert "requests differ, in 1 groups; 1 of 1 rules answered with success" in said
    assert "penna_reader" not in said, "the same, however it is spelt"
    assert "typed parameters: FastAPI validates what Flask does not" in said
    assert "/other" not in said
    assert path.read_text("utf-8") == text


def test_without_trust_the_route_is_asked_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, text = workspace(tmp_path / "project", monkeypatch)
    path.write_text(f"import pathlib\npathlib.Path('ran').touch()\n{text}", "utf-8")
    said = reported(path, text)
    assert "needs your trust" in said
    assert "`n` of the query must be `int`" in said
    assert not (path.parent / "ran").exists()
