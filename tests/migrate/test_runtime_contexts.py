"""Contexts, streams, coroutines, signals and clients work in and around requests as in Flask."""

import asyncio
import threading
from typing import Any

import pytest
from werkzeug.test import TestResponse

from lsp_server.migrate.runtime.app import App
from lsp_server.migrate.runtime.context import (
    copy_current_request_context,
    current_app,
    g,
    has_app_context,
    has_request_context,
    request,
    session,
)
from lsp_server.migrate.runtime.testing import FlaskClient
from tests.migrate.twins import Twins

STREAMS = """
import threading
from flask import (Flask, Response, copy_current_request_context, current_app, g, has_app_context,
                   has_request_context, request, session, stream_template_string,
                   stream_with_context)
app = Flask(__name__)
app.secret_key = "k"
log = []

@app.teardown_request
def over(error):
    log.append(f"teardown {error!r}")

@app.teardown_appcontext
def closed(error):
    log.append(f"context {error!r}")

@app.route("/log")
def show():
    lines = list(log)
    log.clear()
    return lines

class Chunks:
    def __init__(self, n):
        self.n = n
    def __iter__(self):
        for i in range(self.n):
            yield f"{i}{request.path if has_request_context() else '-'}"
    def close(self):
        log.append("closed")

@app.route("/plain")
def plain():
    return Response(Chunks(3))

@app.route("/kept")
def kept():
    g.x = "g"
    @stream_with_context
    def chunks():
        yield g.x
        yield request.args["q"]
        yield current_app.name
    return chunks()

@app.route("/kept2")
def kept2():
    return Response(stream_with_context(Chunks(2)), mimetype="text/plain")

@app.route("/broken")
def broken():
    def chunks():
        yield "begun"
        raise ValueError("in the stream")
    return Response(chunks())

@app.route("/template")
def template():
    return stream_template_string("{% for i in range(3) %}{{ i }}{{ request.path }}{% endfor %}")

@app.route("/onclose")
def onclose():
    response = Response("x")
    response.call_on_close(lambda: log.append(f"on close {has_request_context()}"))
    return response

@app.route("/thread")
def thread():
    found = []
    @copy_current_request_context
    def work():
        found.append(request.path + session.get("a", "none"))
    def bare():
        found.append(f"{has_request_context()} {has_app_context()}")
    for target in (work, bare):
        one = threading.Thread(target=target)
        one.start()
        one.join()
    return found

@app.route("/g")
def uses_g():
    g.a = 1
    g.setdefault("b", []).append(2)
    result = [g.a, g.b, "a" in g, "z" in g, g.get("z", 5), g.pop("a"), g.pop("a", 6), sorted(g)]
    for attempt in (lambda: g.missing, lambda: g.pop("missing"), lambda: delattr(g, "missing")):
        try:
            attempt()
        except Exception as error:
            result.append(repr(error))
    return result

@app.route("/nested")
def nested():
    with app.test_request_context("/other?q=1", method="POST", json={"a": 1}):
        inner = [request.path, request.json, request.args["q"], hasattr(g, "outer")]
        g.outer = True
    with app.app_context():
        inner.append(hasattr(g, "outer"))
    return [*inner, request.path]
"""


@pytest.mark.parametrize("testing", [False, True])
def test_streams_and_contexts(testing: bool) -> None:
    twin = Twins(STREAMS, config={"TESTING": testing})
    for path in ("plain", "kept?q=1", "kept2", "template", "onclose", "thread", "g", "nested"):
        twin.same("GET", f"/{path}")
        twin.same("GET", "/log")
    twin.same("HEAD", "/plain")
    twin.same("GET", "/log")
    twin.both("GET", "/broken")
    twin.same("GET", "/log")


