"""The shop on the web (Flask); run it with `flask --app shop.app run`."""

from __future__ import annotations

from flask import Flask, abort, jsonify, request
from flask.typing import ResponseReturnValue

from shop.inventory import Article, Inventory, OutOfStock
from shop.orders import Order, reserve_all

app = Flask(__name__)
inventory = Inventory()
orders: dict[int, Order] = {}


@app.get("/articles")
def list_articles() -> ResponseReturnValue:
    threshold = request.args.get("below", type=int)
    found = (
        inventory.articles.values() if threshold is None else inventory.running_low(threshold)
    )
    return jsonify([{"sku": each.sku, "name": each.name, "price": each.price} for each in found])


@app.post("/articles")
def add_article() -> ResponseReturnValue:
    given = request.get_json()
    try:
        inventory.add(Article(given["sku"], given["name"], int(given["price"])))
    except (KeyError, ValueError) as error:
        abort(400, str(error))
    return "", 201


@app.post("/orders/<int:number>")
def place_order(number: int) -> ResponseReturnValue:
    if number in orders:
        abort(409, f"order {number} exists")
    order = Order(number, request.args.get("country", "DE"))
    for sku, quantity in request.get_json().items():
        order.add(sku, int(quantity))
    missing = reserve_all(order, inventory)
    if missing:
        return jsonify({"missing": [line.sku for line in missing]}), 409
    orders[number] = order
    return jsonify({"total": order.total(inventory)}), 201


@app.errorhandler(OutOfStock)
def out_of_stock(error: OutOfStock) -> ResponseReturnValue:
    return jsonify({"sku": error.sku, "available": error.available}), 409
