import uuid
from datetime import date
from decimal import Decimal

from flask import Blueprint, abort, jsonify, make_response, request, url_for
from werkzeug.exceptions import HTTPException

from blog.db import get_db

bp = Blueprint("api", __name__, url_prefix="/never")


@bp.errorhandler(HTTPException)
def as_json(error):
    return jsonify(code=error.code, name=error.name, description=error.description), error.code


def row_of(item_id):
    row = get_db().execute("SELECT * FROM item WHERE id = ?", (str(item_id),)).fetchone()
    if row is None:
        abort(404, description="no such item")
    return row


def as_dict(row):
    return {"id": row["id"], "name": row["name"], "price": row["price"], "stock": row["stock"]}


@bp.get("/items")
def items():
    limit = request.args.get("limit", default=10, type=int)
    rows = get_db().execute("SELECT * FROM item ORDER BY name LIMIT ?", (limit,)).fetchall()
    return jsonify([as_dict(row) for row in rows])


@bp.post("/items")
def create():
    data = request.get_json()
    name, price = data["name"], float(data.get("price", 0))
    if not isinstance(name, str) or not name.strip():
        abort(422, description="name must be a text")
    made = {"id": str(uuid.uuid4()), "name": name, "price": price, "stock": data.get("stock", 1)}
    db = get_db()
    db.execute("INSERT INTO item VALUES (:id, :name, :price, :stock)", made)
    db.commit()
    response = jsonify(made)
    response.status_code = 201
    response.headers["Location"] = url_for("api.item", item_id=made["id"], _external=True)
    return response


@bp.get("/items/<uuid:item_id>")
def item(item_id):
    return as_dict(row_of(item_id))


@bp.put("/items/<uuid:item_id>")
def replace(item_id):
    row_of(item_id)
    data = request.get_json(silent=True) or {}
    db = get_db()
    db.execute(
        "UPDATE item SET name = ? WHERE id = ?", (str(data.get("name", "?")), str(item_id))
    )
    db.commit()
    return as_dict(row_of(item_id)), 200, {"X-Replaced": "yes"}


@bp.delete("/items/<uuid:item_id>")
def delete(item_id):
    row_of(item_id)
    db = get_db()
    db.execute("DELETE FROM item WHERE id = ?", (str(item_id),))
    db.commit()
    return "", 204


@bp.get("/facts")
def facts():
    return {
        "zeta": 1, "alpha": Decimal("1.50"), "day": date(2024, 5, 17), "text": "Zoë 漢字",
        "id": uuid.UUID(int=7), "nested": {"b": None, "a": [True, 1.5]},
    }  # fmt: skip


@bp.get("/scale/<float:factor>")
def scale(factor):
    return {"factor": factor, "twice": factor * 2}


@bp.get("/units/<any(cm,inch):unit>")
def units(unit):
    return {"unit": unit}


@bp.get("/codes/<string(length=2):code>")
def code(code):
    return {"code": code}


@bp.get("/whoami")
def whoami():
    agent = request.headers.get("User-Agent", "nobody")
    key = request.headers.get("X-Api-Key")
    if key is None:
        answer = make_response({"error": "no key"}, 401)
        answer.headers["WWW-Authenticate"] = 'Key realm="blog"'
        return answer
    return {"agent": agent, "key": key, "url": request.url, "path": request.full_path,
            "ip": request.remote_addr, "endpoint": request.endpoint, "args": request.view_args}  # fmt: skip
