"""Whole projects: migrated, they answer every request as before, without Flask and Penna."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from lsp_server.cli import main
from lsp_server.errors import MigrationError
from lsp_server.migrate.migration import NOTHING, Migration, migrate
from lsp_server.migrate.plan import Options
from lsp_server.migrate.workspace import Workspace, read
from tests.migrate import one_side

SAMPLES = Path(__file__).parent / "samples"
FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}


def get(path: str, **headers: str) -> dict[str, Any]:
    return {"method": "GET", "path": path, "headers": headers}


def post(path: str, body: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    return {"method": "POST", "path": path, "headers": headers or FORM, "body": body}


@dataclass(frozen=True)
class Project:
    folder: str
    module: str
    name: str
    requests: list[dict[str, Any]]


GUESTBOOK = Project(
    "guestbook",
    "app",
    "app",
    [
        get("/"),
        get("/entries/1"),
        get("/entries/2"),
        get("/entries/x"),
        get("/sign"),
        post("/sign", "name=Ada"),
        get("/hello/Ada%20%E7%95%99"),
        post("/sign", "name=+"),
        get("/sign"),
        post("/sign", "other=1"),
        get("/search?q=HELLO&limit=x"),
        get("/search/?q=HELLO&limit=x"),
        get("/search/?q=h&limit=0"),
        post("/api/entries", '{"text": "é"}', JSON),
        post("/api/entries", '{"text": ', JSON),
        post("/api/entries", "text=1"),
        get("/api/entries"),
        get("/static/style.css"),
        get("/static/../app.py"),
        get("/docs"),
        {"method": "OPTIONS", "path": "/sign"},
        {"method": "HEAD", "path": "/"},
        {"method": "DELETE", "path": "/sign"},
    ],
)
BOARD = Project(
    "board",
    "board",
    "create_app()",
    [
        get("/"),
        get("/notes/"),
        get("/notes"),
        get("/notes/new"),
        post("/notes/login?next=/notes/new", "author=Ada"),
        get("/notes/new"),
        post("/notes/new", "body="),
        get("/notes/new"),
        post("/notes/new", "body=%E4%BD%A0%E5%A5%BD"),
        get("/"),
        get("/api/v2/notes"),
        get("/api/v2/notes/1"),
        get("/api/v2/notes/9"),
        post("/api/v2/notes", '{"body": "b"}', JSON),
        post("/api/v2/notes", "{}", JSON),
        get("/api/v1/notes"),
        get("/api/v2/boom"),
        get("/api/v2/lines?q=z"),
        get("/api/v2/files/hello.txt"),
        get("/api/v2/files/hello.txt", range="bytes=0-9"),
        get("/api/v2/files/../db.py"),
        post("/notes/9/delete", ""),
        post("/notes/2/delete", ""),
        post("/notes/1/delete", ""),
        get("/api/v2/notes"),
    ],
)
SHOP = Project(
    "shop",
    "shop",
    "create_app()",
    [
        get("/items"),
        post("/items", '{"name": "pen", "price": 3}', JSON),
        post("/items", '{"name": "pen"}', JSON),
        post("/items", '{"name": "ink"}', JSON),
        post("/items", '{"name": "cap"}', JSON),
        get("/items?page=2"),
        get("/items?page=9"),
        get("/items/1"),
        get("/items/99"),
        {"method": "DELETE", "path": "/items/1"},
        get("/items/1"),
        get("/nowhere"),
    ],
)
LIBRARY = Project(
    "library",
    "library",
    "create_app()",
    [
        get("/catalogue/books/"),
        get("/catalogue/books/?size=1&page=2&tag=a,b"),
        get("/catalogue/books/?page=0"),
        get("/catalogue/books/?size=9"),
        get("/catalogue/books/", **{"x-fields": "{title,author{name}}"}),
        get("/catalogue/books/", **{"x-fields": "{title"}),
        get("/catalogue/books"),
        get("/catalogue/books/2"),
        get("/catalogue/books/7"),
        post("/catalogue/books/", '{"title": "新"}', JSON),
        post("/catalogue/books/", '{"title": 1, "author": {"born": 0}}', JSON),
        post("/catalogue/books/", "title=1"),
        get("/catalogue/books/3"),
        {"method": "DELETE", "path": "/catalogue/books/3"},
        {"method": "DELETE", "path": "/catalogue/books/3"},
        {"method": "PUT", "path": "/catalogue/books/3"},
        get("/catalogue/people/all?q=o"),
        get("/catalogue/authors/"),
        get("/catalogue/"),
        get("/desk/loans/a"),
        {"method": "PUT", "path": "/desk/loans/a", "headers": FORM, "body": "who=+ada+&book_id=1"},
        {"method": "PUT", "path": "/desk/loans/a", "headers": FORM, "body": "book_id=x&fee=3"},
        {
            "method": "PUT",
            "path": "/desk/l/b",
            "headers": FORM,
            "body": "who=bob&book_id=2&fee=2.5&until=2024-03-31",
        },
        {"method": "PUT", "path": "/desk/loans/c", "headers": FORM, "body": "who=c&book_id=3"},
        get("/desk/l/a"),
        get("/desk/l/b", accept="text/csv"),
        get("/desk/l/b", accept="image/png"),
        post("/desk/l/b", ""),
        get("/desk/nowhere"),
    ],
)
PROJECTS = [pytest.param(each, id=each.folder) for each in (GUESTBOOK, BOARD, SHOP, LIBRARY)]


def copied(project: Project, to: Path) -> Path:
    shutil.copytree(SAMPLES / project.folder, to, ignore=shutil.ignore_patterns("__pycache__"))
    return to


def written(root: Path, options: Options | None = None) -> tuple[Workspace, Migration]:
    workspace = read(root)
    migration = migrate(workspace, options)
    for path, text in {**migration.changed, **migration.created}.items():
        (root / path).write_bytes(text.encode())
    return workspace, migration


def run_side(side: str, root: Path, project: Project, *more: str) -> list[dict[str, Any]]:
    script = str(Path(one_side.__file__))
    python = [sys.executable, script, side, project.module, project.name, *more]
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(
        python,
        input=json.dumps(project.requests),
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    answers: list[dict[str, Any]] = json.loads(ran.stdout)
    return answers


@pytest.mark.parametrize("project", PROJECTS)
def test_a_migrated_project_answers_as_before(project: Project, tmp_path: Path) -> None:
    before = run_side("flask", copied(project, tmp_path / "old" / project.folder), project)
    root = copied(project, tmp_path / "new" / project.folder)
    written(root)
    after = run_side("fastapi", root, project)
    for request, old, new in zip(project.requests, before, after, strict=True):
        assert new == old, request


@pytest.mark.parametrize(
    ("project", "chosen"),
    [
        pytest.param(project, chosen, id=chosen)
        for project, chosen in [
            (BOARD, "board/api.py"),
            (BOARD, "board/notes.py"),
            (BOARD, "board/db.py"),
            (BOARD, "board/__init__.py"),
            (SHOP, "shop/views.py"),
            (SHOP, "shop/__init__.py"),
        ]
    ],
)
def test_a_file_is_migrated_alone_and_the_rest_is_served_beside(
    project: Project, chosen: str, tmp_path: Path
) -> None:
    before = run_side("flask", copied(project, tmp_path / "old" / project.folder), project)
    root = copied(project, tmp_path / "new" / project.folder)
    _, migration = written(root, Options(files=frozenset({PurePosixPath(chosen)})))
    stays = {"board/api.py", "board/notes.py", "board/db.py", "shop/views.py"} - {chosen}
    assert not stays & {str(path) for path in migration.changed}
    after = run_side("fastapi", root, project, "--with-flask")
    for request, old, new in zip(project.requests, before, after, strict=True):
        assert new == old, request


EXTENSION = """
from flask import Blueprint, current_app, g, jsonify, request, session

