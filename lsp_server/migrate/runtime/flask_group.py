"""`flask NAME` as a group of one's own: the app's commands beside run, shell and routes."""

from __future__ import annotations

import importlib
import os
import re
import sys
from code import interact
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from lsp_server.migrate.runtime.cli import AppGroup, NoAppException, ScriptInfo, with_appcontext
from lsp_server.migrate.runtime.config import debug_flag
from lsp_server.migrate.runtime.context import AppContext, current_app
from lsp_server.migrate.runtime.serving import serve

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App


class FlaskGroup(AppGroup):
    """A command line for an app that a function makes: `FlaskGroup(create_app=create_app)`."""

    def __init__(
        self,
        add_default_commands: bool = True,
        create_app: Callable[..., App] | None = None,
        add_version_option: bool = True,
        load_dotenv: bool = True,
        set_debug_flag: bool = True,
        **extra: Any,
    ) -> None:
        options = [*(extra.pop("params", None) or ()), _app_option(), _debug_option()]
        extra["context_settings"] = {
            "auto_envvar_prefix": "FLASK",
            **(extra.get("context_settings") or {}),
        }
        super().__init__(params=options, **extra)
        self.create_app = create_app
        self.load_dotenv = load_dotenv
        self.set_debug_flag = set_debug_flag
        if add_default_commands:
            for command in (run_command, shell_command, routes_command):
                self.add_command(command)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """One of its own commands, else one of the app's, for which an app context is entered."""
        own = super().get_command(ctx, name)
        if own is not None:
            return own
        app = self._app_of(ctx)
        if not current_app or current_app._get_current_object() is not app:
            ctx.with_resource(AppContext(app))
        return app.cli.get_command(ctx, name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        names = set(super().list_commands(ctx))
        try:
            names.update(self._app_of(ctx).cli.list_commands(ctx))
        except click.UsageError as error:
            # Help is still of use where the app cannot be found.
            click.secho(f"Error: {error.format_message()}\n", err=True, fg="red")
        return sorted(names)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        if self.load_dotenv:
            load_dotenv()
        if "obj" not in extra and "obj" not in self.context_settings:
            info = ScriptInfo(create_app=self.create_app)
            if info.create_app is None:
                info.create_app = lambda: find_app(info.app_import_path)
            extra["obj"] = info
        return super().make_context(info_name, args, parent=parent, **extra)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # Help lists the app's commands, so what names the app is read before help is.
        for option in self.params:
            if option.name == "app":
                option.handle_parse_result(ctx, {}, [])
        return super().parse_args(ctx, args)

    def _app_of(self, ctx: click.Context) -> App:
        app = ctx.ensure_object(ScriptInfo).load_app()
        if self.set_debug_flag and "FLASK_DEBUG" in os.environ:
            app.debug = debug_flag()
        return app


def _app_option() -> click.Option:
    def remember(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
        if value is not None:
            ctx.ensure_object(ScriptInfo).app_import_path = value

    return click.Option(
        ["-A", "--app"],
        metavar="IMPORT",
        envvar="FLASK_APP",
        help="The app or its factory: module:name, where the usual names may be left out.",
        is_eager=True,
        expose_value=False,
        callback=remember,
    )


def _debug_option() -> click.Option:
    def remember(ctx: click.Context, param: click.Parameter, value: bool | None) -> None:
        if value is not None:
            os.environ["FLASK_DEBUG"] = "1" if value else "0"

    return click.Option(
        ["--debug/--no-debug"],
        default=None,
        help="Set debug mode.",
        is_eager=True,
        expose_value=False,
        callback=remember,
    )


def find_app(import_path: str | None) -> App:
    """The app that `module:name`, `module:factory()` or `module` names; wsgi.py or app.py if None.

    Raises:
        NoAppException: There is no such module, or no app in it.
    """
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    if import_path is None:
        import_path = next((name for name in ("wsgi", "app") if Path(f"{name}.py").exists()), None)
    if import_path is None:
        raise NoAppException("Could not locate an application: give --app or set FLASK_APP.")
    module_name, _, name = import_path.partition(":")
    try:
        module = importlib.import_module(re.sub(r"\.py$", "", module_name).replace("/", "."))
    except ModuleNotFoundError as error:
        raise NoAppException(f"Could not import {module_name!r}: {error}.") from None
    for candidate in [name] if name else ["app", "application", "create_app", "make_app"]:
        found = _evaluated(module, candidate)
        if found is not None:
            return found
    raise NoAppException(f"There is no application {name!r} in {module_name!r}.")


def _evaluated(module: Any, expression: str) -> App | None:
    found: Any = module
    if "(" in expression:
        found = eval(expression, vars(module))
    else:
        for part in expression.split("."):
            found = getattr(found, part, None)
    is_app = hasattr(found, "url_map")
    return cast("App | None", found if is_app or not callable(found) else found())


def load_dotenv(path: str | os.PathLike[str] | None = None, load_defaults: bool = True) -> bool:
    """Take variables from .env and .flaskenv, where python-dotenv is installed."""
    try:
        dotenv = importlib.import_module("dotenv")
    except ImportError:
        return False
    values: dict[str, str | None] = {}
    if load_defaults:
        for name in (".flaskenv", ".env"):
            values.update(dotenv.dotenv_values(dotenv.find_dotenv(name, usecwd=True)))
    if path is not None and os.path.isfile(path):
        values.update(dotenv.dotenv_values(path))
    for key, value in values.items():
        if value is not None:
            os.environ.setdefault(key, value)
    return bool(values)


@click.command("run", short_help="Serve the app by uvicorn.")
@click.option("--host", "-h", default="127.0.0.1", help="The interface to bind to.")
@click.option("--port", "-p", default=5000, help="The port to bind to.")
@click.option("--cert", type=click.Path(exists=True), help="A certificate file, for HTTPS.")
@click.option("--key", type=click.Path(exists=True), help="The certificate's key file.")
@click.option("--reload/--no-reload", default=None, help="Without effect.")
@click.option("--debugger/--no-debugger", default=None, help="Without effect.")
@click.option("--with-threads/--without-threads", default=True, help="Without effect.")
@with_appcontext
def run_command(
    host: str, port: int, cert: str | None, key: str | None, **ignored: bool | None
) -> None:
    """Serve the app until it is stopped; `uvicorn --reload` is what reloads it."""
    options = {"ssl_context": (cert, key)} if cert else {}
    serve(current_app._get_current_object(), host, port, options)


@click.command("shell", short_help="Run a shell in the app context.")
@with_appcontext
def shell_command() -> None:
    """An interactive Python with the app, `g` and what the shell_context_processors give."""
    banner = f"Python {sys.version} on {sys.platform}\nApp: {current_app.import_name}"
    interact(banner=banner, local=current_app.make_shell_context())


@click.command("routes", short_help="Show the routes for the app.")
@click.option("--sort", "-s", default="endpoint", help="endpoint, methods, rule, or match.")
@click.option("--all-methods", is_flag=True, help="Show HEAD and OPTIONS methods.")
@with_appcontext
def routes_command(sort: str, all_methods: bool) -> None:
    """The app's rules, with their endpoints and methods; `match` is the order they are tried in."""
    hidden = set() if all_methods else {"HEAD", "OPTIONS"}
    rows = [
        (str(rule.endpoint), ", ".join(sorted((rule.methods or set()) - hidden)), rule.rule)
        for rule in current_app.url_map.iter_rules()
    ]
    columns = ("endpoint", "methods", "rule")
    if sort in columns:
        rows.sort(key=lambda row: row[columns.index(sort)])
    rows = [("Endpoint", "Methods", "Rule"), *rows]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    rows.insert(1, ("-" * widths[0], "-" * widths[1], "-" * widths[2]))
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))


flask_command = FlaskGroup(name="flask", help="Commands for the app that --app or FLASK_APP names.")


def flask_main() -> None:
    """What the `flask` command does, for scripts that call it."""
    flask_command.main()
