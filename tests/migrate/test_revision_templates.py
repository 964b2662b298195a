"""Alembic's templates ask the helper for the app once `env.py` does."""

from pathlib import Path, PurePosixPath

from lsp_server.migrate.migration import migrate
from lsp_server.migrate.revision_templates import rewritten_templates
from lsp_server.migrate.workspace import read

TEMPLATE = """\
<%!
from flask import current_app
import re
%>"""
ENV = PurePosixPath("migrations/env.py")
MAKO = PurePosixPath("migrations/script.py.mako")


def test_the_line_of_flask_migrate_is_rewritten_in_place() -> None:
    files = {MAKO: TEMPLATE.replace("\n", "\r\n"), PurePosixPath("other.mako"): TEMPLATE}
    found = rewritten_templates(files, {ENV}, "shop.flask_compat")
    wanted = TEMPLATE.replace("from flask", "from shop.flask_compat").replace("\n", "\r\n")
    assert found == {MAKO: wanted}


def test_what_does_not_ask_the_app_stays() -> None:
    for text in ("", "from flask import current_app_x", "# from flask import current_app", "数据"):
        assert rewritten_templates({MAKO: text}, {ENV}, "flask_compat") == {}
    assert rewritten_templates({MAKO: TEMPLATE}, set(), "flask_compat") == {}


def test_a_migration_rewrites_both_files_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "app.py").write_text(
        "from flask import Flask\nfrom flask_migrate import Migrate\n"
        "from flask_sqlalchemy import SQLAlchemy\n"
        "app = Flask(__name__)\ndb = SQLAlchemy(app)\nMigrate(app, db)\n"
    )
    (tmp_path / ENV).write_text("from flask import current_app\nprint(current_app.name)\n")
    (tmp_path / MAKO).write_text(TEMPLATE)
    changed = migrate(read(tmp_path)).changed
    assert "from flask_compat import current_app" in changed[ENV]
    assert "from flask_compat import current_app" in changed[MAKO]
