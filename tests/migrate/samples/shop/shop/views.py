from flask import Blueprint, abort, current_app, jsonify, request

from shop import db
from shop.models import Item

bp = Blueprint("items", __name__)


@bp.get("/items")
def index():
    page = request.args.get("page", 1, type=int)
    found = Item.query.order_by(Item.name).paginate(page=page, per_page=2, error_out=False)
    return jsonify(items=[item.as_dict() for item in found.items], total=found.total)


@bp.post("/items")
def create():
    data = request.get_json()
    if Item.query.filter_by(name=data["name"]).first():
        abort(409, "There is one already.")
    item = Item(name=data["name"], price=data.get("price", 0))
    db.session.add(item)
    db.session.commit()
    current_app.logger.info("created %s", item.name)
    return item.as_dict(), 201


@bp.route("/items/<int:id>", methods=["GET", "DELETE"])
def item(id):
    item = Item.query.get_or_404(id)
    if request.method == "DELETE":
        db.session.delete(item)
        db.session.commit()
        return "", 204
    return item.as_dict()
