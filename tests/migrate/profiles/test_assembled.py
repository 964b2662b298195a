"""The apps of these tests on the helper file that is assembled for each: what was left out of it
is not missed."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from lsp_server.migrate.assembly import assemble
from lsp_server.migrate.flask_names import EXPORTS
from lsp_server.migrate.profile import Profile
from lsp_server.migrate.profiles import babel, jwt_extended, smorest, webargs
from tests.migrate.profiles.babel_app import babel_app, write_translations
from tests.migrate.profiles.jwt_app import jwt_app
from tests.migrate.profiles.sides import Twins, real
from tests.migrate.profiles.smorest_app import smorest_app
from tests.migrate.profiles.webargs_app import webargs_app


@pytest.fixture(autouse=True)
def forget_helper() -> Any:
    yield
    sys.modules.pop("assembled_helper", None)


def helper(app: str, profile: Profile, module: str) -> tuple[Any, Any]:
    """Flask's and the extension's names of a helper that holds what this app's source needs."""
    source = Path(__file__).with_name(f"{app}.py").read_text(encoding="utf-8")
    used_of_flask = used(source, "flask", "flask", EXPORTS)
    used_of_extension = used(source, "ext", module, profile.exports)
    imported = {*used_of_flask.values(), *used_of_extension.values()}
    words = frozenset(re.findall(r"\w+", source)) | {"wsgi_app"}
    made = ModuleType("assembled_helper")
    sys.modules["assembled_helper"] = made
    text = assemble(imported, words, [profile]).text
    exec(compile(text, "assembled_helper.py", "exec"), made.__dict__)
    return namespace(made, used_of_flask), namespace(made, used_of_extension)


def used(source: str, word: str, module: str, exports: Any) -> dict[str, str]:
    """What is written `word.name` or `word.part.name`, and its name in the helper."""
    written = re.findall(rf"\b{word}\.(\w+(?:\.\w+)?)", source)
    names = {name for each in written for name in (each, each.split(".")[0])}
    return {name: exports[f"{module}.{name}"] for name in names if f"{module}.{name}" in exports}


def namespace(made: ModuleType, names: dict[str, str]) -> Any:
    space = SimpleNamespace()
    for dotted, name in names.items():
        *parts, last = dotted.split(".")
        inner = space
        for part in parts:
            inner.__dict__.setdefault(part, SimpleNamespace())
            inner = getattr(inner, part)
        setattr(inner, last, getattr(made, name))
    return space


class Assembled(Twins):
    """Flask with the extension, and the assembled helper."""

    def __init__(self, build: Callable[[Any, Any], Any], app: str, profile: Profile, module: str):
        self.old = build(*real(module))
        self.new = build(*helper(app, profile, module))


def test_jwt_extended() -> None:
    pair = Assembled(
        lambda flask, ext: jwt_app(flask, ext, {}, loaders=True),
        "jwt_app",
        jwt_extended.PROFILE,
        "flask_jwt_extended",
    )
    made = pair.both("POST", "/make", json="Ann")
    for name in ("plain", "fresh", "refresh"):
        for answer in made:
            headers = {"Authorization": f"Bearer {answer.json[name]}"}
            for path in ("/plain", "/fresh", "/refresh", "/verify", "/async", "/nowhere"):
                pair.same("GET", path, headers=headers)
    for path in ("/plain", "/optional", "/in-query-or-json?jwt=x.y.z"):
        pair.same("POST", path, json={})
    pair.same("POST", "/unset")


def test_babel(tmp_path: Path) -> None:
    write_translations(tmp_path / "translations", "messages")
    write_translations(tmp_path / "more", "other", suffix="!")
    pair = Assembled(
        lambda flask, ext: babel_app(flask, ext, tmp_path, {}),
        "babel_app",
        babel.PROFILE,
        "flask_babel",
    )
    for path in ("texts", "lazy", "template", "known", "formats", "numbers", "force", "domain"):
        answer = pair.same("GET", f"/{path}?lang=de&tz=Asia/Tokyo&n=2")
        assert answer.status == 200, path


@pytest.mark.parametrize("version", ["2.0", "3.0.2"])
def test_smorest(version: str) -> None:
    pair = Assembled(
        lambda flask, ext: smorest_app(flask, ext, {"OPENAPI_VERSION": version}),
        "smorest_app",
        smorest.PROFILE,
        "flask_smorest",
    )
    for path in ("/openapi.json", "/pets/?page=2", "/pets/1", "/pets/99", "/shops/1/pages", "/no"):
        pair.same("GET", path)
    pair.same("PUT", "/pets/1", json={"name": "x"})
    pair.same("POST", "/pets/", json={"name": ""})
    assert pair.both("GET", "/swagger")[1].status == 200
    old, new = pair.run(["openapi", "print"])
    assert new.output == old.output


def test_webargs() -> None:
    pair = Assembled(webargs_app, "webargs_app", webargs.PROFILE, "webargs.flaskparser")
    for path in ("/query?name=a", "/query", "/own", "/loader", "/path/10", "/parse?n=1", "/async"):
        pair.same("GET", path)
    pair.same("POST", "/json", json={"name": "a"})
    pair.same("POST", "/json", data=b"{", headers={"Content-Type": "application/json"})
