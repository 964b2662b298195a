"""A Flask project's tests run unmodified against the migrated app; its code has no flask."""

import sys
from pathlib import Path, PurePosixPath

import pytest

from lsp_server.migrate.migration import migrate
from lsp_server.migrate.own_tests import TestRun, compare_runs, has_tests, run_tests
from lsp_server.migrate.replay.apps import AppPlace
from lsp_server.migrate.replay.copies import Texts, lay_over
from lsp_server.migrate.replay.sandbox import Sandbox
from lsp_server.migrate.verdict import Failed, NotRun, Passed
from lsp_server.migrate.workspace import read

APP = """\
import click
from flask import Flask, abort, current_app, flash, g, jsonify, redirect, request, session
from flask.cli import with_appcontext


@click.command()
@with_appcontext
def whoami():
    click.echo(current_app.config["NAME"])


def create_app():
    app = Flask(__name__)
    app.secret_key = "k"
    app.config["NAME"] = "ë"

    @app.route("/me", methods=["GET", "POST"])
    def me():
        g.seen = request.args.get("x")
        session["n"] = session.get("n", 0) + 1
        if request.method == "POST":
            flash("posted")
            return redirect("/me")
        agent = request.headers.get("User-Agent")
        return jsonify(n=session["n"], agent=agent, ip=request.remote_addr)

    @app.route("/fail")
    def fail():
        raise ValueError("on purpose")

    @app.route("/gone")
    def gone():
        abort(410, "left")

    @app.cli.command("greet")
    @click.argument("name")
    def greet(name):
        click.echo(f"Hello, {name}")

    return app
"""
TEST = """\
import flask
import flask.testing
import pytest
from app import create_app, whoami
from flask import current_app, g, request, session
from flask.testing import FlaskClient


@pytest.fixture
def app():
    app = create_app()
    app.config.update(TESTING=True)
    return app


def test_client(app):
    client = app.test_client()
    assert isinstance(client, FlaskClient)
    base = {"REMOTE_ADDR": "1.2.3.4"}
    answer = client.get("/me", headers={"User-Agent": "own"}, environ_base=base)
    assert answer.json == {"n": 1, "agent": "own", "ip": "1.2.3.4"}
    assert client.get("/me").json["n"] == 2
    assert client.get("/me").json["agent"].startswith("Werkzeug/")
    assert app.test_client(use_cookies=False).get("/me").json["n"] == 1


def test_context_is_kept_in_a_with_block(app):
    with app.test_client() as client:
        client.get("/me?x=7")
        assert (g.seen, session["n"], request.path) == ("7", 1, "/me")
        client.get("/me?x=8")
        assert g.seen == "8"
    with pytest.raises(RuntimeError):
        request.path


def test_redirects_and_history(app):
    answer = app.test_client().post("/me", data={"a": "b"}, follow_redirects=True)
    assert (answer.status_code, answer.request.path, len(answer.history)) == (200, "/me", 1)


def test_session_transaction(app):
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["n"] = 41
    assert client.get("/me").json["n"] == 42
    with client.session_transaction() as kept:
        assert kept["n"] == 42


def test_contexts(app):
    with app.app_context():
        assert current_app.config["NAME"] == "\\u00eb"
    with app.test_request_context("/me?x=1", method="POST", json={"a": 1}):
        assert (request.args["x"], request.json) == ("1", {"a": 1})


def test_errors_reach_the_test_only_in_testing(app):
    with pytest.raises(ValueError, match="on purpose"):
        app.test_client().get("/fail")
    app.config["TESTING"] = False
    assert app.test_client().get("/fail").status_code == 500
    assert app.test_client().get("/gone").status_code == 410


def test_commands(app):
    assert app.test_cli_runner().invoke(args=["greet", "Zo\\u00eb"]).output == "Hello, Zo\\u00eb\\n"
    assert app.test_cli_runner().invoke(whoami).output == "\\u00eb\\n"


def test_a_client_of_ones_own(app):
    class Own(FlaskClient):
        def get(self, *args, **kwargs):
            return super().get(*args, **kwargs).status_code

    app.test_client_class = Own
    assert app.test_client().get("/me") == 200


def test_an_app_made_in_the_test():
    own = flask.Flask("own")

    @own.route("/")
    def index():
        return "made here"

    assert own.test_client().get("/").text == "made here"


@pytest.mark.parametrize("n", [1, 2])
def test_parameters(app, n):
    assert app.test_client().get(f"/me?x={n}").status_code == 200
"""
PLACE = AppPlace("app", "create_app")


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return Sandbox(Path(sys.executable), tmp_path)


