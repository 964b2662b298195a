"""Hooks, error handlers and teardown are called in Flask's order, with Flask's arguments."""

import pytest

from tests.migrate.twins import Twins

HOOKS = """
from flask import Blueprint, Flask, abort, after_this_request, g, jsonify, request

app = Flask(__name__)
app.config["PROPAGATE_EXCEPTIONS"] = False
ended = []
outer = Blueprint("outer", __name__, url_prefix="/outer")
inner = Blueprint("inner", __name__, url_prefix="/inner")

def note(what, answer=None):
    def hook(*args):
        g.setdefault("log", []).append(what)
        return args[0] if args else answer
    return hook

for name, part in (("app", app), ("outer", outer), ("inner", inner)):
    part.before_request(note(f"before {name} 1"))
    part.before_request(note(f"before {name} 2"))
    part.after_request(note(f"after {name} 1"))
    part.after_request(note(f"after {name} 2"))
    part.teardown_request(lambda exc, name=name: ended.append(f"{name} 1 {exc!r}"))
    part.teardown_request(lambda exc, name=name: ended.append(f"{name} 2 {exc!r}"))
    part.url_value_preprocessor(lambda endpoint, values, name=name: note(f"value {name}")())
outer.before_app_request(note("before all"))
outer.after_app_request(note("after all"))
outer.teardown_app_request(lambda exc: ended.append(f"all {exc!r}"))
app.teardown_appcontext(lambda exc: ended.append(f"context 1 {exc!r}"))
app.teardown_appcontext(lambda exc: ended.append(f"context 2 {exc!r}"))

@app.after_request
def show(response):
    response.headers["X-Log"] = "; ".join(g.get("log", []))
    return response

@app.get("/log")
def log():
    lines = list(ended)
    ended.clear()
    return jsonify(lines)

@inner.route("/<int:n>")
def view(n):
    @after_this_request
    def later(response):
        response.headers["X-Later"] = "yes"
        return response
    return jsonify(n=n, blueprints=request.blueprints, endpoint=request.endpoint)

@inner.route("/boom/<kind>")
def boom(kind):
    if kind.isdigit():
        abort(int(kind))
    raise {"key": KeyError, "value": ValueError, "os": FileNotFoundError}[kind]("it")

@outer.errorhandler(404)
def outer_missing(error):
    return f"outer {error.code} {error.name}", 404

@inner.errorhandler(OSError)
def inner_os(error):
    return f"inner {type(error).__name__}", 409

@app.errorhandler(410)
def gone(error):
    return {"gone": error.description}, 410

@app.errorhandler(500)
def failed(error):
    return f"500 of {error.original_exception!r}", 500

outer.register_blueprint(inner)
app.register_blueprint(outer)
app.register_blueprint(outer, name="again", url_prefix="/again")
"""


@pytest.mark.parametrize("prefix", ["/outer", "/again"])
def test_hooks_of_nested_blueprints(prefix: str) -> None:
    twin = Twins(HOOKS)
    answer = twin.same("GET", f"{prefix}/inner/3")
    assert answer.header("x-later") == "yes"
    assert "before inner 2" in str(answer.header("x-log"))
    assert "context 1" in twin.same("GET", "/log").text


@pytest.mark.parametrize("kind", ["404", "410", "418", "500", "key", "value", "os", "401", "402"])
def test_errors_find_the_same_handler(kind: str) -> None:
    twin = Twins(HOOKS)
    twin.same("GET", f"/outer/inner/boom/{kind}")
    twin.same("GET", "/log")
    twin.same("GET", "/outer/nothing")


BEFORE = """
from flask import Flask, abort, request
app = Flask(__name__)

@app.before_request
def guard():
    what = request.args.get("what")
    if what == "answer":
        return "from the hook", 202
    if what == "abort":
        abort(403)
    if what == "raise":
        raise RuntimeError("in the hook")

@app.after_request
def after(response):
    if request.args.get("after") == "raise":
        raise RuntimeError("after")
    if request.args.get("after") == "replace":
        return app.response_class("replaced", status=299)
    return response

@app.teardown_request
def over(error):
    if request.args.get("over"):
        raise RuntimeError("over")

@app.errorhandler(403)
def forbidden(error):
    return "no", 403

@app.route("/")
def index():
    return "view"
"""


@pytest.mark.parametrize("testing", [False, True])
@pytest.mark.parametrize(
    "query",
    ["", "what=answer", "what=abort", "what=raise", "after=raise", "after=replace", "over=1"],
)
def test_a_hook_may_answer_fail_or_replace(query: str, testing: bool) -> None:
    twin = Twins(BEFORE, config={"TESTING": testing})
    twin.both("GET", f"/?{query}") if query == "over=1" else twin.same("GET", f"/?{query}")
    twin.same("GET", "/nothing")


TRAPS = """
from flask import Flask, abort, request
from werkzeug.exceptions import HTTPException, NotFound
app = Flask(__name__)

@app.route("/key", methods=["GET", "POST"])
def key():
    return request.form["missing"]

@app.route("/args")
def args():
    return request.args["a<b>"]

@app.route("/json", methods=["POST"])
def json():
    return {"got": request.get_json()}

@app.route("/abort/<int:code>")
def code(code):
    abort(code, "because <of> it")

@app.route("/response")
def response():
    abort(app.response_class("made", status=307))

@app.errorhandler(NotFound)
def missing(error):
    return error.description, 404

if TRAP_ALL:
    @app.errorhandler(HTTPException)
    def any_http(error):
        return f"any {error.code}", error.code

    @app.errorhandler(Exception)
    def anything(error):
        return f"anything {type(error).__name__}", 555
"""
SETTINGS = [
    {},
    {"TESTING": True},
    {"DEBUG": True},
    {"TRAP_BAD_REQUEST_ERRORS": True},
    {"TRAP_HTTP_EXCEPTIONS": True},
    {"TRAP_BAD_REQUEST_ERRORS": True, "PROPAGATE_EXCEPTIONS": False},
    {"PROPAGATE_EXCEPTIONS": True},
]


@pytest.mark.parametrize("config", SETTINGS, ids=str)
@pytest.mark.parametrize("trap_all", [False, True])
def test_bad_requests_and_traps(config: dict[str, object], trap_all: bool) -> None:
    twin = Twins(TRAPS.replace("TRAP_ALL", str(trap_all)), config=config)
    twin.same("POST", "/key")
    twin.same("GET", "/args")
    twin.same("POST", "/json", data="{", content_type="application/json")
    twin.same("POST", "/json", data="{}", content_type="text/plain")
    twin.same("POST", "/json", data="[1]", content_type="application/vnd.api+json")
    for code in (400, 401, 404, 405, 418, 429, 451, 503, 999):
        twin.same("GET", f"/abort/{code}")
    twin.same("GET", "/response")
    twin.same("DELETE", "/key")
    twin.same("GET", "/nowhere")
