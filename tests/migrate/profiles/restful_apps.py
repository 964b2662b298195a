"""The apps that Flask-RESTful and its profile are compared on, and what is asked of them.

Each app is made from a kit, which holds either Flask and the real extension, or the runtime and the
pieces, under the same names.
"""

# The apps are as untyped as the extensions that they are written for.
# mypy: disable-error-code="misc, name-defined, name-match, untyped-decorator, valid-type"

from __future__ import annotations

import decimal
from collections import OrderedDict, namedtuple
from datetime import datetime, timedelta, timezone
from typing import Any

Ask = tuple[str, str, dict[str, Any]]


def ask(method: str, path: str, **options: Any) -> Ask:
    """One request, with the options of Werkzeug's test client."""
    return method, path, options


class Thing:
    """An object that is marshalled by its attributes."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)


def todos(kit: Any) -> Any:
    """The extension's own example: a list and its items, with abort and reqparse."""
    app = kit.App("todos")
    api = kit.rest.Api(app)
    items: dict[str, dict[str, str]] = {"todo1": {"task": "build"}, "汉": {"task": "写"}}
    parser = kit.rest.reqparse.RequestParser()
    parser.add_argument("task", required=True, help="Task is required: {error_msg}")

    def find(todo_id: str) -> dict[str, str]:
        if todo_id not in items:
            kit.rest.abort(404, message=f"Todo {todo_id} doesn't exist", code=7)
        return items[todo_id]

    class Todo(kit.rest.Resource):
        def get(self, todo_id: str) -> Any:
            return find(todo_id)

        def delete(self, todo_id: str) -> Any:
            find(todo_id)
            del items[todo_id]
            return "", 204

        def put(self, todo_id: str) -> Any:
            items[todo_id] = {"task": parser.parse_args()["task"]}
            return items[todo_id], 201, {"X-Todo": todo_id, "ETag": "now"}

    class TodoList(kit.rest.Resource):
        def get(self) -> Any:
            return items

        def post(self) -> Any:
            items["new"] = parser.parse_args(strict=True)
            return items["new"], 201

    api.add_resource(TodoList, "/todos", "/all/")
    api.add_resource(Todo, "/todos/<todo_id>", endpoint="one")

    @app.route("/plain")
    def plain() -> Any:
        kit.abort(404)

    @app.route("/where")
    def where() -> Any:
        return api.url_for(Todo, todo_id="a b", q="1") + "|" + kit.url_for("todolist")

    return app


TODOS = (
    ask("GET", "/todos"),
    ask("HEAD", "/todos"),
    ask("OPTIONS", "/todos"),
    ask("GET", "/all/"),
    ask("GET", "/all"),
    ask("GET", "/todos/todo1"),
    ask("GET", "/todos/汉"),
    ask("GET", "/todos/none"),
    ask("PUT", "/todos/a", data={"task": "form"}),
    ask("PUT", "/todos/a", json={"task": "json"}),
    ask("PUT", "/todos/a", json={}),
    ask("PUT", "/todos/a"),
    ask("PUT", "/todos/a", data="{", content_type="application/json"),
    ask("PUT", "/todos/a", data="task=x", content_type="text/plain"),
    ask("POST", "/todos", json={"task": "x\r\ny"}),
    ask("POST", "/todos", json={"task": "x", "more": 1}),
    ask("PATCH", "/todos"),
    ask("POST", "/todos/todo1"),
    ask("DELETE", "/todos/todo1"),
    ask("DELETE", "/todos/todo1"),
    ask("GET", "/nowhere"),
    ask("GET", "/plain"),
    ask("POST", "/plain"),
    ask("GET", "/where"),
    ask("GET", "/todos", headers={"Accept": "text/html"}),
)


