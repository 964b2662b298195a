from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for

from blog.auth import login_required
from blog.db import get_db

bp = Blueprint("posts", __name__)


class Closed(Exception):
    pass


@bp.before_request
def mark():
    g.trail.append("posts")


@bp.after_request
def mark_order(response):
    response.headers["X-Order"] = response.headers.get("X-Order", "") + "first-"
    return response


@bp.errorhandler(404)
def no_post(error):
    return render_template("404.html", error=error), 404, {"X-Post": "none"}


@bp.route("/", endpoint="index")
def index_page():
    rows = get_db().execute("SELECT * FROM post ORDER BY id DESC").fetchall()
    return render_template("posts/index.html", posts=rows)


def find(post_id):
    row = get_db().execute("SELECT * FROM post WHERE id = ?", (post_id,)).fetchone()
    if row is None:
        abort(404, f"Post id {post_id} doesn't exist.")
    return row


@bp.route("/posts/<int:post_id>")
def show(post_id):
    return render_template("posts/show.html", post=find(post_id))


@bp.route("/create", methods=["GET", "POST"])
@login_required
def create():
    if request.method == "POST":
        title, body = request.form["title"], request.form.get("body", "")
        if not title:
            flash("Title is required.")
        else:
            db = get_db()
            cursor = db.execute(
                "INSERT INTO post (author_id, title, body) VALUES (?, ?, ?)",
                (g.user["id"], title, body),
            )
            db.commit()
            return redirect(url_for("posts.show", post_id=cursor.lastrowid, _anchor="top"), code=303)
    return render_template("posts/edit.html", post=None)


@bp.route("/posts/<int:post_id>/update", methods=["GET", "POST"])
@login_required
def update(post_id):
    post = find(post_id)
    if request.method == "POST":
        if post["author_id"] != g.user["id"]:
            abort(403)
        db = get_db()
        db.execute("UPDATE post SET title = ? WHERE id = ?", (request.form["title"], post_id))
        db.commit()
        return redirect(url_for(".show", post_id=post_id))
    return render_template("posts/edit.html", post=post)


@bp.post("/posts/<int:post_id>/delete")
@login_required
def delete(post_id):
    find(post_id)
    db = get_db()
    db.execute("DELETE FROM post WHERE id = ?", (post_id,))
    db.commit()
    return redirect(url_for("posts.index"))


@bp.route("/search/")
def search():
    words = request.args.get("q", "")
    page = request.args.get("page", 1, type=int)
    tags = request.args.getlist("tag")
    order = request.args.get("order", "desc")
    rows = get_db().execute("SELECT title FROM post WHERE title LIKE ?", (f"%{words}%",)).fetchall()
    return {"q": words, "page": page, "tags": tags, "order": order, "hits": [r["title"] for r in rows]}


@bp.route("/closed/<name>")
def closed(name):
    raise Closed(f"{name} is closed")


@bp.route("/broken")
def broken():
    return {"n": 1 // int(request.args["by"])}


@bp.route("/<who>/welcome")
def greet(who):
    return f"Hi, {who}, say the posts."
