"""The replay goes where a user goes: in by a form, a token or a key, and to what was created."""

import sys
from pathlib import Path, PurePosixPath

import pytest

from lsp_server.migrate.replay.apps import App, AppPlace, Apps
from lsp_server.migrate.replay.replayer import DIED, Replay, Replayer, budget_for
from lsp_server.migrate.replay.responsible import grouped
from lsp_server.migrate.replay.rules import Rule
from lsp_server.migrate.replay.sandbox import Sandbox
from lsp_server.migrate.replay.sources import read_sources

TOKENS = """
import secrets, uuid
from flask import Flask, abort, jsonify, request, url_for

app = Flask(__name__)
USERS, TOKENS, ITEMS = {}, {}, {}

@app.post("/api/register")
def register():
    data = request.get_json()
    USERS[data["username"]] = data["password"]
    return {"username": data["username"]}, 201

@app.post("/api/login")
def login():
    data = request.get_json()
    if USERS.get(data["username"]) != data["password"]:
        abort(401)
    token = secrets.token_hex(8)
    TOKENS[token] = data["username"]
    return {"access_token": token}

def user():
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or token not in TOKENS:
        abort(401)
    return TOKENS[token]

@app.post("/api/items")
def create():
    user()
    item = {"id": str(uuid.uuid4()), "name": request.get_json()["name"]}
    ITEMS[item["id"]] = item
    return item, 201

@app.get("/api/items/<item_id>")
def item(item_id):
    user()
    if item_id not in ITEMS:
        abort(404)
    return {**ITEMS[item_id], "seen": True}
"""
KEYS = """
import functools
from flask import Flask, abort, request

app = Flask(__name__)

def keyed(view):
    @functools.wraps(view)
    def inner(**kwargs):
        if request.headers.get("X-Api-Key") != "sesame":
            abort(403)
        return view(**kwargs)
    return inner

@app.get("/inside/<int:n>")
@keyed
def inside(n):
    return f"inside {n}"
"""
FORMS = """
import secrets
from flask import Flask, redirect, request, session

app = Flask(__name__)
app.secret_key = "k"
USERS, NOTES = {}, []
FORM = '''<form method="post"><input type="hidden" name="csrf" value="%s">
<input name="username"><input type="password" name="password">%s</form>'''

def token():
    return session.setdefault("csrf", secrets.token_urlsafe(9))

@app.route("/join", methods=["GET", "POST"])
def join():
    if request.method == "POST" and request.form["csrf"] == token():
        USERS[request.form["username"]] = request.form["password"]
        return redirect("/enter")
    return FORM % (token(), '<input type="password" name="confirm">')

@app.route("/enter", methods=["GET", "POST"])
def enter():
    if request.method == "POST" and request.form["csrf"] == token():
        if USERS.get(request.form["username"]) == request.form["password"] != "":
            session["user"] = request.form["username"]
            return redirect("/notes")
    return FORM % (token(), "")

@app.route("/notes", methods=["GET", "POST"])
def notes():
    if "user" not in session:
        return redirect("/enter")
    if request.method == "POST" and request.form.get("csrf") == token():
        NOTES.append(secrets.token_hex(3))
        return redirect(f"/notes/{NOTES[-1]}")
    return f'<form method="post"><input type="hidden" name="csrf" value="{token()}"></form>'

@app.get("/notes/<name>")
def note(name):
    return f'<a href="/notes/{name}/more">more</a>' if name in NOTES else ("none", 404)

@app.get("/notes/<name>/more")
def more(name):
    return "all of it" if name in NOTES else ("none", 404)
"""


def replay(folder: Path, old: str, new: str, budget: int = 200) -> Replay:
    sandbox = Sandbox(Path(sys.executable), folder)
    sides = []
    for name, text in (("old", old), ("new", new), ("again", old)):
        root = folder / name
        root.mkdir()
        (root / "app.py").write_text(text, "utf-8")
        sides.append(App(sandbox, root, AppPlace("app")))
    sources = read_sources({PurePosixPath("app.py"): old})
    try:
        for side in sides:
            side.load()
        return Replayer(Apps(*sides), sides[0].rules(), sources, budget).run()
    finally:
        for side in sides:
            side.close()


@pytest.mark.parametrize(
    ("text", "way"),
    [(TOKENS, "/api/login"), (KEYS, "the header X-Api-Key"), (FORMS, "/join, /enter")],
    ids=["tokens", "keys", "forms"],
)
def test_an_app_and_itself_do_not_differ_wherever_the_way_in_is(
    tmp_path: Path, text: str, way: str
) -> None:
    found = replay(tmp_path, text, text)
    assert found.differences == []
    assert found.notes == [f"Went in through {way}."]
    assert len(found.reached) == found.n_rules - 1  # There is no static file.


@pytest.mark.parametrize(
    ("text", "inside", "broken"),
    [
        (TOKENS, '"seen": True', '"seen": False'),
        (KEYS, 'f"inside {n}"', 'f"Inside {n}"'),
        (FORMS, "all of it", "some of it"),
    ],
    ids=["tokens", "keys", "forms"],
)
def test_a_difference_behind_a_door_is_found(
    tmp_path: Path, text: str, inside: str, broken: str
) -> None:
    found = replay(tmp_path, text, text.replace(inside, broken))
    assert found.differences
    assert {aspect.name for each in found.differences for aspect in each.aspects} == {"body"}


def test_an_app_that_dies_is_told_by_its_requests(tmp_path: Path) -> None:
    dying = KEYS.replace("def inside(n):\n", "def inside(n):\n    import os; os._exit(1)\n")
    found = replay(tmp_path, KEYS, dying)
    assert DIED in found.notes
    assert {each.new_status for each in found.differences} == {0}
    assert grouped(found.differences)[0].feature == "the new app died or hangs"


def test_differences_are_grouped_by_rule_and_kind(tmp_path: Path) -> None:
    found = replay(tmp_path, KEYS, KEYS.replace("abort(403)", "abort(401)"), budget=60)
    groups = grouped(found.differences)
    assert len(groups) < len(found.differences)
    assert all(group.where.startswith("inside") for group in groups)


def test_many_rules_get_more_requests_within_bounds() -> None:
    rule = Rule("/", "x", frozenset({"GET"}))
    assert budget_for([rule]) == 600
    assert budget_for([rule] * 60) == 960
    assert budget_for([rule] * 6000) == 2000
