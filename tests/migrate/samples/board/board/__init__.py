import os

from flask import Flask


def create_app(test_config=None):
    """Make the app."""
    app = Flask(__name__, instance_relative_config=True)
    app.config.from_mapping(SECRET_KEY="dev", DATABASE=os.path.join(app.instance_path, "board.sqlite"))
    if test_config is None:
        app.config.from_pyfile("config.py", silent=True)
    else:
        app.config.update(test_config)
    os.makedirs(app.instance_path, exist_ok=True)

    from . import db

    db.init_app(app)

    from . import api, notes

    app.register_blueprint(notes.bp)
    app.register_blueprint(api.bp, url_prefix="/api/v2")
    app.add_url_rule("/", endpoint="notes.index", view_func=app.view_functions["notes.index"])

    @app.after_request
    def mark(response):
        response.headers["X-Board"] = app.config["BOARD_NAME"]
        return response

    return app
