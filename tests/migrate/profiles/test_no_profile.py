"""An extension that nothing is known of, on the Flask app beside: it sees and does what it did.

The same extension, written against the real Flask, is given the old app, or the Flask app beside
the new one.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from typing import Any

import flask
import pytest
from flask.globals import app_ctx
from flask.sessions import SessionInterface, SessionMixin

from lsp_server.migrate.runtime.context import current_app
from lsp_server.migrate.runtime.flask_beside import flask_beside
from tests.migrate.twins import Twins


def extended(make: Callable[[Any], Any], *extend: Callable[[Any], None]) -> Twins:
    """The twins, of which each has got the extensions."""
    twins = Twins(make, config={"SECRET_KEY": "k"})
    flask_beside(twins.fastapi)
    for function in extend:
        function(twins.flask)
        function(flask_beside(twins.fastapi))
    return twins


def shop(module: Any) -> Any:
    app = module.Flask("shop")
    admin = module.Blueprint("admin", "shop")

    @app.route("/buy/<int:n>")
    def buy(n: int) -> Any:
        return {"n": n, "seen": module.g.get("seen", [])}

    @admin.route("/admin")
    def users() -> Any:
        raise LookupError("no users")

    @app.route("/page")
    def page() -> Any:
        return module.render_template_string("{{ nonce() }} {{ owner }} {{ 3|twice }} {{ own }}")

    @app.context_processor
    def own() -> Any:
        return {"own": "mine"}

    app.register_blueprint(admin)
    return app


def test_a_proxy_stands_for_the_flask_app_before_there_is_an_app() -> None:
    beside = flask_beside(current_app)
    assert not beside
    app = Twins(shop).fastapi
    with app.app_context():
        assert beside == flask_beside(app)
        assert beside.name == "shop"


def test_hooks_run_in_the_order_in_which_both_sides_registered_them() -> None:
    def see(name: str) -> Callable[[], None]:
        return lambda: flask.g.setdefault("seen", []).append(name)

    def mark(name: str) -> Callable[[Any], Any]:
        def after(response: Any) -> Any:
            response.headers["X-Order"] = response.headers.get("X-Order", "") + name
            return response

        return after

    def make(module: Any) -> Any:
        app = shop(module)
        app.before_request(lambda: module.g.setdefault("seen", []).append("app"))
        app.after_request(mark("app"))
        return app

    def extend(app: Any) -> None:
        app.before_request(see("first"))
        app.after_request(mark("first"))
        app.before_request(see("second"))
        app.after_request(mark("second"))

    twins = extended(make, extend)
    assert twins.same("GET", "/buy/1").text.count("first") == 1
    twins.same("GET", "/nowhere")
    twins.same("OPTIONS", "/buy/1")


def test_a_hook_that_answers_ends_the_request_for_both() -> None:
    def extend(app: Any) -> None:
        app.before_request(lambda: ("no more", 429) if flask.request.view_args else None)

    twins = extended(shop, extend)
    assert twins.same("GET", "/buy/1").status == 429
    twins.same("GET", "/page/")


def test_an_extension_finds_views_blueprints_and_rules_of_the_app() -> None:
    def extend(app: Any) -> None:
        def look(response: Any) -> Any:
            found = flask.current_app
            view = found.view_functions.get(flask.request.endpoint or "")
            told = {
                "view": getattr(view, "__qualname__", None),
                "blueprint": getattr(
                    found.blueprints.get(flask.request.blueprint or ""), "name", None
                ),
                "rules": sorted(str(rule) for rule in found.url_map.iter_rules()),
                "url": flask.url_for("buy", n=3),
            }
            return flask.jsonify(told)

        app.after_request(look)
        app.register_error_handler(LookupError, lambda error: "handled")

    twins = extended(shop, extend)
    assert "shop.<locals>.buy" in twins.same("GET", "/buy/1").text
    assert '"blueprint":"admin"' in twins.same("GET", "/admin").text


def test_an_extensions_error_handler_answers_errors_of_the_apps_views() -> None:
    def extend(app: Any) -> None:
        app.register_error_handler(LookupError, lambda error: (f"sorry: {error}", 410))
        app.register_error_handler(404, lambda error: ("lost", 404))

    twins = extended(shop, extend)
    assert twins.same("GET", "/admin").status == 410
    assert twins.same("GET", "/nowhere").text == "lost"


def test_templates_of_both_have_what_either_gives_them() -> None:
    def extend(app: Any) -> None:
        app.jinja_env.globals["nonce"] = lambda: "abc"
        app.template_filter("twice")(lambda n: n * 2)
        app.context_processor(lambda: {"owner": "Ann"})
        text = "{{ own }} {{ owner }} {{ nonce() }} {{ url_for('buy', n=2) }} {{ request.path }}"
        app.add_url_rule("/info", "info", lambda: flask.render_template_string(text))

    twins = extended(shop, extend)
    assert twins.same("GET", "/page").text == "abc Ann 6 mine"
    assert twins.same("GET", "/info").text == "mine Ann abc /buy/2 /info"


def test_an_answer_and_a_blueprint_of_the_app_are_flasks_to_an_extension() -> None:
    def make(module: Any) -> Any:
        app = shop(module)

        @app.route("/made")
        def made() -> Any:
            return {"is_answer": isinstance(module.make_response("made"), flask.Response)}

        return app

    twins = extended(make)
    assert twins.same("GET", "/made").text == '{"is_answer":true}\n'
    assert isinstance(twins.fastapi.blueprints["admin"], flask.Blueprint)


def test_functions_for_after_this_request_are_called_for_the_apps_views() -> None:
    def extend(app: Any) -> None:
        def later() -> None:
            @flask.after_this_request
            def mark(response: Any) -> Any:
                response.set_cookie("seen", "1")
                return response

        app.before_request(later)

    twins = extended(shop, extend)
    assert twins.same("GET", "/buy/1").header("set-cookie") == "seen=1; Path=/"


@pytest.mark.parametrize(
    "name", ["request_started", "request_finished", "got_request_exception", "template_rendered"]
)
def test_signals_of_the_app_reach_who_listens_to_flasks(name: str) -> None:
    heard: dict[str, list[str]] = {}
    receivers = []

    def extend(app: Any) -> None:
        def listen(sender: Any, **extra: Any) -> None:
            heard.setdefault(type(sender).__name__ + str(id(sender)), []).append(flask.request.path)

        receivers.append(listen)
        getattr(flask, name).connect(listen, app)
        app.jinja_env.globals["nonce"] = str
        app.template_filter("twice")(str)

    twins = extended(shop, extend)
    for path in ("/page", "/admin", "/buy/2"):
        twins.same("GET", path)
    old, new = heard.values()
    assert old == new


def test_what_the_extension_answers_is_written_as_the_app_writes_json() -> None:
    def make(module: Any) -> Any:
        app = shop(module)
        app.json.sort_keys = False
        return app

    def extend(app: Any) -> None:
        app.add_url_rule("/info", "info", lambda: flask.jsonify(b=1, a=2))

    assert extended(make, extend).same("GET", "/info").text == '{"b":1,"a":2}\n'


def test_a_context_that_a_test_makes_is_flasks_too() -> None:
    twins = extended(shop)
    for app in (twins.flask, twins.fastapi):
        with app.test_request_context("/buy/3?a=1"):
            assert (flask.request.endpoint, flask.request.args["a"]) == ("buy", "1")
            assert flask.url_for("buy", n=1) == "/buy/1"
        assert not flask.has_request_context()


def test_teardown_functions_of_both_run_once_and_the_last_registered_first() -> None:
    ended: list[str] = []
    side: list[str] = []

    def make(module: Any) -> Any:
        app = shop(module)
        app.teardown_request(lambda error: ended.append("app"))
        return app

    def extend(app: Any) -> None:
        def leave(error: Any) -> None:
            ended.append(flask.request.path)

        free = flask.Blueprint("free", "shop")
        free.add_url_rule("/free", "free", lambda: "free")
        free.add_url_rule("/tea", "tea", lambda: flask.abort(418))
        free.teardown_request(lambda error: ended.append("blueprint"))
        app.register_blueprint(free)
        app.teardown_request(leave)

    twins = extended(make, extend)
    for path in ("/free", "/tea", "/buy/1", "/nowhere"):
        twins.same("GET", path)
        assert ended[: len(ended) // 2] == ended[len(ended) // 2 :], path
        side += ended[: len(ended) // 2]
        ended.clear()
    assert side == [
        *("blueprint", "/free", "app", "blueprint", "/tea", "app"),
        *("/buy/1", "app", "/nowhere", "app"),
    ]


def test_what_is_put_on_the_request_is_there_for_both() -> None:
    def make(module: Any) -> Any:
        app = shop(module)

        @app.route("/parsed", methods=["POST"])
        def parsed() -> Any:
            request = module.request
            request.answered, request.owner = True, "app"
            return {"parsed": request.parsed, "more": hasattr(request, "more")}

        return app

    def extend(app: Any) -> None:
        def parse() -> None:
            flask.request.parsed = flask.request.get_json(silent=True)  # type: ignore[attr-defined]
            flask.request.owner = "extension"  # type: ignore[attr-defined]

        def mark(response: Any) -> Any:
            owner, answered = flask.request.owner, hasattr(flask.request, "answered")  # type: ignore[attr-defined]
            response.headers["X-Owner"] = f"{owner} {answered} {hasattr(flask.request, 'more')}"
            return response

        app.before_request(parse)
        app.after_request(mark)

    twins = extended(make, extend)
    answer = twins.same("POST", "/parsed", json={"n": 1})
    assert answer.text == '{"more":false,"parsed":{"n":1}}\n'
    assert answer.header("X-Owner") == "app True False"
    twins.same("GET", "/buy/1")
    twins.same("GET", "/nowhere")


def test_a_limit_that_the_extension_sets_for_one_request_is_the_apps() -> None:
    def make(module: Any) -> Any:
        app = shop(module)

        @app.route("/size", methods=["POST"])
        def size() -> Any:
            return {"size": len(module.request.get_data())}

        return app

    def limit() -> None:
        if "small" in flask.request.args:
            flask.request.max_content_length = 4

    twins = extended(make, lambda app: app.before_request(limit))
    assert twins.same("POST", "/size?small=1", data=b"12345").status == 413
    assert twins.same("POST", "/size", data=b"12345").status == 200


class StoredSession(dict[str, Any], SessionMixin):
    """A session that is kept on the server, under an id."""

    sid = ""


class StoredSessions(SessionInterface):
    """Sessions in the manner of Flask-Session's; without a secret key, too."""

    def __init__(self) -> None:
        self.store: dict[str, dict[str, Any]] = {}

    def open_session(self, app: Any, request: Any) -> StoredSession:
        assert isinstance(app, flask.Flask)
        session = StoredSession(self.store.get(request.cookies.get("sid"), {}))
        session.sid = request.cookies.get("sid", f"id{len(self.store)}")
        return session

    def save_session(self, app: Any, session: Any, response: Any) -> None:
        assert isinstance(app, flask.Flask)
        if session:
            self.store[session.sid] = dict(session)
            response.set_cookie("sid", session.sid, path=self.get_cookie_path(app))

    def renew(self, session: Any) -> None:
        session.sid += "+"


