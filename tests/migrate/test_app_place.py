"""The app is found where projects have it, without running anything."""

from pathlib import PurePosixPath

import pytest

from lsp_server.migrate.app_place import find_app, import_roots
from lsp_server.migrate.replay.apps import AppPlace

MADE = "from flask import Flask\napp = Flask(__name__)\n"
FACTORY = (
    "from flask import Flask\ndef create_app(config=None):\n"
    "    app = Flask(__name__)\n    return app\n"
)


def find(files: dict[str, str]) -> AppPlace | None:
    return find_app({PurePosixPath(name): text for name, text in files.items()})


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"app.py": MADE}, AppPlace("app", "app")),
        ({"shop/__init__.py": FACTORY}, AppPlace("shop", "create_app")),
        (
            {
                "shop/__init__.py": FACTORY,
                "wsgi.py": "from shop import create_app\napp = create_app()",
            },
            AppPlace("wsgi", "app"),
        ),
        ({"src/shop/__init__.py": FACTORY}, AppPlace("shop", "create_app", ("src",))),
        ({"tests/conftest.py": MADE, "main.py": MADE}, AppPlace("main", "app")),
        ({"a.py": "def f():\n    app = Flask(__name__)\n", "b.py": MADE}, AppPlace("b", "app")),
        (
            {"run.py": "if __name__ == '__main__':\n    app = create_app()\n", "x.py": FACTORY},
            AppPlace("x", "create_app"),
        ),
        (
            {".flaskenv": "FLASK_APP=shop.web:make()\n", "app.py": MADE},
            AppPlace("shop.web", "make"),
        ),
        ({".env": "export FLASK_APP='hello.py'\n", "app.py": MADE}, AppPlace("hello")),
        (
            {
                "server/instance.py": (
                    "from flask import Flask\nclass Server(object):\n    def __init__(self):\n"
                    "        self.app = Flask(__name__)\nserver = Server()\n"
                ),
                "main.py": "from server.instance import server\nfrom resources import *\n",
            },
            AppPlace("main", "server.app"),
        ),
        (
            {"wsgi.py": "from app import app as application\nbind(application)\n", "app.py": MADE},
            AppPlace("wsgi", "application"),
        ),
        (
            {
                "old/wsgi.py": "application = get_wsgi_application()\n",
                "shop/web/site.py": MADE,
            },
            AppPlace("shop.web.site", "app"),
        ),
        ({"broken.py": "app = Flask(", "notes.txt": MADE}, None),
        ({}, None),
    ],
)
def test_the_likeliest_place(files: dict[str, str], place: AppPlace | None) -> None:
    assert find(files) == place


def test_a_folder_that_is_no_package_is_where_imports_start() -> None:
    files = {PurePosixPath("backend/app.py"): MADE}
    place = find_app(files)
    assert place == AppPlace("backend.app", "app")
    assert import_roots(place, files) == AppPlace("app", "app", ("backend",))


def test_a_package_stays_one() -> None:
    files = {PurePosixPath("shop/__init__.py"): "", PurePosixPath("shop/web.py"): MADE}
    place = AppPlace("shop.web", "app")
    assert import_roots(place, files) == place
