"""What a plan decides: the helper's place, the parts that stay on Flask, what is told."""

from pathlib import Path, PurePosixPath

import pytest

from lsp_server.migrate import rules
from lsp_server.migrate.commands import run_commands
from lsp_server.migrate.place import HelperImport
from lsp_server.migrate.plan import Options, Plan, make_plan
from lsp_server.migrate.plan_page import page
from lsp_server.migrate.workspace import Workspace
from tests.migrate.test_rules import PROFILES

APP = "from flask import Flask\napp = Flask(__name__)\n"


def plan_of(files: dict[str, str], options: Options | None = None) -> Plan:
    return make_plan(workspace_of(files), options, PROFILES)


def workspace_of(files: dict[str, str]) -> Workspace:
    return Workspace(Path("/project"), {PurePosixPath(name): text for name, text in files.items()})


def paths(names: str) -> frozenset[PurePosixPath]:
    return frozenset(map(PurePosixPath, names.split()))


# -- the helper's place --------------------------------------------------------------------


@pytest.mark.parametrize(
    "files, helper",
    [
        ({"app.py": APP}, "flask_compat.py"),
        ({"shop/__init__.py": APP}, "shop/flask_compat.py"),
        ({"src/shop/__init__.py": APP}, "src/shop/flask_compat.py"),
        ({"shop/__init__.py": "", "shop/web/__init__.py": APP}, "shop/flask_compat.py"),
        ({"backend/app.py": APP}, "backend/flask_compat.py"),
        ({"backend/app.py": APP, "run.py": "from backend.app import app"}, "flask_compat.py"),
        (
            {
                "backend/app.py": APP + "import models",
                "backend/models.py": "",
                "tests/test_a.py": "from backend.app import app",
                "tests/test_b.py": "from backend.app import app",
            },
            "backend/flask_compat.py",
        ),
        (
            {"shop/__init__.py": APP, "manage.py": "from flask import g\nfrom shop import app\ng"},
            "shop/flask_compat.py",
        ),
        (
            {"shop/__init__.py": APP, "migrations/env.py": "from flask import current_app as a\na"},
            "shop/flask_compat.py",
        ),
        (
            {"shop/__init__.py": APP + "import util", "util.py": "from flask import g\ng"},
            "flask_compat.py",
        ),
        (
            {
                "shop/__init__.py": APP,
                "other/__init__.py": "from flask import Blueprint\nBlueprint('x', __name__)",
            },
            "flask_compat.py",
        ),
    ],
)
def test_where_the_helper_goes(files: dict[str, str], helper: str) -> None:
    assert plan_of(files).helper == PurePosixPath(helper)


def test_how_modules_import_it() -> None:
    plan = plan_of(
        {
            "src/shop/__init__.py": APP + "from . import web",
            "src/shop/web/__init__.py": "",
            "src/shop/web/pages.py": "from flask import g\ng",
            "tests/test_shop.py": "import shop",
        }
    )
    imported_by = plan.place.imported_by
    assert imported_by(PurePosixPath("src/shop/__init__.py")) == HelperImport(1, "flask_compat")
    assert imported_by(PurePosixPath("src/shop/web/pages.py")) == HelperImport(2, "flask_compat")
    assert imported_by(PurePosixPath("tests/test_shop.py")) == HelperImport(0, "shop.flask_compat")


def test_its_name_is_the_users() -> None:
    plan = plan_of({"app.py": APP}, Options(helper="web"))
    assert plan.helper == PurePosixPath("web.py")
    assert plan.place.imported_by(PurePosixPath("app.py")) == HelperImport(0, "web")


# -- what is found -------------------------------------------------------------------------


def test_apps_and_factories_are_found() -> None:
    plan = plan_of(
        {
            "shop/__init__.py": (
                "from flask import Flask\n"
                "def create_app(name=None):\n    app = Flask(__name__)\n    return app\n"
            ),
            "wsgi.py": "from shop import create_app\napplication = create_app('prod')\n",
            "tests/conftest.py": "from shop import create_app\napp = create_app('test')\n",
        }
    )
    assert [(str(each.path), each.name, each.factory) for each in plan.apps] == [
        ("shop/__init__.py", "create_app", True),
        ("wsgi.py", "application", False),
    ]


