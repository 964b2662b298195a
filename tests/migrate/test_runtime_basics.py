"""A plain app answers on the runtime what it answers on Flask."""

from pathlib import Path

from tests.migrate.twins import Twins

SOURCE = """
from flask import (Blueprint, Flask, abort, flash, g, get_flashed_messages, jsonify, make_response,
                   redirect, render_template, request, session, url_for)

app = Flask(__name__)
app.secret_key = "twins"
bp = Blueprint("bp", __name__, url_prefix="/bp")

@app.before_request
def before():
    g.seen = ["app"]

@bp.before_request
def before_bp():
    g.seen.append("bp")

@app.after_request
def after(response):
    response.headers["X-Seen"] = ",".join(g.get("seen", []))
    return response

@app.route("/")
def index():
    return render_template("index.html", title="<b>")

@app.route("/users/<int:n>", methods=["GET", "PUT"])
def user(n):
    return jsonify(n=n, path=request.path, url=url_for("user", n=n, q="ü"))

@bp.route("/sum/", methods=["POST"])
def total():
    return {"sum": sum(request.json["numbers"])}

@bp.app_errorhandler(404)
def missing(error):
    return f"nothing at {request.path}", 404

@app.route("/login", methods=["POST"])
def login():
    session["user"] = request.form["name"]
    flash("hello")
    return redirect(url_for("whoami"))

@app.route("/whoami")
def whoami():
    return make_response((str(session.get("user")) + str(get_flashed_messages()), 201))

@app.route("/teapot")
def teapot():
    abort(418)

@app.route("/boom")
def boom():
    return 1 / 0

app.register_blueprint(bp)
"""
PAGE = "<h1>{{ title }}</h1>{{ url_for('user', n=1) }} {{ request.path }} {{ g.seen }}\n"


def test_a_plain_app_answers_the_same(tmp_path: Path) -> None:
    twin = Twins(SOURCE, folder=tmp_path, files={"templates/index.html": PAGE, "static/a.txt": "a"})
    assert twin.same("GET", "/").status == 200
    assert twin.same("GET", "/users/7").status == 200
    assert twin.same("GET", "/users/-7").status == 404
    assert twin.same("POST", "/users/7").header("allow") == "GET, HEAD, OPTIONS, PUT"
    assert twin.same("OPTIONS", "/users/7").status == 200
    assert twin.same("HEAD", "/users/7").body == b""
    assert twin.same("POST", "/bp/sum/", json={"numbers": [1, 2]}).text == '{"sum":3}\n'
    assert twin.same("POST", "/bp/sum", json={"numbers": [1, 2]}).status == 308
    assert twin.same("POST", "/bp/sum/", data="x").status == 415
    assert twin.same("POST", "/login", data={"name": "陳"}).status == 302
    assert twin.same("GET", "/whoami").text == "陳['hello']"
    assert twin.same("GET", "/whoami").text == "陳[]"
    assert twin.same("POST", "/login").status == 400
    assert twin.same("GET", "/teapot").status == 418
    assert twin.same("GET", "/boom").status == 500
    assert twin.same("GET", "/static/a.txt").status == 200
    assert twin.same("GET", "/static/../twin_app.py").status == 404


def test_in_testing_mode_the_error_itself_comes_through(tmp_path: Path) -> None:
    twin = Twins(SOURCE, folder=tmp_path, config={"TESTING": True})
    assert twin.same("GET", "/boom").raised == "ZeroDivisionError: division by zero"
    assert twin.same("GET", "/users/1").status == 200
