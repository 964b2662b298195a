"""Flask-Migrate on Alembic: the `Migrate` object that `env.py` asks, and its functions.

A `migrations` folder that Flask-Migrate made goes on working: its `env.py` finds the database at
`current_app.extensions["migrate"]`, and its `alembic.ini` a logger called `flask_migrate`.
"""

from __future__ import annotations

import argparse
import functools
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

from alembic import command
from alembic.config import Config as BaseAlembicConfig
from alembic.util import CommandError

from lsp_server.migrate.profiles.flask_migrate.pieces_cli import MigrateCommand, migrate_group
from lsp_server.migrate.profiles.flask_migrate.pieces_init import write_migration_template
from lsp_server.migrate.runtime.context import current_app

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App

_P = ParamSpec("_P")


class MigrateConfig:
    """What `env.py` finds in `app.extensions["migrate"]`."""

    def __init__(self, migrate: Migrate, db: Any, configure_args: dict[str, Any]) -> None:
        self.migrate, self.db, self.configure_args = migrate, db, configure_args
        self.directory = migrate.directory

    @property
    def metadata(self) -> Any:
        """The models' metadata, where the oldest `env.py` files look for it."""
        return self.db.metadata


class AlembicConfig(BaseAlembicConfig):
    """Alembic's configuration, which may know templates of its own for `init`."""

    def __init__(self, *args: Any, template_directory: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.template_directory = template_directory

    def get_template_directory(self) -> str:
        return self.template_directory or super().get_template_directory()


class Migrate:
    """Flask-Migrate's object: where the migrations are, and how Alembic is configured.

    Outgrow it: an `env.py` that imports your models' metadata, and the command `alembic`.
    """

    def __init__(
        self,
        app: App | None = None,
        db: Any = None,
        directory: str | os.PathLike[str] = "migrations",
        command: str = "db",
        compare_type: bool = True,
        render_as_batch: bool = True,
        **alembic_options: Any,
    ) -> None:
        self.configure_callbacks: list[Callable[[Any], Any]] = []
        self.db, self.command, self.directory = db, command, str(directory)
        self.alembic_ctx_kwargs: dict[str, Any] = alembic_options
        alembic_options |= {"compare_type": compare_type, "render_as_batch": render_as_batch}
        if app is not None and db is not None:
            self.init_app(app, db, directory)

    def init_app(
        self,
        app: App,
        db: Any = None,
        directory: str | os.PathLike[str] | None = None,
        command: str | None = None,
        compare_type: bool | None = None,
        render_as_batch: bool | None = None,
        **alembic_options: Any,
    ) -> None:
        """Give the app its `db` commands, and `env.py` what it asks for."""
        self.db, self.command = db or self.db, command or self.command
        self.directory = str(directory or self.directory)
        given = {"compare_type": compare_type, "render_as_batch": render_as_batch}
        self.alembic_ctx_kwargs |= alembic_options
        self.alembic_ctx_kwargs |= {key: value for key, value in given.items() if value is not None}
        config = MigrateConfig(self, self.db, dict(self.alembic_ctx_kwargs))
        app.extensions["migrate"] = config
        app.cli.add_command(migrate_group(_ALEMBIC_COMMANDS), name=self.command)

    def configure(self, callback: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Decorator: change Alembic's configuration before every command."""
        self.configure_callbacks.append(callback)
        return callback

    def call_configure_callbacks(self, config: Any) -> Any:
        """The configuration as the callbacks want it."""
        for change in self.configure_callbacks:
            config = change(config)
        return config

    def get_config(
        self,
        directory: str | os.PathLike[str] | None = None,
        x_arg: str | Sequence[str] | None = None,
        opts: Iterable[str] | None = None,
    ) -> Any:
        """Alembic's configuration for a command: options that are set, and `-x` arguments."""
        folder = str(directory or self.directory)
        config = AlembicConfig(os.path.join(folder, "alembic.ini"))
        config.set_main_option("script_location", folder)
        arguments = [x_arg] if isinstance(x_arg, str) else list(x_arg or ())
        config.cmd_opts = argparse.Namespace(**dict.fromkeys(opts or (), True), x=arguments)
        return self.call_configure_callbacks(config)


def _migration_config(
    directory: str | None, x_arg: str | Sequence[str] | None = None, *options: str
) -> Any:
    return current_app.extensions["migrate"].migrate.get_config(directory, x_arg, options)


def _exits_on_error(function: Callable[_P, object]) -> Callable[_P, None]:
    """What goes wrong in Alembic is logged in one line, and ends the process with 1."""

    @functools.wraps(function)
    def wrapped(*args: _P.args, **kwargs: _P.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except (CommandError, RuntimeError) as error:
            logging.getLogger("flask_migrate").error(f"Error: {error}")
            sys.exit(1)

    return wrapped


@_exits_on_error
def alembic_list_templates() -> None:
    """List the templates that `init` knows."""
    AlembicConfig().print_stdout("Available templates:\n")
    AlembicConfig().print_stdout("%s - %s", "flask", "Migrations of one database, with Alembic.")


@_exits_on_error
def alembic_init(
    directory: str | None = None,
    multidb: bool = False,
    template: str | None = None,
    package: bool = False,
) -> None:
    """Create a new folder for migrations."""
    if multidb and template is None:
        raise CommandError(
            "Several databases need an env.py of your own: start from `alembic init -t multidb`."
        )
    migrate = current_app.extensions["migrate"].migrate
    folder = str(directory or migrate.directory)
    with tempfile.TemporaryDirectory() as written:
        templates, name = os.path.split(template or "flask")
        if not templates:
            alembic_templates = AlembicConfig().get_template_directory()
            helper = AlembicConfig.__module__
            write_migration_template(Path(written), alembic_templates, helper)
        config = AlembicConfig(template_directory=templates or written)
        config.set_main_option("script_location", folder)
        config.config_file_name = os.path.join(folder, "alembic.ini")
        config = migrate.call_configure_callbacks(config)
        command.init(config, folder, template=name, package=package)


@_exits_on_error
def alembic_revision(
    directory: str | None = None,
    message: str | None = None,
    autogenerate: bool = False,
    sql: bool = False,
    head: str = "head",
    splice: bool = False,
    branch_label: str | None = None,
    version_path: str | None = None,
    rev_id: str | None = None,
) -> None:
    """Create a new revision file."""
    options = ("autogenerate",) if autogenerate else ()
    command.revision(
        _migration_config(directory, None, *options),
        message,
        autogenerate=autogenerate,
        sql=sql,
        head=head,
        splice=splice,
        branch_label=branch_label,
        version_path=version_path,
        rev_id=rev_id,
    )


@_exits_on_error
def alembic_migrate(
    directory: str | None = None,
    message: str | None = None,
    sql: bool = False,
    head: str = "head",
    splice: bool = False,
    branch_label: str | None = None,
    version_path: str | None = None,
    rev_id: str | None = None,
    x_arg: str | Sequence[str] | None = None,
) -> None:
    """Create a new revision file from what differs between models and database."""
    command.revision(
        _migration_config(directory, x_arg, "autogenerate"),
        message,
        autogenerate=True,
        sql=sql,
        head=head,
        splice=splice,
        branch_label=branch_label,
        version_path=version_path,
        rev_id=rev_id,
    )


@_exits_on_error
def alembic_edit(directory: str | None = None, revision: str = "current") -> None:
    """Edit a revision file."""
    command.edit(_migration_config(directory), revision)


@_exits_on_error
def alembic_merge(
    directory: str | None = None,
    revisions: str | list[str] | tuple[str, ...] = "",
    message: str | None = None,
    branch_label: str | None = None,
    rev_id: str | None = None,
) -> None:
    """Merge two revisions, in a new revision file."""
    config = _migration_config(directory)
    command.merge(config, revisions, message=message, branch_label=branch_label, rev_id=rev_id)


@_exits_on_error
def alembic_upgrade(
    directory: str | None = None,
    revision: str = "head",
    sql: bool = False,
    tag: str | None = None,
    x_arg: str | Sequence[str] | None = None,
) -> None:
    """Upgrade to a later version."""
    command.upgrade(_migration_config(directory, x_arg), revision, sql=sql, tag=tag)


@_exits_on_error
def alembic_downgrade(
    directory: str | None = None,
    revision: str = "-1",
    sql: bool = False,
    tag: str | None = None,
    x_arg: str | Sequence[str] | None = None,
) -> None:
    """Revert to a previous version."""
    target = "head:-1" if sql and revision == "-1" else revision
    command.downgrade(_migration_config(directory, x_arg), target, sql=sql, tag=tag)


@_exits_on_error
def alembic_show(directory: str | None = None, revision: str = "head") -> None:
    """Show one revision."""
    command.show(_migration_config(directory), revision)


@_exits_on_error
def alembic_history(
    directory: str | None = None,
    rev_range: str | None = None,
    verbose: bool = False,
    indicate_current: bool = False,
) -> None:
    """List the revisions in chronological order."""
    config = _migration_config(directory)
    command.history(config, rev_range, verbose=verbose, indicate_current=indicate_current)


@_exits_on_error
def alembic_heads(
    directory: str | None = None, verbose: bool = False, resolve_dependencies: bool = False
) -> None:
    """Show the latest revisions in the script directory."""
    config = _migration_config(directory)
    command.heads(config, verbose=verbose, resolve_dependencies=resolve_dependencies)


@_exits_on_error
def alembic_branches(directory: str | None = None, verbose: bool = False) -> None:
    """Show where revisions branch."""
    command.branches(_migration_config(directory), verbose=verbose)


@_exits_on_error
def alembic_current(directory: str | None = None, verbose: bool = False) -> None:
    """Show the database's revision."""
    command.current(_migration_config(directory), verbose=verbose)


@_exits_on_error
def alembic_stamp(
    directory: str | None = None,
    revision: str = "head",
    sql: bool = False,
    tag: str | None = None,
    purge: bool = False,
) -> None:
    """Set the database's revision, without migrating."""
    command.stamp(_migration_config(directory), revision, sql=sql, tag=tag, purge=purge)


@_exits_on_error
def alembic_check(directory: str | None = None) -> None:
    """Exit with 1 if models and database differ."""
    command.check(_migration_config(directory))


_NEW_REVISION = ("message", "sql", "head", "splice", "branch_label", "version_path", "rev_id")
_ALEMBIC_COMMANDS = {
    "list-templates": MigrateCommand(alembic_list_templates, ()),
    "init": MigrateCommand(alembic_init, ("directory", "multidb", "template", "package")),
    "revision": MigrateCommand(alembic_revision, ("directory", "autogenerate", *_NEW_REVISION)),
    "migrate": MigrateCommand(alembic_migrate, ("directory", "x_arg", *_NEW_REVISION)),
    "edit": MigrateCommand(alembic_edit, ("directory",), revision="head"),
    "merge": MigrateCommand(
        alembic_merge, ("directory", "message", "branch_label", "rev_id", "revisions")
    ),
    "upgrade": MigrateCommand(
        alembic_upgrade, ("directory", "sql", "tag", "x_arg"), revision="head"
    ),
    "downgrade": MigrateCommand(
        alembic_downgrade, ("directory", "sql", "tag", "x_arg"), revision="-1"
    ),
    "show": MigrateCommand(alembic_show, ("directory",), revision="head"),
    "history": MigrateCommand(
        alembic_history, ("directory", "rev_range", "verbose", "indicate_current")
    ),
    "heads": MigrateCommand(alembic_heads, ("directory", "verbose", "resolve_dependencies")),
    "branches": MigrateCommand(alembic_branches, ("directory", "verbose")),
    "current": MigrateCommand(alembic_current, ("directory", "verbose")),
    "stamp": MigrateCommand(alembic_stamp, ("directory", "sql", "tag", "purge"), revision="head"),
    "check": MigrateCommand(alembic_check, ("directory",)),
}
