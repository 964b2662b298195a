"""The commands `db init`, `db migrate`, `db upgrade`, ... that `Migrate` gives an app.

Each is a function and the options that it takes; what an option means is written down once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import click

from lsp_server.migrate.runtime.cli import with_appcontext


@dataclass(frozen=True)
class MigrateCommand:
    """One command: its function, the names of its options, and the revision it takes by default.

    `revision` None: it takes no revision.
    """

    function: Callable[..., Any]
    options: tuple[str, ...]
    revision: str | None = None


def migrate_group(commands: Mapping[str, MigrateCommand]) -> click.Group:
    """The group `db`, whose `-d` and `-x` hold for all its commands."""
    options: list[click.Parameter] = [_migrate_option("directory"), _migrate_option("x_arg")]
    group = click.Group("db", params=options, help="Perform database migrations.")
    for name, each in commands.items():
        group.add_command(_click_command(name, each))
    return group


def _click_command(name: str, told: MigrateCommand) -> click.Command:
    def run(**given: Any) -> None:
        outer = click.get_current_context().parent
        for option in ("directory", "x_arg") if outer is not None else ():
            if option in given:
                given[option] = given[option] or outer.params.get(option)  # type: ignore[union-attr]
        told.function(**given)

    parameters: list[click.Parameter] = [_migrate_option(option) for option in told.options]
    if told.revision is not None:
        parameters.append(click.Argument(["revision"], default=told.revision))
    help_text = told.function.__doc__
    return click.Command(name, callback=with_appcontext(run), params=parameters, help=help_text)


def _migrate_option(name: str) -> click.Parameter:
    """An option of the commands, by its name; `revisions` is an argument."""
    flag = f"--{name.replace('_', '-')}"
    if name == "revisions":
        return click.Argument([name], nargs=-1)
    if name in _MIGRATE_FLAGS:
        short, text = _MIGRATE_FLAGS[name]
        return click.Option([*short, flag], is_flag=True, help=text)
    short, text = _MIGRATE_VALUES[name]
    default = "head" if name == "head" else None
    return click.Option([*short, flag], default=default, multiple=name == "x_arg", help=text)


_MIGRATE_FLAGS = {
    "multidb": ((), "Support several databases"),
    "package": ((), "Write empty __init__.py files beside env.py and the revisions"),
    "autogenerate": ((), "Fill the revision with what differs between models and database"),
    "sql": ((), "Write SQL to standard output instead of running it"),
    "splice": ((), "Let a revision that is no head be built upon"),
    "verbose": (("-v",), "Write more"),
    "indicate_current": (("-i",), "Mark the database's revision"),
    "resolve_dependencies": ((), "Treat dependencies as down revisions"),
    "purge": ((), "Empty the table alembic_version first"),
}
_MIGRATE_VALUES = {
    "directory": (("-d",), 'Folder of the migrations (default: "migrations")'),
    "template": (("-t",), 'Template of the folder (default: "flask")'),
    "x_arg": (("-x",), "Further arguments for an env.py of your own"),
    "message": (("-m",), "Message of the revision"),
    "head": ((), "The head, or <branch>@head, that the revision builds upon"),
    "branch_label": ((), "Branch label of the revision"),
    "version_path": ((), "Path from the configuration for the revision's file"),
    "rev_id": ((), "Revision id, instead of a new one"),
    "tag": ((), "A tag for an env.py of your own"),
    "rev_range": (("-r",), "Range of revisions, [start]:[end]"),
}