class Quota:
    def __init__(self, app=None):
        if app is not None:
            self.init_app(app)

    def init_app(self, app):
        app.extensions["quota"] = self
        bp = Blueprint("quota", __name__)
        bp.add_url_rule("/quota", "show", self.show)
        app.register_blueprint(bp)
        app.before_request(self.count)
        app.after_request(self.mark)

    def show(self):
        return jsonify(seen=session["seen"], limit=current_app.config["QUOTA"], form=request.form)

    def count(self):
        session["seen"] = session.get("seen", 0) + 1
        g.quota = session["seen"]
        if session["seen"] > current_app.config["QUOTA"]:
            return "no more", 429

    def mark(self, response):
        response.headers["X-Quota"] = str(g.quota)
        return response
"""
EXTENDED = """
from flask import Flask, g, redirect, request, url_for
from flask_quota import Quota

app = Flask(__name__)
app.config.update(SECRET_KEY="k", QUOTA=4)
Quota(app)


@app.route("/n", methods=["GET", "POST"])
def n():
    return {"n": g.quota, "body": request.form.get("a"), "url": url_for("quota.show")}


@app.errorhandler(405)
def wrong(error):
    return redirect(url_for("n"))
"""


def test_an_extension_that_nothing_is_known_of_works_beside(tmp_path: Path) -> None:
    for side in ("old", "new"):
        (tmp_path / side).mkdir()
        (tmp_path / side / "app.py").write_text(EXTENDED)
        (tmp_path / side / "requirements.txt").write_text("flask\nflask-quota\n")
    asked = [get("/n"), get("/quota"), post("/quota", "a=1"), post("/n", "a=2"), get("/n")]
    project = Project("", "app", "app", asked)
    written(tmp_path / "new")
    again = migrate(read(tmp_path / "new"))
    assert again.is_empty and again.nothing == NOTHING
    for side in ("old", "new"):  # installed, not the project's
        (tmp_path / side / "flask_quota.py").write_text(EXTENSION)
    assert "Quota(flask_beside(app))" in (tmp_path / "new/app.py").read_text()
    declared = (tmp_path / "new/requirements.txt").read_text()
    assert "flask\n" in declared and "flask-quota\n" in declared and "fastapi" in declared
    before = run_side("flask", tmp_path / "old", project)
    after = run_side("fastapi", tmp_path / "new", project, "--with-flask")
    assert [each["status"] for each in before] == [200, 200, 302, 200, 429]
    for request, old, new in zip(asked, before, after, strict=True):
        assert new == old, request


EDITOR = """
from flask import Blueprint, current_app, render_template_string, url_for
from jinja2.ext import Extension
from jinja2 import nodes

