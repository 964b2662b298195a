"""`App`: a FastAPI application with Flask's methods and Flask's answers."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, ValuesView
from functools import cached_property, partial
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from fastapi import APIRouter, FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import Receive, Scope, Send
from werkzeug.exceptions import Aborter
from werkzeug.routing import BuildError, Map, MapAdapter, Rule
from werkzeug.utils import redirect as werkzeug_redirect
from werkzeug.wrappers import Response as WerkzeugResponse
from werkzeug.wsgi import get_host

from lsp_server.migrate.runtime.cli import AppGroup
from lsp_server.migrate.runtime.config import (
    DEFAULT_CONFIG,
    Config,
    ConfigAttribute,
    as_timedelta,
    debug_flag,
)
from lsp_server.migrate.runtime.context import (
    AppGlobals,
    app_ctx,
    g,
    has_app_context,
    has_request_context,
    request_ctx,
)
from lsp_server.migrate.runtime.dispatch import RequestMiddleware
from lsp_server.migrate.runtime.json import DefaultJSONProvider, JSONProvider
from lsp_server.migrate.runtime.native_routes import NativeRoute, NativeView
from lsp_server.migrate.runtime.pipeline import Pipeline
from lsp_server.migrate.runtime.places import find_instance_path, find_root_path
from lsp_server.migrate.runtime.request import Request, blueprint_path
from lsp_server.migrate.runtime.routing import ViewRoute, rule_methods, view_endpoint
from lsp_server.migrate.runtime.scaffold import CalledOnce, setupmethod
from lsp_server.migrate.runtime.serving import serve
from lsp_server.migrate.runtime.state import AppState
from lsp_server.migrate.runtime.templating import (
    DispatchingJinjaLoader,
    Environment,
    app_environment,
    template_context,
)
from lsp_server.migrate.runtime.values import Function


class App(Pipeline, FastAPI):
    """Flask's `Flask` as a FastAPI application; further arguments are FastAPI's.

    Its own paths are matched first. Then come native routes (a plain `APIRouter` that was
    included), and mounted apps. `openapi_url` is None unless given, so that /docs and the like are
    not there where they were not.
    """

    aborter_class = Aborter
    app_ctx_globals_class = AppGlobals
    config_class = Config
    default_config = DEFAULT_CONFIG
    json_provider_class: type[JSONProvider] = DefaultJSONProvider
    # Jinja's environment may be a subclass of `Environment`.
    jinja_environment: Any = None
    jinja_options: dict[str, Any] = {}
    url_rule_class = Rule
    url_map_class = Map
    # Without a value: a test tool may put its own on FastAPI's class, which must be found.
    test_client_class: Any
    test_cli_runner_class: Any
    # How many requests may run at the same time; the others wait.
    request_threads = 100

    testing = ConfigAttribute("TESTING")
    secret_key = ConfigAttribute("SECRET_KEY")
    permanent_session_lifetime = ConfigAttribute("PERMANENT_SESSION_LIFETIME", as_timedelta)

    def __init__(
        self,
        import_name: str,
        static_url_path: str | None = None,
        static_folder: str | os.PathLike[str] | None = "static",
        static_host: str | None = None,
        host_matching: bool = False,
        subdomain_matching: bool = False,
        template_folder: str | os.PathLike[str] | None = "templates",
        instance_path: str | None = None,
        instance_relative_config: bool = False,
        root_path: str | None = None,
        **fastapi: Any,
    ) -> None:
        # Servers look at this attribute, and not at the class, to see whether an app is for ASGI.
        self.__dict__["__call__"] = self._answer_asgi
        self.import_name = import_name
        root_path = find_root_path(import_name) if root_path is None else root_path
        self.root_path = root_path
        self.instance_path = self._find_instance_path(instance_path)
        self.config = self.make_config(instance_relative_config)
        fastapi = {"openapi_url": None, "redirect_slashes": False, **fastapi}
        # The last middleware in the list is the innermost one; `add_middleware` puts its in front.
        pipeline = Middleware(RequestMiddleware, owner=self)
        fastapi["middleware"] = [*(fastapi.get("middleware") or ()), pipeline]
        # FastAPI's, while it calls it: a project may mean something else by `setup`.
        self.__dict__["setup"] = partial(FastAPI.setup, self)
        FastAPI.__init__(self, debug=self.config["DEBUG"], **fastapi)
        del self.__dict__["setup"]
        # After FastAPI's, whose `root_path` is a part of the URL; Flask's is a folder.
        Pipeline.__init__(
            self, import_name, static_folder, static_url_path, template_folder, root_path
        )
        self.aborter = self.make_aborter()
        self.json = self.json_provider_class(self)
        self.url_map = self.url_map_class(host_matching=host_matching)
        self.subdomain_matching = subdomain_matching
        # By the rule's identity: Werkzeug's rules have no hash.
        self.native_rules: dict[int, NativeRoute] = {}
        self.blueprints: dict[str, Any] = {}
        self.extensions: dict[str, Any] = {}
        self.teardown_appcontext_funcs = []
        self.url_build_error_handlers: list[Callable[..., Any]] = []
        self.shell_context_processors: list[Callable[[], dict[str, Any]]] = []
        # Twice, because a project may have a `state` of its own on its app.
        self.state = self._app_state = AppState(self)
        if self.has_static_folder:
            assert bool(static_host) == host_matching, "static_host goes with host_matching"
            rule = f"{self.static_url_path}/<path:filename>"
            self.add_url_rule(rule, "static", self.send_static_file, host=static_host)

    def __call__(self, scope: Any, receive: Any, send: Send | None = None) -> Any:
        """ASGI; and WSGI, for servers, middleware and tests that call the app as they did before.

        Outgrow it: WSGI has no FastAPI routes and no ASGI middleware, uvicorn has them.
        """
        if send is None:
            return self.wsgi_app(scope, receive)
        return self._answer_asgi(scope, receive, send)

    async def _answer_asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Starlette's, because FastAPI's would take the folder `root_path` for a part of the URL.
        await Starlette.__call__(self, scope, receive, send)

    def __getattr__(self, name: str) -> Any:
        # `app.test_client` and the like, which test tools may put on the class themselves.
        state = self.__dict__.get("_app_state")
        if state is not None and not name.startswith("_") and hasattr(state, name):
            return getattr(state, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def _check_setup_finished(self, f_name: str) -> None:
        if self._got_first_request:
            raise AssertionError(
                f"The setup method '{f_name}' can no longer be called on the application: "
                "it has already handled its first request."
            )

    @cached_property
    def name(self) -> str:  # type: ignore[override]
        """The import name, or the name of the file that was started."""
        file = getattr(sys.modules["__main__"], "__file__", None)
        return self.import_name if self.import_name != "__main__" or not file else Path(file).stem

    @property
    def debug(self) -> bool:
        return bool(self.config["DEBUG"])

    @debug.setter
    def debug(self, value: bool) -> None:
        self.config["DEBUG"] = value

    def make_config(self, instance_relative: bool = False) -> Config:
        """The settings that an app starts with, and the folder that their files are found in."""
        root_path = self.instance_path if instance_relative else self.root_path
        return self.config_class(root_path, {**self.default_config, "DEBUG": debug_flag()})

    def make_aborter(self) -> Aborter:
        return self.aborter_class()

    def auto_find_instance_path(self) -> str:
        return find_instance_path(self.import_name, self.name)

    def _find_instance_path(self, given: str | None) -> str:
        if given is None:
            return self.auto_find_instance_path()
        if not os.path.isabs(given):
            raise ValueError("If an instance path is provided it must be absolute.")
        return given

    def open_instance_resource(
        self, resource: str, mode: str = "rb", encoding: str | None = "utf-8"
    ) -> IO[Any]:
        """Open a file in the instance folder."""
        path = Path(self.instance_path) / resource
        return path.open(mode) if "b" in mode else path.open(mode, encoding=encoding)

    # Routes

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        provide_automatic_options: bool | None = None,
        **options: Any,
    ) -> None:
        """A rule in Flask's form; without a view it shows the view of its endpoint."""
        self._check_setup_finished("add_url_rule")
        endpoint = view_endpoint(view_func) if endpoint is None else endpoint
        methods = rule_methods(view_func, options.pop("methods", None))
        if provide_automatic_options is None:
            provide_automatic_options = getattr(view_func, "provide_automatic_options", None)
        if provide_automatic_options is None:
            automatic = self.config["PROVIDE_AUTOMATIC_OPTIONS"]
            provide_automatic_options = "OPTIONS" not in methods and automatic
            if provide_automatic_options:
                methods.add("OPTIONS")
        methods |= set(getattr(view_func, "required_methods", ()))
        made = self.url_rule_class(rule, methods=methods, endpoint=endpoint, **options)
        made.provide_automatic_options = provide_automatic_options  # type: ignore[attr-defined]
        self.url_map.add(made)
        if view_func is not None:
            known = self.view_functions.setdefault(endpoint, view_func)
            if known != view_func:
                raise AssertionError(
                    "View function mapping is overwriting an existing endpoint function: "
                    f"{endpoint}"
                )
        if isinstance(view_func, NativeView):
            given = methods - {"OPTIONS"} if provide_automatic_options else methods
            self.native_rules[id(made)] = route = view_func.route(made, given, self)
            self.router.routes.append(route)
        else:
            self.router.routes.append(ViewRoute(made, self.url_map, view_func))

    def include_router(
        self, router: APIRouter, *, prefix: str | None = None, **options: Any
    ) -> None:
        """Register a blueprint, whose own prefix the one given replaces, or add native routes."""
        if hasattr(router, "register"):
            self.register_blueprint(router, url_prefix=prefix, **options)
        else:
            self.include_native(router, prefix or "", **options)

    @setupmethod
    def register_blueprint(self, blueprint: Any, **options: Any) -> None:
        """`include_router` under Flask's name."""
        blueprint.register(self, options)

    def include_native(self, router: APIRouter, prefix: str, **options: Any) -> None:
        """FastAPI's include_router."""
        FastAPI.include_router(self, router, prefix=prefix, **options)

    def iter_blueprints(self) -> ValuesView[Any]:
        return self.blueprints.values()

    # URLs

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        if request is None:
            if self.config["SERVER_NAME"] is None:
                return None
            return self.url_map.bind(
                self.config["SERVER_NAME"],
                script_name=self.config["APPLICATION_ROOT"],
                url_scheme=self.config["PREFERRED_URL_SCHEME"],
            )
        if self.config["TRUSTED_HOSTS"] is not None:
            request.trusted_hosts = self.config["TRUSTED_HOSTS"]
        request.host = get_host(request.environ, request.trusted_hosts)
        subdomain = None
        if not self.url_map.host_matching and not self.subdomain_matching:
            subdomain = self.url_map.default_subdomain or ""
        server_name = None if self.url_map.host_matching else self.config["SERVER_NAME"]
        return self.url_map.bind_to_environ(
            request.environ, server_name=server_name, subdomain=subdomain
        )

    def url_for(
        self,
        /,
        endpoint: str,
        *,
        _anchor: str | None = None,
        _method: str | None = None,
        _scheme: str | None = None,
        _external: bool | None = None,
        **values: Any,
    ) -> str:
        """The URL of a view: a path within a request, the whole address outside of one."""
        adapter = self._current_adapter()
        if has_request_context():
            if endpoint.startswith("."):
                blueprint = request_ctx.request.blueprint
                endpoint = endpoint[1:] if blueprint is None else f"{blueprint}{endpoint}"
            _external = _scheme is not None if _external is None else _external
        elif _external is None:
            _external = True
        if _scheme is not None and not _external:
            raise ValueError("When specifying '_scheme', '_external' must be True.")
        self.inject_url_defaults(endpoint, values)
        try:
            url = adapter.build(
                endpoint, values, method=_method, url_scheme=_scheme, force_external=_external
            )
        except BuildError as error:
            settings = {"_anchor": _anchor, "_method": _method}
            values.update(settings, _scheme=_scheme, _external=_external)
            return self.handle_url_build_error(error, endpoint, values)
        return url if _anchor is None else f"{url}#{quote(_anchor, safe=_ANCHOR_SAFE)}"

    def _current_adapter(self) -> MapAdapter:
        if has_request_context():
            adapter = request_ctx.url_adapter
            assert adapter is not None
            return adapter
        adapter = app_ctx.url_adapter if has_app_context() else self.create_url_adapter(None)
        if adapter is None:
            raise RuntimeError(
                "Unable to build URLs outside an active request without 'SERVER_NAME' configured. "
                "Also configure 'APPLICATION_ROOT' and 'PREFERRED_URL_SCHEME' as needed."
            )
        return adapter

    def inject_url_defaults(self, endpoint: str, values: dict[str, Any]) -> None:
        path = blueprint_path(endpoint.rpartition(".")[0])
        for name in (None, *reversed(path)):
            for function in self.url_default_functions.get(name, ()):
                function(endpoint, values)

    def handle_url_build_error(
        self, error: BuildError, endpoint: str, values: dict[str, Any]
    ) -> str:
        """Ask the url_build_error_handlers for a URL that no rule gives."""
        for handler in self.url_build_error_handlers:
            try:
                url = handler(error, endpoint, values)
            except BuildError as other:
                error = other
            else:
                if url is not None:
                    return str(url)
        raise error

    def redirect(self, location: str, code: int = 302) -> WerkzeugResponse:
        return werkzeug_redirect(location, code=code, Response=self.response_class)

    # Templates

    @cached_property
    def jinja_env(self) -> Environment:
        return self.create_jinja_environment()

    def create_jinja_environment(self) -> Environment:
        return app_environment(self)

    def create_global_jinja_loader(self) -> DispatchingJinjaLoader:
        return DispatchingJinjaLoader(self)

    def select_jinja_autoescape(self, filename: str | None) -> bool:
        """Whether values are escaped in a template of this name."""
        if filename is None:
            return True
        return filename.endswith((".html", ".htm", ".xml", ".xhtml", ".svg"))

    def update_template_context(self, context: dict[str, Any]) -> None:
        template_context(self, context)

    def template_filter(self, name: str | None = None) -> Callable[[Function], Function]:
        def decorator(f: Function) -> Function:
            self.add_template_filter(f, name)
            return f

        return decorator

    @setupmethod
    def add_template_filter(self, f: Callable[..., Any], name: str | None = None) -> None:
        self.jinja_env.filters[name or f.__name__] = f

    def template_test(self, name: str | None = None) -> Callable[[Function], Function]:
        def decorator(f: Function) -> Function:
            self.add_template_test(f, name)
            return f

        return decorator

    @setupmethod
    def add_template_test(self, f: Callable[..., Any], name: str | None = None) -> None:
        self.jinja_env.tests[name or f.__name__] = f

    def template_global(self, name: str | None = None) -> Callable[[Function], Function]:
        def decorator(f: Function) -> Function:
            self.add_template_global(f, name)
            return f

        return decorator

    @setupmethod
    def add_template_global(self, f: Callable[..., Any], name: str | None = None) -> None:
        self.jinja_env.globals[name or f.__name__] = f

    # Commands, shell, server

    @setupmethod
    def teardown_appcontext(self, f: Function) -> Function:
        """Call a function when an application context ends, with the error or None."""
        self.teardown_appcontext_funcs.append(f)
        return f

    @setupmethod
    def before_first_request(self, f: Function) -> Function:
        """Call a function once, before all other hooks of the first request; Flask 2.3 lost it.

        Outgrow it: call the function where the app is made, with an app context.
        """
        functions = self.before_request_funcs[None]
        n_first = sum(isinstance(each, CalledOnce) for each in functions)
        functions.insert(n_first, CalledOnce(self, f))
        return f

    @cached_property
    def cli(self) -> AppGroup:
        """The app's commands: `app.cli()` runs what the command line says."""
        group = AppGroup(self.name)
        group.app = self
        return group

    @setupmethod
    def shell_context_processor(self, f: Function) -> Function:
        self.shell_context_processors.append(f)
        return f

    def make_shell_context(self) -> dict[str, Any]:
        """The names that an interactive shell starts with."""
        context: dict[str, Any] = {"app": self, "g": g}
        for processor in self.shell_context_processors:
            context.update(processor())
        return context

    def run(
        self,
        host: str | None = None,
        port: int | None = None,
        debug: bool | None = None,
        load_dotenv: bool = True,
        **options: Any,
    ) -> None:
        """Serve the app by uvicorn until it is stopped.

        Outgrow it: `uvicorn module:app --reload`.
        """
        if debug is not None:
            self.debug = bool(debug)
        serve(self, host, port, options)


_ANCHOR_SAFE = "%!#$&'()*+,/:;=?@"