def project(folder: Path, app: str = APP, test: str = TEST) -> Path:
    root = folder / "project"
    root.mkdir()
    (root / "app.py").write_text(app, "utf-8")
    (root / "test_app.py").write_text(test, "utf-8")
    return root


def migrated(root: Path) -> None:
    migration = migrate(read(root))
    lay_over(root, Texts({**migration.changed, **migration.created}))


def test_tests_pass_as_they_are_before_and_after(tmp_path: Path, sandbox: Sandbox) -> None:
    root = project(tmp_path)
    before = run_tests(sandbox, root, PLACE)
    assert before.passed == set(before.ended) != set()
    migrated(root)
    after = run_tests(sandbox, root, PLACE, "flask_compat")
    assert isinstance(compare_runs(before, after), Passed), after


def test_a_conftest_may_make_the_app(tmp_path: Path, sandbox: Sandbox) -> None:
    library = (
        "from flask import Blueprint\nbp = Blueprint('bp', __name__)\n"
        "def bind(app):\n    app.register_blueprint(bp, url_prefix='/x')\n"
        "@bp.route('/')\ndef home(): return 'home'\n"
    )
    conftest = (
        "import pytest\nfrom flask import Flask\nfrom app import bind\n"
        "@pytest.fixture\ndef client():\n    app = Flask('x')\n    bind(app)\n"
        "    return app.test_client()\n"
    )
    test = "def test_home(client):\n    assert client.get('/x/').text == 'home'\n"
    root = project(tmp_path, library, test)
    (root / "conftest.py").write_text(conftest, "utf-8")
    assert run_tests(sandbox, root, PLACE).passed
    migrated(root)
    after = run_tests(sandbox, root, PLACE, "flask_compat")
    assert after.ended == {"test_app.py::test_home": "passed"}, after


def test_the_helper_is_found_when_nobody_names_it(tmp_path: Path, sandbox: Sandbox) -> None:
    root = project(tmp_path)
    migrated(root)
    assert "test_app.py::test_contexts" in run_tests(sandbox, root, PLACE, "").passed


def test_an_app_that_still_uses_flask_fails_with_the_line(tmp_path: Path, sandbox: Sandbox) -> None:
    root = project(tmp_path)
    migrated(root)
    with (root / "app.py").open("a", encoding="utf-8") as file:
        file.write("\nfrom flask import Flask\n")
    after = run_tests(sandbox, root, PLACE, "flask_compat")
    assert not after.passed
    assert any("still uses flask.Flask" in detail for detail in after.details.values())


