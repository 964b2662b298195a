"""A statement without its extension is held against the app as it was, by requests to both."""

import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from lsp_server.actions.extension.trial import Trial
from lsp_server.actions.extension.uses import Row, row_at
from lsp_server.migrate.plan import make_plan
from lsp_server.migrate.plan_page import page
from lsp_server.migrate.workspace import read
from lsp_server.project.workspace import Project
from lsp_server.text import Edit, Snapshot, Span
from lsp_server.trust import user_trust

EXTENSION = """\
from functools import wraps

from flask import request


def shout(view):
    @wraps(view)
    def loud(*args, **kwargs):
        answer = view(*args, **kwargs)
        return answer.upper() if request.args.get("loud") else answer

    return loud
"""
APP = """\
from flask import Flask, request
from flask_shout import shout

app = Flask(__name__)


@app.route("/tea/<name>")
@shout
def tea(name):
    return f"tea for {name}"
"""
SAME = """\
@app.route("/tea/<name>")
def tea(name):
    answer = f"tea for {name}"
    return answer.upper() if request.args.get("loud") else answer
"""
OTHER = """\
@app.route("/tea/<name>")
def tea(name):
    return f"coffee for {name}"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A Flask app, and a Python of its own that has the extension."""
    for name in ("DATA", "STATE", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    installed = tmp_path / "installed"
    installed.mkdir()
    (installed / "flask_shout.py").write_text(EXTENSION, "utf-8")
    root = tmp_path / "project"
    root.mkdir()
    (root / "app.py").write_text(APP, "utf-8")
    venv.create(root / ".venv", symlinks=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    paths = f"{sysconfig.get_paths()['purelib']}\n{installed}\n"
    (root / ".venv" / "lib" / version / "site-packages" / "more.pth").write_text(paths, "utf-8")
    return Project(root)


def tried(project: Project, text: str) -> tuple[Trial, Snapshot, str]:
    """The trial of a result in the place of the view, with the document before and after."""
    assert project.root is not None, "the fixture's"
    path = project.root / "app.py"
    snapshot = Snapshot(path.as_uri(), 1, "python", APP)
    row = row_at(project, path, snapshot, Span(APP.index("tea for"), APP.index("tea for")))
    assert isinstance(row, Row) and row.titles == ("Flask-Shout",)
    after = Edit(row.span, text).apply(APP).replace("from flask_shout import shout\n", "")
    return Trial(project, path, row), snapshot, after


def test_a_result_that_answers_the_same_holds_and_the_report_says_what_was_checked(
    project: Project,
) -> None:
    assert project.root is not None, "the fixture's"
    user_trust().trust(project.root)
    trial, before, after = tried(project, SAME)
    assert trial(before, after, lambda: True) is None
    said = trial.report(before, after, lambda: True)
    assert "# Without Flask-Shout" in said
    assert "needs Flask-Shout nowhere else" in said
    assert "| replayed requests | passed |" in said
    assert (project.root / "app.py").read_text("utf-8") == APP


def test_one_that_answers_otherwise_is_told_with_the_request(project: Project) -> None:
    assert project.root is not None, "the fixture's"
    user_trust().trust(project.root)
    trial, before, after = tried(project, OTHER)
    problem = trial(before, after, lambda: True)
    assert problem is not None
    assert problem.startswith("The app answers otherwise without Flask-Shout (replayed requests: ")
    assert "body: `tea for " in problem and "curl" in problem


def test_without_trust_nothing_is_run_and_the_report_says_so(project: Project) -> None:
    trial, before, after = tried(project, OTHER)
    assert trial(before, after, lambda: True) is None
    assert "needs your trust in this workspace" in trial.report(before, after, lambda: True)


def test_the_plan_names_what_a_model_can_propose(project: Project) -> None:
    assert project.root is not None, "the fixture's"
    plan = make_plan(read(project.root))
    assert {use.decision for use in plan.reading.uses[next(iter(plan.reading.uses))]} >= {"M"}
    said = page(plan)
    assert "## What a model can propose" in said
    assert "* Flask-Shout, imported in app.py:2" in said
