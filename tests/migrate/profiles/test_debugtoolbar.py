"""Flask-DebugToolbar: the settings are the same, the toolbar is gone, and checks look past it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from lsp_server.migrate.checking import How, check, of_migration
from lsp_server.migrate.checking.names import IMPORTS, PARSES, REPLAY, RULES
from lsp_server.migrate.migration import migrate
from lsp_server.migrate.plan_page import page
from lsp_server.migrate.profiles.flask_debugtoolbar import PROFILE
from lsp_server.migrate.verdict import Passed
from lsp_server.migrate.workspace import read
from tests.migrate.profiles.stories import Kit, told_twice

# In debug mode: the toolbar stands in every page and in the place of every redirect.
APP = """\
from flask import Flask, redirect, url_for
from flask_debugtoolbar import DebugToolbarExtension

app = Flask(__name__)
app.config.update(DEBUG=True, SECRET_KEY="k")
toolbar = DebugToolbarExtension(app)


@app.route("/")
def index():
    return "<html><body>Hello!</body></html>"


@app.route("/away")
def away():
    return redirect(url_for("index"))
"""


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"SECRET_KEY": "k", "DEBUG": True},
        {"DEBUG": True},
        {"DEBUG_TB_ENABLED": True},
        {"DEBUG": True, "DEBUG_TB_ENABLED": False},
        {"DEBUG_TB_PANELS": (), "DEBUG_TB_ROUTES_HOST": None, "SQLALCHEMY_RECORD_QUERIES": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("at_once", [True, False])
def test_settings_and_errors_are_the_same(config: dict[str, Any], at_once: bool) -> None:
    def story(kit: Kit) -> Any:
        app = kit["flask.Flask"]("shop")
        app.config.update(config)
        extension = kit["flask_debugtoolbar.DebugToolbarExtension"]
        try:
            toolbar = extension(app) if at_once else extension()
            if not at_once:
                toolbar.init_app(app)
        except RuntimeError as error:
            return str(error)
        return sorted(app.config.items(), key=str), toolbar.app is app

    assert told_twice(story, PROFILE)


def test_an_app_that_shows_the_toolbar_answers_as_without_it(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(APP)
    workspace = read(tmp_path)
    migration = migrate(workspace)
    how = How(is_trusted=True, interpreter=Path(sys.executable), requests=60)
    checked = check(of_migration(workspace, migration), how)
    passed = [each.name for each in checked.checks if isinstance(each.outcome, Passed)]
    assert passed == [PARSES, IMPORTS, RULES, REPLAY]
    assert "no debug toolbar any more" in page(migration.plan)
