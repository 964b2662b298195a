"""Flask-CORS and what stands in for it send the same headers, preflight and errors included."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta
from typing import Any

import pytest

from lsp_server.migrate.profiles.cors import PROFILE
from tests.migrate.profiles.pairs import Pair, stand_in

HEADERS: list[dict[str, str]] = [
    {},
    {"Origin": "https://a.example"},
    {"Origin": "HTTPS://A.EXAMPLE"},
    {"Origin": "https://b.example"},
    {"Origin": "https://evil.example", "Access-Control-Request-Private-Network": "true"},
    {"Origin": "null"},
    {
        "Origin": "https://a.example",
        "Access-Control-Request-Method": "put",
        "Access-Control-Request-Headers": "X-B, content-type,X-a",
        "Access-Control-Request-Private-Network": "true",
    },
    {"Origin": "https://a.example", "Access-Control-Request-Method": "TRACE"},
    {"Access-Control-Request-Method": "POST"},
]
PATHS = [
    "/",
    "/api/x",
    "/api/y/z",
    "/API/x",
    "/one",
    "/two",
    "/plain",
    "/boom",
    "/teapot",
    "/lost",
    "/api/%E4",
]


def api(options: dict[str, Any], app_config: dict[str, Any]) -> Any:
    """An app with these options of CORS, and views with options of their own."""

    def make(flask: Any, ext: Any) -> Any:
        app = flask.Flask(__name__)
        app.config.update(app_config)
        if options is not NONE:
            ext.CORS(app, **options)

        @app.route("/")
        def index() -> Any:
            return "index", {"Vary": "Accept"}

        @app.route("/api/<path:what>", methods=["GET", "POST"])
        def resource(what: str) -> str:
            return what

        @app.route("/one")
        @ext.cross_origin()
        def one() -> str:
            return "one"

        @app.route("/two", methods=["PUT", "GET"])
        @ext.cross_origin(
            origins=["https://a.example", re.compile("https://[bc].example")],
            supports_credentials=True,
            expose_headers={"X-Two", "X-One"},
            max_age=timedelta(hours=1),
            methods=["put", "get"],
            allow_headers=["X-A", "content-.*"],
        )
        def two() -> Any:
            return {"two": 2}, 201

        @app.route("/three", methods=["GET", "OPTIONS"])
        @ext.cross_origin(automatic_options=False, origins="https://a.example")
        def three() -> str:
            return f"three {flask.request.method}"

        @app.route("/plain")
        def plain() -> Any:
            response = flask.make_response("plain")
            response.headers = {"Content-Type": "text/plain", "vary": "Accept", "X-A": "1"}
            return response

        @app.route("/boom")
        def boom() -> None:
            raise ZeroDivisionError

        @app.route("/teapot")
        def teapot() -> None:
            flask.abort(418)

        return app

    return make


NONE: dict[str, Any] = {}
OPTIONS: dict[str, dict[str, Any]] = {
    "none": NONE,
    "defaults": {"resources": r"/*"},
    "paths": {"resources": r"/api/*"},
    "one path": {"resources": "/api/x"},
    "several": {"resources": ["/one", re.compile("/api/.*")], "origins": "https://a.example"},
    "by path": {
        "resources": {
            r"/api/*": {"origins": ["https://a.example", "https://b.example"]},
            r"/api/y/.*": {"origins": "*", "send_wildcard": True},
            "/": {"origins": r"https://.*\.example$", "supports_credentials": True},
            "*": {"origins": [], "always_send": True},
        }
    },
    "credentials": {"supports_credentials": True, "expose_headers": "X-A", "max_age": 600},
    "private": {"allow_private_network": True, "vary_header": False, "origins": ["*"]},
    "quiet": {"always_send": False, "origins": ["https://a.example", "https://b.example"]},
    "no errors": {"intercept_exceptions": False, "methods": "GET, PUT", "max_age": 0},
    "unknown": {"headers": "X-Unknown", "allow_headers": "X-B"},
}
CONFIG = {
    "CORS_ORIGINS": ["https://b.example"],
    "CORS_METHODS": ["GET"],
    "CORS_MAX_AGE": "5",
    "CORS_SUPPORTS_CREDENTIALS": True,
    "CORS_EXPOSE_HEADERS": ["B", "A"],
    "CORS_RESOURCES": {"/api/.*": {"origins": "https://a.example"}, "/": {}},
}


@pytest.mark.parametrize("name", OPTIONS)
def test_every_request_gets_the_same_headers(name: str) -> None:
    pair = Pair(api(OPTIONS[name], {}), PROFILE)
    for path, headers in itertools.product([*PATHS, "/three"], HEADERS):
        for method in ("GET", "OPTIONS", "POST"):
            pair.same(path, method, headers=headers)


def test_the_config_holds_where_nothing_else_does() -> None:
    for options in ({}, {"origins": "https://a.example", "resources": "/api/x"}):
        pair = Pair(api({"vary_header": True, **options}, CONFIG), PROFILE)
        for path, headers in itertools.product(PATHS, HEADERS):
            for method in ("GET", "OPTIONS"):
                pair.same(path, method, headers=headers)


def test_a_blueprint_can_have_headers_of_its_own() -> None:
    def make(flask: Any, ext: Any) -> Any:
        app = flask.Flask(__name__)
        blueprint = flask.Blueprint("b", __name__, url_prefix="/b")
        ext.CORS(blueprint, origins="https://a.example")

        @blueprint.route("/")
        def home() -> str:
            return "b"

        @app.route("/")
        def index() -> str:
            return "index"

        app.register_blueprint(blueprint)
        return app

    pair = Pair(make, PROFILE)
    for path, headers in itertools.product(("/", "/b/", "/b", "/b/lost"), HEADERS):
        pair.same(path, headers=headers)
    answer = pair.same("/b/", headers=HEADERS[1])
    assert answer.headers["Access-Control-Allow-Origin"] == "https://a.example"


def test_an_app_that_is_met_later_gets_the_options_of_both_calls() -> None:
    def make(flask: Any, ext: Any) -> Any:
        app = flask.Flask(__name__)
        cors = ext.CORS(origins="https://a.example", max_age=3)
        cors.init_app(app, origins="https://b.example")
        app.add_url_rule("/", view_func=lambda: "x", endpoint="x")
        return app

    pair = Pair(make, PROFILE)
    for headers in HEADERS:
        pair.same("/", "OPTIONS", headers=headers)


def test_a_view_gets_the_headers_of_the_last_word_only() -> None:
    pair = Pair(api({"origins": "https://b.example"}, {}), PROFILE)
    for headers in HEADERS:
        answer = pair.same("/two", headers=headers)
        assert len(answer.headers.getlist("Access-Control-Allow-Origin")) <= 1


def test_errors_of_error_handlers_get_headers_too() -> None:
    pair = Pair(api({"origins": "*"}, {}), PROFILE)

    def fail(error: Any) -> None:
        raise RuntimeError("again")

    for app in (pair.old, pair.new):
        app.register_error_handler(418, fail)
    answer = pair.same("/teapot", headers=HEADERS[1])
    assert answer.status_code == 500
    assert answer.headers["Access-Control-Allow-Origin"] == "https://a.example"


def test_options_that_cannot_be_are_refused() -> None:
    import flask_cors

    for ext in (flask_cors, stand_in(PROFILE)):
        pair = Pair(api(NONE, {}), PROFILE)
        for options, text in (
            ({"supports_credentials": True, "send_wildcard": True}, "credentials"),
            ({"resources": 3}, "Unexpected value for resources"),
            ({"origins": "https://[a"}, "https://\\[a"),
        ):
            with pytest.raises(ValueError, match=text):
                ext.CORS(pair.new, **options)
