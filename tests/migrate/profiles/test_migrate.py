"""Flask-Migrate's commands, on a folder that it made itself and on one of ours."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask_migrate
import pytest

from lsp_server.migrate.profiles.flask_migrate import PROFILE
from lsp_server.migrate.profiles.sqlalchemy import PROFILE as SQLALCHEMY
from tests.migrate.profiles.stories import FlaskKit, HelperKit, Kit, told_twice

pytestmark = pytest.mark.filterwarnings(
    "ignore:'get_engine' is deprecated:DeprecationWarning",
    "ignore:There is no current event loop:DeprecationWarning",
)

# What env.py looked like before Flask-Migrate 4, as it stands in many projects.
OLD_ENV = """\
from alembic import context
from flask import current_app

config = context.config
config.set_main_option(
    "sqlalchemy.url",
    str(current_app.extensions["migrate"].db.get_engine().url).replace("%", "%%"),
)
target_metadata = current_app.extensions["migrate"].db.metadata
connectable = current_app.extensions["migrate"].db.get_engine()
with connectable.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=target_metadata,
        **current_app.extensions["migrate"].configure_args,
    )
    with context.begin_transaction():
        context.run_migrations()
"""


@pytest.fixture(autouse=True)
def _loggers_as_before() -> Iterator[None]:
    """Alembic's configuration file sets up the process's logging."""
    root, level = logging.getLogger(), logging.getLogger().level
    handlers = root.handlers[:]
    disabled = {name: logging.getLogger(name).disabled for name in logging.root.manager.loggerDict}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in logging.root.manager.loggerDict:
        logging.getLogger(name).disabled = disabled.get(name, False)


def _shop(kit: Kit, folder: Path, **options: Any) -> Any:
    app = kit["flask.Flask"]("shop", instance_path=str(folder))
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.db"
    db = kit["flask_sqlalchemy.SQLAlchemy"](app)
    kit["flask_migrate.Migrate"](app, db, directory=folder / "migrations", **options)

    class Thing(db.Model):  # type: ignore[name-defined]
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String(20), index=True)

    return app


def _tables(app: Any) -> list[str]:
    with app.app_context():
        db = app.extensions["sqlalchemy"]
        names: list[str] = sorted(db.inspect(db.engine).get_table_names())
        return names


def _run(app: Any, *arguments: str) -> tuple[int, list[str]]:
    result = app.test_cli_runner().invoke(args=arguments)
    return result.exit_code, _tables(app)


def _revisions(folder: Path) -> list[str]:
    return [
        re.sub(r"\A.*?(?=from alembic)|[0-9a-f]{12}", "", path.read_text(), flags=re.S)
        for path in sorted((folder / "migrations" / "versions").glob("*.py"))
    ]


def _their_env(folder: Path) -> None:
    """The env.py that the installed Flask-Migrate writes, as its rewriting leaves it."""
    template = Path(flask_migrate.__file__).parent / "templates" / "flask" / "env.py"
    _write_env(folder, template.read_text())


def _old_env(folder: Path) -> None:
    _write_env(folder, OLD_ENV)


def _write_env(folder: Path, text: str) -> None:
    _rewrite(folder / "migrations" / "env.py", text)


def _rewrite(path: Path, text: str) -> None:
    helper = "from lsp_server.migrate.runtime.context import current_app"
    path.write_text(text.replace("from flask import current_app", helper))


COMMANDS = [
    ("db", "migrate", "-m", "first"),
    ("db", "check"),
    ("db", "upgrade"),
    ("db", "current", "-v"),
    ("db", "history", "-i"),
    ("db", "heads", "--resolve-dependencies"),
    ("db", "branches"),
    ("db", "show"),
    ("db", "downgrade"),
    ("db", "upgrade", "--sql"),
    ("db", "upgrade", "nowhere"),
    ("db", "-x", "a=b", "upgrade"),
    ("db", "stamp", "base"),
    ("db", "stamp", "head", "--purge"),
    ("db", "revision", "-m", "by hand", "--rev-id", "0123456789ab"),
    ("db", "migrate", "--nonsense"),
    ("db", "list-templates"),
]


@pytest.mark.parametrize("env", [None, _their_env, _old_env])
def test_commands_do_the_same(env: Any, tmp_path: Path) -> None:
    def story(kit: Kit) -> Any:
        folder = tmp_path / type(kit).__name__
        app = _shop(kit, folder)
        told: list[Any] = [_run(app, "db", "init")]
        if env is not None and isinstance(kit, HelperKit):
            env(folder)
        # Without our own check of empty revisions the oldest env.py writes one more.
        told += [_run(app, *command) for command in COMMANDS if env is not _old_env]
        if env is _old_env:
            told += [_run(app, *command) for command in COMMANDS[:5]]
        return [*told, _code_of(_revisions(folder))]

    told = told_twice(story, SQLALCHEMY, PROFILE)
    assert told[3] == (0, ["alembic_version", "thing"])


def _code_of(revisions: list[str]) -> list[str]:
    """The operations of revisions: Alembic's template and Flask-Migrate's say it around them."""
    found = []
    for text in revisions:
        found += [line.strip() for line in text.splitlines() if "op." in line or "sa.Col" in line]
    return found


def test_a_model_that_changed_is_found(tmp_path: Path) -> None:
    kit = HelperKit([SQLALCHEMY, PROFILE])
    app = _shop(kit, tmp_path)
    for command in (("init",), ("migrate",), ("upgrade",)):
        assert _run(app, "db", *command)[0] == 0
    db = app.extensions["sqlalchemy"]
    assert _run(app, "db", "check")[0] == 0
    assert len(_revisions(tmp_path)) == 1
    assert _run(app, "db", "migrate")[0] == 0
    assert len(_revisions(tmp_path)) == 1, "nothing changed: no revision"
    db.Table("more", db.Column("id", db.Integer, primary_key=True))
    assert _run(app, "db", "check")[0] == 1
    assert _run(app, "db", "migrate")[0] == 0
    assert _run(app, "db", "upgrade") == (0, ["alembic_version", "more", "thing"])


def test_functions_upgrade_from_code(tmp_path: Path) -> None:
    def story(kit: Kit) -> Any:
        folder = tmp_path / type(kit).__name__
        app = _shop(kit, folder, compare_type=False)
        with app.app_context():
            kit["flask_migrate.init"]()
            kit["flask_migrate.migrate"](message="first")
            kit["flask_migrate.upgrade"]()
            after = _tables(app)
            kit["flask_migrate.downgrade"]()
            with pytest.raises(SystemExit) as exit_:
                kit["flask_migrate.upgrade"](revision="nowhere")
        return after, _tables(app), exit_.value.code

    assert told_twice(story, SQLALCHEMY, PROFILE)[2] == 1


def test_the_command_and_its_configuration_can_be_ones_own(tmp_path: Path) -> None:
    def story(kit: Kit) -> Any:
        app = kit["flask.Flask"]("shop")
        app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
        migrate = kit["flask_migrate.Migrate"](render_as_batch=False, include_schemas=True)
        migrate.init_app(app, kit["flask_sqlalchemy.SQLAlchemy"](app), command="database")

        @migrate.configure
        def configure(config: Any) -> Any:
            config.set_main_option("told", "yes")
            return config

        found = app.extensions["migrate"]
        config = migrate.get_config("elsewhere", x_arg="a=b", opts=["autogenerate"])
        return (
            "database" in app.cli.commands,
            sorted(app.cli.commands["database"].commands),
            found.configure_args,
            found.directory,
            found.metadata is found.db.metadata,
            [config.get_main_option(name) for name in ("told", "script_location")],
            config.cmd_opts.x,
            config.cmd_opts.autogenerate,
        )

    assert told_twice(_in_context(story), SQLALCHEMY, PROFILE)[0]


def _in_context(story: Any) -> Any:
    def told(kit: Kit) -> Any:
        with kit["flask.Flask"]("outer").app_context():
            return story(kit)

    return told


def test_several_databases_are_refused_with_a_sentence(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = _shop(HelperKit([SQLALCHEMY, PROFILE]), tmp_path)
    assert _run(app, "db", "init", "--multidb")[0] == 1
    assert "alembic init -t multidb" in caplog.text
    assert not (tmp_path / "migrations").exists()


def test_several_databases_go_on_working(tmp_path: Path) -> None:
    made = tmp_path / FlaskKit.__name__ / "migrations"

    def story(kit: Kit) -> Any:
        folder = tmp_path / type(kit).__name__
        app = kit["flask.Flask"]("shop", instance_path=str(folder))
        app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.db"
        app.config["SQLALCHEMY_BINDS"] = {"other": "sqlite:///other.db"}
        db = kit["flask_sqlalchemy.SQLAlchemy"](app)
        kit["flask_migrate.Migrate"](app, db, directory=folder / "migrations")
        for name, key in (("here", None), ("there", "other")):
            db.Table(name, db.Column("id", db.Integer, primary_key=True), bind_key=key)
        if isinstance(kit, HelperKit):
            shutil.copytree(made, folder / "migrations", ignore=shutil.ignore_patterns("*_*.py"))
            for name in ("env.py", "script.py.mako"):
                _rewrite(folder / "migrations" / name, (made / name).read_text())
        else:
            _run(app, "db", "init", "--multidb")
        told: list[Any] = []
        for command in ("migrate", "upgrade", "downgrade", "upgrade"):
            told.append(_run(app, "db", command))
            with app.app_context():
                names = db.inspect(db.engines["other"]).get_table_names()
            told.append(sorted(names))
        return told, _code_of(_revisions(folder))

    told = told_twice(story, SQLALCHEMY, PROFILE)
    assert told[0][2:4] == [(0, ["alembic_version", "here"]), ["alembic_version", "there"]]


def test_ones_own_template_is_used(tmp_path: Path) -> None:
    def story(kit: Kit) -> Any:
        folder = tmp_path / type(kit).__name__
        template = folder / "templates" / "own"
        template.mkdir(parents=True)
        (template / "alembic.ini.mako").write_text("[alembic]\n")
        (template / "env.py").write_text("# mine\n")
        _, told = None, _run(_shop(kit, folder), "db", "init", "-t", str(template), "--package")
        made = folder / "migrations"
        return told[0], (made / "env.py").read_text(), (made / "__init__.py").exists()

    assert told_twice(story, SQLALCHEMY, PROFILE) == (0, "# mine\n", True)


def test_names_are_those_of_flask_migrate() -> None:
    kit = FlaskKit()
    assert all(kit[name] for name in PROFILE.exports)
