"""Flask-Migrate: Alembic, with the object that `env.py` asks and the `db` commands."""

from lsp_server.migrate.profile import Profile

_FOLDER = "lsp_server.migrate.profiles.flask_migrate"
_FUNCTIONS = (
    *("list_templates", "init", "revision", "migrate", "edit", "merge", "upgrade", "downgrade"),
    *("show", "history", "heads", "branches", "current", "stamp", "check"),
)

PROFILE = Profile(
    distribution="flask-migrate",
    modules=("flask_migrate",),
    exports={
        "flask_migrate.Migrate": "Migrate",
        "flask_migrate.Config": "AlembicConfig",
        **{f"flask_migrate.{name}": f"alembic_{name}" for name in _FUNCTIONS},
    },
    pieces=(f"{_FOLDER}.pieces", f"{_FOLDER}.pieces_cli", f"{_FOLDER}.pieces_init"),
    dependencies=("alembic>=1.13",),
    refused={
        "flask_migrate.MigrateCommand": (
            "`MigrateCommand` belongs to Flask-Script, which has no counterpart:"
            " the commands are on `app.cli` as `db` once `Migrate(app, db)` ran."
        ),
        "flask_migrate.cli.db": (
            "`flask_migrate.cli.db` is made anew for each app:"
            " take it from `app.cli.commands['db']`."
        ),
    },
    notes=(
        "`flask db upgrade` and its like run as commands of `app.cli`, as all the app's commands.",
        "`db init` makes a folder for one database; for several, start from"
        " `alembic init -t multidb`.",
    ),
)