class Shout(Extension):
    tags = {"shout"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        name = self.environment.shout_with
        return nodes.Output([nodes.TemplateData(name)]).set_lineno(line)

class Editor:
    def init_app(self, app):
        bp = Blueprint("editor", __name__, static_folder=".",
                       static_url_path="/editor" + app.static_url_path)
        bp.add_url_rule("/editor", "show", self.show)
        app.register_blueprint(bp)
        app.context_processor(self.context)
        app.template_filter("twice")(lambda text: text * 2)
        app.jinja_env.globals["version"] = 4
        app.jinja_env.shout_with = "HEY"
        app.jinja_env.add_extension(Shout)
        self.n_asked = 0

    def context(self):
        self.n_asked += 1
        return {"editor": self, "name": "editor's"}

    def load(self):
        return url_for("editor.static", filename="a.js")

    def show(self):
        return render_template_string(
            "{{ editor.n_asked }} {{ name }} {{ mine }} {{ 'x'|thrice }}{% shout %}"
        )
"""
EDITED = """
from flask import Flask, render_template_string
from flask_editor import Editor

editor = Editor()


def create_app():
    app = Flask(__name__)
    editor.init_app(app)

    @app.context_processor
    def mine():
        return {"mine": "app's"}

    @app.template_filter("thrice")
    def thrice(text):
        return text * 3

    @app.route("/")
    def home():
        return render_template_string(
            "{{ editor.load() }} {{ editor.n_asked }} {{ name }} {{ mine }} {{ 'a'|twice }} "
            "{{ version }} {% shout %} {{ url_for('static', filename='b.css') }}"
        )

    return app


app = create_app()
"""


def test_what_such_an_extension_gives_to_templates_is_in_those_of_the_app(tmp_path: Path) -> None:
    for side in ("old", "new"):
        (tmp_path / side / "static").mkdir(parents=True)
        (tmp_path / side / "static/b.css").write_text("b {}")
        (tmp_path / side / "app.py").write_text(EDITED)
    asked = [get("/"), get("/editor"), get("/"), get("/static/b.css"), get("/editor/static/x")]
    project = Project("", "app", "app", asked)
    written(tmp_path / "new")
    for side in ("old", "new"):  # installed, not the project's
        (tmp_path / side / "flask_editor.py").write_text(EDITOR)
    before = run_side("flask", tmp_path / "old", project)
    after = run_side("fastapi", tmp_path / "new", project, "--with-flask")
    assert [each["status"] for each in before] == [200, 200, 200, 200, 404]
    for request, old, new in zip(asked, before, after, strict=True):
        assert new == old, request


def test_a_selection_rewrites_its_routes_alone(tmp_path: Path) -> None:
    root = copied(GUESTBOOK, tmp_path / "new")
    text = (root / "app.py").read_text()
    line = text[: text.index('@app.route("/sign"')].count("\n") + 1
    before = run_side("flask", copied(GUESTBOOK, tmp_path / "old"), GUESTBOOK)
    options = Options(files=frozenset({PurePosixPath("app.py")}), lines=(line + 2, line + 3))
    written(root, options)
    after = (root / "app.py").read_text()
    assert '@app.api_route("/sign", methods=["GET", "POST"])' in after
    assert '@app.route("/entries/<int:n>")' in after
    assert run_side("fastapi", root, GUESTBOOK) == before


@pytest.mark.parametrize("project", PROJECTS)
def test_a_second_migration_changes_nothing(project: Project, tmp_path: Path) -> None:
    root = copied(project, tmp_path / project.folder)
    _, first = written(root)
    assert not first.is_empty
    assert migrate(read(root)).is_empty


@pytest.mark.parametrize("project", PROJECTS)
def test_a_migration_is_the_same_each_time(project: Project, tmp_path: Path) -> None:
    workspace = read(copied(project, tmp_path / project.folder))
    first, second = migrate(workspace), migrate(workspace)
    assert (first.changed, first.created, first.report) == (
        second.changed,
        second.created,
        second.report,
    )


def test_files_without_flask_stay_and_templates_too(tmp_path: Path) -> None:
    _, migration = written(copied(SHOP, tmp_path / "shop"))
    assert {str(path) for path in {**migration.changed, **migration.created}} == {
        "shop/__init__.py",
        "shop/flask_compat.py",
        "shop/views.py",
        "requirements/base.txt",
    }


def test_dependencies_follow(tmp_path: Path) -> None:
    _, migration = written(copied(SHOP, tmp_path / "shop"))
    base = migration.changed[PurePosixPath("requirements/base.txt")]
    lines = base.splitlines()
    assert "fastapi>=0.115" in lines and "uvicorn>=0.30" in lines and "sqlalchemy>=2" in lines
    assert "Werkzeug==3.0.1" in lines
    assert not any(line.lower().startswith("flask") for line in lines)


def test_line_ends_and_comments_stay(tmp_path: Path) -> None:
    root = copied(GUESTBOOK, tmp_path / "guestbook")
    app = root / "app.py"
    app.write_bytes(app.read_bytes().replace(b"\n", b"\r\n"))
    _, migration = written(root)
    for path in ("app.py", "flask_compat.py"):
        data = (root / path).read_bytes()
        assert data.count(b"\n") == data.count(b"\r\n"), path
    text = migration.changed[PurePosixPath("app.py")]
    assert '"""A guest book in one file. 留言簿"""' in text
    assert 'app.secret_key = "not a secret"  # for the tests' in text
    assert migrate(read(root)).is_empty


def test_a_helper_that_was_changed_is_left_and_added_to(tmp_path: Path) -> None:
    root = copied(BOARD, tmp_path / "new" / "board")
    before = run_side("flask", copied(BOARD, tmp_path / "old" / "board"), BOARD)
    written(root, Options(files=frozenset({PurePosixPath("board/notes.py")})))
    first = root / "board/flask_compat.py"
    mine = first.read_text() + "\n\nMINE = 1\n"
    first.write_text(mine)
    _, migration = written(root)
    assert first.read_text() == mine
    assert list(migration.created) == [PurePosixPath("board/flask_compat_more.py")]
    assert "`board/flask_compat.py` has been changed by you and was left" in migration.report
    second = (root / "board/flask_compat_more.py").read_text()
    assert "class MethodView" in second and "class App(" not in second
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F,E9", str(root)]
    linted = subprocess.run(ruff, capture_output=True, text=True)
    assert linted.returncode == 0, linted.stdout
    for request, old, new in zip(
        BOARD.requests, before, run_side("fastapi", root, BOARD, "--with-flask"), strict=True
    ):
        assert new == old, request


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "from flask import Flask\nfrom flask_socketio import SocketIO\n"
            "app = Flask(__name__)\nsockets = SocketIO(app)\n",
            "Flask-SocketIO (app.py:2)",
        ),
        (
            "from flask import request\nfrom apiflask import APIFlask\n"
            "app = APIFlask(__name__)\n@app.get('/')\ndef page():\n    return request.path\n",
            "APIFlask (app.py:2)",
        ),
    ],
)
def test_an_app_that_has_to_stay_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, reason: str
) -> None:
    (tmp_path / "app.py").write_text(text)
    assert penna(str(tmp_path), "--no-checks") == 2
    assert f"the app has to stay on Flask. {reason}" in capsys.readouterr().err


def test_the_report_of_an_app_that_stays_promises_nothing(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "from flask import Flask\nfrom flask_socketio import SocketIO\n"
        "app = Flask(__name__)\nsockets = SocketIO(app)\n"
    )
    (tmp_path / "words.py").write_text("from flask_unknown import gettext\nYES = gettext('yes')\n")
    migration = migrate(read(tmp_path))
    assert migration.is_empty
    assert "Nothing is rewritten" in migration.report
    assert "flask_compat" not in migration.report and "## Dependencies" not in migration.report


def test_another_module_of_the_helpers_name_is_not_overwritten(tmp_path: Path) -> None:
    root = copied(GUESTBOOK, tmp_path / "guestbook")
    (root / "flask_compat.py").write_text("mine = 1\n")
    with pytest.raises(MigrationError, match=r"flask_compat\.py is there already"):
        migrate(read(root))
    assert (root / "flask_compat.py").read_text() == "mine = 1\n"
    _, migration = written(root, Options(helper="webcompat"))
    assert list(migration.created) == [PurePosixPath("webcompat.py")]


def test_a_word_of_prose_brings_no_method_and_one_of_a_template_does(tmp_path: Path) -> None:
    root = copied(GUESTBOOK, tmp_path / "guestbook")
    (root / "README.md").write_text("before_render_template shell_context_processor\n")
    helper = migrate(read(root)).created[PurePosixPath("flask_compat.py")]
    assert "def shell_context_processor" not in helper
    (root / "templates/more.html").write_text("{{ g.app.shell_context_processor }}\n")
    helper = migrate(read(root)).created[PurePosixPath("flask_compat.py")]
    assert "def shell_context_processor" in helper


@pytest.mark.parametrize("kept", ["flask_pagedown", "flask_wtf"])
def test_a_kept_extension_finds_every_method_that_its_templates_may_call(
    tmp_path: Path, kept: str
) -> None:
    (tmp_path / "app.py").write_text(
        "from flask import Flask\nfrom flask_wtf import FlaskForm\nclass Form(FlaskForm): ...\n"
        f"app = Flask(__name__)\nimport {kept}\n"
    )
    helper = migrate(read(tmp_path)).created[PurePosixPath("flask_compat.py")]
    assert ("def hidden_tag" in helper) == (kept == "flask_pagedown")


def test_a_name_that_two_distributions_share_stays_beside(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "from flask import Flask\nfrom flask_bootstrap import Bootstrap, SwitchField\n"
        "app = Flask(__name__)\nbootstrap = Bootstrap()\nbootstrap.init_app(app)\n"
        "on = SwitchField()\n"
    )
    migration = migrate(read(tmp_path))
    text = migration.changed[PurePosixPath("app.py")]
    assert "from flask_bootstrap import Bootstrap\n" in text
    assert "from flask_compat import App, SwitchField, flask_beside\n" in text
    assert "\nbootstrap.init_app(flask_beside(app))\n" in text
    assert "* **Flask-Bootstrap** stays: `Bootstrap` (app.py:2)." in migration.report


def test_such_a_name_that_is_reached_through_its_module_holds_it(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "import flask_bootstrap\nfrom flask import Flask\n"
        "app = Flask(__name__)\nflask_bootstrap.Bootstrap(app)\n"
    )
    migration = migrate(read(tmp_path))
    assert migration.is_empty
    assert "Flask-Bootstrap (app.py:4): Import it by its name" in migration.report


def test_a_lock_file_is_told(tmp_path: Path) -> None:
    root = copied(BOARD, tmp_path / "board")
    (root / "uv.lock").write_text("version = 1\n")
    _, migration = written(root)
    assert "`uv.lock` locks the old dependencies: run `uv lock`." in migration.report
    assert (root / "uv.lock").read_text() == "version = 1\n"


def test_nothing_to_migrate_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import os\n")
    migration = migrate(read(tmp_path))
    assert migration.is_empty
    assert "Nothing here uses Flask." in migration.report


# The command.


def penna(*words: str) -> int:
    return main(["run", "migrateToFastApi", *words])


def test_the_command_shows_a_diff_that_git_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copied(GUESTBOOK, tmp_path / "guestbook")
    assert penna(str(root), "--no-checks") == 0
    diff = capsys.readouterr().out
    assert not (root / "flask_compat.py").exists()
    subprocess.run(["git", "apply", "-"], cwd=root, input=diff.encode(), check=True)
    assert migrate(read(root)).is_empty


def test_the_command_writes_and_reports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = copied(BOARD, tmp_path / "board")
    report = tmp_path / "report.md"
    words = (str(root), "--write", "--no-checks", "--report", str(report))
    assert penna(*words) == 0
    out = capsys.readouterr().out
    assert "Written: " in out and "To take it back: cp -a " in out
    assert "## What was changed" in report.read_text()
    assert penna(*words) == 2
    assert "Nothing there is left to migrate." in capsys.readouterr().err


def test_the_command_says_so_where_nothing_can_be_migrated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        "from flask import Flask, _request_ctx_stack as stack\napp = Flask(__name__)\nstack.top\n"
    )
    (tmp_path / "app.py").write_text(text)
    report = tmp_path / "report.md"
    assert penna(str(tmp_path), "--write", "--no-checks", "--report", str(report)) == 2
    assert (
        "Nothing was migrated, as the app has to stay on Flask. `flask._request"
        in capsys.readouterr().err
    )
    assert "`flask._request_ctx_stack` (app.py:1)" in report.read_text()


def test_the_command_asks_for_a_place_that_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert penna("/nowhere/at/all") == 1
    assert "is not there; name a folder or a file" in capsys.readouterr().err


def test_the_command_asks_for_a_name_that_is_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert penna(str(tmp_path), "--helper-name", "a-b") == 1
    assert "'a-b' is no name for a module" in capsys.readouterr().err
