"""The two sides of a differential test for apps that are functions of Flask and an extension.

`ours` is made of the same substitutes as those of `tests.migrate.twins`, so that the profile's
exports are tested, too. Requests go to both by WSGI: thousands of them are sent, and what stands
between ASGI and the app is tested elsewhere.
"""

import importlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from click.testing import CliRunner, Result
from werkzeug.test import EnvironBuilder, run_wsgi_app

from lsp_server.migrate.profile import Profile
from tests.migrate.one_side import in_order
from tests.migrate.twins import flask_modules

# Makes an app of Flask and the extension.
Build = Callable[[Any, Any], Any]


def real(module: str) -> tuple[Any, Any]:
    """Flask and the real extension."""
    return importlib.import_module("flask"), importlib.import_module(module)


def ours(profile: Profile, module: str) -> tuple[Any, Any]:
    """The runtime and the profile's pieces, under Flask's and the extension's names."""
    modules = flask_modules([profile])
    return modules["flask"], modules[module]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Twins:
    """One app built twice: on Flask with an extension, and on the runtime with our pieces."""

    def __init__(self, build: Build, profile: Profile, module: str) -> None:
        self.old = build(*real(module))
        self.new = build(*ours(profile, module))

    def both(self, method: str, path: str, **request: Any) -> tuple[Answer, Answer]:
        """The answers of Flask's app and of ours to the same request."""
        environ = EnvironBuilder(path=path, method=method, **request).get_environ()
        body = environ["wsgi.input"].read()
        old, new = (_answer(app, environ, body) for app in (self.old, self.new))
        return old, new

    def same(self, method: str, path: str, **request: Any) -> Answer:
        """The one answer of both."""
        old, new = self.both(method, path, **request)
        asked = f"{method} {path} {request}"
        assert (new.status, new.body) == (old.status, old.body), asked
        assert sorted(new.headers) == sorted(old.headers), asked
        return new

    def runners(self) -> tuple[Callable[..., Result], Callable[..., Result]]:
        """What runs a command of Flask's app, and of ours."""
        return self.old.test_cli_runner().invoke, partial(CliRunner().invoke, self.new.cli)

    def run(self, arguments: list[str]) -> tuple[Result, Result]:
        """The outcomes of the same command on both sides."""
        old, new = (run(args=arguments) for run in self.runners())
        return old, new


def _answer(app: Any, environ: dict[str, Any], body: bytes) -> Answer:
    again = {**environ, "wsgi.input": io.BytesIO(body)}
    chunks, status, headers = run_wsgi_app(app.wsgi_app, again, buffered=True)
    ordered = [(name, in_order(name, value)) for name, value in headers]
    return Answer(int(status.split()[0]), ordered, b"".join(chunks))
