"""`Blueprint`: a part of an app, as a router that can be included.

Registering it hands its routes and hooks to the app, under its dotted name.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable
from functools import cached_property, update_wrapper
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from lsp_server.migrate.runtime.cli import AppGroup
from lsp_server.migrate.runtime.routing import view_endpoint
from lsp_server.migrate.runtime.scaffold import Scaffold, setupmethod
from lsp_server.migrate.runtime.values import UNSET, Function

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App


class BlueprintSetupState:
    """One registration of a blueprint: with which app, under which name and prefix."""

    def __init__(
        self, blueprint: Blueprint, app: App, options: dict[str, Any], first_registration: bool
    ) -> None:
        self.app = app
        self.blueprint = blueprint
        self.options = options
        self.first_registration = first_registration
        self.subdomain = options.get("subdomain")
        if self.subdomain is None:
            self.subdomain = blueprint.subdomain
        # What registering says replaces what the blueprint says; it is not put before it.
        self.url_prefix = options.get("url_prefix")
        if self.url_prefix is None:
            self.url_prefix = blueprint.url_prefix
        self.name = options.get("name", blueprint.name)
        self.name_prefix = options.get("name_prefix", "")
        self.url_defaults = {**blueprint.url_values_defaults, **options.get("url_defaults", {})}

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        **options: Any,
    ) -> None:
        if self.url_prefix is not None:
            inner = f"/{rule.lstrip('/')}" if rule else ""
            rule = f"{self.url_prefix.rstrip('/')}{inner}" if rule else self.url_prefix
        options.setdefault("subdomain", self.subdomain)
        name = view_endpoint(view_func) if endpoint is None else endpoint
        defaults = {**self.url_defaults, **(options.pop("defaults", None) or {})}
        dotted = f"{self.name_prefix}.{self.name}.{name}".lstrip(".")
        self.app.add_url_rule(rule, dotted, view_func, defaults=defaults, **options)


class Blueprint(Scaffold, APIRouter):  # type: ignore[misc]
    """Flask's blueprint; `prefix` is its url_prefix, and `app.include_router` registers it.

    Outgrow it: a plain `APIRouter`, once its views declare what they take.
    """

    _got_registered_once = False
    # By identity, as Flask's; Starlette's routers are equal if their routes are, and have no hash.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __init__(
        self,
        name: str,
        import_name: str,
        static_folder: str | os.PathLike[str] | None = None,
        static_url_path: str | None = None,
        template_folder: str | os.PathLike[str] | None = None,
        prefix: str | None = None,
        subdomain: str | None = None,
        url_defaults: dict[str, Any] | None = None,
        root_path: str | None = None,
        cli_group: str | None = UNSET,
        *,
        url_prefix: str | None = None,
    ) -> None:
        if not name:
            raise ValueError("'name' may not be empty.")
        if "." in name:
            raise ValueError("'name' may not contain a dot '.' character.")
        APIRouter.__init__(self)
        Scaffold.__init__(
            self, import_name, static_folder, static_url_path, template_folder, root_path
        )
        self.name = name
        self.url_prefix = url_prefix if prefix is None else prefix
        self.subdomain = subdomain
        self.url_values_defaults = url_defaults or {}
        self.cli_group = cli_group
        self.deferred_functions: list[Callable[[BlueprintSetupState], None]] = []
        self._children: list[tuple[Blueprint, dict[str, Any]]] = []

    def _check_setup_finished(self, f_name: str) -> None:
        if self._got_registered_once:
            raise AssertionError(
                f"The setup method '{f_name}' can no longer be called on the blueprint "
                f"'{self.name}': it has been registered already."
            )

    @cached_property
    def cli(self) -> AppGroup:
        """The blueprint's commands, in a group of its name unless `cli_group` says otherwise."""
        self.deferred_functions.append(self._register_commands)
        return AppGroup(self.name)

    def _register_commands(self, state: BlueprintSetupState) -> None:
        group = state.options.get("cli_group", self.cli_group)
        if not self.cli.commands:
            return
        if group is None:
            for name, command in self.cli.commands.items():
                state.app.cli.add_command(command, name)
            return
        dotted = f"{state.name_prefix}.{state.name}".lstrip(".")
        self.cli.name = dotted if group is UNSET else group
        state.app.cli.add_command(self.cli)

    # Registering

    @setupmethod
    def record(self, func: Callable[[BlueprintSetupState], None]) -> None:
        """Call a function whenever the blueprint is registered."""
        self.deferred_functions.append(func)

    @setupmethod
    def record_once(self, func: Callable[[BlueprintSetupState], Any]) -> None:
        """Call a function when the blueprint is registered for the first time."""

        def first(state: BlueprintSetupState) -> None:
            if state.first_registration:
                func(state)

        self.record(update_wrapper(first, func))

    def make_setup_state(
        self, app: App, options: dict[str, Any], first_registration: bool = False
    ) -> BlueprintSetupState:
        return BlueprintSetupState(self, app, options, first_registration)

    def include_router(
        self, router: APIRouter, *, prefix: str | None = None, **options: Any
    ) -> None:
        """Nest a blueprint, or take native routes along."""
        if isinstance(router, Blueprint):
            self.register_blueprint(router, url_prefix=prefix, **options)
        else:
            super().include_router(router, prefix=prefix or "", **options)

    @setupmethod
    def register_blueprint(self, blueprint: Blueprint, **options: Any) -> None:
        """`include_router` under Flask's name."""
        if blueprint is self:
            raise ValueError("Cannot register a blueprint on itself")
        self._children.append((blueprint, options))

    def register(self, app: App, options: dict[str, Any]) -> None:
        """Hand everything to the app; called by `app.include_router`."""
        own_name = options.get("name", self.name)
        name = f"{options.get('name_prefix', '')}.{own_name}".lstrip(".")
        if name in app.blueprints:
            which = "this" if app.blueprints[name] is self else "a different"
            raise ValueError(
                f"The name '{own_name}' is already registered for {which} blueprint. "
                "Use 'name=' to provide a unique name."
            )
        first = not any(known is self for known in app.blueprints.values())
        app.blueprints[name] = self
        self._got_registered_once = True
        state = self.make_setup_state(app, options, first)
        if self.has_static_folder:
            rule = f"{self.static_url_path}/<path:filename>"
            state.add_url_rule(rule, "static", self.send_static_file)
        self._hand_over_functions(app, name)
        for deferred in self.deferred_functions:
            deferred(state)
        if self.routes:
            app.include_native(self, state.url_prefix or "")
        for child, child_options in self._children:
            child.register(app, _nested_options(child, child_options, state, name))

    def _hand_over_functions(self, app: App, name: str) -> None:
        app.view_functions.update(self.view_functions)
        for key, by_code in self.error_handler_spec.items():
            known = defaultdict(dict, {code: dict(known) for code, known in by_code.items()})
            app.error_handler_spec[_dotted(name, key)] = known
        for own, apps in (
            (self.before_request_funcs, app.before_request_funcs),
            (self.after_request_funcs, app.after_request_funcs),
            (self.teardown_request_funcs, app.teardown_request_funcs),
            (self.url_default_functions, app.url_default_functions),
            (self.url_value_preprocessors, app.url_value_preprocessors),
            (self.template_context_processors, app.template_context_processors),
        ):
            for key, functions in own.items():
                apps[_dotted(name, key)].extend(functions)

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        provide_automatic_options: bool | None = None,
        **options: Any,
    ) -> None:
        if endpoint and "." in endpoint:
            raise ValueError("'endpoint' may not contain a dot '.' character.")
        if "." in getattr(view_func, "__name__", ""):
            raise ValueError("'view_func' name may not contain a dot '.' character.")
        options["provide_automatic_options"] = provide_automatic_options
        # `options` is taken as it is each time: registering twice must not find it emptied.
        self.record(lambda state: state.add_url_rule(rule, endpoint, view_func, **options))

    # What reaches the whole app

    def before_app_request(self, f: Function) -> Function:
        self.record_once(lambda state: state.app.before_request_funcs[None].append(f))
        return f

    def before_app_first_request(self, f: Function) -> Function:
        def register(state: BlueprintSetupState) -> None:
            state.app.before_first_request(f)

        self.record_once(register)
        return f

    def after_app_request(self, f: Function) -> Function:
        self.record_once(lambda state: state.app.after_request_funcs[None].append(f))
        return f

    def teardown_app_request(self, f: Function) -> Function:
        self.record_once(lambda state: state.app.teardown_request_funcs[None].append(f))
        return f

    def app_context_processor(self, f: Function) -> Function:
        self.record_once(lambda state: state.app.template_context_processors[None].append(f))
        return f

    def app_url_value_preprocessor(self, f: Function) -> Function:
        self.record_once(lambda state: state.app.url_value_preprocessors[None].append(f))
        return f

    def app_url_defaults(self, f: Function) -> Function:
        self.record_once(lambda state: state.app.url_default_functions[None].append(f))
        return f

    def app_errorhandler(self, code: type[Exception] | int) -> Callable[[Function], Function]:
        def decorator(f: Function) -> Function:
            self.record_once(lambda state: state.app.register_error_handler(code, f))
            return f

        return decorator

    def app_template_filter(self, name: str | None = None) -> Callable[[Function], Function]:
        def decorator(f: Function) -> Function:
            self.add_app_template_filter(f, name)
            return f

        return decorator

    def add_app_template_filter(self, f: Callable[..., Any], name: str | None = None) -> None:
        self.record_once(lambda state: state.app.add_template_filter(f, name))

    def app_template_test(self, name: str | None = None) -> Callable[[Function], Function]:
        def decorator(f: Function) -> Function:
            self.add_app_template_test(f, name)
            return f

        return decorator

    def add_app_template_test(self, f: Callable[..., Any], name: str | None = None) -> None:
        self.record_once(lambda state: state.app.add_template_test(f, name))

    def app_template_global(self, name: str | None = None) -> Callable[[Function], Function]:
        def decorator(f: Function) -> Function:
            self.add_app_template_global(f, name)
            return f

        return decorator

    def add_app_template_global(self, f: Callable[..., Any], name: str | None = None) -> None:
        self.record_once(lambda state: state.app.add_template_global(f, name))


def _dotted(name: str, key: str | None) -> str:
    return name if key is None else f"{name}.{key}"


def _nested_options(
    child: Blueprint, given: dict[str, Any], state: BlueprintSetupState, name: str
) -> dict[str, Any]:
    options = {**given, "name_prefix": name}
    prefix = child.url_prefix if given.get("url_prefix") is None else given["url_prefix"]
    if state.url_prefix is not None:
        inner = "" if prefix is None else f"/{prefix.lstrip('/')}"
        prefix = f"{state.url_prefix.rstrip('/')}{inner}" if inner else state.url_prefix
    subdomain = child.subdomain if given.get("subdomain") is None else given["subdomain"]
    parts = [part for part in (subdomain, state.subdomain) if part is not None]
    options["url_prefix"] = prefix
    options["subdomain"] = ".".join(parts) if parts else None
    return options
