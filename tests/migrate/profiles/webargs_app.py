"""One app on webargs, built of whatever `flask` and `ext` are: the real ones or ours."""

from typing import Any

import marshmallow as ma
from webargs import fields

WANTED = {
    "name": fields.Str(required=True),
    "n": fields.Int(load_default=1),
    "tags": fields.List(fields.Str()),
}


def webargs_app(flask: Any, ext: Any) -> Any:
    app = flask.Flask("webargs_app")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    for location in ("json", "query", "form", "headers", "cookies", "json_or_form", "files"):

        def read(args: Any) -> Any:
            return flask.jsonify({key: str(value) for key, value in args.items()})

        view = ext.use_args(WANTED, location=location, unknown=ma.EXCLUDE)(read)
        app.add_url_rule(f"/{location}", location, view, methods=["GET", "POST"])
    _more(flask, ext, app)
    return app


def _more(flask: Any, ext: Any, app: Any) -> None:
    own = ext.FlaskParser()

    @own.error_handler
    def refuse(error: Any, req: Any, schema: Any, **told: Any) -> None:
        ext.abort(418, exc=error, told=told)

    @own.location_loader("first")
    def first(req: Any, schema: Any) -> Any:
        return {"name": req.path.rpartition("/")[2]}

    @app.route("/kwargs/<name>")
    @ext.use_kwargs({"n": fields.Int()}, location="query")
    def kwargs(name: str, n: int = 0) -> Any:
        return flask.jsonify(name=name, n=n)

    @app.route("/path/<int:n>")
    @ext.use_args({"n": fields.Int(validate=lambda n: n < 9)}, location="view_args")
    def path(args: Any, n: int) -> Any:
        return flask.jsonify(args)

    def longer_path(args: Any, **path: Any) -> Any:
        return flask.jsonify(args)

    for location in ("path", "view_args"):
        view = ext.use_args({"n": fields.Int()}, location=location)(longer_path)
        app.add_url_rule(f"/{location}/<int:n>/<more>", f"longer-{location}", view)

    @app.route("/own")
    @own.use_args(WANTED, location="query", error_status_code=400, error_headers={"X": "1"})
    def refused(args: Any) -> Any:
        return flask.jsonify(args)

    @app.route("/loader")
    @own.use_args({"name": fields.Str()}, location="first")
    def loaded(args: Any) -> Any:
        return flask.jsonify(args)

    @app.route("/async")
    @ext.use_args({"n": fields.Int()}, location="query", arg_name="given")
    async def in_loop(given: Any) -> Any:
        return flask.jsonify(given)

    @app.route("/parse")
    def parsed() -> Any:
        return flask.jsonify(ext.parser.parse({"n": fields.Int()}, location="query"))

    @app.errorhandler(422)
    def unprocessable(error: Any) -> Any:
        data = getattr(error, "data", {})
        return flask.jsonify(data.get("messages"), repr(data.get("headers")), repr(error.exc)), 422