def test_uses_carry_the_decisions_of_the_map() -> None:
    plan = plan_of(
        {
            "app.py": (
                "from flask import Flask, request\n"
                "from flask_login import current_user\n"
                "app = Flask(__name__)\n"
                "@app.before_request\n"
                "def a(): request, current_user\n"
                "@app.route('/<any(x, y):z>')\n"
                "def b(z): ...\n"
                "@app.route('/')\n"
                "def c(): ...\n"
                "@app.errorhandler(404)\n"
                "def d(e): ...\n"
                "@app.cli.command('x')\n"
                "def e(): ...\n"
                "app.wsgi_app = ProxyFix(app.wsgi_app)\n"
                "app.run()\n"
            )
        }
    )
    assert {(use.line, use.feature, use.decision) for use in plan.uses} == {
        (1, "name", "H"),
        (2, "flask-login", "P"),
        (3, "app", "S"),
        (4, "hook", "H"),
        (6, "route", "H"),
        (8, "route", "S"),
        (10, "error handler", "H"),
        (12, "command", "H"),
        (14, "wsgi_app", "H"),
        (15, "run", "S"),
    }
    assert [profile.distribution for profile in plan.profiles] == ["flask-login"]


# -- what stays on Flask -------------------------------------------------------------------

SHOP = {
    "shop/__init__.py": (
        "from flask import Flask\nfrom .extensions import login, sockets\nfrom . import a, b\n"
        "def create_app():\n    app = Flask(__name__)\n    sockets.init_app(app)\n"
        "    app.register_blueprint(a.bp)\n    app.register_blueprint(b.bp)\n    return app\n"
    ),
    "shop/extensions.py": (
        "from flask_login import LoginManager\nfrom flask_socketio import SocketIO\n"
        "login = LoginManager()\nsockets = SocketIO()\n"
    ),
    "shop/a.py": "from flask import Blueprint\nbp = Blueprint('a', __name__)\n",
    "shop/b.py": (
        "from flask import Blueprint\nfrom .util import pi\nbp = Blueprint('b', __name__)\n"
    ),
    "shop/util.py": "pi = 3\n",
}


def test_an_app_that_is_given_to_a_refused_extension_stays_with_its_blueprints() -> None:
    plan = plan_of(SHOP)
    (part,) = plan.mounted
    assert set(part.files) == paths("shop/__init__.py shop/extensions.py shop/a.py shop/b.py")
    assert part.reasons[0].startswith("Flask-SocketIO (shop/extensions.py:2): It brings a server")
    assert plan.files == frozenset()
    assert not rules.apply(workspace_of(SHOP), plan).files


def test_an_app_that_stays_holds_the_modules_of_unknown_extensions_that_it_is_given_to() -> None:
    files = {
        "shop/__init__.py": (
            "from flask import Flask\nfrom flask_socketio import SocketIO\nfrom shop import db\n"
            "app = Flask(__name__)\nsockets = SocketIO(app)\ndb.setup(app)\n"
        ),
        "shop/db.py": (
            "from flask_pymongo import PyMongo\nmongo = PyMongo()\n"
            "def setup(app):\n    mongo.init_app(app)\n"
        ),
    }
    plan = plan_of(files)
    assert {path for part in plan.mounted for path in part.files} == paths(" ".join(files))
    assert plan.files == frozenset()


@pytest.mark.parametrize(
    ("module", "name"),
    [("apiflask", "APIFlask"), ("connexion", "FlaskApp"), ("flask_openapi3", "OpenAPI")],
)
def test_an_app_of_a_librarys_own_class_stays_with_its_blueprints(module: str, name: str) -> None:
    files = {
        "shop.py": (
            f"from {module} import {name}\nimport pages\n"
            f"app = {name}(__name__)\napp.register_blueprint(pages.bp)\n"
        ),
        "pages.py": (
            "from flask import Blueprint, request\nbp = Blueprint('pages', __name__)\n"
            "@bp.route('/')\ndef page():\n    return request.path\n"
        ),
    }
    plan = plan_of(files)
    assert {path for part in plan.mounted for path in part.files} == paths(" ".join(files))
    assert plan.files == frozenset()


def test_a_blueprint_that_is_refused_stays_alone() -> None:
    files = {
        "shop/__init__.py": (
            "from flask import Flask\nfrom shop.a import bp\nfrom shop import b\n"
            "app = Flask(__name__)\napp.register_blueprint(bp)\n"
            "app.register_blueprint(b.bp, url_prefix='/b')\n"
        ),
        "shop/a.py": "from flask import Blueprint\nbp = Blueprint('a', __name__)\n",
        "shop/b.py": (
            "from flask import Blueprint\nfrom flask_graphql import GraphQLView\n"
            "bp = Blueprint('b', __name__)\n"
        ),
    }
    plan = plan_of(files)
    (part,) = plan.mounted
    assert part.files == (PurePosixPath("shop/b.py"),)
    assert part.reasons[0].startswith("Flask-Graphql (shop/b.py:2): Nothing is known of it")
    (registration,) = part.registrations
    assert (str(registration.path), registration.line) == ("shop/__init__.py", 6)
    assert registration.call == "app.register_blueprint(b.bp, url_prefix='/b')"
    assert plan.files == paths("shop/__init__.py shop/a.py")