def on_blueprint(kit: Any) -> Any:
    """Prefixes, late resources, constructor arguments, decorators."""
    app = kit.App("on_blueprint")
    blueprint = kit.Blueprint("v1", "v1", url_prefix="/v1")
    api = kit.rest.Api(blueprint, prefix="/api", decorators=[kit.shouting])
    late = kit.rest.Api(prefix="/late")

    class Echo(kit.rest.Resource):
        method_decorators = [kit.counting]

        def __init__(self, word: str = "none", times: int = 1) -> None:
            self.word = word * times

        def get(self, n: int = 0) -> Any:
            return {"word": self.word, "n": n, "endpoint": kit.request.endpoint}

        def post(self) -> Any:
            raise ValueError("no")

    class ByMethod(kit.rest.Resource):
        method_decorators = {"get": [kit.counting]}

        def get(self) -> Any:
            return {"get": 1}

        def post(self) -> Any:
            return {"post": 1}

    api.add_resource(
        Echo,
        "/echo",
        "/echo/<int:n>",
        resource_class_args=("hi",),
        resource_class_kwargs={"times": 2},
    )
    api.add_resource(ByMethod, "/by", endpoint="by_method", strict_slashes=False)

    @late.resource("/echo", endpoint="later")
    class LateEcho(Echo):
        pass

    @blueprint.route("/plain")
    def plain() -> Any:
        return api.url_for(Echo, n=3)

    app.register_blueprint(blueprint, url_prefix="/v2")
    late.init_app(app)
    return app


ON_BLUEPRINT = (
    ask("GET", "/v2/api/echo"),
    ask("GET", "/v2/api/echo/3"),
    ask("GET", "/v2/api/echo/-3"),
    ask("POST", "/v2/api/echo"),
    ask("DELETE", "/v2/api/echo"),
    ask("GET", "/v2/api/by"),
    ask("GET", "/v2/api/by/"),
    ask("POST", "/v2/api/by"),
    ask("GET", "/v1/api/echo"),
    ask("GET", "/v2/plain"),
    ask("POST", "/v2/plain"),
    ask("GET", "/late/echo"),
    ask("POST", "/late/echo"),
)


class AppError(Exception):
    """An error that the API's `errors` speak of."""


def failing(kit: Any) -> Any:
    """Errors of every kind, with an API that is the whole app's."""
    app = kit.App("failing")
    app.config["HTTP_BASIC_AUTH_REALM"] = "here"
    errors = {
        "AppError": {"message": "custom", "status": 409, "extra": [1, 2]},
        "Forbidden": {"hint": "ask"},
    }
    api = kit.rest.Api(app, catch_all_404s=True, serve_challenge_on_401=True, errors=errors)

    class Fail(kit.rest.Resource):
        def get(self, how: str) -> Any:
            if how == "custom":
                raise AppError("x")
            if how == "crash":
                raise RuntimeError("x")
            if how == "described":
                kit.abort(400, "Because.")
            if how == "response":
                kit.abort(kit.make_response("own", 402))
            if how == "data":
                kit.rest.abort(422, errors={"name": ["no"]}, message="bad")
            kit.rest.abort(int(how))

        def post(self, how: str) -> Any:
            return kit.make_response("<p>own", 202, {"X-Own": "1"})

        def put(self, how: str) -> Any:
            return [1, "汉"], int(how)

        def patch(self, how: str) -> Any:
            return (1, 2, 3, 4)

    api.add_resource(Fail, "/fail/<how>")

    @app.errorhandler(418)
    def teapot(error: Exception) -> Any:
        return "tea", 418

    return app


FAILING = (
    *(
        ask("GET", f"/fail/{how}")
        for how in ("custom", "crash", "described", "response", "data", "400", "401", "403", "404")
    ),
    *(ask("GET", f"/fail/{code}") for code in (405, 406, 409, 410, 413, 418, 429, 500, 501, 503)),
    ask("GET", "/fail/999"),
    ask("GET", "/fail/x"),
    ask("POST", "/fail/x"),
    ask("PUT", "/fail/202"),
    ask("PATCH", "/fail/x"),
    ask("DELETE", "/fail/x"),
    ask("GET", "/else/where"),
)