def test_where_an_extension_keeps_sessions_the_app_keeps_them() -> None:
    def make(module: Any) -> Any:
        app = shop(module)

        @app.route("/count")
        def count() -> Any:
            module.session["n"] = module.session.get("n", 0) + 1
            if module.session["n"] == 2:
                module.current_app.session_interface.renew(module.session)
            return f"{module.session['n']} {flask.session['n']} {module.session.sid}"

        return app

    def extend(app: Any) -> None:
        app.session_interface = StoredSessions()
        app.config["SECRET_KEY"] = None

    twins = extended(make, extend)
    texts = [twins.same("GET", "/count").text for _ in range(3)]
    assert texts == ["1 1 id0", "2 2 id0+", "3 3 id0+"]
    for app in (twins.flask, twins.fastapi):
        client = app.test_client()
        with client.session_transaction() as session:
            session["n"] = 6
        assert client.get("/count").text.startswith("7 7 id")


def test_middleware_that_an_extension_puts_around_the_app_is_there() -> None:
    def extend(app: Any) -> None:
        inner = app.wsgi_app

        def outer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            environ["PATH_INFO"] = environ["PATH_INFO"].replace("/old/", "/")
            return inner(environ, start_response)

        app.wsgi_app = outer

    assert extended(shop, extend, extend).same("GET", "/old/buy/3").text == '{"n":3,"seen":[]}\n'


