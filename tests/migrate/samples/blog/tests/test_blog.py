import io
import sqlite3

import pytest
from blog.db import get_db
from blog.posts import Closed
from flask import current_app, g, request, session, url_for


def test_index(client):
    page = client.get("/")
    assert b"Hello &amp; welcome" in page.data
    assert b"Log In" in page.data


def test_config():
    from blog import create_app

    assert not create_app().testing
    assert create_app({"TESTING": True}).testing


def test_register_and_login(client, auth, app):
    assert auth.join().headers["Location"] == "/auth/login"
    with app.app_context():
        assert get_db().execute("SELECT * FROM user WHERE name = 'ann'").fetchone() is not None
    assert auth.login().headers["Location"] == "/"
    with client:
        client.get("/")
        assert session["user_id"] == 2
        assert g.user["name"] == "ann"
        assert request.path == "/"


@pytest.mark.parametrize(("username", "password"), [("bob", "a"), ("ann", "b")])
def test_wrong_login(client, auth, username, password):
    auth.join()
    page = auth.login(username, password)
    assert b"Incorrect username or password." in page.data


def test_login_required(client):
    answer = client.post("/create")
    assert answer.status_code == 302
    assert answer.location == "/auth/login?next=/create"


def test_create(client, auth, app):
    auth.join()
    auth.login()
    page = client.post("/create", data={"title": "New", "body": "x"}, follow_redirects=True)
    assert b"<h1>New</h1>" in page.data
    assert len(page.history) == 1
    with app.app_context():
        assert get_db().execute("SELECT COUNT(id) FROM post").fetchone()[0] == 3


def test_db_is_closed(app):
    with app.app_context():
        db = get_db()
        assert db is get_db()
    with pytest.raises(sqlite3.ProgrammingError):
        db.execute("SELECT 1")


def test_command(runner, monkeypatch):
    called = []
    monkeypatch.setattr("blog.db.init_db", lambda: called.append(1))
    assert "Initialized" in runner.invoke(args=["init-db"]).output
    assert called


def test_json(client):
    made = client.post("/api/v1/items", json={"name": "Pen", "price": 2})
    assert made.status_code == 201
    assert client.get(made.location).json["name"] == "Pen"
    assert client.get("/api/v1/items/nope").status_code == 404
    assert client.post("/api/v1/items", data="{").json["code"] == 415


def test_upload(client):
    data = {"file": (io.BytesIO(b"abc"), "a.txt"), "note": "n"}
    answer = client.post("/files/", data=data)
    assert client.get(answer.location).data == b"abc"


def test_exceptions_reach_the_test(client):
    with pytest.raises(ZeroDivisionError):
        client.get("/broken?by=0")


def test_error_handler(client):
    assert client.get("/closed/shop").get_json() == {
        "endpoint": "posts.closed",
        "error": "shop is closed",
    }
    assert issubclass(Closed, Exception)


def test_contexts(app):
    with app.test_request_context("/about?x=1"):
        assert request.args["x"] == "1"
        assert url_for("pages.about") == "/about-us"
        assert current_app.config["SITE_NAME"] == "Quill & Ink"


def test_session_transaction(client):
    with client.session_transaction() as session:
        session["visits"] = 7
    assert client.get("/visits").text == "8 visits"
