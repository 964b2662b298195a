"""All checks of a small project: what they say of a migration that holds, that does not, and why
they are not run."""

import sys
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pytest

from lsp_server.migrate.checking import How, Migrated, check, of_migration
from lsp_server.migrate.checking.interpreter import install_sentence
from lsp_server.migrate.checking.names import IMPORTS, PARSES, REPLAY, RULES, RUN, TESTS
from lsp_server.migrate.checking.what import places
from lsp_server.migrate.migration import migrate
from lsp_server.migrate.verdict import Check, Checked, Failed, NotRun, Passed
from lsp_server.migrate.workspace import read

APP = """\
from flask import Flask, jsonify, redirect, request, url_for

app = Flask(__name__)
app.secret_key = "k"
NOTES = {}


@app.route("/")
def index():
    return jsonify(list(NOTES))


@app.route("/notes/<int:n>", methods=["GET", "POST"])
def note(n):
    if request.method == "POST":
        NOTES[n] = request.form["text"]
        return redirect(url_for("note", n=n))
    return NOTES.get(n, "nothing")
"""
TEST = """\
from app import app


def test_index():
    assert app.test_client().get("/").get_json() == []


def test_broken_before():
    assert False
"""
PATH = PurePosixPath("app.py")
HOW = How(is_trusted=True, interpreter=Path(sys.executable), requests=60)


def project(folder: Path, files: Mapping[str, str]) -> Migrated:
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    old = {PurePosixPath(name): text for name, text in files.items()}
    return Migrated(folder, old, {}, helper=None)


def changed(migrated: Migrated, *changes: tuple[str, str]) -> Migrated:
    text = migrated.old[PATH]
    for find, put in changes:
        assert find in text
        text = text.replace(find, put)
    return Migrated(migrated.root, migrated.old, {PATH: text}, helper=None)


def outcome(checked: Checked, name: str) -> Check:
    return next(each for each in checked.checks if each.name == name)


@pytest.fixture
def notes(tmp_path: Path) -> Migrated:
    return project(tmp_path, {"app.py": APP, "test_app.py": TEST})


@pytest.fixture
def plain(tmp_path: Path) -> Migrated:
    """The same project without tests, for what is told of the app alone."""
    return project(tmp_path, {"app.py": APP})


def test_an_app_and_itself_pass_every_check(notes: Migrated) -> None:
    checked = check(notes, HOW)
    assert [type(each.outcome) for each in checked.checks] == [Passed] * 5
    tests = outcome(checked, TESTS).outcome
    assert isinstance(tests, Passed)
    assert "1 did not pass before" in tests.detail
    assert notes.root.joinpath("app.py").read_text("utf-8") == APP


def test_without_trust_nothing_is_run(notes: Migrated) -> None:
    (notes.root / "app.py").write_text("import pathlib; pathlib.Path('ran').touch()", "utf-8")
    checked = check(notes, How(is_trusted=False, interpreter=Path("/nowhere/python")))
    assert isinstance(outcome(checked, PARSES).outcome, Passed)
    assert [each.name for each in checked.not_run] == list(RUN)
    assert not (notes.root / "ran").exists()


def test_what_does_not_parse_is_not_run(notes: Migrated) -> None:
    checked = check(Migrated(notes.root, notes.old, {PATH: "def f(:"}), HOW)
    parses = outcome(checked, PARSES).outcome
    assert isinstance(parses, Failed)
    assert "`app.py`" in parses.details[0]
    assert [each.name for each in checked.not_run] == list(RUN)


def test_a_difference_is_told_with_its_request_and_what_is_responsible(plain: Migrated) -> None:
    checked = check(
        changed(plain, ("redirect(url_for", "redirect(code=307, location=url_for")), HOW
    )
    replay = outcome(checked, REPLAY).outcome
    assert isinstance(replay, Failed)
    text = "\n".join(replay.details)
    assert "**note (/notes/<int:n>)**: redirect: its code or its address" in text
    assert "status: `302` became `307`" in text
    assert "curl -i -X POST http://localhost:5000/notes/1" in text
    assert isinstance(outcome(checked, RULES).outcome, Passed)