def test_an_app_that_stays_holds_what_it_takes_by_a_star() -> None:
    files = {
        "app.py": (
            "from flask import Flask, _request_ctx_stack as s\nfrom views import *\n"
            "app = Flask(__name__)\napp.add_url_rule('/', view_func=index)\ns.top\n"
        ),
        "views.py": "from flask import request\ndef index(): return request.path\n",
    }
    (part,) = plan_of(files).mounted
    assert set(part.files) == paths("app.py views.py")


def test_a_blueprint_that_is_refused_and_taken_by_a_star_stays_alone() -> None:
    files = {
        "app.py": (
            "from flask import Flask\nfrom b import *\napp = Flask(__name__)\n"
            "app.register_blueprint(bp)\n"
        ),
        "b.py": (
            "from flask import Blueprint, _request_ctx_stack as s\n"
            "bp = Blueprint('b', __name__)\ns.top\n"
        ),
    }
    plan = plan_of(files)
    (part,) = plan.mounted
    assert part.files == (PurePosixPath("b.py"),)
    assert [each.call for each in part.registrations] == ["app.register_blueprint(bp)"]
    assert plan.files == paths("app.py")


def test_a_refused_name_holds_its_module() -> None:
    plan = plan_of({"app.py": APP + "from flask import _request_ctx_stack as s\ns.top\n"})
    (part,) = plan.mounted
    assert part.reasons[0].startswith("`flask._request_ctx_stack` (app.py:3): It is a private")


def test_a_name_that_the_helper_lacks_holds_its_module_however_it_is_reached() -> None:
    plan = plan_of({"app.py": "import flask\napp = flask.Flask(__name__)\nflask.nothing(app)\n"})
    (part,) = plan.mounted
    assert part.reasons == ("`flask.nothing` (app.py:3): It has no counterpart in the helper.",)


def test_a_script_that_serves_nothing_is_left_and_told() -> None:
    files = {
        "app.py": APP,
        "manage.py": (
            "from flask_script import Manager\nfrom app import app\nmanager = Manager(app)\n"
        ),
    }
    plan = plan_of(files)
    assert plan.mounted == ()
    assert plan.files == paths("app.py")
    assert plan.left_alone[PurePosixPath("manage.py")].startswith("Flask-Script: It does not")


# -- the page ------------------------------------------------------------------------------


def test_a_project_without_flask_has_a_short_page() -> None:
    assert page(plan_of({"a.py": "x = 1\n"})) == (
        "# Migration to FastAPI\n\nNothing here uses Flask.\n"
    )


def test_the_page_says_what_becomes_what() -> None:
    text = page(
        plan_of(
            {
                "shop/__init__.py": APP
                + "app.route('/')(print)\napp.route('/<any(a):b>')(print)\n",
                "tests/test_a.py": "from flask import g\n",
                "old.py": "print 'x'\n",
                "Procfile": "web: gunicorn -w 4 -b 0.0.0.0:$PORT shop:app\n",
            }
        )
    )
    assert "1 file of 2 Python files use Flask" not in text
    assert "1 file of 2 Python files uses Flask and is rewritten" in text
    assert "`shop/flask_compat.py`" in text
    assert "| route | `get(...)` | S | 1 | shop/__init__.py:3 |" in text
    assert "| route | `route(...)` | H | 1 | shop/__init__.py:4 |" in text
    assert "Routes that keep Flask's syntax: FastAPI's paths cannot say its rule." in text
    assert "1 test file with Flask's names stays as it is" in text
    assert "* `old.py`: It does not parse as Python 3" in text
    assert "`uvicorn shop:app --host 0.0.0.0 --port $PORT --workers 4`" in text
    assert "`--no-proxy-headers` leaves them to the app, as before." in text


def test_the_page_says_that_run_stays_where_a_test_patches_it() -> None:
    files = {"app.py": APP + "\n\ndef main():\n    app.run(port=8000)\n"}
    patching = "from unittest.mock import patch\nfrom app import main\npatch('app.app.run')\n"
    assert "| run | `uvicorn.run(...)` | S |" in page(plan_of(files))
    patched = page(plan_of({**files, "tests/test_main.py": patching}))
    assert "| run | as it is, with the helper | H |" in patched
    assert "uvicorn.run" not in patched