COROUTINES = """
import asyncio
from flask import Blueprint, Flask, g, jsonify, request, session
from flask.views import MethodView
app = Flask(__name__)
app.secret_key = "k"

@app.before_request
async def before():
    await asyncio.sleep(0)
    g.a = "before"

@app.after_request
async def after(response):
    response.headers["X-After"] = g.a
    return response

@app.teardown_request
async def over(error):
    await asyncio.sleep(0)

@app.errorhandler(ValueError)
async def wrong(error):
    return f"wrong {request.path}", 400

@app.context_processor
async def values():
    return {"v": 1}

@app.route("/")
async def index():
    await asyncio.sleep(0)
    session["n"] = session.get("n", 0) + 1
    return jsonify(n=session["n"], a=g.a)

@app.route("/raise")
async def fail():
    raise ValueError

@app.route("/boom")
async def boom():
    raise KeyError("boom")

class Item(MethodView):
    async def get(self):
        return "item"

app.add_url_rule("/item", view_func=Item.as_view("item"))

@app.post("/json")
async def read_json():
    return {"got": request.get_json(), "path": request.path}

@app.post("/part")
def begin():
    return app.ensure_sync(rest)(request.stream.read(3))

async def rest(first):
    await asyncio.sleep(0)
    return {"first": len(first), "rest": len(request.stream.read())}

@app.post("/upload")
async def read_file():
    stored = request.files["file"].read()
    await asyncio.sleep(0)
    return {"size": len(stored), "form": request.form["name"]}
"""


@pytest.mark.parametrize("testing", [False, True])
def test_coroutines(testing: bool) -> None:
    twin = Twins(COROUTINES, config={"TESTING": testing})
    for path in ("/", "/", "/raise", "/boom", "/item"):
        twin.same("GET", path)


@pytest.mark.parametrize("testing", [False, True])
def test_a_coroutine_reads_the_body_that_nobody_has_read_yet(testing: bool) -> None:
    twin = Twins(COROUTINES, config={"TESTING": testing})
    assert twin.same("POST", "/json", json={"n": 1}).text == '{"got":{"n":1},"path":"/json"}\n'
    part = b'--b\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n'
    name, file = (b"name", b"", b"ann"), (b"file", b'; filename="f"', b"x" * 200_000)
    form = {"content_type": "multipart/form-data; boundary=b"}
    body = part % name + part % file + b"--b--\r\n"
    assert twin.same("POST", "/upload", data=body, **form).status == 200
    twin.same("POST", "/part", data=b"x" * 30_000)
    for app in (twin.flask, twin.fastapi):
        app.config["MAX_CONTENT_LENGTH"] = 5
    assert twin.same("POST", "/json", json={"n": 1}).status == 413


SIGNALS = """
import flask
from flask import Flask, flash, render_template_string
app = Flask(__name__)
app.secret_key = "k"
app.config["PROPAGATE_EXCEPTIONS"] = False
seen = []
for name in ("template_rendered", "before_render_template", "request_started", "request_finished",
             "request_tearing_down", "got_request_exception", "appcontext_tearing_down",
             "appcontext_pushed", "appcontext_popped", "message_flashed"):
    def receiver(sender, name=name, **data):
        data.pop("_async_wrapper", None)
        seen.append((name, sender is app, sorted(data)))
    getattr(flask, name).connect(receiver, weak=False)

@app.route("/")
def index():
    flash("x")
    return render_template_string("{{ 1 }}")

@app.route("/boom")
def boom():
    1 / 0

@app.route("/seen")
def show():
    lines = list(seen)
    seen.clear()
    return lines
"""


def test_signals() -> None:
    twin = Twins(SIGNALS)
    for path in ("/", "/seen", "/boom", "/seen", "/none", "/seen"):
        twin.same("GET", path)


CLIENT = """
from flask import Flask, g, redirect, request, session
app = Flask(__name__)
app.secret_key = "k"
closed = []

@app.teardown_appcontext
def close(error):
    closed.append(1)

@app.route("/", methods=["GET", "POST"])
def index():
    session["n"] = session.get("n", 0) + 1
    g.seen = request.form.get("a") or request.args.get("a")
    return {"n": session["n"], "agent": request.user_agent.string, "env": request.remote_addr,
            "user": request.remote_user, "json": request.get_json(silent=True)}

@app.route("/go")
def go():
    return redirect("/?a=went")
"""