def test_a_rule_that_is_lost_or_renamed_is_told(plain: Migrated) -> None:
    lost = check(changed(plain, ('methods=["GET", "POST"]', 'methods=["GET"]')), HOW)
    rules = outcome(lost, RULES).outcome
    assert isinstance(rules, Failed)
    assert rules.details == ("* `/notes/<int:n>` (GET, POST), endpoint `note`",)
    renamed = changed(plain, ("def note(", "def remark("), ('url_for("note"', 'url_for("remark"'))
    assert isinstance(outcome(check(renamed, HOW), RULES).outcome, Failed)


def test_a_lost_test_is_told_and_one_that_failed_before_is_not(notes: Migrated) -> None:
    checked = check(changed(notes, ("jsonify(list(NOTES))", "jsonify(list(NOTES) or None)")), HOW)
    tests = outcome(checked, TESTS).outcome
    assert isinstance(tests, Failed)
    assert tests.details[0].startswith("* `test_app.py::test_index`")
    assert len(tests.details) == 1


def test_an_app_that_cannot_be_imported_is_told_with_its_trace(plain: Migrated) -> None:
    checked = check(changed(plain, ("NOTES = {}", "NOTES = {}[1]")), HOW)
    imports = outcome(checked, IMPORTS).outcome
    assert isinstance(imports, Failed)
    assert imports.summary == "KeyError: 1"
    assert any("NOTES = {}[1]" in line for line in imports.details)
    assert {each.name for each in checked.not_run} == {RULES, REPLAY, TESTS}


def test_an_app_that_is_broken_before_is_not_the_migrations_fault(tmp_path: Path) -> None:
    checked = check(project(tmp_path, {"app.py": APP.replace("NOTES = {}", "NOTES = {}[1]")}), HOW)
    imports = outcome(checked, IMPORTS).outcome
    assert isinstance(imports, NotRun)
    assert imports.reason == "The old app itself cannot be imported: KeyError: 1."


def test_what_an_import_would_serve_is_not_served(tmp_path: Path) -> None:
    text = APP + "\nimport uvicorn\napp.run(port=5)\nuvicorn.run(app, port=5)\n"
    checked = check(project(tmp_path, {"app.py": text}), HOW)
    assert isinstance(outcome(checked, IMPORTS).outcome, Passed)


def test_an_app_that_only_the_script_makes_is_checked(tmp_path: Path) -> None:
    text = (
        "from flask import Blueprint, Flask\nbp = Blueprint('b', __name__)\n"
        "@bp.route('/')\ndef index():\n    return 'here'\n"
        "if __name__ == '__main__':\n    app = Flask(__name__)\n"
        "    app.register_blueprint(bp)\n    app.run()\n"
    )
    (tmp_path / "shop.py").write_text(text)
    workspace = read(tmp_path)
    checked = check(of_migration(workspace, migrate(workspace)), HOW)
    assert [each.name for each in checked.checks if isinstance(each.outcome, Passed)] == [
        PARSES, IMPORTS, RULES, REPLAY,
    ]  # fmt: skip


def test_why_the_app_is_broken_is_told_and_not_what_is_wrong_with_a_guess(tmp_path: Path) -> None:
    guess = "import nothing_of_the_kind\napp = create_app()\n"
    project(tmp_path, {"wsgi.py": guess, "web.py": APP.replace("NOTES = {}", "NOTES = {}[1]")})
    workspace = read(tmp_path)
    imports = outcome(check(of_migration(workspace, migrate(workspace)), HOW), IMPORTS).outcome
    assert isinstance(imports, NotRun)
    assert imports.reason == "The old app itself cannot be imported: KeyError: 1."


