import functools

from flask import (
    Blueprint, flash, g, redirect, render_template, request, session, url_for
)
from werkzeug.exceptions import abort

from board.db import get_db

bp = Blueprint("notes", __name__, url_prefix="/notes", template_folder="templates")


def author_required(view):
    @functools.wraps(view)
    def wrapped(**kwargs):
        if g.author is None:
            return redirect(url_for("notes.login", next=request.path))
        return view(**kwargs)

    return wrapped


@bp.before_app_request
def load_author():
    g.author = session.get("author")


@bp.route("/")
def index():
    notes = get_db().execute("SELECT * FROM note ORDER BY id").fetchall()
    return render_template("notes/index.html", notes=notes)


@bp.route("/login", methods=("GET", "POST"))
def login():
    if request.method == "POST":
        session.clear()
        session["author"] = request.form["author"]
        return redirect(request.args.get("next") or url_for(".index"))
    return render_template("notes/login.html")


@bp.route("/new", methods=("GET", "POST"))
@author_required
def create():
    if request.method == "POST":
        body = request.form.get("body", "")
        if not body:
            flash("The note is empty.")
        else:
            get_db().execute("INSERT INTO note (author, body) VALUES (?, ?)", (g.author, body))
            get_db().commit()
            return redirect(url_for("notes.index"))
    return render_template("notes/new.html")


@bp.route("/<int:id>/delete", methods=["POST"])
@author_required
def delete(id):
    row = get_db().execute("SELECT * FROM note WHERE id = ?", (id,)).fetchone()
    if row is None:
        abort(404, f"Note {id} is not there.")
    if row["author"] != g.author:
        abort(403)
    get_db().execute("DELETE FROM note WHERE id = ?", (id,))
    get_db().commit()
    return redirect(url_for("notes.index"))