@pytest.mark.parametrize("testing", [False, True])
def test_the_apps_own_test_client(testing: bool) -> None:
    def use(app: Any) -> Any:
        import sys

        flask = sys.modules["flask"]
        results: list[Any] = []
        client = app.test_client()
        with client.session_transaction() as kept:
            kept["n"] = 40
        with client:
            results.append(client.get("/?a=b").json)
            results.append([flask.g.seen, flask.session["n"], flask.request.args["a"]])
            results.append(client.post("/", data={"a": "c"}).json)
            results.append([flask.g.seen, flask.request.method])
        results.append(bool(flask.request))
        response = client.get("/go", follow_redirects=True)
        results.append([response.request.path, response.status, len(response.history)])
        results.append(client.get("/", environ_overrides={"REMOTE_USER": "ann"}).json)
        results.append(client.get("/", environ_base={"REMOTE_ADDR": "1.2.3.4"}).json)
        results.append(client.put("/").status)
        results.append(client.post("/", json={"a": 1}).get_json())
        with client.session_transaction() as kept:
            results.append(dict(kept))
            kept.clear()
        results.append(client.get_cookie("session") is None)
        client.set_cookie("session", "forged")
        results.append(client.get("/").json["n"])
        results.append(len(sys.modules["twin_app"].closed) > 5)
        return results

    Twins(CLIENT, config={"TESTING": testing}).each(use)


@pytest.mark.parametrize("given", [(), (True,), (False,), (TestResponse, True)])
def test_a_client_of_the_projects_own_class(given: tuple[Any, ...]) -> None:
    class Client(FlaskClient):
        pass

    app = App(__name__)
    app.testing = True
    app.get("/")(lambda: "answer")
    assert Client(app, *given).get("/").text == "answer"


BATCH = """
from flask import Flask, current_app, g, jsonify, request
app = Flask(__name__)
@app.route("/one/<int:n>", methods=["GET", "POST"])
def one(n):
    return jsonify(n=n, body=request.get_json(silent=True), own=g.get("own"))
@app.route("/all", methods=["POST"])
def batch():
    g.own = "batch"
    with current_app.test_client() as client:
        answers = [client.post(f"/one/{n}", json=n).json for n in request.json]
    return jsonify(answers=answers, path=request.path)
"""


@pytest.mark.parametrize("testing", [False, True])
def test_a_view_is_a_client_of_its_own_app(testing: bool) -> None:
    def use(app: Any) -> Any:
        return app.test_client().post("/all", json=[1, 2]).json

    Twins(BATCH, config={"TESTING": testing}).each(use)


def test_an_outer_context_of_the_app_is_used_for_its_requests() -> None:
    app = App(__name__)
    app.testing = True

    @app.get("/")
    def index() -> str:
        return str(g.get("outer"))

    with app.app_context():
        g.outer = "mine"
        assert app.test_client().get("/").text == "mine"
    assert app.test_client().get("/").text == "None"


def test_names_without_a_context_say_what_to_do() -> None:
    assert not has_app_context() and not has_request_context()
    for name in (current_app, g):
        with pytest.raises(RuntimeError, match="outside of application context"):
            name.anything  # noqa: B018
    for proxy in (request, session):
        with pytest.raises(RuntimeError, match="outside of request context"):
            getattr(proxy, "anything")  # noqa: B009
    with pytest.raises(RuntimeError, match="copy_current_request_context"):
        copy_current_request_context(print)


def test_requests_run_in_threads_of_their_own_and_at_the_same_time() -> None:
    app = App(__name__)
    together = threading.Barrier(3, timeout=10)
    threads = set()

    @app.before_request
    def before() -> None:
        g.thread = threading.get_ident()

    @app.get("/")
    def index() -> str:
        together.wait()
        threads.add(threading.get_ident())
        return str(g.thread == threading.get_ident())

    @app.teardown_request
    def over(error: BaseException | None) -> None:
        assert g.thread == threading.get_ident()

    async def ask() -> list[dict[str, Any]]:
        return await asyncio.gather(*(get(app, "/") for _ in range(3)))

    answers = asyncio.run(ask())
    assert [answer["body"] for answer in answers] == [b"True"] * 3
    assert len(threads) == 3


