"""`before_first_request`, which the Flask that the runtime is held against no longer has."""

from werkzeug.test import Client

from lsp_server.migrate.runtime.app import App
from lsp_server.migrate.runtime.blueprint import Blueprint


def test_it_runs_once_before_the_other_hooks_of_the_first_request() -> None:
    app, seen = App("shop"), list[str]()
    pages = Blueprint("pages", "shop")
    app.before_request(lambda: seen.append("each"))
    app.before_first_request(lambda: seen.append("first"))
    pages.before_app_first_request(lambda: seen.append("second"))
    app.include_router(pages)
    app.get("/")(lambda: "hi")
    client = Client(app.wsgi_app)
    assert [client.get("/").status_code, client.get("/nope").status_code] == [200, 404]
    assert seen == ["first", "second", "each", "each"]


def test_what_it_returns_is_no_answer_and_coroutines_are_run() -> None:
    app, seen = App("shop"), list[str]()

    @app.before_first_request
    async def first() -> str:
        seen.append("first")
        return "not this"

    app.get("/")(lambda: "hi")
    assert Client(app.wsgi_app).get("/").text == "hi"
    assert seen == ["first"]
