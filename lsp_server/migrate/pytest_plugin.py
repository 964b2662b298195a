"""Runs a Flask project's own tests, unmodified, against the app that it was migrated to.

    pip install pytest
    PENNA_HELPER=flaskr.flask_compat python -m pytest -p penna_pytest_plugin

One file without dependencies but Werkzeug and Click, which the migrated app has anyway: copy it
beside the tests as `penna_pytest_plugin.py`, or keep it as long as the tests say `import flask`.

* Test files may import `flask`, `flask.testing` and the extensions: they get the helper's names.
* The app has `test_client()` and `test_cli_runner()` as Flask's has; the client speaks ASGI in the
  calling thread, so what a test patches or pushes is seen by the app.
* App code that imports flask or a replaced extension fails, with the line that does, unless
  PENNA_ALLOW_FLASK names it ("flask,flask_admin", or "*"): for a project that keeps a part on
  Flask.

Settings are environment variables: PENNA_HELPER (the helper's module; found by its file name
otherwise), PENNA_EXPORTS (JSON: "flask_restful.Api" -> the helper's name for it), and
PENNA_ALLOW_FLASK.
"""

from __future__ import annotations

import asyncio
import copy
import importlib
import importlib.abc
import importlib.machinery
import importlib.metadata
import importlib.util
import json
import os
import sys
import sysconfig
import threading
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from http.client import responses
from types import FrameType, FunctionType, ModuleType
from typing import Any
from urllib.parse import urlsplit

import werkzeug.test
from click.testing import CliRunner, Result
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Request

HELPER_FILE = "flask_compat.py"
SKIPPED = {"node_modules", "site-packages", "__pycache__"}
TEST_LIBRARIES = ("pytest_flask", "flask_testing", "flask_webtest")
FLASK_MODULES = {
    *("app", "blueprints", "cli", "config", "ctx", "globals", "helpers", "logging", "sessions"),
    *("signals", "templating", "testing", "views", "wrappers"),
}
LOCAL_NAMES = {"FlaskClient", "FlaskCliRunner", "EnvironBuilder"}
# The helper calls what two extensions share by the library's name.
PREFIXES = {"flask_restful": "Restful", "flask_restx": "Restx", "flask_smorest": "Smorest"}


# The client