async def get(app: App, path: str, **scope: Any) -> dict[str, Any]:
    """One GET request; `receive` waits for ever after the body, as a patient client does."""
    answer: dict[str, Any] = {"body": b""}
    given = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if not given:
            await asyncio.Event().wait()
        return given.pop()

    async def send(message: Any) -> None:
        answer.update({key: message[key] for key in ("status", "headers") if key in message})
        answer["body"] += message.get("body", b"")

    request = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    await app({**request, **scope}, receive, send)
    return answer


def test_an_endless_stream_ends_when_the_client_is_gone() -> None:
    app = App(__name__)
    closed = threading.Event()

    @app.get("/")
    def endless() -> Any:
        def chunks() -> Any:
            try:
                while True:
                    yield "tick"
            finally:
                closed.set()

        return chunks()

    async def leave() -> None:
        sent = asyncio.Event()
        given = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> Any:
            if given:
                return given.pop()
            await sent.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message.get("body"):
                sent.set()

        scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
        await asyncio.wait_for(app(scope, receive, send), 10)

    asyncio.run(leave())
    assert closed.wait(10)


def test_a_body_that_nobody_reads_is_not_fetched() -> None:
    app = App(__name__)

    @app.post("/")
    def index() -> str:
        return "did not look"

    async def receive() -> Any:
        raise AssertionError("nobody asked for the body")

    answer: list[Any] = []

    async def send(message: Any) -> None:
        answer.append(message)

    headers = [(b"content-length", b"1000000000000")]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers}
    asyncio.run(app({**scope, "query_string": b""}, receive, send))
    assert answer[0]["status"] == 200


def test_headers_with_underscores_are_not_taken_for_a_proxys() -> None:
    app = App(__name__)

    @app.get("/")
    def index() -> str:
        return str(request.headers.get("X-Forwarded-For"))

    headers = [(b"x_forwarded_for", b"1.2.3.4")]
    assert asyncio.run(get(app, "/", headers=headers))["body"] == b"None"


def test_the_scope_shows_session_and_g_afterwards() -> None:
    app = App(__name__, static_folder=None)
    app.secret_key = "k"

    @app.get("/")
    def index() -> str:
        session["a"] = 1
        g.b = 2
        return ""

    scope: dict[str, Any] = {"state": {}}

    async def ask() -> None:
        request = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
        scope.update(request)

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            pass

        await app(scope, receive, send)

    asyncio.run(ask())
    assert scope["session"] == {"a": 1}
    assert scope["state"]["g"].b == 2


@pytest.mark.parametrize("testing", [False, True])
def test_what_ends_the_process_comes_through_as_it_is(testing: bool) -> None:
    app = App(__name__)
    app.testing = testing

    @app.get("/")
    def index() -> str:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        app.test_client().get("/")


def test_a_test_client_without_sessions_or_cookies_says_so() -> None:
    app = App(__name__)
    with (
        pytest.raises(RuntimeError, match="did not open a session"),
        app.test_client().session_transaction(),
    ):
        pass
    app.secret_key = "k"
    client = app.test_client(use_cookies=False)
    with pytest.raises(TypeError, match="Cookies are disabled"), client.session_transaction():
        pass


async def answered(app: App, path: str) -> str:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    await app({**scope, "server": ("localhost", 80), "scheme": "http"}, receive, send)
    return b"".join(message.get("body", b"") for message in sent).decode()


def test_a_request_sees_the_context_that_the_test_holds_though_the_loop_is_older() -> None:
    app = App(__name__)
    app.testing = True

    @app.get("/")
    def show() -> str:
        return f"{g.get('who', 'nobody')}"

    with asyncio.Runner() as runner:
        with app.app_context():
            g.who = "first"
            # The runner keeps a copy of what is seen now for all that it will run.
            assert runner.run(answered(app, "/")) == "first"
        assert runner.run(answered(app, "/")) == "nobody"
        with app.app_context():
            g.who = "second"
            assert runner.run(answered(app, "/")) == "second"
            with app.app_context():
                g.who = "inner"
                assert runner.run(answered(app, "/")) == "inner"
            assert runner.run(answered(app, "/")) == "second"