def negotiating(kit: Any) -> Any:
    """Representations of the API and of a resource, and a client that accepts none."""
    app = kit.App("negotiating")
    api = kit.rest.Api(app, default_mediatype=None)

    @api.representation("text/csv")
    def csv(data: Any, code: int, headers: Any = None) -> Any:
        response = kit.make_response(",".join(str(part) for part in data), code)
        response.headers.extend(headers or {})
        return response

    class Data(kit.rest.Resource):
        def get(self) -> Any:
            return [1, 2], 203, {"X-Data": "1"}

        def post(self) -> Any:
            return self.mediatypes()

    class Own(kit.rest.Resource):
        representations = OrderedDict([("text/own", csv)])

        def get(self) -> Any:
            return [3], 200

    api.add_resource(Data, "/data")
    api.add_resource(Own, "/own")
    return app


ACCEPTS = (
    "application/json",
    "text/csv",
    "text/*",
    "*/*",
    "text/own",
    "image/png",
    "text/csv;q=0.3, application/json;q=0.2, text/own;q=0.1",
    "",
)
NEGOTIATING = (
    *(
        ask(method, path, headers={"Accept": accept})
        for accept in ACCEPTS
        for method, path in (("GET", "/data"), ("GET", "/own"), ("POST", "/data"))
    ),
    ask("GET", "/data"),
)


def marshalling(kit: Any) -> Any:
    """Every field, on dicts, objects and rows, with and without what it looks for."""
    app = kit.App("marshalling")
    api = kit.rest.Api(app)
    fields = kit.rest.fields

    class Upper(fields.Raw):
        def format(self, value: Any) -> Any:
            return value.upper()

    class Length(fields.Raw):
        def output(self, key: str, obj: Any) -> Any:
            return len(fields.get_value("text", obj) or "")

    inner = {"id": fields.Integer, "name": fields.String(default="none")}
    every = OrderedDict(
        text=fields.String,
        integer=fields.Integer,
        integer_default=fields.Integer(default=None, attribute="none"),
        float=fields.Float,
        fixed=fields.Fixed(decimals=2, attribute="float"),
        price=fields.Price(attribute="float", default="0"),
        arbitrary=fields.Arbitrary(attribute="number"),
        boolean=fields.Boolean,
        empty=fields.Boolean(attribute="nothing"),
        rfc=fields.DateTime(attribute="when"),
        iso=fields.DateTime(dt_format="iso8601", attribute="when"),
        raw=fields.Raw,
        raw_default=fields.Raw(default="d", attribute="none"),
        path=fields.String(attribute="inner.name"),
        deep=fields.String(attribute="inner.missing.name"),
        function=fields.Raw(attribute=lambda source: type(source).__name__),
        inner=fields.Nested(inner),
        inner_null=fields.Nested(inner, allow_null=True, attribute="none"),
        inner_default=fields.Nested(inner, default={}, attribute="none"),
        inner_empty=fields.Nested(inner, attribute="none"),
        several=fields.List(fields.String),
        numbers=fields.List(fields.Integer, attribute="several"),
        none=fields.List(fields.Integer),
        many=fields.List(fields.Nested(inner), attribute="inners"),
        names=fields.List(fields.String(attribute="name"), attribute="inners"),
        one=fields.List(fields.Nested(inner), attribute="inner"),
        formatted=fields.FormattedString("{text}-{integer}"),
        upper=Upper(attribute="text"),
        length=Length,
        group={
            "a": fields.String(attribute="text"),
            "b": {"c": fields.Integer(attribute="integer")},
        },
    )
    values: dict[str, Any] = {
        "text": "汉 a\n",
        "integer": "7",
        "float": "1.005",
        "number": decimal.Decimal("634271127864378216478362784632784678324.23432"),
        "boolean": "x",
        "nothing": [],
        "when": datetime(2011, 1, 2, 3, 4, 5, 6, tzinfo=timezone(timedelta(hours=2))),
        "raw": {"any": [1, None]},
        "inner": {"id": 1, "name": "in"},
        "several": ["1", 2, 3.5],
        "inners": [{"id": 1, "name": "a"}, {"id": "2"}],
    }
    row = namedtuple("row", "text integer")

    class As(kit.rest.Resource):
        def get(self, kind: str) -> Any:
            sources: dict[str, Any] = {
                "dict": values,
                "object": Thing(**values),
                "list": [values, Thing(**values)],
                "tuple": ({"text": "t", "integer": 1},),
            }
            return kit.rest.marshal(sources[kind], every, envelope=kit.request.args.get("in"))

    class Some(kit.rest.Resource):
        @kit.rest.marshal_with(inner, envelope="data")
        def get(self) -> Any:
            return [{"id": 1}, {"name": "x"}], 202, {"X-Some": "1"}

        @kit.rest.marshal_with(inner)
        def post(self) -> Any:
            return Thing(id="5", name=None)

        @kit.rest.marshal_with_field(fields.List(fields.Integer))
        def put(self) -> Any:
            return ["1", 2, 3.9], 201

        @kit.rest.marshal_with_field(fields.String)
        def patch(self) -> Any:
            return 12

        @kit.rest.marshal_with({"text": fields.String, "integer": fields.Integer})
        def delete(self) -> Any:
            return [row("r", 1)._asdict(), row("s", 2)]

    class Bad(kit.rest.Resource):
        def get(self, kind: str) -> Any:
            field, value = {
                "integer": (fields.Integer, "x"),
                "float": (fields.Float, "x"),
                "fixed": (fields.Fixed, "NaN"),
                "when": (fields.DateTime, 5),
                "format": (fields.DateTime(dt_format="own"), datetime(2020, 1, 1)),
                "formatted": (fields.FormattedString("{0}"), "x"),
                "url": (fields.Url("nowhere"), "x"),
            }[kind]
            try:
                return kit.rest.marshal({"a": value}, {"a": field})
            except Exception as error:
                return {"error": type(error).__name__.replace("Restful", ""), "text": str(error)}

    class Links(kit.rest.Resource):
        def get(self, kind: str) -> Any:
            links = {
                "own": fields.Url,
                "other": fields.Url("as"),
                "absolute": fields.Url("bad", absolute=True),
                "secure": fields.Url(absolute=True, scheme="https"),
            }
            return kit.rest.marshal({"kind": kind, "more": "1"}, links)

    class Wrong(kit.rest.Resource):
        def get(self) -> Any:
            try:
                fields.List(str)
            except Exception as error:
                return str(error)

    api.add_resource(As, "/as/<kind>")
    api.add_resource(Some, "/some")
    api.add_resource(Bad, "/bad/<kind>")
    api.add_resource(Links, "/links/<kind>")
    api.add_resource(Wrong, "/wrong")
    return app


