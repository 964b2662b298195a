"""One app twice: on Flask, and on the runtime; the same requests must get the same answers.

    twin = Twins(SOURCE, folder=tmp_path)
    twin.same("GET", "/")
    twin.same("POST", "/login", data={"name": "ann"}).status == 302

The source is text, as it was written for Flask, or a function that makes the app of a module like
`flask`. On the runtime's side `flask` is made of `flask_names.EXPORTS`, and an extension of its
profile: `Twins(SOURCE, profiles=[PROFILE])`. Every other import of Flask or an extension fails
there. In the source `TWIN` is "flask" or "fastapi", for what the two must not share (a database).
"""

from __future__ import annotations

import asyncio
import importlib
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from werkzeug.test import Client
from werkzeug.wrappers import Request

from lsp_server.migrate.flask_names import EXPORTS, PIECES
from lsp_server.migrate.runtime.testing import header_text
from tests.migrate.one_side import in_order

_FILE_TIME = 1_700_000_000


class HasExports(Protocol):
    """What is needed of a profile."""

    @property
    def exports(self) -> Mapping[str, str]: ...

    @property
    def pieces(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What one side answered; `raised` is what came through instead of an answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    raised: str = ""

    @property
    def text(self) -> str:
        return self.body.decode()

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name.lower()), None)


@dataclass
class _Side:
    name: str
    modules: dict[str, ModuleType | None]
    app: Any = None
    client: Client | None = None
    module: ModuleType = field(default_factory=lambda: ModuleType("twin_app"))

    @contextmanager
    def imports(self) -> Iterator[None]:
        """`sys.modules` as this side shall find it."""
        kept = dict(sys.modules)
        sys.modules.update({**self.modules, "twin_app": self.module})  # type: ignore[dict-item]
        try:
            yield
        finally:
            for name in [*self.modules, "twin_app"]:
                sys.modules.pop(name, None)
            sys.modules.update({name: kept[name] for name in kept if name not in sys.modules})


class Twins:
    """The two apps, each with a client that keeps cookies."""

    def __init__(
        self,
        source: str | Callable[[Any], Any],
        *,
        folder: Path | None = None,
        files: Mapping[str, str | bytes] | None = None,
        profiles: Sequence[HasExports] = (),
        config: Mapping[str, Any] | None = None,
        ignored_headers: Sequence[str] = (),
        keeps_cookies: bool = True,
    ) -> None:
        self._keeps_cookies = keeps_cookies
        self._ignored = {"date", "server", *ignored_headers}
        for path, text in (files or {}).items():
            assert folder is not None, "files need a folder"
            _write(folder / path, text)
        substitutes = flask_modules(profiles)
        self._sides = (_Side("flask", {}), _Side("fastapi", substitutes))
        for side in self._sides:
            with side.imports():
                side.app = _made(source, side, folder)
                side.app.config.update(config or {})
        self.forget()

    @property
    def flask(self) -> Any:
        return self._sides[0].app

    @property
    def fastapi(self) -> Any:
        return self._sides[1].app

    def both(self, method: str, path: str, **options: Any) -> tuple[Answer, Answer]:
        """What Flask's side answers and what the runtime's does; options as Flask's client's."""
        environ, body = self._request(method, path, options)
        answers = []
        for side in self._sides:
            request = Request({**environ, "wsgi.input": BytesIO(body)})
            with side.imports():
                assert side.client is not None
                answers.append(self._answer(side.client, request, options))
        return answers[0], answers[1]

    def same(self, method: str, path: str, **options: Any) -> Answer:
        """Send a request to both, and fail unless the answers are the same."""
        old, new = self.both(method, path, **options)
        assert old == new, f"{method} {path} {options}\nflask:   {old}\nfastapi: {new}"
        return new

    def each(self, function: Callable[[Any], Any]) -> Any:
        """Call a function with each app; both results must be the same."""
        results = []
        for side in self._sides:
            with side.imports():
                results.append(function(side.app))
        assert results[0] == results[1], f"flask: {results[0]!r}\nfastapi: {results[1]!r}"
        return results[0]

    def forget(self) -> None:
        """Two new clients, without cookies."""
        old, new = self._sides
        old.client = old.app.test_client(use_cookies=self._keeps_cookies)
        new.client = AsgiClient(new.app, self._keeps_cookies)

    def _request(
        self, method: str, path: str, options: Mapping[str, Any]
    ) -> tuple[dict[str, Any], bytes]:
        # Flask's own client makes the request for both, once: a boundary is random.
        kwargs = {key: value for key, value in options.items() if key != "follow_redirects"}
        maker = self.flask.test_client()
        made = maker._request_from_builder_args((path,), {**kwargs, "method": method})
        return made.environ, made.environ["wsgi.input"].read()

    def _answer(self, client: Client, request: Request, options: Mapping[str, Any]) -> Answer:
        try:
            follow = bool(options.get("follow_redirects"))
            response = client.open(request, follow_redirects=follow)
            body = response.data
        except Exception as error:  # noqa: BLE001 - both must raise the same
            return Answer(0, (), b"", f"{type(error).__name__}: {error}")
        with response:
            headers = sorted(
                (key.lower(), _lasting(key, value))
                for key, value in response.headers
                if key.lower() not in self._ignored
            )
            return Answer(response.status_code, tuple(headers), body)


