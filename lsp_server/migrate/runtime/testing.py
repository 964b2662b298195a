"""A client for tests that calls the app as an ASGI server does, with the methods of Flask's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import Context, copy_context
from copy import copy
from importlib.metadata import version
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from click.testing import CliRunner, Result
from starlette.types import Message as AsgiMessage
from werkzeug.datastructures import Headers
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.test import Client as WerkzeugClient
from werkzeug.test import EnvironBuilder as WerkzeugEnvironBuilder
from werkzeug.test import TestResponse
from werkzeug.wrappers import Request as WerkzeugRequest
from werkzeug.wsgi import get_current_url

from lsp_server.migrate.runtime.cli import ScriptInfo
from lsp_server.migrate.runtime.context import RequestContext

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App
    from lsp_server.migrate.runtime.sessions import SessionMixin


class EnvironBuilder(WerkzeugEnvironBuilder):
    """A request to an app: its host, scheme and root come from the app's settings."""

    def __init__(
        self,
        app: App,
        path: str = "/",
        base_url: str | None = None,
        subdomain: str | None = None,
        url_scheme: str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        if base_url is not None and (subdomain or url_scheme):
            raise AssertionError('Cannot pass "subdomain" or "url_scheme" with "base_url".')
        if base_url is None:
            url = urlsplit(path)
            host = app.config["SERVER_NAME"] or "localhost"
            host = url.netloc or (f"{subdomain}.{host}" if subdomain else host)
            scheme = url.scheme or url_scheme or app.config["PREFERRED_URL_SCHEME"]
            base_url = f"{scheme}://{host}/{app.config['APPLICATION_ROOT'].lstrip('/')}"
            path = f"{url.path}?{url.query}" if url.query else url.path
        self.app = app
        super().__init__(path, base_url, *args, **kwargs)

    def json_dumps(self, obj: Any, **kwargs: Any) -> str:
        return self.app.json.dumps(obj, **kwargs)


class FlaskClient(WerkzeugClient):
    """Keeps cookies, follows redirects, and within `with client:` the last request's context.

    Outgrow it: `starlette.testclient.TestClient`.
    """

    def __init__(self, application: Any, *args: Any, **kwargs: Any) -> None:
        # A test tool that makes the client itself may give no class of responses first.
        if args and isinstance(args[0], bool):
            args = (application.response_class, *args)
        super().__init__(application, *args, **kwargs)
        self.preserve_context = False
        self._new_contexts: list[AbstractContextManager[Any]] = []
        self._contexts = ExitStack()
        self.environ_base: dict[str, Any] = {
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_USER_AGENT": f"Werkzeug/{version('werkzeug')}",
        }

    def open(
        self, *args: Any, buffered: bool = False, follow_redirects: bool = False, **kwargs: Any
    ) -> TestResponse:
        request = self._request(args, kwargs)
        self._contexts.close()
        response = super().open(request, buffered=buffered, follow_redirects=follow_redirects)
        response.json_module = self.application.json  # type: ignore[attr-defined]
        for context in self._new_contexts:
            self._contexts.enter_context(context)
        self._new_contexts.clear()
        return response

    def _request(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> WerkzeugRequest:
        given = args[0] if args else ""
        if isinstance(given, WerkzeugRequest):
            given = given.environ
        if isinstance(given, dict):
            given = EnvironBuilder.from_environ(given, app=self.application)
        if isinstance(given, str):
            builder: Any = EnvironBuilder(self.application, *args, **kwargs)  # type: ignore[arg-type]
        else:
            builder = copy(given)
        builder.environ_base = self._environ(builder.environ_base or {})
        try:
            made: WerkzeugRequest = builder.get_request()
            return made
        finally:
            builder.close()

    def _environ(self, own: dict[str, Any]) -> dict[str, Any]:
        environ = {**self.environ_base, **own}
        if self.preserve_context:
            environ["werkzeug.debug.preserve_context"] = self._new_contexts.append
        return environ

    def run_wsgi_app(self, environ: dict[str, Any], buffered: bool = False) -> Any:
        self._add_cookies_to_wsgi(environ)
        chunks, status, headers = call_asgi(self.application, environ)
        url = urlsplit(get_current_url(environ))
        cookies = headers.getlist("Set-Cookie")
        self._update_cookies_from_response(url.hostname or "localhost", url.path, cookies)
        return chunks, status, headers

    @contextmanager
    def session_transaction(self, *args: Any, **kwargs: Any) -> Iterator[SessionMixin]:
        """The session that the next request will find, to be read and changed."""
        if self._cookies is None:
            raise TypeError("Cookies are disabled. Create a client with 'use_cookies=True'.")
        app: App = self.application  # type: ignore[assignment]
        builder = EnvironBuilder(app, *args, **kwargs)
        environ = builder.get_environ()
        builder.close()
        self._add_cookies_to_wsgi(environ)
        context = RequestContext(app, environ)
        with context:
            session = app.session_interface.open_session(app, context.request)
        if session is None:
            raise RuntimeError("Session backend did not open a session.")
        yield session
        if app.session_interface.is_null_session(session):
            return
        response = app.response_class()
        with context:
            app.session_interface.save_session(app, session, response)
        host = context.request.host.partition(":")[0]
        cookies = response.headers.getlist("Set-Cookie")
        self._update_cookies_from_response(host, context.request.path, cookies)

    def __enter__(self) -> FlaskClient:
        if self.preserve_context:
            raise RuntimeError("Cannot nest client invocations")
        self.preserve_context = True
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.preserve_context = False
        self._contexts.close()


class FlaskCliRunner(CliRunner):
    """Runs commands of the app's group."""

    def __init__(self, app: App, **kwargs: Any) -> None:
        self.app = app
        super().__init__(**kwargs)

    def invoke(self, cli: Any = None, args: Any = None, **kwargs: Any) -> Result:  # type: ignore[override]
        if "obj" not in kwargs:
            kwargs["obj"] = ScriptInfo(create_app=lambda: self.app)
        return super().invoke(self.app.cli if cli is None else cli, args, **kwargs)


def call_asgi(app: Any, environ: dict[str, Any]) -> tuple[list[bytes], str, Headers]:
    """One request through ASGI, on a loop of this thread; what it raises comes through.

    A view that is a client of its own app may run where a loop does; its request gets a thread.
    """
    exchange = AsgiExchange(environ)
    context = copy_context()

    async def call() -> None:
        await app(exchange.scope(), exchange.receive, exchange.send)

    if has_running_loop():
        with ThreadPoolExecutor(max_workers=1) as executor:
            executor.submit(run_in_new_loop, context, call).result()
    else:
        run_in_new_loop(context, call)
    return exchange.result()


def run_in_new_loop(context: Context, call: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine function to its end in this thread."""
    loop = asyncio.new_event_loop()
    try:
        context.run(loop.run_until_complete, call())
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def has_running_loop() -> bool:
    """Whether a loop runs in this thread, so that no other one can."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def header_text(sent: bytes) -> str:
    """A header's value as the app gave it, in Latin-1, or in UTF-8 if it is not of Latin-1."""
    text = sent.decode("utf-8", "ignore")
    return text if max(text, default="") > "\xff" else sent.decode("latin-1")


class AsgiExchange:
    """The server's side of one request."""

    def __init__(self, environ: dict[str, Any]) -> None:
        self._environ = environ
        self._body = environ["wsgi.input"].read()
        self._started: AsgiMessage = {}
        self._sent: list[bytes] = []

    def scope(self) -> dict[str, Any]:
        environ = self._environ
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        root = environ["SCRIPT_NAME"].encode("latin-1").decode("utf-8", "replace")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": environ["REQUEST_METHOD"],
            "scheme": environ["wsgi.url_scheme"],
            "path": root + path,
            "raw_path": environ.get("REQUEST_URI", "").partition("?")[0].encode("latin-1"),
            "query_string": environ["QUERY_STRING"].encode("latin-1"),
            "root_path": root,
            "headers": list(self._headers()),
            "client": (environ.get("REMOTE_ADDR", "127.0.0.1"), 50000),
            "server": (environ["SERVER_NAME"], int(environ["SERVER_PORT"])),
            "state": {},
            "extensions": {"wsgi.environ": self._own_keys()},
        }

    def _headers(self) -> Iterator[tuple[bytes, bytes]]:
        for key, value in self._environ.items():
            name = key.removeprefix("HTTP_") if key.startswith("HTTP_") else ""
            if key in ("CONTENT_TYPE", "CONTENT_LENGTH") and value:
                name = key
            if name:
                yield name.replace("_", "-").lower().encode("latin-1"), str(value).encode("latin-1")

    def _own_keys(self) -> dict[str, Any]:
        # What a test put there by environ_base or environ_overrides.
        usual = ("wsgi.", "HTTP_", "werkzeug.request", "werkzeug.socket")
        own = {key: self._environ[key] for key in self._environ if not key.startswith(usual)}
        return {**own, "wsgi.errors": self._environ["wsgi.errors"]}

    async def receive(self) -> AsgiMessage:
        body, self._body = self._body, None
        if body is None:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: AsgiMessage) -> None:
        if message["type"] == "http.response.start":
            self._started = message
        else:
            self._sent.append(message.get("body", b""))

    def result(self) -> tuple[list[bytes], str, Headers]:
        headers = Headers(
            [
                (key.decode("latin-1").title(), header_text(value))
                for key, value in self._started["headers"]
            ]
        )
        status = self._started["status"]
        return self._sent, f"{status} {HTTP_STATUS_CODES.get(status, 'UNKNOWN')}".upper(), headers
