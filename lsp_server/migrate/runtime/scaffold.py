"""What an app and a blueprint have in common: routes, hooks, error handlers, folders."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable
from functools import cached_property, update_wrapper
from pathlib import Path
from threading import Lock
from typing import IO, Any, cast

from jinja2 import BaseLoader, FileSystemLoader
from werkzeug.wrappers import Response as WerkzeugResponse

from lsp_server.migrate.runtime.config import as_seconds
from lsp_server.migrate.runtime.context import current_app
from lsp_server.migrate.runtime.errors import error_class_and_code
from lsp_server.migrate.runtime.files import send_from_directory
from lsp_server.migrate.runtime.native_routes import NativeRouter
from lsp_server.migrate.runtime.places import find_root_path
from lsp_server.migrate.runtime.routing import rule_from_path
from lsp_server.migrate.runtime.values import Function


def setupmethod(f: Function) -> Function:
    """A method that must not be called any more once requests are answered."""

    def checked(self: Scaffold, *args: Any, **kwargs: Any) -> Any:
        self._check_setup_finished(f.__name__)
        return f(self, *args, **kwargs)

    return cast("Function", update_wrapper(checked, f))


class CalledOnce:
    """A hook that runs for one request only; requests that come meanwhile wait for it."""

    def __init__(self, app: Any, function: Callable[[], Any]) -> None:
        self._app = app
        self._function = function
        self._lock = Lock()
        self._is_done = False

    def __call__(self) -> None:
        with self._lock:
            if not self._is_done:
                self._is_done = True
                self._app.ensure_sync(self._function)()


class Scaffold:
    """Flask's decorators, with FastAPI's way of writing a path in the verbs.

    The functions of the app itself are kept under None, those of a blueprint under its name.
    """

    name: str
    _static_folder: str | None = None
    _static_url_path: str | None = None

    def __init__(
        self,
        import_name: str,
        static_folder: str | os.PathLike[str] | None = None,
        static_url_path: str | None = None,
        template_folder: str | os.PathLike[str] | None = None,
        root_path: str | None = None,
    ) -> None:
        self.import_name = import_name
        self.root_path = find_root_path(import_name) if root_path is None else root_path
        self.static_folder = static_folder
        self.static_url_path = static_url_path
        self.template_folder = template_folder
        self.view_functions: dict[str, Callable[..., Any]] = {}
        self.error_handler_spec: dict[
            str | None, dict[int | None, dict[type[Exception], Callable[..., Any]]]
        ] = defaultdict(lambda: defaultdict(dict))
        self.before_request_funcs: dict[str | None, list[Callable[..., Any]]] = defaultdict(list)
        self.after_request_funcs: dict[str | None, list[Callable[..., Any]]] = defaultdict(list)
        self.teardown_request_funcs: dict[str | None, list[Callable[..., Any]]] = defaultdict(list)
        self.template_context_processors: dict[str | None, list[Callable[..., Any]]] = defaultdict(
            list
        )
        self.url_value_preprocessors: dict[str | None, list[Callable[..., Any]]] = defaultdict(list)
        self.url_default_functions: dict[str | None, list[Callable[..., Any]]] = defaultdict(list)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"

    def _check_setup_finished(self, f_name: str) -> None:
        raise NotImplementedError

    # Routes

    def get(self, path: str, **options: Any) -> Callable[[Function], Function]:
        return self.api_route(path, methods=["GET"], **options)

    def post(self, path: str, **options: Any) -> Callable[[Function], Function]:
        return self.api_route(path, methods=["POST"], **options)

    def put(self, path: str, **options: Any) -> Callable[[Function], Function]:
        return self.api_route(path, methods=["PUT"], **options)

    def delete(self, path: str, **options: Any) -> Callable[[Function], Function]:
        return self.api_route(path, methods=["DELETE"], **options)

    def patch(self, path: str, **options: Any) -> Callable[[Function], Function]:
        return self.api_route(path, methods=["PATCH"], **options)

    def head(self, path: str, **options: Any) -> Callable[[Function], Function]:
        return self.api_route(path, methods=["HEAD"], **options)

    def options(self, path: str, **options: Any) -> Callable[[Function], Function]:
        return self.api_route(path, methods=["OPTIONS"], **options)

    def trace(self, path: str, **options: Any) -> Callable[[Function], Function]:
        return self.api_route(path, methods=["TRACE"], **options)

    def api_route(
        self, path: str, *, name: str | None = None, **options: Any
    ) -> Callable[[Function], Function]:
        """A view under a path in FastAPI's form, called with the path's parameters alone.

        Outgrow it: put the view on a plain `APIRouter` and include that in the app.
        """
        options.setdefault("endpoint", name)
        return self.route(rule_from_path(path), **options)

    def add_api_route(
        self, path: str, endpoint: Callable[..., Any], *, name: str | None = None, **options: Any
    ) -> None:
        """`api_route` for a view that is there already."""
        self.add_url_rule(rule_from_path(path), name, endpoint, **options)

    @setupmethod
    def route(self, rule: str, **options: Any) -> Callable[[Function], Function]:
        """A view under a rule in Flask's form, for what FastAPI's form cannot say."""

        def decorator(f: Function) -> Function:
            self.add_url_rule(rule, options.pop("endpoint", None), f, **options)
            return f

        return decorator

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        provide_automatic_options: bool | None = None,
        **options: Any,
    ) -> None:
        raise NotImplementedError

    @setupmethod
    def endpoint(self, endpoint: str) -> Callable[[Function], Function]:
        """The view of a rule that was added without one."""

        def decorator(f: Function) -> Function:
            self.view_functions[endpoint] = f
            return f

        return decorator

    @cached_property
    def native(self) -> NativeRouter:
        """The decorators of FastAPI's own routes: with typed parameters, models and dependencies.

        `@app.native.get(path)` is where `@app.get(path)` was, under the same rule and name.
        """
        return NativeRouter(self)

    # Hooks

    @setupmethod
    def before_request(self, f: Function) -> Function:
        """Call a function before the view; what it returns, unless None, is the answer."""
        self.before_request_funcs[None].append(f)
        return f

    @setupmethod
    def after_request(self, f: Function) -> Function:
        """Have every answer go through a function, the last registered first."""
        self.after_request_funcs[None].append(f)
        return f

    @setupmethod
    def teardown_request(self, f: Function) -> Function:
        """Call a function when the request is over, with the error that ended it, or None."""
        self.teardown_request_funcs[None].append(f)
        return f

    @setupmethod
    def context_processor(self, f: Function) -> Function:
        """Give every template what a function returns."""
        self.template_context_processors[None].append(f)
        return f

    @setupmethod
    def url_value_preprocessor(self, f: Function) -> Function:
        """Show a function the endpoint and the path's parameters before anything is called."""
        self.url_value_preprocessors[None].append(f)
        return f

    @setupmethod
    def url_defaults(self, f: Function) -> Function:
        """Let a function add values whenever a URL is built."""
        self.url_default_functions[None].append(f)
        return f

    def errorhandler(
        self, code_or_exception: type[Exception] | int
    ) -> Callable[[Function], Function]:
        """Answer an error by a function: by its status code or by its class."""

        def decorator(f: Function) -> Function:
            self.register_error_handler(code_or_exception, f)
            return f

        return decorator

    @setupmethod
    def register_error_handler(
        self, code_or_exception: type[Exception] | int, f: Callable[..., Any]
    ) -> None:
        exc_class, code = error_class_and_code(code_or_exception)
        self.error_handler_spec[None][code][exc_class] = f

    # Folders

    @property
    def static_folder(self) -> str | None:
        """The folder that is served under `static_url_path`, as an absolute path."""
        if self._static_folder is None:
            return None
        return os.path.join(self.root_path, self._static_folder)

    @static_folder.setter
    def static_folder(self, value: str | os.PathLike[str] | None) -> None:
        self._static_folder = None if value is None else os.fspath(value).rstrip("\\/")

    @property
    def has_static_folder(self) -> bool:
        return self._static_folder is not None

    @property
    def static_url_path(self) -> str | None:
        if self._static_url_path is not None:
            return self._static_url_path
        if self.static_folder is None:
            return None
        return f"/{os.path.basename(self.static_folder)}".rstrip("/")

    @static_url_path.setter
    def static_url_path(self, value: str | None) -> None:
        self._static_url_path = None if value is None else value.rstrip("/")

    def send_static_file(self, filename: str) -> WerkzeugResponse:
        """The view behind the endpoint `static`."""
        if self.static_folder is None:
            raise RuntimeError("'static_folder' must be set to serve static_files.")
        max_age = self.get_send_file_max_age(filename)
        return send_from_directory(self.static_folder, filename, max_age=max_age)

    def get_send_file_max_age(self, filename: str | None) -> int | None:
        """For how many seconds a file may be kept; override it to decide by name."""
        return as_seconds(current_app.config["SEND_FILE_MAX_AGE_DEFAULT"])

    @cached_property
    def jinja_loader(self) -> BaseLoader | None:
        if self.template_folder is None:
            return None
        return FileSystemLoader(os.path.join(self.root_path, self.template_folder))

    def open_resource(
        self, resource: str, mode: str = "rb", encoding: str | None = None
    ) -> IO[Any]:
        """Open a file beside the code, for reading."""
        if mode not in {"r", "rt", "rb"}:
            raise ValueError("Resources can only be opened for reading.")
        return (Path(self.root_path) / resource).open(mode, encoding=encoding)
