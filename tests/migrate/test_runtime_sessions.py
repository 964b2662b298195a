"""Session cookies, flashed messages and settings are Flask's to the byte."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.migrate.twins import Twins

SESSIONS = """
import datetime, uuid
from flask import Flask, flash, get_flashed_messages, jsonify, request, session
from markupsafe import Markup
app = Flask(__name__)

@app.route("/set/<kind>")
def set(kind):
    session["v"] = {
        "tuple": (1, (2, "a")), "bytes": b"\\x00\\xff", "markup": Markup("<b>&"),
        "uuid": uuid.UUID(int=7), "date": datetime.datetime(2020, 1, 2, 3, 4, 5),
        "nested": {"a": [{"b": (1,)}, {" t": [1]}], " di": 2}, "tag": {" t": (1, 2)},
        "tag2": {" b__": 1}, "none": None, "text": "é陳\\u2028", "float": 1.5, "big": "x" * 5000,
        "dict": {"one": {" d": {" u": b"x"}}}, "order": {"z": 1, "a": 2},
    }[kind]
    return "set"

@app.route("/get")
def get():
    v = session.get("v")
    return f"{v!r} {type(v).__name__} {session.permanent} {session.new}"

@app.route("/in")
def contains():
    return str("v" in session)

@app.route("/len")
def length():
    return str(len(session))

@app.route("/touch")
def touch():
    session["n"] = session.get("n", 0) + 1
    return str(session["n"])

@app.route("/mutate")
def mutate():
    session.setdefault("list", []).append(1)
    return str(session["list"])

@app.route("/mutate2")
def mutate2():
    session["list"].append(1)
    session.modified = True
    return str(session["list"])

@app.route("/permanent")
def permanent():
    session.permanent = True
    return "permanent"

@app.route("/pop")
def pop():
    return str(session.pop("v", None))

@app.route("/clear")
def clear():
    session.clear()
    return "cleared"

@app.route("/none")
def none():
    return "untouched"

@app.route("/flash")
def flash_():
    flash("one")
    flash("two <b>", "error")
    return str(get_flashed_messages())

@app.route("/flashes")
def flashes():
    return jsonify(get_flashed_messages(with_categories=True),
                   get_flashed_messages(category_filter=["error"]), get_flashed_messages())
"""
KINDS = [
    "tuple",
    "bytes",
    "markup",
    "uuid",
    "date",
    "nested",
    "tag",
    "tag2",
    "none",
    "text",
    "float",
    "dict",
    "order",
]
SETTINGS: list[dict[str, Any]] = [
    {},
    {"SESSION_COOKIE_NAME": "other", "SESSION_COOKIE_PATH": "/"},
    {"SESSION_COOKIE_SECURE": True, "SESSION_COOKIE_SAMESITE": "Lax"},
    {"SESSION_COOKIE_HTTPONLY": False, "SESSION_COOKIE_PARTITIONED": True},
    {"SESSION_REFRESH_EACH_REQUEST": False, "PERMANENT_SESSION_LIFETIME": 60},
    {"SESSION_COOKIE_DOMAIN": "localhost"},
    {"APPLICATION_ROOT": "/root"},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_sessions(settings: dict[str, Any]) -> None:
    twin = Twins(SESSIONS, config={"SECRET_KEY": "k", **settings})
    for path in ("none", "get", "in", "len", "touch", "touch", "mutate", "mutate", "mutate2"):
        twin.same("GET", f"/{path}")
    for kind in KINDS:
        twin.same("GET", f"/set/{kind}")
        twin.same("GET", "/get")
    for path in ("permanent", "none", "get", "pop", "pop", "flash", "flashes", "flashes"):
        twin.same("GET", f"/{path}")
    for path in ("clear", "clear", "none", "get"):
        twin.same("GET", f"/{path}")


def test_without_a_secret_key() -> None:
    twin = Twins(SESSIONS)
    for path in (
        "none",
        "get",
        "touch",
        "set/tuple",
        "pop",
        "clear",
        "flash",
        "flashes",
        "permanent",
    ):
        twin.same("GET", f"/{path}")


def test_a_cookie_of_one_side_is_read_by_the_other() -> None:
    keys = {"SECRET_KEY": "new", "SECRET_KEY_FALLBACKS": ["old", "older"]}
    twin = Twins(SESSIONS, config=keys, keeps_cookies=False)
    old = Twins(SESSIONS, config={"SECRET_KEY": "older"})
    made = old.flask.test_client()
    made.get("/set/nested")
    cookie = made.get_cookie("session").value
    answer = twin.same("GET", "/get", headers={"Cookie": f"session={cookie}"})
    assert answer.text.startswith("{' di': 2, 'a': [{'b': (1,)}")
    forged = cookie[:-2] + ("aa" if cookie[-2:] != "aa" else "bb")
    hostile = (forged, "", "x", "." * 50, "é", ".eJw", cookie + "x", "a.b.c", "[", "\x00", "..")
    for value in hostile:
        header = {"Cookie": f"session={value}".encode().decode("latin-1")}
        assert twin.same("GET", "/get", headers=header).text.startswith("None")
    codec = twin.fastapi.state.session_codec
    assert codec.cookie == "session"
    assert codec.load(cookie)["v"][" di"] == 2
    assert codec.load(codec.dump({"a": (1, b"2")})) == {"a": (1, b"2")}
    assert codec.load(forged) == {}


INTERFACE = """
from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface, SessionInterface, SessionMixin
app = Flask(__name__)
store = {}