def test_the_page_says_how_tests_are_run_and_which_of_their_names_the_helper_calls_otherwise() -> (
    None
):
    files = {
        "shop/__init__.py": APP + "from flask_restful import Api\nApi(app)\n",
        "tests/test_a.py": "from flask import g\nfrom flask_restful import Api\n",
    }
    command = "python -m pytest -p penna_pytest_plugin"
    exports = '{"flask_restful.Api": "RestfulApi"}'
    assert f"PENNA_HELPER=shop.flask_compat PENNA_EXPORTS='{exports}' {command}\n" in page(
        plan_of(files)
    )
    files |= {"shop/__init__.py": APP, "tests/test_a.py": "from flask import g\n"}
    assert f"\nPENNA_HELPER=shop.flask_compat {command}\n" in page(plan_of(files))


def test_the_page_says_what_stays() -> None:
    files = {
        "app.py": APP + "from b import bp\napp.register_blueprint(bp)\n",
        "b.py": "from flask import Blueprint, _app_ctx_stack\nbp = Blueprint('b', __name__)\n",
    }
    text = page(plan_of(files))
    assert "## What stays on Flask and is mounted" in text
    assert "`flask._app_ctx_stack` (b.py:1)" in text
    assert "Flask stays, for what is mounted." in text


def test_the_page_says_of_an_unknown_extension_that_it_stays() -> None:
    plan = plan_of({"app.py": APP + "from flask_graphql import GraphQL, View\nGraphQL(app)\n"})
    text = page(plan)
    assert plan.keeps_flask and not plan.mounted
    assert "* **Flask-Graphql** stays: `GraphQL`, `View` (app.py:3).\n  Nothing is known" in text
    assert "Needed: fastapi, uvicorn. Flask stays, for Flask-Graphql." in text
    assert "## What you decide" not in text


def test_the_page_tells_of_files_with_variables_that_the_project_does_not_read_itself() -> None:
    told = "uvicorn reads one such file if told to: `--env-file .env`."
    assert told in page(plan_of({"app.py": APP, ".flaskenv": "FLASK_APP=app\n"}))
    declared = {"app.py": APP, "requirements.txt": "python-dotenv==1.0\n"}
    assert told in page(plan_of(declared))
    reading = APP + "from dotenv import load_dotenv\nload_dotenv()\n"
    assert told not in page(plan_of({**declared, "app.py": reading}))
    assert told not in page(plan_of({"app.py": APP}))


@pytest.mark.parametrize(
    "files, told",
    [
        ({"app.py": APP + "app.cli.add_command(print)\n"}, "from app import app; app.cli()"),
        (
            {
                "shop/__init__.py": "from flask import Flask\ndef make():\n"
                "    app = Flask('a')\n    app.cli.command('x')(print)\n    return app\n"
            },
            "from shop import make; make().cli()",
        ),
        (
            {"app.py": APP + "from flask_migrate import Migrate\nMigrate(app)\n"},
            "from app import app; app.cli()",
        ),
        ({"app.py": APP}, None),
    ],
)
def test_the_page_says_how_the_commands_of_an_app_are_run(
    files: dict[str, str], told: str | None
) -> None:
    workspace = Workspace(Path("/project"), {PurePosixPath(p): text for p, text in files.items()})
    text = page(make_plan(workspace))
    assert "what was `flask NAME` is" in text if told else "flask NAME" not in text
    assert told is None or f'`python -c "{told}" NAME`' in text


def test_the_page_says_that_nothing_is_rewritten_where_all_stays() -> None:
    text = page(plan_of(SHOP))
    assert "Nothing is rewritten" in text and "## What stays on Flask\n" in text
    assert "Flask-SocketIO (shop/extensions.py:2)" in text
    assert "mounted" not in text and "## Dependencies" not in text