def test_an_app_that_still_uses_an_extension_fails_with_the_line(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    root = project(tmp_path)
    migrated(root)
    with (root / "app.py").open("a", encoding="utf-8") as file:
        file.write("\nimport flask_login\n")
    after = run_tests(sandbox, root, PLACE, "flask_compat")
    assert any("still imports flask_login" in detail for detail in after.details.values())


def test_a_name_that_the_helper_lacks_is_told(tmp_path: Path, sandbox: Sandbox) -> None:
    test = "from flask import no_such_name\ndef test_x():\n    pass\n"
    root = project(tmp_path, test=test)
    migrated(root)
    after = run_tests(sandbox, root, PLACE, "flask_compat")
    assert any("flask.no_such_name" in detail for detail in after.details.values())


# As much of webtest as calls an app.
WEBTEST = """\
import io


class TestApp:
    def __init__(self, app):
        self.app = app

    def get(self, path):
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "SERVER_NAME": "localhost",
                   "SERVER_PORT": "80", "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO()}
        found = []
        body = self.app(environ, lambda status, headers: found.append(status))
        return found[0], b"".join(body)
"""
WEBTEST_TEST = """\
from app import create_app
from webtest import TestApp


def test_an_answer():
    status, body = TestApp(create_app()).get("/me")
    assert status == "200 OK"
    assert b'"n":1' in body


def test_what_the_app_has():
    assert TestApp(create_app()).app.config["NAME"] == "ë"
"""


def test_webtest_calls_the_app_by_wsgi(tmp_path: Path, sandbox: Sandbox) -> None:
    root = project(tmp_path, test=WEBTEST_TEST)
    (root / "webtest.py").write_text(WEBTEST, "utf-8")
    before = run_tests(sandbox, root, PLACE)
    migrated(root)
    after = run_tests(sandbox, root, PLACE, "flask_compat")
    assert isinstance(compare_runs(before, after), Passed), after.details
    assert len(before.passed) == 2


def test_what_an_installed_webtest_warns_of_fails_no_test(tmp_path: Path, sandbox: Sandbox) -> None:
    root = project(tmp_path)
    (root / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", "utf-8")
    warning = 'import warnings\n\nwarnings.warn("cgi is old", DeprecationWarning)\n'
    (root / "webtest.py").write_text(warning + WEBTEST, "utf-8")
    before = run_tests(sandbox, root, PLACE, with_plugins=False)
    migrated(root)
    after = run_tests(sandbox, root, PLACE, "flask_compat", with_plugins=False)
    assert isinstance(compare_runs(before, after), Passed), after.trouble


WERKZEUG_TEST = """\
from app import create_app
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app


def test_a_client():
    assert Client(create_app()).get("/me").json["n"] == 1


def test_one_call():
    body, status, headers = run_wsgi_app(create_app(), EnvironBuilder("/me").get_environ())
    assert status == "200 OK" and headers["Content-Type"] == "application/json"
    assert b'"n":1' in b"".join(body)
"""


def test_werkzeugs_client_calls_the_app_by_wsgi(tmp_path: Path, sandbox: Sandbox) -> None:
    root = project(tmp_path, test=WERKZEUG_TEST)
    before = run_tests(sandbox, root, PLACE)
    migrated(root)
    after = run_tests(sandbox, root, PLACE, "flask_compat")
    assert isinstance(compare_runs(before, after), Passed), after.details
    assert len(before.passed) == 2


EXPORT = "flask_login.utils._get_user"
LOGIN_APP = """\
from flask import Flask
from flask_login import LoginManager, current_user, login_required

app = Flask(__name__)
app.secret_key = "k"
LoginManager(app)


@app.route("/")
@login_required
def home():
    return current_user.name
"""
LOGIN_TEST = """\
from types import SimpleNamespace
from unittest import mock
import flask_login
from app import app
from flask import render_template_string
from flask_login import FlaskLoginClient, UserMixin


class User(UserMixin):
    id, name = "7", "Ada"


def test_names_that_only_tests_use():
    with app.app_context():
        assert render_template_string("{{ 1 + 1 }}") == "2"
    app.login_manager.user_loader(lambda name: User())
    app.test_client_class = FlaskLoginClient
    assert app.test_client(user=User()).get("/").text == "Ada"
    app.test_client_class = None


def test_a_patched_name():
    client = app.test_client()
    user = SimpleNamespace(name="Bob", is_authenticated=True)
    with mock.patch("flask_login.utils._get_user", return_value=user):
        assert client.get("/").text == "Bob"
    assert client.get("/").status_code == 401


def test_a_name_patched_again(monkeypatch):
    user = SimpleNamespace(name="Cy", is_authenticated=True)
    monkeypatch.setattr("flask_login.utils._get_user", lambda: user)
    assert app.test_client().get("/").text == "Cy"


@mock.patch("flask_login.utils._get_user")
def test_a_patched_test(get_user):
    get_user.return_value = SimpleNamespace(name="Di", is_authenticated=True)
    assert app.test_client().get("/").text == "Di"


def test_a_name_patched_in_its_module(monkeypatch):
    from flask_login import utils

    user = SimpleNamespace(name="Ed", is_authenticated=True)
    monkeypatch.setattr(utils, "_get_user", lambda: user)
    assert app.test_client().get("/").text == "Ed"


def test_nothing_stays_patched():
    assert app.test_client().get("/").status_code == 401
    assert callable(flask_login.utils.login_user)
"""


def test_names_that_only_tests_use_and_names_that_they_patch(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    root = project(tmp_path, app=LOGIN_APP, test=LOGIN_TEST)
    before = run_tests(sandbox, root, PLACE)
    migrated(root)
    after = run_tests(sandbox, root, PLACE, "flask_compat", {EXPORT: "get_login_user"})
    assert isinstance(compare_runs(before, after), Passed), after.details
    assert len(before.passed) == 6


MAIL_APP = """\
from flask import Flask
from flask_mail import Mail, Message

app = Flask(__name__)
app.config["MAIL_DEFAULT_SENDER"] = "a@example.org"
mail = Mail(app)


@app.route("/")
def home():
    with mail.connect() as connection:
        connection.send(Message("Hello", ["b@example.org"], "Hi"))
    mail.send_message("Hello", recipients=["c@example.org"], body="Hi")
    return "sent"
"""
MAIL_TEST = """\
import unittest
from unittest.mock import Mock, patch

from app import app


class SendingTest(unittest.TestCase):
    def setUp(self):
        self.client = app.test_client()

    @patch("flask_mail.Connection.configure_host", Mock())
    @patch("flask_mail.Connection.send")
    def test_a_method_of_a_class_that_only_tests_name(self, send):
        self.assertEqual(self.client.get("/").text, "sent")
        self.assertEqual(send.call_args_list[0].args[0].recipients, ["b@example.org"])

    @patch("flask_mail.Mail.send_message")
    def test_a_method_of_a_class_of_the_app(self, send_message):
        with patch("flask_mail.Connection.configure_host"):
            self.assertEqual(self.client.get("/").text, "sent")
        send_message.assert_called_once()

    @patch("flask_mail.smtplib.SMTP")
    def test_a_module_that_an_extension_imports(self, smtp):
        self.assertEqual(self.client.get("/").text, "sent")
        self.assertEqual(smtp.call_count, 2)

    def test_what_is_not_there(self):
        with self.assertRaises((AttributeError, ImportError)):
            patch("flask_mail.Mail.sent_message").start()
"""


def test_methods_of_an_extensions_classes_that_unittest_cases_patch(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    root = project(tmp_path, app=MAIL_APP, test=MAIL_TEST)
    before = run_tests(sandbox, root, PLACE)
    migrated(root)
    exports = {"flask_mail.Connection": "MailConnection"}
    after = run_tests(sandbox, root, PLACE, "flask_compat", exports)
    assert isinstance(compare_runs(before, after), Passed), after.details
    assert len(before.passed) == 4


LIBRARY = """\
import unittest

from flask import json, template_rendered, templating


class TestCase(unittest.TestCase):
    def setUp(self):
        self.client = self.create_app().test_client()
        self.used = []
        template_rendered.connect(self.use)

    def use(self, app, template, context):
        self.used.append((template.name, json.dumps(template.name)))
"""
LIBRARY_APP = """\
from flask import Flask, render_template

app = Flask(__name__)


@app.route("/")
def home():
    return render_template("home.html")
"""
LIBRARY_BASE = """\
from flask_testing import TestCase

from app import app


class Base(TestCase):
    def create_app(self):
        return app
"""
LIBRARY_TEST = """\
from base import Base


class HomeTest(Base):
    def test_the_template(self):
        self.assertEqual(self.client.get("/").text, "Home")
        self.assertEqual(self.used, [("home.html", '"home.html"')])
"""


def test_a_library_for_tests_has_what_it_imports_of_flask(tmp_path: Path, sandbox: Sandbox) -> None:
    root = project(tmp_path, app=LIBRARY_APP, test=LIBRARY_TEST)
    (root / "base.py").write_text(LIBRARY_BASE, "utf-8")
    (root / "templates").mkdir()
    (root / "templates/home.html").write_text("Home", "utf-8")
    library = root / "venv/lib/python3.12/site-packages/flask_testing.py"
    library.parent.mkdir(parents=True)
    library.write_text(LIBRARY, "utf-8")
    place = AppPlace("app", path=("venv/lib/python3.12/site-packages",))
    before = run_tests(sandbox, root, place)
    migration = migrate(read(root))
    lay_over(root, Texts({**migration.changed, **migration.created}))
    after = run_tests(sandbox, root, place, "flask_compat")
    assert before.passed == after.passed == {"test_app.py::HomeTest::test_the_template"}
    assert "Flask-Testing" not in migration.report
    assert "flask_testing" not in migration.report


STAYING = """\
from flask.views import MethodView
from flask_restx import Resource


class Quota:
    def __init__(self, app):
        app.add_url_rule("/quota", view_func=Left.as_view("quota"))


class Left(MethodView):
    def get(self):
        return Resource.__module__
"""
STAYING_APP = """\
from flask import Flask


def create_app():
    from flask_quota import Quota

    app = Flask(__name__)
    Quota(app)

    return app
"""
STAYING_TEST = """\
import flask.views
import flask_restx
from app import create_app
from flask.testing import FlaskClient


def test_the_quota():
    client = create_app().test_client()
    assert isinstance(client, FlaskClient)
    assert client.get("/quota").text == "flask_restx.resource"
"""


def test_an_extension_that_stays_has_all_of_flask_after_tests_have_imported_some(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    root = project(tmp_path, app=STAYING_APP, test=STAYING_TEST)
    library = root / "venv/lib/python3.12/site-packages/flask_quota.py"
    library.parent.mkdir(parents=True)
    library.write_text(STAYING, "utf-8")
    place = AppPlace("app", path=("venv/lib/python3.12/site-packages",))
    before = run_tests(sandbox, root, place)
    migration = migrate(read(root))
    lay_over(root, Texts({**migration.changed, **migration.created}))
    after = run_tests(sandbox, root, place, "flask_compat", keeps_flask=True)
    assert before.passed == after.passed == {"test_app.py::test_the_quota"}, after.details


def test_unittest_cases_are_run_too(tmp_path: Path, sandbox: Sandbox) -> None:
    test = (
        "import unittest\nfrom app import create_app\n"
        "class T(unittest.TestCase):\n"
        "    def test_me(self):\n"
        "        self.assertEqual(create_app().test_client().get('/me').status_code, 200)\n"
        "    @unittest.skip('later')\n    def test_later(self): pass\n"
    )
    root = project(tmp_path, test=test)
    migrated(root)
    after = run_tests(sandbox, root, PLACE, "flask_compat")
    assert after.ended == {
        "test_app.py::T::test_me": "passed",
        "test_app.py::T::test_later": "skipped",
    }


def test_files_are_tests_by_their_names() -> None:
    assert has_tests({PurePosixPath("a/test_x.py"): ""})
    assert has_tests({PurePosixPath("x_test.py"): ""})
    assert has_tests({PurePosixPath("tests.py"): ""})
    assert not has_tests({PurePosixPath("contest.py"): "", PurePosixPath("test_x.txt"): ""})


def test_a_test_that_was_not_run_after_is_lost() -> None:
    before = TestRun({"t.py::a": "passed", "t.py::b": "failed"})
    after = TestRun({"t.py": "failed"}, {"t.py": "E   ImportError: x"})
    lost = compare_runs(before, after)
    assert isinstance(lost, Failed)
    assert lost.details == ("* `t.py::a`: `ImportError: x`",)
    assert isinstance(compare_runs(TestRun({"a": "failed"}, {"a": "E  why"}), after), NotRun)


def test_tests_that_flask_had_no_time_for_are_not_compared() -> None:
    before = TestRun({"t.py::a": "passed", "t.py::b": "passed"}, trouble="It did not answer")
    assert isinstance(compare_runs(before, TestRun({"t.py::a": "passed"})), Passed)
    assert isinstance(compare_runs(before, TestRun({"t.py::a": "failed"})), Failed)


def test_a_run_that_ended_early_is_told() -> None:
    before = TestRun({"a": "passed"}, trouble="It did not answer within 300 s, silently.")
    outcome = compare_runs(before, TestRun({"a": "passed", "b": "failed"}))
    assert isinstance(outcome, Passed)
    assert outcome.detail == (
        "all 1 tests that passed under Flask pass; the run under Flask ended early, and no test "
        "after that was compared"
    )