def test_what_is_not_installed_is_told_as_a_command(notes: Migrated) -> None:
    needs = Migrated(notes.root, notes.old, {}, needed=("no_such_module",))
    how = How(is_trusted=True, interpreter=Path(sys.executable), requests=60)
    checked = check(needs, how)
    assert [each.name for each in checked.not_run] == list(RUN)
    reason = outcome(checked, IMPORTS).outcome
    assert isinstance(reason, NotRun)
    assert "-m pip install no-such-module` and migrate again." in reason.reason


def test_the_sentence_names_all_that_is_missing() -> None:
    assert install_sentence(["fastapi", "a_b"], Path("/p")) == (
        "Run `/p -m pip install fastapi a-b` and migrate again."
    )


def test_a_project_without_an_app_says_how_to_name_one(tmp_path: Path) -> None:
    checked = check(project(tmp_path, {"x.py": "x = 1\n"}), HOW)
    assert all(
        isinstance(each.outcome, NotRun) and "FLASK_APP" in each.outcome.reason
        for each in checked.checks[1:]
    )


def test_unsaved_text_of_the_editor_is_what_is_checked(plain: Migrated) -> None:
    (plain.root / "app.py").write_text("this was never saved", "utf-8")
    assert isinstance(outcome(check(plain, HOW), IMPORTS).outcome, Passed)


@pytest.mark.parametrize(
    "text",
    [
        "from flask import Flask as F\nservice = F(__name__)\n",
        "from flask import Flask\nservice: Flask = Flask(__name__)\n",
        "from flask import Flask\nclass Shop(Flask): ...\nservice = Shop(__name__)\n",
    ],
)
def test_an_app_is_found_by_what_it_is(tmp_path: Path, text: str) -> None:
    (tmp_path / "shop.py").write_text(text)
    workspace = read(tmp_path)
    migrated = of_migration(workspace, migrate(workspace))
    assert [(each.module, each.name) for each in places(migrated)] == [("shop", "service")]


def test_an_unknown_extension_may_be_imported_by_what_is_checked(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(
        "from flask import Flask\nfrom flask_graphql import GraphQL\n"
        "app = Flask(__name__)\nGraphQL(app)\n"
    )
    workspace = read(tmp_path)
    assert of_migration(workspace, migrate(workspace)).keeps_flask


def test_no_folder_is_put_in_front_that_hides_the_standard_library(tmp_path: Path) -> None:
    texts = {
        "app.py": "from web.pages import bp\nfrom flask import Flask\napp = Flask(__name__)\n",
        "web/pages.py": "from flask import Blueprint\nbp = Blueprint('pages', __name__)\n",
        "web/logging.py": "import logging\n",
        "lib/tools.py": "x = 1\n",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    workspace = read(tmp_path)
    assert of_migration(workspace, migrate(workspace)).roots == ("lib",)


@pytest.mark.parametrize("extension", ["flask_parcel", "parcel.ext.flask", "parcel"])
def test_tests_may_have_flask_where_an_extension_needs_it(tmp_path: Path, extension: str) -> None:
    text = f"from {extension} import unpacked\nfrom flask import Flask\napp = Flask(__name__)\n"
    (tmp_path / "app.py").write_text(text)
    workspace = read(tmp_path)
    migrated = of_migration(workspace, migrate(workspace))
    assert migrated.keeps_flask == (extension != "parcel")


def test_what_was_migrated_is_not_said_to_stay_for_its_extension(tmp_path: Path) -> None:
    text = (
        "from flask import Flask\nfrom flask_parcel import unpacked\napp = Flask(__name__)\n"
        "@app.route('/')\n@unpacked\ndef home(): ...\n"
    )
    (tmp_path / "app.py").write_text(text)
    for path, text in migrate(read(tmp_path)).after(read(tmp_path)).items():
        (tmp_path / path).write_text(text)
    again = migrate(read(tmp_path))
    assert again.is_empty
    assert again.nothing == "Nothing there is left to migrate."