# -- commands ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path, line, instead",
    [
        ("README.md", "    $ flask run", "uvicorn app:app --host 127.0.0.1 --port 5000"),
        (
            "README.md",
            "Run `flask --app shop run --debug -p 8080` now.",
            "uvicorn app:app --host 127.0.0.1 --port 8080 --reload",
        ),
        (
            "Dockerfile",
            'CMD ["flask", "run", "--host=0.0.0.0"]',
            "uvicorn app:app --host 0.0.0.0 --port 5000",
        ),
        (
            "Dockerfile.prod",
            "CMD exec gunicorn --bind :$PORT --workers 1 main:app",
            "uvicorn main:app --host 0.0.0.0 --port $PORT --workers 1",
        ),
        (
            "Procfile",
            "web: gunicorn 'shop:create_app()'",
            "uvicorn shop:create_app --factory --host 0.0.0.0 --port $PORT",
        ),
        (
            "Makefile",
            "\twaitress-serve --port=80 a.b:app",
            "uvicorn a.b:app --host 0.0.0.0 --port 80",
        ),
        (
            ".flaskenv",
            "FLASK_APP=app.py",
            "It is not needed: uvicorn is told the app by its arguments.",
        ),
        (
            "Dockerfile",
            "ENV FLASK_APP app.py",
            "It is not needed: uvicorn is told the app by its arguments.",
        ),
        (
            ".flaskenv",
            "FLASK_DEBUG=1",
            "`app.debug` is still set by it; what reloads the code is `uvicorn --reload`.",
        ),
        (
            "docker-compose.yml",
            "      FLASK_ENV=production",
            "Only the project's own code reads it, as since Flask 2.3; keep it if that does.",
        ),
        (
            "Procfile",
            "release: flask db upgrade",
            'python -c "from app import app; app.cli()" db upgrade',
        ),
        (
            "Dockerfile",
            'CMD ["sh", "-c", "flask db upgrade && gunicorn -b :80 app:app"]',
            'python -c "from app import app; app.cli()" db upgrade'
            " && uvicorn app:app --host 0.0.0.0 --port 80",
        ),
        (
            "README.md",
            'Then `flask --app app db migrate -m "More"`, and look.',
            'python -c "from app import app; app.cli()" db migrate -m "More"',
        ),
        (
            "docker-compose.yml",
            '    command: sh -c "flask db upgrade && flask run --port 8080"',
            'python -c "from app import app; app.cli()" db upgrade'
            " && uvicorn app:app --host 127.0.0.1 --port 8080",
        ),
        (
            "docker-compose.yml",
            "    command: bash -c 'flask db upgrade'",
            'python -c "from app import app; app.cli()" db upgrade',
        ),
        ("README.md", "The flask db is small.", None),
        ("run.sh", "exec gunicorn -b :80 x:a", "uvicorn x:a --host 0.0.0.0 --port 80"),
        (
            "a.service",
            "ExecStart=/v/bin/gunicorn -w 3 --bind unix:/run/a.sock -m 007 w:app",
            "uvicorn w:app --uds /run/a.sock --workers 3",
        ),
        (
            "run.sh",
            "gunicorn -b [::]:443 --certfile=a.pem --keyfile b.pem w:app",
            "uvicorn w:app --host :: --port 443 --ssl-certfile a.pem --ssl-keyfile b.pem",
        ),
        (
            "run.sh",
            "waitress-serve --listen=*:80 --call 'w:make'",
            "uvicorn w:make --factory --host 0.0.0.0 --port 80",
        ),
        ("run.sh", "waitress-serve w:app", "uvicorn w:app --host 0.0.0.0 --port 8080"),
        (
            "run.sh",
            "uwsgi --http :50 --wsgi-file w.py -p 4",
            "uvicorn app:app --host 0.0.0.0 --port 50 --workers 4",
        ),
        (
            "run.sh",
            "gunicorn 'w:make(\"production\")'",
            "`uvicorn w:make --factory --host 127.0.0.1 --port 8000` calls it without arguments. "
            'Make the app in a module, by `make("production")`, to go on with them.',
        ),
        (
            "run.sh",
            "gunicorn -c gunicorn.conf.py w:app",
            "`uvicorn w:app --host 127.0.0.1 --port 8000`, with the address and workers that "
            "`gunicorn.conf.py` gives.",
        ),
        ("README.md", "Set FLASK_APP to what you like.", None),
        ("README.md", "We use flask and gunicorn here.", None),
        ("requirements.txt", "gunicorn==20.0", None),
        ("README.md", "The flask runs dry.", None),
    ],
)  # fmt: skip
def test_lines_that_start_the_app(path: str, line: str, instead: str | None) -> None:
    workspace = workspace_of({"app.py": APP, path: f"first\n{line}\n"})
    plan = make_plan(workspace, None, PROFILES)
    found = [(str(each.path), each.line, each.instead) for each in plan.commands]
    assert found == ([(path, 2, instead)] if instead else [])


def test_without_an_app_there_is_no_line_to_tell() -> None:
    workspace = workspace_of({"README.md": "flask run\n"})
    plan = make_plan(workspace, None, PROFILES)
    assert list(run_commands(workspace, plan.apps, plan.place)) == []