MARSHALLING = (
    *(ask("GET", f"/as/{kind}") for kind in ("dict", "object", "list", "tuple")),
    ask("GET", "/as/list?in=data"),
    ask("GET", "/as/dict?in=data"),
    *(ask(method, "/some") for method in ("GET", "POST", "PUT", "PATCH", "DELETE")),
    *(
        ask("GET", f"/bad/{kind}")
        for kind in ("integer", "float", "fixed", "when", "format", "formatted", "url")
    ),
    ask("GET", "/links/汉"),
    ask("GET", "/wrong"),
)


def arguments(kit: Any) -> Any:
    """Arguments from everywhere, of every type, with everything that may be wrong with them."""
    app = kit.App("arguments")
    api = kit.rest.Api(app)
    reqparse, inputs = kit.rest.reqparse, kit.rest.inputs

    def own(value: Any, name: str, op: str) -> str:
        if value == "bad":
            raise KeyError(value)
        return f"{name}{op}{value}"

    every = reqparse.RequestParser(trim=True)
    every.add_argument("text")
    every.add_argument("int", type=int, help="no: {error_msg}")
    every.add_argument("float", type=float, default=1.5, dest="real")
    every.add_argument("decimal", type=decimal.Decimal, location="args")
    every.add_argument("several", action="append", type=int)
    every.add_argument("either", action="append", location=["args", "form"])
    every.add_argument("choice", choices=("a", "b"), case_sensitive=False)
    every.add_argument("header", location="headers", dest="X-Word")
    every.add_argument("X-Word", location="headers")
    every.add_argument("cookie", location="cookies")
    every.add_argument("file", type=kit.FileStorage, location="files")
    every.add_argument("form", location="form", trim=False)
    every.add_argument("own", type=own, operators=("=", "<"))
    every.add_argument("ignored", type=int, ignore=True)
    every.add_argument("absent", store_missing=False)
    every.add_argument("computed", default=lambda: "computed")
    every.add_argument("whole", type=dict, location="json")
    every.add_argument("full", type=inputs.boolean, nullable=False)

    kinds = {
        "url": inputs.url,
        "boolean": inputs.boolean,
        "natural": inputs.natural,
        "positive": inputs.positive,
        "range": inputs.int_range(1, 5, "number"),
        "regex": inputs.regex("^[0-9]+$"),
        "date": inputs.date,
        "rfc": inputs.datetime_from_rfc822,
        "iso": inputs.datetime_from_iso8601,
        "interval": inputs.iso8601interval,
        "bool": bool,
        "dict": dict,
    }

    def plain(value: Any) -> Any:
        if isinstance(value, kit.FileStorage):
            return [value.filename, value.read().decode()]
        if isinstance(value, list | tuple):
            return [plain(part) for part in value]
        return value.isoformat() if isinstance(value, datetime) else value

    def shown(args: Any) -> Any:
        return {
            key: str(value) if isinstance(value, decimal.Decimal) else plain(value)
            for key, value in args.items()
        }

    class Every(kit.rest.Resource):
        def get(self) -> Any:
            return shown(every.parse_args())

        post = put = get

    class Kind(kit.rest.Resource):
        def get(self, kind: str) -> Any:
            parser = reqparse.RequestParser()
            parser.add_argument("value", type=kinds[kind], location="values")
            return shown(parser.parse_args())

    class Bundled(kit.rest.Resource):
        def get(self) -> Any:
            parser = reqparse.RequestParser(bundle_errors=True)
            parser.add_argument("a", type=int, required=True, location="args")
            parser.add_argument("b", required=True, location=("args", "json", "own"))
            parser.add_argument("c", choices=("x",))
            return shown(parser.parse_args(http_error_code=422))

        def post(self) -> Any:
            parser = reqparse.RequestParser()
            argument = reqparse.Argument("a", type=int, required=True)
            parser.add_argument(argument).add_argument("b")
            copy = parser.copy()
            copy.replace_argument("a", required=False, default="replaced")
            copy.remove_argument("b").add_argument("c")
            args = copy.parse_args(strict=True)
            return [shown(args), args.a, hasattr(args, "b"), args == {"a": args.a, "c": args.c}]

    api.add_resource(Every, "/every")
    api.add_resource(Kind, "/kind/<kind>")
    api.add_resource(Bundled, "/bundled")
    return app


