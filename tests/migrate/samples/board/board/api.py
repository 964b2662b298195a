import os

from flask import Blueprint, Response, jsonify, make_response, request, send_from_directory, stream_with_context
from flask.views import MethodView

from .db import get_db

bp = Blueprint("api", __name__, url_prefix="/api/v1")


class Notes(MethodView):
    def get(self, id):
        if id is None:
            rows = get_db().execute("SELECT * FROM note ORDER BY id").fetchall()
            return jsonify([dict(row) for row in rows])
        row = get_db().execute("SELECT * FROM note WHERE id = ?", (id,)).fetchone()
        return (dict(row), 200) if row else ({"error": "not found"}, 404)

    def post(self):
        body = request.get_json()["body"]
        cursor = get_db().execute("INSERT INTO note (author, body) VALUES ('api', ?)", (body,))
        get_db().commit()
        response = make_response(jsonify(id=cursor.lastrowid), 201)
        response.headers["Location"] = f"/api/v2/notes/{cursor.lastrowid}"
        return response


view = Notes.as_view("notes")
bp.add_url_rule("/notes", defaults={"id": None}, view_func=view, methods=["GET"])
bp.add_url_rule("/notes", view_func=view, methods=["POST"])
bp.add_url_rule("/notes/<int:id>", view_func=view, methods=["GET"])


@bp.errorhandler(ValueError)
def bad(error):
    return {"error": str(error)}, 400


@bp.route("/boom")
def boom():
    raise ValueError("boom")


@bp.route("/lines")
def lines():
    def generate():
        for n in range(3):
            yield f"{n} {request.args.get('q', '')}\n"

    return Response(stream_with_context(generate()), mimetype="text/plain")


@bp.route("/files/<path:name>")
def files(name):
    return send_from_directory(os.path.join(bp.root_path, "texts"), name)
