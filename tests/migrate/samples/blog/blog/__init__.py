"""A small blog: what a Flask project of an afternoon looks like."""

import os
import time

from flask import Flask, g, jsonify, render_template, request

from blog import api, auth, db, files, pages, posts


def create_app(test_config=None):
    app = Flask(__name__, instance_relative_config=True)
    app.config.from_mapping(
        SECRET_KEY="dev",
        DATABASE=os.path.join(app.instance_path, "blog.sqlite"),
        UPLOADS=os.path.join(app.instance_path, "uploads"),
        MAX_CONTENT_LENGTH=200_000,
        SITE_NAME="Quill & Ink",
    )
    if test_config is None:
        app.config.from_pyfile("config.py", silent=True)
    else:
        app.config.from_mapping(test_config)
    os.makedirs(app.instance_path, exist_ok=True)
    os.makedirs(app.config["UPLOADS"], exist_ok=True)

    @app.before_request
    def start_clock():
        g.started = time.monotonic()
        g.trail = ["app"]

    @app.before_request
    def maintenance():
        if request.args.get("maintenance"):
            return "Back soon.", 503, {"Retry-After": "120"}

    db.init_app(app)
    app.register_blueprint(auth.bp)
    app.register_blueprint(posts.bp)
    app.register_blueprint(api.bp, url_prefix="/api/v1")
    app.register_blueprint(files.bp)
    app.register_blueprint(pages.bp)
    app.add_url_rule("/", endpoint="index")

    @app.after_request
    def name_the_site(response):
        response.headers["X-Site"] = app.config["SITE_NAME"]
        response.headers["X-Order"] = response.headers.get("X-Order", "") + "-third"
        response.headers["X-Trail"] = "/".join(g.get("trail", []))
        return response

    @app.after_request
    def deny_frames(response):
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers["X-Order"] = response.headers.get("X-Order", "") + "second"
        return response

    @app.teardown_appcontext
    def count(error=None):
        app.config["TORN_DOWN"] = app.config.get("TORN_DOWN", 0) + 1

    @app.get("/torn-down")
    def torn_down():
        return jsonify(n=app.config.get("TORN_DOWN", 0))

    @app.errorhandler(404)
    def not_found(error):
        return render_template("404.html", error=error), 404

    @app.errorhandler(posts.Closed)
    def closed(error):
        return jsonify(error=str(error), endpoint=request.endpoint), 423

    @app.context_processor
    def site():
        return {"site_name": app.config["SITE_NAME"]}

    @app.template_filter("shout")
    def shout(text):
        return text.upper() + "!"

    @app.template_global("year")
    def year():
        return 2024

    @app.template_test("long")
    def is_long(text):
        return len(text) > 12

    return app
