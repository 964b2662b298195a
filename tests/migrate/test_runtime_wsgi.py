"""Who calls the app by WSGI, as it was called before, is answered; servers take it for ASGI."""

from typing import Any

import uvicorn
from starlette.testclient import TestClient
from werkzeug.test import Client, create_environ, run_wsgi_app

from tests.migrate.twins import Twins

SOURCE = """
from flask import Flask, g, jsonify, request, session

app = Flask(__name__)
app.secret_key = "k"
late = []

@app.before_request
def before():
    g.seen = request.method

@app.teardown_request
def end(error):
    late.append(repr(error))

@app.route("/a/<int:n>", methods=["GET", "POST"])
def a(n):
    session["n"] = n + session.get("n", 0)
    return jsonify(n=n, seen=g.seen, kept=session["n"], form=request.form, root=request.script_root)

class Dispatcher:
    def __init__(self, apps):
        self.apps = apps

    def __call__(self, environ, start_response):
        app = self.apps[environ["HTTP_HOST"]]
        environ["SCRIPT_NAME"] = "/x"
        return app(environ, start_response)

dispatcher = Dispatcher({"localhost": app})
"""


def test_a_client_and_a_dispatcher_call_the_app_by_wsgi() -> None:
    twin = Twins(SOURCE)

    def asked(app: Any) -> Any:
        import sys

        dispatcher = vars(sys.modules["twin_app"])["dispatcher"]
        client = Client(app)
        answers = [client.get("/a/1"), client.post("/a/2", data={"b": "c"}), client.get("/b")]
        answers.append(Client(dispatcher).get("/a/3"))
        _, status, _ = run_wsgi_app(app, create_environ("/a/4"))
        return [(each.status, each.get_data()) for each in answers], status

    twin.each(asked)


def test_servers_and_clients_take_it_for_an_asgi_app() -> None:
    app = Twins(SOURCE).fastapi
    config = uvicorn.Config(app)
    config.load()
    assert config.interface == "asgi3"
    assert TestClient(app).get("/a/5").json()["n"] == 5