class EnvironBuilder(werkzeug.test.EnvironBuilder):
    """A request to an app: its configured host, root and scheme, its JSON."""

    def __init__(
        self,
        app: Any,
        path: str = "/",
        base_url: str | None = None,
        subdomain: str | None = None,
        url_scheme: str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        if base_url is None:
            config = config_of(app)
            parts = urlsplit(path)
            host = parts.netloc or config.get("SERVER_NAME") or "localhost"
            if subdomain:
                host = f"{subdomain}.{host}"
            scheme = parts.scheme or url_scheme or config.get("PREFERRED_URL_SCHEME") or "http"
            root = str(config.get("APPLICATION_ROOT") or "/").lstrip("/")
            base_url = f"{scheme}://{host}/{root}"
            path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        self.app = app
        super().__init__(path, base_url, *args, **kwargs)

    def json_dumps(self, obj: Any, **kwargs: Any) -> str:
        provider = getattr(self.app, "json", json)
        return str(provider.dumps(obj, **kwargs))


class FlaskClient(werkzeug.test.Client):
    """Flask's test client for an ASGI app: cookies, redirects and responses are Werkzeug's."""

    application: Any

    def __init__(
        self,
        application: Any,
        response_wrapper: Any = None,
        use_cookies: bool = True,
        allow_subdomain_redirects: bool = False,
    ) -> None:
        wrapper = response_wrapper or response_class(application)
        super().__init__(application, wrapper, use_cookies, allow_subdomain_redirects)
        self.environ_base: dict[str, Any] = {
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_USER_AGENT": f"Werkzeug/{importlib.metadata.version('werkzeug')}",
        }
        self.preserve_context = False
        self._kept: list[AbstractContextManager[Any]] = []
        self._entered = ExitStack()

    def open(
        self, *args: Any, buffered: bool = False, follow_redirects: bool = False, **kwargs: Any
    ) -> Any:
        request = self._request(args, kwargs)
        self._entered.close()
        response = super().open(request, buffered=buffered, follow_redirects=follow_redirects)
        provider = getattr(self.application, "json", None)
        if provider is not None:
            response.json_module = provider
        for context in self._kept:
            self._entered.enter_context(context)
        self._kept.clear()
        return response

    def run_wsgi_app(self, environ: Any, buffered: bool = False) -> Any:
        self._add_cookies_to_wsgi(environ)
        answer = call(self.application, dict(environ))
        host, _, _ = str(environ.get("HTTP_HOST", "localhost")).partition(":")
        cookies = answer[2].getlist("Set-Cookie")
        self._update_cookies_from_response(host, environ.get("PATH_INFO", "/"), cookies)
        return answer

    @contextmanager
    def session_transaction(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """The session as the next request will find it, to be read and changed."""
        if self._cookies is None:
            raise TypeError("Cookies are off: make the client with use_cookies=True.")
        app = self.application
        interface = getattr(app, "session_interface", None)
        if interface is None:
            with self._by_codec(app.state.session_codec) as session:
                yield session
            return
        context = app.test_request_context(*args, **kwargs)
        request = context.request
        self._add_cookies_to_wsgi(request.environ)
        with context:
            session = interface.open_session(app, request)
        if session is None:
            raise RuntimeError("The app has no session: is a secret key set?")
        yield session
        answer = app.response_class()
        if interface.is_null_session(session):
            return
        with context:
            interface.save_session(app, session, answer)
        cookies = answer.headers.getlist("Set-Cookie")
        self._update_cookies_from_response(request.host.partition(":")[0], request.path, cookies)

    @contextmanager
    def _by_codec(self, codec: Any) -> Iterator[Any]:
        cookie = self.get_cookie(codec.cookie)
        session = codec.load(cookie.value) if cookie else {}
        yield session
        if session:
            self.set_cookie(codec.cookie, codec.dump(session))
        else:
            self.delete_cookie(codec.cookie)

    def __enter__(self) -> FlaskClient:
        if self.preserve_context:
            raise RuntimeError("A client's with block cannot hold another of the same client.")
        self.preserve_context = True
        return self

    def __exit__(self, *_: object) -> None:
        self.preserve_context = False
        self._entered.close()

    def _request(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request:
        """The request that the arguments of `open` describe, in any of their forms."""
        first = args[0] if args else None
        if isinstance(first, werkzeug.test.EnvironBuilder):
            builder = copy.copy(first)
            builder.environ_base = self._based(builder.environ_base or {})
            return builder.get_request()
        if isinstance(first, dict):
            made = EnvironBuilder.from_environ(first, app=self.application)
            made.environ_base = self._based({})
            return made.get_request()
        if isinstance(first, Request):
            request = copy.copy(first)
            request.environ = self._based(request.environ)
            return request
        kwargs["environ_base"] = self._based(kwargs.get("environ_base") or {})
        builder = EnvironBuilder(self.application, *args, **kwargs)
        try:
            return builder.get_request()
        finally:
            builder.close()

    def _based(self, environ: Any) -> dict[str, Any]:
        based = {**self.environ_base, **environ}
        if self.preserve_context:
            based["werkzeug.debug.preserve_context"] = self._kept.append
        return based


class FlaskCliRunner(CliRunner):
    """Runs the app's commands, or one that is given."""

    def __init__(self, app: Any, **kwargs: Any) -> None:
        self.app = app
        super().__init__(**kwargs)

    def invoke(self, cli: Any = None, args: Any = None, **kwargs: Any) -> Result:  # type: ignore[override]
        if "obj" not in kwargs:
            kwargs["obj"] = script_info(self.app)
        return super().invoke(self.app.cli if cli is None else cli, args, **kwargs)


def script_info(app: Any) -> Any:
    """What a command finds its app by when it is called by itself; None if the helper has no
    commands."""
    try:
        made_by = getattr(helper_module(), "ScriptInfo", None)
    except ImportError:
        return None
    return made_by and made_by(create_app=lambda: app)


def response_class(app: Any) -> Any:
    """The test response, and what the app's own response class adds to it."""
    own = getattr(app, "response_class", None)
    if not isinstance(own, type):
        return werkzeug.test.TestResponse
    if issubclass(own, werkzeug.test.TestResponse):
        return own
    return type("TestResponse", (werkzeug.test.TestResponse, own), {"__test__": False})


def config_of(app: Any) -> Any:
    config = getattr(app, "config", None)
    return config if config is not None else getattr(app.state, "config", {})


# One call of an ASGI app


def call(app: Any, environ: dict[str, Any]) -> tuple[list[bytes], str, Headers]:
    """Body, status and headers. An exception that leaves the app leaves the call, where Flask's
    client would raise it; else the answer that was sent counts."""
    body = body_of(environ)
    sent: list[dict[str, Any]] = []
    error: BaseException | None = None
    try:
        run(app, scope_of(environ), body, sent)
    except Exception as raised:
        error = raised
    start = next((each for each in sent if each["type"] == "http.response.start"), None)
    if error is not None and (start is None or raises(app)):
        raise error
    if start is None:
        raise RuntimeError(f"The app sent no answer to {environ['REQUEST_METHOD']}.")
    headers = Headers()
    for name, value in start.get("headers", ()):
        headers.add(title(name.decode("latin-1")), header_text(value))
    pieces = [each["body"] for each in sent if each.get("body")]
    if environ["REQUEST_METHOD"] == "HEAD":
        pieces = []
    code = start["status"]
    return pieces, f"{code} {responses.get(code, 'Unknown').upper()}", headers


def header_text(sent: bytes) -> str:
    """A header's value as the app gave it, in Latin-1, or in UTF-8 if it is not of Latin-1."""
    text = sent.decode("utf-8", "ignore")
    return text if max(text, default="") > "\xff" else sent.decode("latin-1")


def raises(app: Any) -> bool:
    config = config_of(app)
    wanted = config.get("PROPAGATE_EXCEPTIONS")
    return bool(config.get("TESTING") or config.get("DEBUG")) if wanted is None else bool(wanted)


def body_of(environ: dict[str, Any]) -> bytes:
    stream = environ.get("wsgi.input")
    if stream is None:
        return b""
    if environ.get("wsgi.input_terminated"):
        return bytes(stream.read())
    return bytes(stream.read(int(environ.get("CONTENT_LENGTH") or 0)))


def scope_of(environ: dict[str, Any]) -> dict[str, Any]:
    """The ASGI scope of a request that Werkzeug built; what has no place in a scope goes along."""
    headers = [
        (key[5:].replace("_", "-").lower().encode(), str(value).encode("latin-1", "replace"))
        for key, value in environ.items()
        if key.startswith("HTTP_")
    ]
    for key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(key):
            headers.append((key.replace("_", "-").lower().encode(), str(environ[key]).encode()))
    root = environ.get("SCRIPT_NAME", "").encode("latin-1").decode("utf-8", "replace")
    path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace")
    raw = environ.get("REQUEST_URI") or environ.get("RAW_URI") or path
    given = {k: v for k, v in environ.items() if not k.startswith(("wsgi.input", "HTTP_"))}
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": environ["REQUEST_METHOD"],
        "scheme": environ.get("wsgi.url_scheme", "http"),
        "root_path": root,
        "path": root + path,
        "raw_path": raw.partition("?")[0].encode("latin-1", "replace"),
        "query_string": environ.get("QUERY_STRING", "").encode("latin-1", "replace"),
        "headers": headers,
        "client": (environ.get("REMOTE_ADDR", "127.0.0.1"), 50000),
        "server": (environ.get("SERVER_NAME", "localhost"), int(environ.get("SERVER_PORT", 80))),
        "state": {},
        "extensions": {"wsgi.environ": given},
    }


def run(app: Any, scope: dict[str, Any], body: bytes, sent: list[dict[str, Any]]) -> None:
    """Let the app answer, on a loop in this thread; in another where a loop runs in this one."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        loop_of(app).run_until_complete(answer(app, scope, body, sent))
        return
    errors: list[BaseException] = []

    def elsewhere() -> None:
        try:
            asyncio.run(answer(app, scope, body, sent))
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]


_loops: dict[int, asyncio.AbstractEventLoop] = {}


def loop_of(app: Any) -> asyncio.AbstractEventLoop:
    """One loop for all apps of a thread: what an app keeps on its loop stays usable."""
    name = threading.get_ident()
    if name not in _loops or _loops[name].is_closed():
        _loops[name] = asyncio.new_event_loop()
    return _loops[name]


async def answer(app: Any, scope: dict[str, Any], body: bytes, sent: list[dict[str, Any]]) -> None:
    unread = [{"type": "http.request", "body": body, "more_body": False}]
    ended = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if unread:
            return unread.pop()
        await ended.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            ended.set()

    await app(scope, receive, send)


def title(name: str) -> str:
    """`content-type` as Flask spells it; tests compare names in any case, but print them."""
    special = {"www": "WWW", "etag": "ETag"}
    return "-".join(special.get(part, part.capitalize()) for part in name.lower().split("-"))


class WsgiFace:
    """An app as a WSGI app, for tools that call it so."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        pieces, status, headers = call(self._app, dict(environ))
        start_response(status, list(headers))
        return pieces

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app, name)


def teach_webtest(kind: type) -> None:
    """Have webtest's `TestApp(app)` call apps of this class as it calls Flask's."""
    try:
        # Tests may take warnings as errors, and need not use it: it imports what Python deprecates.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tested = importlib.import_module("webtest").TestApp
    except ImportError:
        return
    init = tested.__init__

    def __init__(self: Any, app: Any, *args: Any, **kwargs: Any) -> None:
        init(self, WsgiFace(app) if isinstance(app, kind) else app, *args, **kwargs)

    tested.__init__ = __init__


def teach_werkzeug(kind: type) -> None:
    """Have Werkzeug's own `Client(app)` call apps of this class as it calls Flask's."""
    tested = importlib.import_module("werkzeug.test")
    run = tested.run_wsgi_app

    def run_wsgi_app(app: Any, *args: Any, **kwargs: Any) -> Any:
        return run(WsgiFace(app) if isinstance(app, kind) else app, *args, **kwargs)

    tested.run_wsgi_app = run_wsgi_app  # type: ignore[attr-defined]


# What the app gets


def install() -> None:
    """Give apps their test methods, and test files their imports."""
    if isinstance(sys.modules.get("flask"), StandIn):
        return
    from starlette.applications import Starlette

    for name, made in (
        ("test_client_class", None),
        ("test_cli_runner_class", None),
        ("test_client", test_client),
        ("test_cli_runner", test_cli_runner),
    ):
        setattr(Starlette, name, made)
    teach_webtest(Starlette)
    teach_werkzeug(Starlette)
    allowed = allowed_names()
    real = importlib.import_module("flask") if allowed & {"flask", "*"} else None
    for loaded in [name for name in sys.modules if name == "flask" or name.startswith("flask.")]:
        if real is None or loaded in ("flask", "flask.testing"):
            del sys.modules[loaded]
    sys.modules["flask"] = StandIn("flask", real)
    sys.modules["flask.testing"] = StandIn("flask.testing", None)
    sys.meta_path.insert(0, Finder(allowed))


def test_client(self: Any, use_cookies: bool = True, **kwargs: Any) -> Any:
    """Flask's `app.test_client()`."""
    made_by = self.test_client_class or FlaskClient
    return made_by(self, response_class(self), use_cookies=use_cookies, **kwargs)


def test_cli_runner(self: Any, **kwargs: Any) -> Any:
    """Flask's `app.test_cli_runner()`."""
    return (self.test_cli_runner_class or FlaskCliRunner)(self, **kwargs)


# pytest collects what is named test_*; these are methods.
test_client.__test__ = False  # type: ignore[attr-defined]
test_cli_runner.__test__ = False  # type: ignore[attr-defined]


# What the test files get


class StandIn(ModuleType):
    """`flask`, one of its modules, or an extension, as test files see it."""

    __path__: list[str] = []
    _patched: dict[str, Any]

    def __init__(self, name: str, real: ModuleType | None) -> None:
        super().__init__(name)
        self.__dict__["_real"] = real
        self.__dict__["_patched"] = {}
        # Where a library of a part on Flask finds modules that no test has asked for.
        self.__path__ = path_of(name) if stays() else []

    def __setattr__(self, name: str, value: Any) -> None:
        """A test that patches `flask_login.utils._get_user` patches it in the helper, too."""
        own = name.startswith("__") or isinstance(value, ModuleType)
        held = None if own else held_as(self.__name__, name)
        if held is None:
            super().__setattr__(name, value)
            return
        helper = helper_module()
        self._patched.setdefault(name, getattr(helper, held))
        setattr(helper, held, value)

    def __delattr__(self, name: str) -> None:
        """`mock.patch` deletes what it set, to see whether the name is still there."""
        if name in self._patched:
            setattr(self, name, self._patched.pop(name))
            self._patched.pop(name)
        else:
            super().__delattr__(name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            if self.__dict__["_real"] is not None:
                return getattr(self.__dict__["_real"], name)
            raise AttributeError(name)
        frame = importing_frame()
        if not is_test_code(frame):
            if self.__dict__["_real"] is None and stays():
                self.__dict__["_real"] = loaded_apart(self.__name__)
            if self.__dict__["_real"] is not None:
                return getattr(self.__dict__["_real"], name)
            raise ImportError(f"The migrated app still uses {self.__name__}.{name}: {place(frame)}")
        return look_up(self.__name__, name)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds stand-ins for flask's modules and the extensions, for test files alone."""

    def __init__(self, allowed: set[str]) -> None:
        self.allowed = allowed
        self.is_passing = False

    def find_spec(
        self, fullname: str, path: Any = None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        if self.is_passing:
            return None
        top = fullname.partition(".")[0]
        helper = (os.environ.get("PENNA_HELPER") or HELPER_FILE[:-3]).partition(".")[0]
        if top in self.allowed or top in (*TEST_LIBRARIES, helper) or not is_extension(top):
            return None
        frame = importing_frame()
        if not is_test_code(frame):
            if "*" in self.allowed:
                return None
            raise ImportError(f"The migrated app still imports {fullname}: {place(frame)}")
        if is_defined(fullname):
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return StandIn(spec.name, None)

    def exec_module(self, module: ModuleType) -> None:
        return None


def stays() -> bool:
    """Whether a part of the project stays on Flask, whatever its libraries need of it."""
    return "*" in allowed_names()


def allowed_names() -> set[str]:
    return {name for name in os.environ.get("PENNA_ALLOW_FLASK", "").split(",") if name}


def path_of(name: str) -> list[str]:
    """Where an installed package has its modules; empty if it is none, or one within another."""
    spec = None if "." in name else importlib.machinery.PathFinder.find_spec(name)
    return list(spec.submodule_search_locations or ()) if spec is not None else []


def loaded_apart(name: str) -> ModuleType | None:
    """The module that a stand-in stands for, which stays in its place."""
    finder = next(each for each in sys.meta_path if isinstance(each, Finder))
    stand_in = sys.modules.pop(name)
    finder.is_passing = True
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return None
    finally:
        finder.is_passing = False
        sys.modules[name] = stand_in


def is_extension(top: str) -> bool:
    """Whether it is flask or an installed extension, not the project's own `flask_app.py`."""
    if top == "flask":
        return True
    if not top.startswith(("flask_", "flaskext")) or "penna" in top:
        return False
    beside = [folder or "." for folder in sys.path if not is_installed(folder or ".")]
    places = [os.path.join(folder, name) for folder in beside for name in (top, f"{top}.py")]
    return not any(os.path.exists(place) for place in places)


def held_as(module: str, name: str) -> str | None:
    """The helper's name for one of flask or an extension, if it holds it."""
    exports: dict[str, str] = json.loads(os.environ.get("PENNA_EXPORTS") or "{}")
    top = module.partition(".")[0]
    choices = [exports.get(f"{module}.{name}"), exports.get(f"{top}.{name}")]
    if (top, name) == ("flask", "Flask"):
        choices.append("App")
    else:
        choices += [name, PREFIXES.get(top, "") + name]
    helper = helper_module()
    return next((each for each in choices if each and hasattr(helper, each)), None)


def look_up(module: str, name: str) -> Any:
    """What the helper has for a name of flask or an extension."""
    if module == "flask.testing" and name in LOCAL_NAMES:
        return globals()[name]
    helper, held = helper_module(), held_as(module, name)
    if held is not None:
        return getattr(helper, held)
    top = module.partition(".")[0]
    if top == "flask" and name == "json":
        return json
    if f"{module}.{name}" in sys.modules or is_module(f"{module}.{name}"):
        return importlib.import_module(f"{module}.{name}")
    if top == module == "flask" and name in FLASK_MODULES:
        return importlib.import_module(f"flask.{name}")
    raise ImportError(
        f"The tests use {module}.{name}, which {helper.__name__} does not hold, as the app does "
        "not use it: add it there, or change the test."
    )


def is_module(name: str) -> bool:
    """Whether names of a module are known: `from flask_login import utils` names none of them."""
    exports: dict[str, str] = json.loads(os.environ.get("PENNA_EXPORTS") or "{}")
    return any(each.startswith(f"{name}.") for each in exports)


def is_defined(full: str) -> bool:
    """Whether the helper holds it as a class or function, so that it is no module to import:
    `mock.patch("flask_mail.Mail.send")` tries to import `flask_mail.Mail`."""
    module, _, name = full.rpartition(".")
    if not module or is_module(full) or (module == "flask" and name in {*FLASK_MODULES, "json"}):
        return False
    held = held_as(module, name)
    # Proxies are neither: `flask_sqlalchemy.session` is a module, though the helper has `session`.
    kinds = (type, FunctionType, ModuleType)
    return held is not None and isinstance(getattr(helper_module(), held), kinds)


def helper_module() -> ModuleType:
    """The helper that the migration wrote, by PENNA_HELPER or by its file's name."""
    named = os.environ.get("PENNA_HELPER") or found_helper(os.getcwd())
    if not named:
        raise ImportError(f"There is no {HELPER_FILE} here; name the helper by PENNA_HELPER.")
    return importlib.import_module(named)


def found_helper(root: str) -> str:
    for folder, names, files in os.walk(root):
        names[:] = [n for n in names if n not in SKIPPED and not n.startswith(".")]
        if HELPER_FILE in files:
            inside = os.path.relpath(folder, root)
            parts = [] if inside == "." else inside.split(os.sep)
            while parts and not os.path.exists(os.path.join(root, parts[0], "__init__.py")):
                parts.pop(0)
            return ".".join([*parts, HELPER_FILE[:-3]])
    return ""


def importing_frame() -> FrameType | None:
    """The frame of the code that imports, above the machinery and this file."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and is_machinery(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def is_machinery(file: str) -> bool:
    inside = os.path.basename(file) in ("mock.py", "pkgutil.py", "contextlib.py")
    return inside or "importlib" in file or file == __file__


def is_test_code(frame: FrameType | None) -> bool:
    """Tests, what lies beside them, and libraries for testing Flask. What runs at the prompt of a
    test (a fixture's string, pytest and unittest themselves) counts, too."""
    if frame is None:
        return True
    file = os.path.abspath(frame.f_code.co_filename)
    if is_installed(file):
        library = file.rpartition("-packages")[2]  # site-packages; Debian's are dist-packages
        runners = ("_pytest", "pytest", "unittest", *TEST_LIBRARIES)
        return any(f"{os.sep}{each}" in library for each in runners)
    base, parts = os.path.basename(file), file.split(os.sep)[:-1]
    named = base.startswith(("test", "conftest")) or base.endswith(("_test.py", "_tests.py"))
    inside = os.path.relpath(file, os.getcwd()).split(os.sep)[:-1]
    return named or any(p in ("tests", "test", "testing") for p in inside or parts)


INSTALLED = tuple(
    os.path.realpath(folder) + os.sep
    for name in ("stdlib", "purelib", "platlib")
    if (folder := sysconfig.get_paths().get(name))
)


def is_installed(file: str) -> bool:
    return os.path.realpath(file).startswith(INSTALLED) or "site-packages" in file


def place(frame: FrameType | None) -> str:
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else "somewhere"


def pytest_load_initial_conftests() -> None:
    """Before the first `conftest.py` imports flask."""
    install()


def pytest_configure(config: object = None) -> None:
    """Where a `conftest.py` names this plugin, the hook above has passed."""
    install()
