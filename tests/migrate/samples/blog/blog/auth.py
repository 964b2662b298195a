import functools
import secrets

from flask import Blueprint, abort, flash, g, redirect, render_template, request, session, url_for

from blog.db import get_db

bp = Blueprint("auth", __name__, url_prefix="/auth")


def login_required(view):
    @functools.wraps(view)
    def wrapped(**kwargs):
        if g.user is None:
            return redirect(url_for("auth.login", next=request.path))
        return view(**kwargs)

    return wrapped


@bp.before_app_request
def load_user():
    g.trail.append("auth")
    user_id = session.get("user_id")
    row = None
    if user_id is not None:
        row = get_db().execute("SELECT * FROM user WHERE id = ?", (user_id,)).fetchone()
    g.user = row


def csrf_token():
    if "csrf" not in session:
        session["csrf"] = secrets.token_hex(8)
    return session["csrf"]


@bp.route("/register", methods=("GET", "POST"))
def register():
    if request.method == "POST":
        if request.form.get("csrf") != session.get("csrf"):
            abort(400, "The form is stale.")
        username, password = request.form["username"], request.form["password"]
        error = None
        if not username:
            error = "Username is required."
        elif not password:
            error = "Password is required."
        if error is None:
            db = get_db()
            try:
                db.execute("INSERT INTO user (name, password) VALUES (?, ?)", (username, password))
                db.commit()
            except db.IntegrityError:
                error = f"User {username} is already registered."
            else:
                return redirect(url_for("auth.login"))
        flash(error)
    return render_template("auth/form.html", action="Register", token=csrf_token())


@bp.route("/login", methods=("GET", "POST"))
def login():
    if request.method == "POST":
        user = (
            get_db()
            .execute("SELECT * FROM user WHERE name = ?", (request.form["username"],))
            .fetchone()
        )
        if user is None or user["password"] != request.form["password"]:
            flash("Incorrect username or password.", "error")
        else:
            session.clear()
            session["user_id"] = user["id"]
            session.permanent = bool(request.form.get("remember"))
            flash("Welcome back.", "info")
            return redirect(request.args.get("next") or url_for("index"))
    return render_template("auth/form.html", action="Log In", token=csrf_token())


@bp.route("/logout")
def logout():
    session.clear()
    return redirect(url_for("index"))
