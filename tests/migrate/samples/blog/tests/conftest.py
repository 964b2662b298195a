import pytest
from blog import create_app
from blog.db import init_db


@pytest.fixture
def app(tmp_path):
    app = create_app(
        {"TESTING": True, "DATABASE": str(tmp_path / "t.sqlite"), "UPLOADS": str(tmp_path)}
    )
    with app.app_context():
        init_db()
    return app


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def runner(app):
    return app.test_cli_runner()


class Auth:
    def __init__(self, client):
        self._client = client

    def join(self):
        self._client.get("/auth/register")
        with self._client.session_transaction() as session:
            token = session["csrf"]
        data = {"username": "ann", "password": "a", "csrf": token}
        return self._client.post("/auth/register", data=data)

    def login(self, username="ann", password="a"):
        data = {"username": username, "password": password}
        return self._client.post("/auth/login", data=data)


@pytest.fixture
def auth(client):
    return Auth(client)
