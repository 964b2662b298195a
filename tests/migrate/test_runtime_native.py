"""FastAPI's own routes, mounted apps and middleware work beside the views."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import APIRouter, BackgroundTasks, Depends, HTTPException, Request, WebSocket
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.responses import PlainTextResponse
from werkzeug.middleware.proxy_fix import ProxyFix

from lsp_server.migrate.runtime.app import App
from lsp_server.migrate.runtime.blueprint import Blueprint
from lsp_server.migrate.runtime.context import current_app, g, request, session
from lsp_server.migrate.runtime.urls import abort, url_for


class Item(BaseModel):
    name: str
    price: float = 1


def make_app(testing: bool) -> tuple[App, list[str]]:  # noqa: C901 - its views are inside
    app = App(__name__, openapi_url="/openapi.json")
    app.secret_key = "k"
    app.testing = testing
    log: list[str] = []

    @app.before_request
    def before() -> Any:
        g.hook = "before"
        if request.args.get("stop"):
            return "stopped", 403
        if request.args.get("read"):
            request.get_data()
        return None

    @app.after_request
    def after(response: Any) -> Any:
        response.headers["X-After"] = f"{g.hook} {request.path}"
        return response

    @app.teardown_request
    def over(error: BaseException | None) -> None:
        log.append(f"over {error!r}")

    @app.errorhandler(KeyError)
    def missing(error: KeyError) -> Any:
        return f"handled {error}", 409

    @app.get("/view/{n:int}")
    def view(n: int) -> str:
        return f"view {n}"

    router = APIRouter(prefix="/native")

    def user() -> Iterator[str]:
        yield str(session.get("user"))
        log.append("dependency closed")

    @router.get("/items/{n}")
    def item(n: int, who: str = Depends(user), q: str | None = None) -> dict[str, Any]:
        session["user"] = f"user {n}"
        return {"n": n, "who": who, "q": q, "hook": g.hook, "path": request.path}

    @router.get("/async")
    async def coroutine(tasks: BackgroundTasks, native: Request) -> dict[str, Any]:
        await asyncio.sleep(0)
        tasks.add_task(log.append, "background")
        return {
            "app": current_app.name,
            "session": dict(native.session),
            "hook": native.state.g.hook,
        }

    @router.post("/items", status_code=201)
    def add(item: Item) -> Item:
        return item

    @router.get("/http")
    def http() -> None:
        raise HTTPException(418, "tea")

    @router.get("/boom")
    def boom() -> None:
        raise {"k": KeyError, "v": ValueError}[request.args["kind"]]("native")

    @router.get("/stream")
    def stream() -> StreamingResponse:
        async def pieces() -> AsyncIterator[str]:
            for i in range(3):
                await asyncio.sleep(0)
                yield f"{i}{g.hook}"

        return StreamingResponse(pieces(), media_type="text/plain")

    @router.websocket("/ws")
    async def socket(ws: WebSocket) -> None:
        await ws.accept()
        await ws.send_text("hello")
        await ws.close()

    app.include_router(router)
    return app, log


@pytest.mark.parametrize("testing", [False, True])
def test_native_routes_run_within_contexts_and_hooks(testing: bool) -> None:
    app, log = make_app(testing)
    client = app.test_client()
    first = client.get("/native/items/3?q=x")
    assert first.json == {
        "n": 3,
        "who": "None",
        "q": "x",
        "hook": "before",
        "path": "/native/items/3",
    }
    assert first.headers["X-After"] == "before /native/items/3"
    assert client.get("/native/items/4").json["who"] == "user 3"
    assert client.get("/native/items/x").status_code == 422
    assert client.get("/native/items/4?stop=1").text == "stopped"
    assert client.get("/native/async").json["session"] == {"user": "user 4"}
    assert "background" in log and "dependency closed" in log
    assert client.post("/native/items", json={"name": "a"}).json == {"name": "a", "price": 1}
    assert client.post("/native/items?read=1", json={"name": "a"}).status_code == 201
    assert client.post("/native/items", json={}).status_code == 422
    assert client.get("/native/http").json == {"detail": "tea"}
    assert client.get("/native/boom?kind=k").status_code == 409
    assert client.get("/native/stream").text == "0before1before2before"
    assert client.get("/view/3").text == "view 3"
    assert client.get("/native/nothing").status_code == 404
    assert client.delete("/native/items").status_code == 405
    assert "/native/items" in client.get("/openapi.json").json["paths"]
    if testing:
        with pytest.raises(ValueError, match="native"):
            client.get("/native/boom?kind=v")
    else:
        assert client.get("/native/boom?kind=v").status_code == 500
    assert log[-1] == "over ValueError('native')"


def test_a_native_body_is_limited_like_any_other() -> None:
    app, _ = make_app(testing=False)
    app.config["MAX_CONTENT_LENGTH"] = 10
    answer = app.test_client().post("/native/items", json={"name": "a" * 50})
    assert answer.status_code == 413


def test_web_sockets_reach_fastapi() -> None:
    app, _ = make_app(testing=False)
    sent: list[Any] = []
    given = [{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1000}]

    async def receive() -> Any:
        return given.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/native/ws", "headers": [], "query_string": b""}
    asyncio.run(app({**scope, "subprotocols": []}, receive, send))
    assert [message["type"] for message in sent][:2] == ["websocket.accept", "websocket.send"]


def test_mounted_apps_are_apart_and_come_last() -> None:
    app, log = make_app(testing=False)
    app.mount("/sub", PlainTextResponse("mounted"))
    app.mount("/", PlainTextResponse("rest"))
    client = app.test_client()
    assert client.get("/sub/x").text == "mounted"
    assert "X-After" not in client.get("/sub/x").headers
    assert client.get("/view/3").text == "view 3"
    assert client.get("/native/items/3").json["n"] == 3
    assert client.post("/view/3").text == "rest"
    assert client.get("/anything").text == "rest"
    assert log.count("over None") == 2


def test_middleware_and_lifespan() -> None:
    seen: list[str] = []

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[dict[str, Any]]:
        seen.append("up")
        yield {"kept": 1}
        seen.append("down")

    app = App(__name__, lifespan=lifespan)

    @app.middleware("http")
    async def outer(request: Request, call_next: Any) -> Any:
        response = await call_next(request)
        response.headers["X-Outer"] = request.url.path
        return response

    @app.get("/")
    def index() -> str:
        return "index"

    assert app.test_client().get("/").headers["X-Outer"] == "/"

    async def live() -> None:
        given = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]

        async def receive() -> Any:
            return given.pop(0)

        async def send(message: Any) -> None:
            seen.append(message["type"])

        await app({"type": "lifespan", "state": {}}, receive, send)

    asyncio.run(live())
    done = ["up", "lifespan.startup.complete", "down", "lifespan.shutdown.complete"]
    assert seen == done


def test_wsgi_middleware_around_the_app() -> None:
    app = App(__name__)
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_host=1, x_prefix=1)  # type: ignore[method-assign]

    @app.get("/")
    def index() -> str:
        return f"{request.remote_addr} {request.url}"

    headers = {
        "X-Forwarded-For": "9.9.9.9",
        "X-Forwarded-Host": "h.example",
        "X-Forwarded-Prefix": "/p",
    }
    answer = app.test_client().get("/", headers=headers)
    assert answer.text == "9.9.9.9 http://h.example/p/"


def test_a_blueprint_takes_native_routes_along() -> None:
    app = App(__name__)
    blueprint = Blueprint("bp", __name__, prefix="/bp")
    child = Blueprint("child", __name__, prefix="/child")
    router = APIRouter()

    @router.get("/native")
    def native() -> str:
        return "native"

    @child.get("/view/{n:int}", name="shown")
    def view(n: int) -> str:
        return f"{request.endpoint} {n}"

    blueprint.include_router(router, prefix="/inner")
    blueprint.include_router(child, prefix="/kid")
    app.include_router(blueprint, prefix="/over")
    client = app.test_client()
    assert client.get("/over/inner/native").json == "native"
    assert client.get("/over/kid/view/2").text == "bp.child.shown 2"


def test_the_folder_of_the_app_is_no_part_of_its_urls() -> None:
    app = App(__name__, root_path="/srv/app")

    @app.get("/")
    def index() -> str:
        return request.script_root

    assert app.root_path == "/srv/app"
    assert app.test_client().get("/").text == ""


def make_mixed() -> App:
    """A view beside native routes that stand where views were, of the app and of a blueprint."""
    app = App(__name__, openapi_url="/openapi.json")
    app.secret_key = "k"
    blueprint = Blueprint("shop", __name__, prefix="/shop")

    @app.before_request
    def before() -> None:
        g.seen = [str(request.endpoint)]

    @blueprint.before_request
    def own() -> None:
        g.seen.append(f"own {request.view_args}")

    @app.errorhandler(404)
    def lost(_: Any) -> Any:
        return "lost", 404

    @app.get("/items/new")
    def new() -> str:
        return url_for("shop.item", n=3, q="x")

    @app.native.api_route("/items/{name}", methods=["GET", "POST"], name="named")
    def item_named(name: str, q: int = 0) -> dict[str, Any]:
        session["name"] = name
        return {"name": name, "q": q, "seen": g.seen}

    @blueprint.native.get("/again/{n:int}", response_model=Item)
    @blueprint.native.get("/{n:int}", response_model=Item)
    def item(n: int, q: str = "") -> dict[str, Any]:
        if n == 9:
            abort(404)
        if n == 8:
            raise HTTPException(404, "none")
        return {"name": f"{n} {q} {g.seen}", "price": "2", "secret": 1}

    app.include_router(blueprint)
    return app


@pytest.mark.parametrize("testing", [False, True])
def test_a_native_route_in_the_place_of_a_view_keeps_rule_name_and_hooks(testing: bool) -> None:
    app = make_mixed()
    app.testing = testing
    client = app.test_client()
    assert client.get("/items/new").text == "/shop/3?q=x"
    first = client.get("/items/tea?q=4")
    assert first.json == {"name": "tea", "q": 4, "seen": ["named"]}
    assert client.get_cookie("session") is not None
    assert client.get("/items/tea?q=x").status_code == 422
    assert client.post("/items/tea").json["q"] == 0
    assert client.get("/shop/3?q=a").json["name"] == "3 a ['shop.item', \"own {'n': 3}\"]"
    assert client.get("/shop/again/3").json["price"] == 2
    assert "secret" not in client.get("/shop/3").json


@pytest.mark.parametrize("testing", [False, True])
def test_a_native_route_leaves_what_is_around_it_as_it_was(testing: bool) -> None:
    app = make_mixed()
    app.testing = testing
    client = app.test_client()
    assert client.get("/shop/x").text == "lost"
    assert client.get("/shop/9").text == "lost"
    assert client.get("/shop/8").json == {"detail": "none"}
    head = client.head("/shop/3")
    assert (head.status_code, head.text) == (200, "")
    assert client.options("/shop/3").headers["Allow"].replace(" ", "").split(",")
    assert set(client.delete("/items/tea").allow) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert client.delete("/items/tea").status_code == 405


def test_a_native_route_is_described_by_its_whole_path() -> None:
    app = make_mixed()
    with pytest.warns(UserWarning, match="Duplicate Operation ID"):  # FastAPI's, of two methods
        described = app.test_client().get("/openapi.json").json["paths"]
    assert set(described) == {"/items/{name}", "/shop/{n}", "/shop/again/{n}"}, set(described)
    assert set(described["/items/{name}"]) == {"get", "post"}
    assert app.url_path_for("shop.item", n=3) == "/shop/3"


@pytest.mark.parametrize("testing", [False, True])
def test_a_native_route_shares_its_thread_with_the_hooks(testing: bool) -> None:
    app = App(__name__)
    app.testing = testing
    closed: list[str] = []

    @app.before_request
    def connect() -> None:
        g.db = sqlite3.connect(":memory:")

    @app.teardown_request
    def close(_: BaseException | None) -> None:
        g.db.close()
        closed.append(threading.current_thread().name)

    @app.native.get("/{n:int}")
    def read(n: int, double: int = Depends(lambda n: int(n) * 2)) -> dict[str, Any]:
        if n == 7:
            raise KeyError("seven")
        found = g.db.execute("select ?", (double,)).fetchone()
        return {"n": found[0], "thread": threading.current_thread().name}

    @app.native.get("/async/{n:int}")
    async def read_async(n: int) -> int:
        await asyncio.sleep(0)
        return n + len(request.path)

    @app.errorhandler(KeyError)
    def missing(error: KeyError) -> Any:
        return f"handled {error}", 409

    client = app.test_client()
    found = client.get("/3").json
    assert found == {"n": 6, "thread": closed[0]}
    assert client.get("/7").status_code == 409
    assert client.get("/async/2").json == 10
    assert len(closed) == 3


def test_what_a_native_route_depends_on_can_be_replaced() -> None:
    app = App(__name__)

    def user() -> str:
        return "one"

    @app.native.get("/")
    def index(who: str = Depends(user)) -> str:
        return who

    client = app.test_client()
    assert client.get("/").json == "one"
    app.dependency_overrides[user] = lambda: "other"
    assert client.get("/").json == "other"
