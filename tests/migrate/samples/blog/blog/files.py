import io
import os

from flask import (
    Blueprint, current_app, redirect, request, send_file, send_from_directory, url_for,
)
from werkzeug.utils import secure_filename

bp = Blueprint("files", __name__, url_prefix="/files")


@bp.route("/", methods=["GET", "POST"], strict_slashes=False)
def upload():
    if request.method == "POST":
        file = request.files.get("file")
        if file is None or not file.filename:
            return "No file.", 400
        name = secure_filename(file.filename) or "unnamed"
        file.save(os.path.join(current_app.config["UPLOADS"], name))
        return redirect(url_for("files.download", name=name, note=request.form.get("note", "")))
    return "\n".join(sorted(os.listdir(current_app.config["UPLOADS"])))


@bp.route("/<path:name>")
def download(name):
    return send_from_directory(current_app.config["UPLOADS"], name, as_attachment=True)


@bp.route("/report.csv")
def report():
    data = io.BytesIO("name;n\nZoë;1\n".encode())
    return send_file(data, mimetype="text/csv", download_name="report.csv", max_age=60)