def test_what_an_extension_puts_on_the_app_is_on_the_app() -> None:
    class Tagged(flask.json.provider.DefaultJSONProvider):
        def default(self, value: Any) -> Any:
            return f"<{value!r}>"

    def make(module: Any) -> Any:
        app = shop(module)

        @app.route("/jobs")
        def jobs() -> Any:
            answer = module.jsonify(jobs=module.current_app.jobs.run(), other={1})
            answer.headers["X-Jobs"] = "1"
            return answer

        return app

    class Jobs:
        def run(self) -> list[Any]:
            return [flask.current_app.jobs is self, {2}]  # type: ignore[attr-defined]

    def extend(app: Any) -> None:
        app.json = Tagged(app)
        app.jobs = Jobs()

    twins = extended(make, extend)
    assert twins.same("GET", "/jobs").text == '{"jobs":[true,"<{2}>"],"other":"<{1}>"}\n'
    assert twins.fastapi.jobs is flask_beside(twins.fastapi).jobs
    twins.fastapi.title = "FastAPI's"
    flask_beside(twins.fastapi).title = "the extension's"
    assert twins.fastapi.title == "FastAPI's"


def with_context_and_g(function: Callable[[], Any]) -> Callable[[], Any]:
    """As Flask-Executor has a function run in a thread."""
    app, copied = flask.current_app._get_current_object(), copy(flask.g)  # type: ignore[attr-defined]
    function = flask.copy_current_request_context(function)

    def run() -> Any:
        with app.app_context():
            app_ctx.g = copied
            return function()

    return run


@pytest.mark.parametrize("wrap", [flask.copy_current_request_context, with_context_and_g])
def test_what_an_extension_takes_along_into_a_thread_is_the_apps_too(wrap: Any) -> None:
    def make(module: Any) -> Any:
        app = shop(module)

        def path() -> str:
            path, seen = module.request.path, module.g.get("seen")
            module.g.seen = "thread"
            return f"{path} {module.current_app.name} {seen} {flask.g.get('seen')}"

        @app.route("/thread")
        def thread() -> Any:
            module.g.seen = "request"
            with ThreadPoolExecutor(1) as pool:
                inside = pool.submit(wrap(path)).result()
            return f"{inside} {module.g.seen} {list(module.g)}"

        return app

    text = extended(make).same("GET", "/thread").text
    taken = "request" if wrap is with_context_and_g else None
    assert text == f"/thread shop {taken} thread request ['seen']"
