"""`app.cli`: commands that run within the app's context, as `flask NAME` did."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, cast

import click

from lsp_server.migrate.runtime.context import AppContext, has_app_context
from lsp_server.migrate.runtime.values import Function

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App


class AppGroup(click.Group):
    """A group of commands; each runs in an app context unless told `with_appcontext=False`."""

    # Whose commands these are; a group within another one asks that one.
    app: App | None = None

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        super().add_command(cmd, name)
        command: Any = cmd
        command.home = self

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        app = self.app
        if app is None or parent is not None or extra.get("obj") is not None:
            return super().make_context(info_name, args, parent=parent, **extra)
        # Called as a program, where `flask` was: it had an app context for all of a command.
        extra["obj"] = ScriptInfo(create_app=lambda: app)
        ctx = super().make_context(info_name, args, **extra)
        if not has_app_context():
            ctx.with_resource(AppContext(app))
        return ctx

    def command(self, *args: Any, **kwargs: Any) -> Callable[[Callable[..., Any]], click.Command]:  # type: ignore[override]
        in_context = kwargs.pop("with_appcontext", True)

        def decorator(f: Callable[..., Any]) -> click.Command:
            made = super(AppGroup, self).command(*args, **kwargs)
            return cast("click.Command", made(with_appcontext(f) if in_context else f))

        return decorator

    def group(self, *args: Any, **kwargs: Any) -> Callable[[Callable[..., Any]], click.Group]:  # type: ignore[override]
        kwargs.setdefault("cls", AppGroup)
        return cast("Callable[[Callable[..., Any]], click.Group]", super().group(*args, **kwargs))


class NoAppException(click.UsageError):
    """There is no app that a command could be about."""


class ScriptInfo:
    """Which app a command line is about: the one given, or the one a function makes."""

    def __init__(
        self,
        app_import_path: str | None = None,
        create_app: Callable[..., App] | None = None,
        **settings: Any,
    ) -> None:
        self.app_import_path = app_import_path
        self.create_app = create_app
        self.data: dict[Any, Any] = {}
        self._app: App | None = None

    def load_app(self) -> App:
        if self._app is None:
            if self.create_app is None:
                raise NoAppException("There is no application: give the group a create_app.")
            self._app = self.create_app()
        return self._app


pass_script_info = click.make_pass_decorator(ScriptInfo, ensure=True)


def with_appcontext(f: Function) -> Function:
    """Run a command within the context of the app that its group belongs to."""

    @click.pass_context
    def decorator(ctx: click.Context, /, *args: Any, **kwargs: Any) -> Any:
        if not has_app_context():
            ctx.with_resource(AppContext(command_app(ctx)))
        return ctx.invoke(f, *args, **kwargs)

    return cast("Function", update_wrapper(decorator, f))


def command_app(ctx: click.Context) -> App:
    """The app of the outermost group that has one, or of the script.

    Where neither is known, a test may have called a command by itself: then it is the app that the
    command was added to last.
    """
    app = None
    outer: click.Context | None = ctx
    while outer is not None:
        app = getattr(outer.command, "app", None) or app
        outer = outer.parent
    if app is None and ctx.find_object(ScriptInfo) is None:
        app = home_app(ctx.command)
    return app or ctx.ensure_object(ScriptInfo).load_app()


def home_app(command: click.Command | None) -> App | None:
    """The app of the group that a command was added to, or of a group around that."""
    while command is not None and getattr(command, "app", None) is None:
        command = getattr(command, "home", None)
    return None if command is None else cast("AppGroup", command).app