VALUES = {
    "url": ("http://a.bc/d?e", "a.bc", "x", "ftp://u:p@localhost:8/", "https://[::1]/", "汉"),
    "boolean": ("true", "FALSE", "1", "0", "", "on", "x"),
    "natural": ("0", "7", "-1", "x", "", "１"),
    "positive": ("1", "0", "x"),
    "range": ("1", "5", "6", "0", "x"),
    "regex": ("12", "1a", "12\n"),
    "date": ("2020-02-29", "2021-02-29", "x", ""),
    "rfc": ("Wed, 02 Oct 2002 08:00:00 EST", "Wed, 02 Oct 2002 08:00:00 +0100", "x", ""),
    "iso": ("2012-01-01T23:30:00+02:00", "2012-01-01T23:30:00", "2012-01-01", "x", ""),
    "interval": (
        "2013-01-01",
        "2013-01-01T12",
        "2013-01-01T12:30",
        "2013-01-01T12:30:10",
        "2013-01-01T12:30:10+02:00",
        "2013-01-01/2013-02-28",
        "2013-02-28/2013-01-01",
        "2013-01-01/P3D",
        "2013-01-01T06:00-05:00/2013-01-01T12:00-05:00",
        "x",
        "",
    ),
    "bool": ("", "x"),
    "dict": ("x",),
}
HEADERS = {"X-Word": " w ", "Cookie": "cookie=c"}
ARGUMENTS = (
    ask("GET", "/every"),
    ask("GET", "/every", json={}),
    ask(
        "GET",
        "/every?text=+a+&text=b&int=3&float=2&decimal=0.10&several=1&several=2&either=x&choice=A"
        "&own=1&own<=2&ignored=x&full=1",
        headers=HEADERS,
        json={},
    ),
    ask("POST", "/every", data={"form": " f ", "either": ["y", "z"], "several": "3"}),
    ask("POST", "/every", json={"text": 5, "several": [1, "2"], "whole": {"a": 1}, "int": None}),
    ask("POST", "/every", json={"text": None, "several": 4, "full": True}),
    ask("POST", "/every", json={"full": None}),
    ask("POST", "/every", json={"several": ["x"]}),
    ask("POST", "/every", json=["text"]),
    ask("POST", "/every", json={"whole": "x"}),
    ask("GET", "/every?int=x", json={}),
    ask("GET", "/every?float=x", json={}),
    ask("GET", "/every?decimal=x", json={}),
    ask("GET", "/every?choice=c", json={}),
    ask("GET", "/every?own=bad", json={}),
    ask("GET", "/every?several=1&several=x", json={}),
    *(
        ask("GET", f"/kind/{kind}", query_string={"value": value})
        for kind, values in VALUES.items()
        for value in values
    ),
    ask("GET", "/kind/int"),
    ask("GET", "/bundled", json={}),
    ask("GET", "/bundled?a=x&b=1&c=y", json={}),
    ask("GET", "/bundled?a=1&b=1&c=x", json={"b": 2}),
    ask("POST", "/bundled", json={}),
    ask("POST", "/bundled", json={"a": "1", "c": 2}),
    ask("POST", "/bundled?d=1&b=2", json={"a": "1"}),
)