def flask_modules(profiles: Sequence[HasExports] = ()) -> dict[str, ModuleType | None]:
    """`flask` and the profiles' modules, as the runtime stands in for them.

    None, which makes an import fail, for everything else of Flask that is loaded.
    """
    found: dict[str, ModuleType | None] = {
        name: None
        for name in sys.modules
        if name.partition(".")[0] == "flask" or name.startswith("flask_")
    }
    _fill(found, EXPORTS, _definitions(PIECES))
    for profile in profiles:
        _fill(found, profile.exports, _definitions(profile.pieces))
    return found


def _definitions(pieces: Sequence[str]) -> dict[str, Any]:
    definitions: dict[str, Any] = {}
    for piece in pieces:
        definitions.update(vars(importlib.import_module(piece)))
    return definitions


def _fill(
    modules: dict[str, ModuleType | None], exports: Mapping[str, str], definitions: dict[str, Any]
) -> None:
    for dotted in sorted(exports):
        module, _, name = dotted.rpartition(".")
        if exports[dotted] in definitions:
            setattr(_module(modules, module), name, definitions[exports[dotted]])


def _module(modules: dict[str, ModuleType | None], name: str) -> ModuleType:
    module = modules.get(name)
    if module is None:
        module = modules[name] = ModuleType(name)
        module.__path__ = []
        parent, _, last = name.rpartition(".")
        if parent and not hasattr(_module(modules, parent), last):
            setattr(_module(modules, parent), last, module)
    return module


def _made(source: str | Callable[[Any], Any], side: _Side, folder: Path | None) -> Any:
    if callable(source):
        return source(sys.modules["flask"])
    side.module.__file__ = str((folder or Path.cwd()) / "twin_app.py")
    side.module.__dict__["TWIN"] = side.name
    exec(compile(source, side.module.__file__, "exec"), side.module.__dict__)
    made = side.module.__dict__
    return made["app"] if "app" in made else made["create_app"]()


def _write(path: Path, text: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    os.utime(path, (_FILE_TIME, _FILE_TIME))


def _lasting(key: str, value: str) -> str:
    """A header without what depends on the second it was made in, or on the order of a set."""
    if key.lower() == "expires" and not value.startswith("Thu, 01 Jan 1970"):
        return "LATER"
    if key.lower() != "set-cookie":
        return in_order(key, value)
    value = re.sub(r"Expires=\w+, (?!01 Jan 1970)[^;]+", "Expires=LATER", value)
    # A signed cookie: what it says, without when it was signed.
    return re.sub(r"^(\w+=\.?[\w-]+)\.[\w-]{6}\.[\w-]{27}", r"\1", value)


class AsgiClient(Client):
    """Werkzeug's client, calling an ASGI app on a loop of this thread."""

    def __init__(self, app: Any, keeps_cookies: bool) -> None:
        super().__init__(
            lambda environ, start: _call(app, environ, start), use_cookies=keeps_cookies
        )


def _call(app: Any, environ: dict[str, Any], start: Any) -> list[bytes]:
    body = environ["wsgi.input"].read()
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        nonlocal body
        if body is None:
            await asyncio.Event().wait()
        message = {"type": "http.request", "body": body, "more_body": False}
        body = None
        return message

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def call() -> None:
        await app(_scope(environ), receive, send)

    loop = asyncio.new_event_loop()
    try:
        copy_context().run(loop.run_until_complete, call())
    finally:
        loop.close()
    headers = [(key.decode("latin-1"), header_text(value)) for key, value in sent[0]["headers"]]
    start(f"{sent[0]['status']} -", headers)
    return [message.get("body", b"") for message in sent[1:]]


def _scope(environ: dict[str, Any]) -> dict[str, Any]:
    headers = []
    for key, value in environ.items():
        name = key.removeprefix("HTTP_").replace("_", "-").lower().encode("latin-1")
        if key.startswith("HTTP_") or (key in ("CONTENT_TYPE", "CONTENT_LENGTH") and value):
            headers.append((name, str(value).encode("latin-1")))
    root = environ["SCRIPT_NAME"].encode("latin-1").decode("utf-8", "replace")
    path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": environ["REQUEST_METHOD"],
        "scheme": environ["wsgi.url_scheme"],
        "path": root + path,
        "raw_path": environ["REQUEST_URI"].partition("?")[0].encode("latin-1"),
        "query_string": environ["QUERY_STRING"].encode("latin-1"),
        "root_path": root,
        "headers": headers,
        "client": (environ.get("REMOTE_ADDR", "127.0.0.1"), 50000),
        "server": (environ["SERVER_NAME"], int(environ["SERVER_PORT"])),
    }