class Kept(dict, SessionMixin):
    modified = True

class InMemory(SessionInterface):
    def open_session(self, app, request):
        return Kept(store.get(request.cookies.get("sid"), {}))

    def save_session(self, app, session, response):
        store["1"] = dict(session)
        response.set_cookie("sid", "1")

class NoCookies(SecureCookieSessionInterface):
    def should_set_cookie(self, app, session):
        return False

app.session_interface = {"memory": InMemory, "none": NoCookies}[KIND]()
app.secret_key = "k"

@app.route("/")
def index():
    session["n"] = session.get("n", 0) + 1
    return str(session["n"])
"""


@pytest.mark.parametrize("kind", ["memory", "none"])
def test_session_interfaces_of_ones_own(kind: str) -> None:
    twin = Twins(INTERFACE.replace("KIND", repr(kind)))
    assert [twin.same("GET", "/").text for _ in range(3)] == ["1", "2", "3"] or kind == "none"


CONFIG = """
import json, os
from flask import Flask
app = Flask(__name__)
here = os.path.dirname(os.path.abspath(__file__))

class Base:
    A = 1
    lower = 2
    _B = 3

class Child(Base):
    C = property(lambda self: 5)
    D = 6
"""


def test_config_is_loaded_the_same(tmp_path: Any, monkeypatch: Any) -> None:
    files = {
        "c.py": "X = __file__.rsplit('/')[-1]\ny = 2\n",
        "c.json": '{"J": 1, "j": 2}',
        "d/x": "",
    }
    twin = Twins(CONFIG, folder=tmp_path, files=files)
    for name, value in {
        "FLASK_N": "7",
        "FLASK_S": "text",
        "FLASK_DEEP__E__F": "[1]",
        "FLASK_DEEP__G": "true",
        "MY_A": "{}",
        "CONF": str(tmp_path / "c.py"),
        "NOCONF": "",
    }.items():
        monkeypatch.setenv(name, value)

    def load(app: Any) -> Any:
        import json

        config = app.config
        results: list[Any] = [repr(config)[:7]]
        module = __import__("sys").modules["twin_app"]
        config.from_object(module.Child)
        config.from_object(module.Child())
        config.from_object("twin_app.Base")
        results.append(config.from_pyfile("c.py"))
        results.append(config.from_file("c.json", load=json.load))
        results.append(config.from_envvar("CONF"))
        results.append(config.from_envvar("NOCONF", silent=True))
        results.append(config.from_pyfile("missing.py", silent=True))
        results.append(config.from_pyfile("d", silent=True))
        results.append(config.from_prefixed_env())
        results.append(config.from_prefixed_env("MY"))
        results.append(config.from_mapping({"M": 1, "m": 2}, K=3, k=4))
        results.append(config.get_namespace("SESSION_COOKIE_"))
        results.append(config.get_namespace("SESSION_", lowercase=False, trim_namespace=False))
        calls: tuple[Callable[[], Any], ...] = (
            lambda: config.from_pyfile("missing.py"),
            lambda: config.from_envvar("UNSET_VARIABLE"),
            lambda: config.from_object("no.such.module"),
        )
        for call in calls:
            try:
                call()
            except Exception as error:  # noqa: BLE001 - both must raise the same
                results.append(type(error).__name__)
        kept = {key: str(value) for key, value in config.items()}
        return results, kept, app.debug, app.testing, app.secret_key, app.instance_path, app.name

    twin.each(load)
    assert twin.each(lambda app: (app.root_path, app.config.root_path))[0] == str(tmp_path)
    assert twin.each(lambda app: app.permanent_session_lifetime.days) == 31