def settings(kit: Any) -> Any:
    """JSON settings, an order of URL parts, CORS, an overridden error handler."""
    app = kit.App("settings")
    app.config["RESTFUL_JSON"] = {"indent": 2, "sort_keys": True, "ensure_ascii": False}

    class OwnApi(kit.rest.Api):
        def handle_error(self, e: Any) -> Any:
            response = super().handle_error(e)
            response.headers["X-Handled"] = type(e).__name__
            return response

        def unauthorized(self, response: Any) -> Any:
            response.headers["WWW-Authenticate"] = "Own"
            return response

    blueprint = kit.Blueprint("parts", "parts", url_prefix="/b")
    api = OwnApi(blueprint, prefix="/a", url_part_order="eab")

    class Data(kit.rest.Resource):
        @kit.cors.crossdomain(origin="*", headers="X-One", credentials=True)
        def get(self) -> Any:
            return kit.make_response("cors")

        @kit.cors.crossdomain(
            origin=["http://a", "http://b"], methods=["put", "get"], max_age=timedelta(minutes=1)
        )
        def put(self) -> Any:
            return kit.make_response("cors", 201)

        def post(self) -> Any:
            return {"b": "汉", "a": [1, {"c": None}]}

        def delete(self) -> Any:
            kit.rest.abort(401)

    api.add_resource(Data, "/e")
    app.register_blueprint(blueprint)
    return app


SETTINGS = tuple(
    ask(method, "/e/a/b") for method in ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD")
)

APPS = (
    (todos, TODOS),
    (on_blueprint, ON_BLUEPRINT),
    (failing, FAILING),
    (negotiating, NEGOTIATING),
    (marshalling, MARSHALLING),
    (arguments, ARGUMENTS),
    (settings, SETTINGS),
)
