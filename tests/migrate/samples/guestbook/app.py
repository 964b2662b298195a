# -*- coding: utf-8 -*-
"""A guest book in one file. 留言簿"""
import os

from flask import Flask, abort, flash, jsonify, redirect, render_template, request, session, url_for

app = Flask(__name__)
app.secret_key = "not a secret"  # for the tests
app.config["TITLE"] = "留言簿"

ENTRIES = [{"id": 1, "name": "Ada", "text": "hello"}]


@app.route("/")
def index():
    return render_template("index.html", entries=ENTRIES)


@app.route("/entries/<int:n>")
def entry(n):
    found = [e for e in ENTRIES if e["id"] == n]
    if not found:
        abort(404)
    return jsonify(found[0])


@app.route("/sign", methods=["GET", "POST"])
def sign():
    if request.method == "POST":
        name = request.form["name"]
        if not name.strip():
            flash("A name, please.")
            return redirect(url_for("sign"))
        session["name"] = name
        return redirect(url_for("hello", name=name))
    return render_template("sign.html")


@app.route("/hello/<name>", endpoint="hello")
def greet(name):
    return f"Hello, {name}, again {session.get('name')}!", 200, {"X-Seen": str(len(name))}


@app.route("/search/", methods=["GET"])
def search():
    words = request.args.get("q", "").lower()
    limit = request.args.get("limit", 10, type=int)
    return {"found": [e for e in ENTRIES if words in e["text"]][:limit], "limit": limit}


@app.route("/api/entries", methods=["POST"])
def add():
    data = request.get_json()
    return jsonify(id=len(ENTRIES) + 1, text=data["text"]), 201


@app.errorhandler(404)
def missing(error):
    return render_template("missing.html", error=error), 404


@app.template_filter("shout")
def shout(text):
    return text.upper() + "!"


@app.cli.command("count")
def count():
    """Count the entries."""
    print(len(ENTRIES))


if __name__ == "__main__":
    app.run(debug=True, port=int(os.environ.get("PORT", 5000)))
