from flask import current_app

from shop.models import Item


def test_an_item_is_created_once(client):
    assert client.post("/items", json={"name": "pen", "price": 3}).status_code == 201
    assert client.post("/items", json={"name": "pen"}).status_code == 409
    assert client.get("/items").json == {"items": [{"id": 1, "name": "pen", "price": 3}], "total": 1}


def test_the_context_is_there(app):
    with app.app_context():
        assert current_app.config["TESTING"]
        assert Item.query.count() == 0
