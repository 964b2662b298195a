"""The apps that Flask-RESTX and its profile are compared on, and what is asked of them."""

# The apps are as untyped as the extensions that they are written for.
# mypy: disable-error-code="misc, name-defined, name-match, untyped-decorator, valid-type"

from __future__ import annotations

import decimal
from collections import OrderedDict
from datetime import date, datetime, timedelta, timezone
from typing import Any

from tests.migrate.profiles.restful_apps import ACCEPTS, HEADERS, VALUES, Thing, ask


def todos(kit: Any) -> Any:
    """The extension's own example, with everything that documents it."""
    app = kit.App("todos")
    api = kit.rest.Api(
        app,
        version="1.0",
        title="Todo API 汉",
        description="A simple API",
        terms_url="http://terms",
        license="MIT",
        license_url="http://mit",
        contact="We",
        contact_email="we@here.org",
        authorizations={"apikey": {"type": "apiKey", "in": "header", "name": "X-API"}},
        security="apikey",
        tags=["first", ("second", "described"), {"name": "todos"}],
    )
    ns = api.namespace("todos", description="TODO operations")
    fields = kit.rest.fields
    todo = api.model(
        "Todo",
        {
            "id": fields.Integer(readonly=True, description="The id"),
            "task": fields.String(required=True, description="The task", max_length=5, example="e"),
        },
    )
    items: list[dict[str, Any]] = [{"id": 1, "task": "build", "more": 1}]

    def find(number: int) -> dict[str, Any]:
        for item in items:
            if item["id"] == number:
                return item
        api.abort(404, f"Todo {number} doesn't exist", number=number)
        raise AssertionError

    @ns.route("/")
    class TodoList(kit.rest.Resource):
        """Shows a list of all todos."""

        @ns.doc("list_todos")
        @ns.marshal_list_with(todo)
        def get(self) -> Any:
            """List all tasks

            And more of that. :raises NoIdea: not documented
            """
            return items

        @ns.doc("create_todo", security=None)
        @ns.expect(todo, validate=True)
        @ns.marshal_with(todo, code=201, description="Made")
        @ns.response(400, "Bad")
        def post(self) -> Any:
            """Create a new task."""
            items.append({"id": len(items) + 1, **api.payload})
            return items[-1], 201

    @ns.route("/<int:number>", "/by/<int:number>")
    @ns.response(404, "Todo not found")
    @ns.param("number", "The task identifier")
    class Todo(kit.rest.Resource):
        @ns.marshal_with(todo, envelope="todo")
        def get(self, number: int) -> Any:
            return find(number)

        @ns.response(204, "Gone", headers={"X-Gone": "when"})
        @ns.deprecated
        def delete(self, number: int) -> Any:
            items.remove(find(number))
            return "", 204

        @ns.expect((todo, "described"))
        @ns.marshal_with(todo, skip_none=True, mask="task")
        def put(self, number: int) -> Any:
            find(number).update(ns.payload)
            return find(number)

        @ns.hide
        def patch(self, number: int) -> Any:
            return {"hidden": number}

    @app.route("/plain")
    def plain() -> Any:
        kit.abort(404)

    return app


TODOS = (
    ask("GET", "/swagger.json"),
    ask("GET", "/todos/"),
    ask("GET", "/todos"),
    ask("GET", "/todos/", headers={"X-Fields": "{task}"}),
    ask("GET", "/todos/", headers={"X-Fields": "id,*"}),
    ask("GET", "/todos/", headers={"X-Fields": "{task"}),
    ask("GET", "/todos/", headers={"X-Fields": "task{x}"}),
    ask("GET", "/todos/", headers={"X-Fields": "}"}),
    ask("GET", "/todos/", headers={"X-Fields": "a,,b"}),
    ask("GET", "/todos/", headers={"X-Fields": "{none}"}),
    ask("POST", "/todos/", json={"task": "写"}),
    ask("POST", "/todos/", json={"task": "too long"}),
    ask("POST", "/todos/", json={}),
    ask("POST", "/todos/", json=[]),
    ask("POST", "/todos/", json={"task": 1, "id": "x"}),
    ask("POST", "/todos/", data="{", content_type="application/json"),
    ask("POST", "/todos/", data={"task": "x"}),
    ask("GET", "/todos/1"),
    ask("GET", "/todos/by/1"),
    ask("GET", "/todos/7"),
    ask("GET", "/todos/x"),
    ask("PUT", "/todos/1", json={"task": "changed"}),
    ask("PATCH", "/todos/1"),
    ask("POST", "/todos/1"),
    ask("OPTIONS", "/todos/1"),
    ask("HEAD", "/todos/1"),
    ask("DELETE", "/todos/1"),
    ask("DELETE", "/todos/1"),
    ask("GET", "/plain"),
    ask("GET", "/nowhere"),
    ask("GET", "/todos/", headers={"Accept": "text/html"}),
)


class AppError(Exception):
    """An error with a handler."""


class OtherError(Exception):
    """An error with a handler in a namespace."""


def on_blueprint(kit: Any) -> Any:
    """A versioned blueprint with namespaces from elsewhere, and error handlers."""
    app = kit.App("on_blueprint")
    app.config["RESTX_MASK_HEADER"] = "X-Mask"
    blueprint = kit.Blueprint("api", "api", url_prefix="/api/1")
    api = kit.rest.Api(blueprint, doc="/doc/", prefix="/p", default="main", default_label="Main")
    cats = kit.rest.Namespace("cats", description="Cats", decorators=[kit.shouting])
    dogs = kit.rest.Namespace("dogs", path="/animals/dogs/", validate=True)
    fields = kit.rest.fields
    cat = cats.model("Cat", {"id": fields.String(required=True), "name": fields.String})
    dog = dogs.inherit("Dog", cat, {"loud": fields.Boolean(default=True)})
    puppy = dogs.clone("Puppy", cat, {"age": fields.Integer(min=0, max=2, attribute="years")})

    @api.errorhandler(AppError)
    @api.marshal_with(api.model("Error", {"message": fields.String}), code=409)
    @api.header("X-Error", "Why")
    def on_app_error(error: Any) -> Any:
        """An error of the app.

        With more.
        """
        return {"message": f"app: {error}"}, 409, {"X-Error": "yes"}

    @dogs.errorhandler(OtherError)
    def on_other_error(error: Any) -> Any:
        """Another."""
        return {"own": str(error)}, 410

    @api.errorhandler
    def on_default(error: Any) -> Any:
        return {"default": type(error).__name__}, 503

    @cats.route("/", "/all", endpoint="list_of_cats")
    class CatList(kit.rest.Resource):
        @cats.marshal_list_with(cat)
        def get(self) -> Any:
            return [{"id": "1", "name": None}, {"id": "2"}], 200, {"X-Cats": "2"}

        @cats.doc(responses={409: "Taken", 400: ("Bad", cat)}, model=cat, default_code=201)
        def post(self) -> Any:
            """Fail.

            :raises AppError: always
            """
            raise AppError("taken")

        def put(self) -> Any:
            raise OtherError("other")

        def delete(self) -> Any:
            raise KeyError("x")

    @dogs.route("/<string:name>", methods=["GET", "POST"])
    @dogs.doc(params={"name": "A name", "q": {"description": "Query", "type": int}})
    class Dog(kit.rest.Resource):
        @dogs.doc(params={"q": {"type": [str], "in": "header"}, "name": {"description": "Own"}})
        @dogs.marshal_with(dog)
        def get(self, name: str) -> Any:
            return {"id": name, "name": name, "loud": "0"}

        @dogs.expect([dog])
        @dogs.marshal_list_with(puppy)
        def post(self, name: str) -> Any:
            return [{**kit.request.get_json()[0], "years": "1"}]

    @api.route("/main/<path:rest>", doc={"get": {"description": "Of the route"}})
    @api.doc(description="All", security=[{"oauth": ["read"]}, "apikey"], vendor={"x-own": 1})
    class Main(kit.rest.Resource):
        @api.doc(vendor={"other": [1]}, produces=["text/csv"])
        @api.vendor({"x-third": 3})
        @api.param("q", "Query", type=float, required=True)
        @api.header("X-Head", "Head", type=int)
        @api.produces(["text/plain"])
        def get(self, rest: str) -> Any:
            return {"rest": rest, "url": api.url_for(Main, rest="a b"), "ep": kit.request.endpoint}

    api.add_namespace(cats)
    api.add_namespace(dogs, path="/hounds")
    app.register_blueprint(blueprint)
    return app


ON_BLUEPRINT = (
    ask("GET", "/api/1/p/swagger.json"),
    ask("GET", "/api/1/swagger.json"),
    ask("GET", "/api/1/p"),
    ask("GET", "/api/1/p/cats/"),
    ask("GET", "/api/1/p/cats/all"),
    ask("GET", "/api/1/p/cats/all", headers={"X-Mask": "{id}"}),
    ask("POST", "/api/1/p/cats/all"),
    ask("PUT", "/api/1/p/cats/all"),
    ask("DELETE", "/api/1/p/cats/all"),
    ask("PATCH", "/api/1/p/cats/all"),
    ask("GET", "/api/1/p/hounds/rex"),
    ask("GET", "/api/1/p/animals/dogs/rex"),
    ask("POST", "/api/1/p/hounds/rex", json=[{"id": "a"}]),
    ask("POST", "/api/1/p/hounds/rex", json=[{"id": "a"}, {"loud": "x"}]),
    ask("POST", "/api/1/p/hounds/rex", json={"name": 5}),
    ask("POST", "/api/1/p/hounds/rex", data="x"),
    ask("GET", "/api/1/p/main/a/b"),
    ask("GET", "/api/1/p/mian"),
)


def failing(kit: Any) -> Any:
    """Errors of every kind, with an API that is the whole app's."""
    app = kit.App("failing")
    app.config["HTTP_BASIC_AUTH_REALM"] = "here"
    api = kit.rest.Api(app, doc=False, catch_all_404s=True, serve_challenge_on_401=True)

    @api.route("/fail/<how>")
    class Fail(kit.rest.Resource):
        def get(self, how: str) -> Any:
            if how == "crash":
                raise RuntimeError("x")
            if how == "described":
                kit.abort(400, "Because.")
            if how == "response":
                kit.abort(kit.make_response("own", 402))
            if how == "data":
                kit.rest.abort(422, "bad", errors={"name": ["no"]})
            if how == "default":
                api.abort()
            api.abort(int(how))

        def post(self, how: str) -> Any:
            return kit.make_response("<p>own", 202, {"X-Own": "1"})

        def put(self, how: str) -> Any:
            return [1, "汉"], int(how)

        def patch(self, how: str) -> Any:
            return (1, 2, 3, 4)

    @api.route("/fail/quietly", endpoint="quiet")
    class Quiet(kit.rest.Resource):
        def get(self) -> Any:
            app.config["ERROR_INCLUDE_MESSAGE"] = not kit.request.args
            kit.rest.abort(404) if kit.request.args.get("how") != "crash" else 1 / 0

    return app


FAILING = (
    *(
        ask("GET", f"/fail/{how}")
        for how in ("crash", "described", "response", "data", "default", "400", "401", "403")
    ),
    *(ask("GET", f"/fail/{code}") for code in (404, 405, 406, 409, 418, 429, 451, 500, 501, 503)),
    ask("GET", "/fail/999"),
    ask("GET", "/fail/x"),
    ask("POST", "/fail/x"),
    ask("PUT", "/fail/202"),
    ask("PATCH", "/fail/x"),
    ask("DELETE", "/fail/x"),
    ask("GET", "/else/where"),
    ask("GET", "/swagger.json"),
    ask("GET", "/swaggr.json"),
    ask("GET", "/"),
    ask("GET", "/fail/quietly"),
    ask("GET", "/fail/quietly?how=1"),
    ask("GET", "/fail/quietly?how=crash"),
    ask("GET", "/fail/quietly"),
)


def shown(kit: Any) -> Any:
    """A representation that writes what it is given as Python does, types and all."""
    app = kit.App("shown")
    api = kit.rest.Api(app, default_mediatype="text/plain")
    sized = api.model("Sized", {"size": kit.rest.fields.Integer, "more": kit.rest.fields.Raw})

    @api.representation("text/plain")
    def plain(data: Any, code: int, headers: Any = None) -> Any:
        return kit.make_response(repr(data), code, headers)

    @api.route("/things/<int:n>")
    class Thing(kit.rest.Resource):
        @api.marshal_with(sized)
        def get(self, n: int) -> Any:
            return {"size": n, "more": {"a": 1}}

    return app


SHOWN = (ask("GET", "/things/1"), ask("GET", "/things/x"), ask("GET", "/swagger.json"))


def negotiating(kit: Any) -> Any:
    """Representations of the API and of a resource, and a client that accepts none."""
    app = kit.App("negotiating")
    api = kit.rest.Api(app, default_mediatype=None)

    @api.representation("text/csv")
    def csv(data: Any, code: int, headers: Any = None) -> Any:
        response = kit.make_response(",".join(str(part) for part in data), code)
        response.headers.extend(headers or {})
        return response

    @api.route("/data")
    class Data(kit.rest.Resource):
        def get(self) -> Any:
            return [1, 2], 203, {"X-Data": "1"}

        def post(self) -> Any:
            return self.mediatypes()

    @api.route("/own")
    class Own(kit.rest.Resource):
        representations = OrderedDict([("text/own", csv)])

        def get(self) -> Any:
            return [3], 200

    return app


NEGOTIATING = (
    *(
        ask(method, path, headers={"Accept": accept})
        for accept in ACCEPTS
        for method, path in (("GET", "/data"), ("GET", "/own"), ("POST", "/data"))
    ),
    ask("GET", "/data"),
    ask("GET", "/swagger.json"),
    ask("GET", "/swagger.json", headers={"Accept": "text/csv"}),
)


class Person(Thing):
    """A class with a model of its own."""


class Worker(Person):
    """Another one."""


def models(kit: Any) -> Any:
    """Every field, marshalled, masked, and in the specification."""
    app = kit.App("models")
    app.config["RESTX_INCLUDE_ALL_MODELS"] = True
    app.config["RESTX_JSON"] = {"indent": 1, "ensure_ascii": False}
    app.config["SERVER_NAME"] = "localhost"
    api = kit.rest.Api(app, ordered=True, validate=True)
    fields = kit.rest.fields
    inner = api.model("Inner", {"id": fields.Integer, "name": fields.String(default="none")})
    person = api.model(
        "Person", {"kind": fields.String(discriminator=True), "name": fields.String(required=True)}
    )
    worker = api.inherit("Worker", person, {"job": fields.String(enum=["a", "b"])})
    api.schema_model(
        "Schema", {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    )
    strict = api.model(
        "Strict",
        {"n": fields.Integer(min=1, max=5), "x": fields.Float(exclusiveMin=1, exclusiveMax=True)},
        strict=True,
    )
    masked = api.model(
        "Masked", {"a": fields.String, "b": fields.Nested(inner), "c": fields.Raw}, mask="{a,b{id}}"
    )
    wild = api.model(
        "Wild",
        {
            "first": fields.String,
            "in*": fields.Wildcard(fields.String),
            "*": fields.Wildcard(fields.Integer, skip_none=True),
        },
    )
    every = api.model(
        "Every",
        OrderedDict(
            text=fields.String(
                min_length=1, max_length=9, pattern="^.*$", title="Text", description="A text"
            ),
            integer=fields.Integer(min=0, max=10, multiple=2, example=4),
            integer_default=fields.Integer(default=5, attribute="none"),
            callable_default=fields.String(default=lambda: "called", attribute="none"),
            float=fields.Float(required=True),
            float_default=fields.Float(default="2.5", attribute="none"),
            fixed=fields.Fixed(decimals=2, attribute="float"),
            arbitrary=fields.Arbitrary(attribute="number"),
            boolean=fields.Boolean(description="yes or no"),
            empty=fields.Boolean(attribute="nothing"),
            rfc=fields.DateTime(dt_format="rfc822", attribute="when"),
            iso=fields.DateTime(attribute="when", default=datetime(2020, 1, 2), min="2019-01-01"),
            parsed=fields.DateTime(attribute="written"),
            day=fields.Date(attribute="when", max=date(2021, 1, 1)),
            raw=fields.Raw,
            raw_default=fields.Raw(default="d", attribute="none"),
            path=fields.String(attribute="inner.name"),
            index=fields.Integer(attribute="several.1"),
            function=fields.Raw(attribute=lambda source: type(source).__name__),
            inner=fields.Nested(inner),
            inner_described=fields.Nested(inner, description="d", attribute="inner"),
            inner_null=fields.Nested(inner, allow_null=True, attribute="none"),
            inner_nullable=fields.Nested(inner, nullable=True, attribute="inner", title="t"),
            inner_default=fields.Nested(inner, default={}, attribute="none"),
            inner_skip=fields.Nested(inner, skip_none=True, attribute="inner"),
            inner_list=fields.Nested(inner, as_list=True, attribute="inners"),
            nullable_list=fields.Nested(inner, as_list=True, nullable=True, attribute="inners"),
            several=fields.List(fields.String, min_items=1, max_items=9, unique=True),
            numbers=fields.List(fields.Integer(description="n"), attribute="several"),
            none=fields.List(fields.Integer),
            many=fields.List(fields.Nested(inner), attribute="inners"),
            names=fields.List(fields.String(attribute="name"), attribute="inners"),
            formatted=fields.FormattedString("{text}-{integer}"),
            cls=fields.ClassName,
            dashed=fields.ClassName(dash=True),
            choice=fields.String(enum=["x", "y"], attribute="text"),
            masked=fields.Raw(attribute="inner", mask=kit.rest.Mask("{id,none{a}}")),
        ),
    )
    who = api.model("Who", {"who": fields.Polymorph({Person: person, Worker: worker})})
    values: dict[str, Any] = {
        "text": "汉 a\n",
        "integer": "7",
        "float": "1.005",
        "number": decimal.Decimal("634271127864378216478362784632784678324.23432"),
        "boolean": "on",
        "nothing": [],
        "when": datetime(2011, 1, 2, 3, 4, 5, 6, tzinfo=timezone(timedelta(hours=2))),
        "written": "2012-01-01",
        "raw": {"any": [1, None]},
        "inner": {"id": 1, "name": "in"},
        "several": ["1", 2, 3],
        "inners": [{"id": 1, "name": "a"}, {"id": "2"}],
    }

    @api.route("/every/<kind>")
    class Every(kit.rest.Resource):
        @api.marshal_with(every)
        def get(self, kind: str) -> Any:
            sources: dict[str, Any] = {
                "dict": values,
                "object": Thing(**values),
                "list": [values, Thing(**values)],
            }
            return sources[kind]

        @api.expect(every)
        def post(self, kind: str) -> Any:
            return kit.rest.marshal(api.payload, every, skip_none=True, envelope="e", ordered=True)

    @api.route("/masked")
    class Masked(kit.rest.Resource):
        @api.marshal_with(masked)
        def get(self) -> Any:
            return {"a": 1, "b": {"id": 2, "name": "n"}, "c": {"d": 1}}

        @api.marshal_with(wild, skip_none=True)
        def post(self) -> Any:
            return {"first": 1, "inner": 2, "INto": "3", "other": 4, "none": None, "last": "5"}

        @kit.rest.marshal_with({"a": fields.String, "b": {"c": fields.Integer}}, envelope="data")
        def put(self) -> Any:
            return Thing(a=1, c=2)

    @api.route("/who/<kind>")
    class Who(kit.rest.Resource):
        @api.marshal_with(who)
        def get(self, kind: str) -> Any:
            made = {
                "person": Person(name="p"),
                "worker": Worker(name="w", job="j"),
                "none": None,
                "thing": Thing(),
            }
            return {"who": made[kind]}

        @api.expect(worker)
        @api.marshal_with(worker)
        def post(self, kind: str) -> Any:
            return api.payload

        @api.expect(strict)
        def put(self, kind: str) -> Any:
            return api.payload

        @api.expect(api.models["Schema"])
        def patch(self, kind: str) -> Any:
            return api.payload

    @api.route("/field")
    class Field(kit.rest.Resource):
        @kit.rest.marshal_with_field(fields.List(fields.Integer))
        def get(self) -> Any:
            return ["1", 2, 3.9], 201

        @kit.rest.marshal_with_field(fields.Integer)
        def post(self) -> Any:
            return "x"

        def put(self) -> Any:
            raised = []
            for make in (
                lambda: fields.List(str),
                lambda: fields.Wildcard(str),
                lambda: fields.Polymorph({Person: inner, Worker: worker}),
                lambda: kit.rest.Mask("{a").keys(),
                lambda: str(kit.rest.Mask("{a,b{c,*}}")),
                lambda: str(worker),
                lambda: fields.DateTime().format(5),
                lambda: fields.Date().format("2020-13-01"),
                lambda: fields.Fixed().format("NaN"),
                lambda: fields.Boolean().format("x"),
                lambda: kit.rest.marshal({"n": "x"}, {"n": fields.Float}),
                lambda: worker.get_parent("None"),
            ):
                try:
                    raised.append(str(make()))
                except Exception as error:
                    raised.append(f"{type(error).__name__.replace('Restx', '')}: {error}")
            return raised

    return app


MODELS = (
    ask("GET", "/swagger.json"),
    *(ask("GET", f"/every/{kind}") for kind in ("dict", "object", "list")),
    ask("GET", "/every/dict", headers={"X-Fields": "{text,inner{id},many{name},raw{any},none}"}),
    ask("GET", "/every/list", headers={"X-Fields": "{text{a}}"}),
    ask("GET", "/every/list", headers={"X-Fields": "inner{*},inner_list{id}"}),
    ask("POST", "/every/x", json={}),
    ask("POST", "/every/x", json={"float": 1, "integer": 3, "several": [], "inner": {"id": "x"}}),
    ask("POST", "/every/x", json={"float": 1, "integer": 4, "text": "t", "several": ["a", "a"]}),
    ask("POST", "/every/x", json={"float": 1.5, "text": "t", "inner_nullable": None}),
    ask("POST", "/every/x", json={"float": 1.5, "number": 2, "text": "t", "integer": 4}),
    ask("POST", "/every/x", json={"float": None, "choice": "z", "many": [{"id": 1}, {"id": "2"}]}),
    ask("GET", "/masked"),
    ask("GET", "/masked", headers={"X-Fields": "{c}"}),
    ask("GET", "/masked", headers={"X-Fields": "c{d}"}),
    ask("POST", "/masked"),
    ask("PUT", "/masked"),
    *(ask("GET", f"/who/{kind}") for kind in ("person", "worker", "none", "thing")),
    ask("GET", "/who/worker", headers={"X-Fields": "who{job}"}),
    ask("POST", "/who/x", json={"kind": "Worker", "name": "n", "job": "a"}),
    ask("POST", "/who/x", json={"job": "c"}),
    ask("PUT", "/who/x", json={"n": 9, "more": 1}),
    ask("PUT", "/who/x", json={"n": 5}),
    ask("PUT", "/who/x", json={"n": 5, "x": 1}),
    ask("PATCH", "/who/x", json={"n": "1"}),
    ask("PATCH", "/who/x", json={"n": 1}),
    ask("PATCH", "/who/x", json={}),
    ask("GET", "/field"),
    ask("POST", "/field"),
    ask("PUT", "/field"),
)


def arguments(kit: Any) -> Any:
    """Arguments from everywhere, of every type, documented and wrong."""
    app = kit.App("arguments")
    api = kit.rest.Api(app)
    reqparse, inputs, fields = kit.rest.reqparse, kit.rest.inputs, kit.rest.fields

    def own(value: Any, name: str, op: str) -> str:
        if value == "bad":
            raise KeyError(value)
        return f"{name}{op}{value}"

    every = api.parser()
    every.add_argument("text", trim=True)
    every.add_argument("int", type=int, help="A number.", location="values")
    every.add_argument("float", type=float, default=1.5, dest="real")
    every.add_argument("decimal", type=decimal.Decimal, location="args")
    every.add_argument("several", action="append", type=int)
    every.add_argument("split", action="split", type=int, location="args")
    every.add_argument("either", action="append", location=("args", "form"))
    every.add_argument("choice", choices=("a", "b"), case_sensitive=False)
    every.add_argument("X-Word", location="headers")
    every.add_argument("cookie", location="cookies")
    every.add_argument("own", type=own, operators=("=", "<"))
    every.add_argument("ignored", type=int, ignore=True)
    every.add_argument("absent", store_missing=False)
    every.add_argument("computed", default=lambda: "computed")
    every.add_argument("full", type=inputs.boolean, nullable=False)
    every.add_argument("pattern", type=inputs.regex("^a"), action="append")

    form = reqparse.RequestParser(trim=True)
    form.add_argument("file", type=kit.FileStorage, location="files", required=True)
    form.add_argument("form", location="form", trim=False)

    body = reqparse.RequestParser(bundle_errors=True)
    point = api.model("Point", {"x": fields.Integer(default=0), "y": fields.Integer})
    body.add_argument("a", type=int, required=True, location="json")
    body.add_argument("b", required=True, location=("json", "args", "own"), help="B it")
    body.add_argument("c", choices=("x",), location="json")
    body.add_argument("point", type=point, location="json")

    kinds = {
        "url": inputs.url,
        "strict_url": inputs.URL(schemes=["https"], domains=["a.bc"], exclude=["d.ef"]),
        "other_url": inputs.URL(exclude=["d.ef"], ip=True, port=True),
        "email": inputs.email(),
        "strict_email": inputs.email(domains=["a.bc"], exclude=["a.bc"]),
        "local_email": inputs.email(local=True, ip=True),
        "ip": inputs.ip,
        "ipv4": inputs.ipv4,
        "ipv6": inputs.ipv6,
        "boolean": inputs.boolean,
        "natural": inputs.natural,
        "positive": inputs.positive,
        "range": inputs.int_range(1, 5, "number"),
        "regex": inputs.regex("^[0-9]+$"),
        "date": inputs.date,
        "rfc": inputs.datetime_from_rfc822,
        "iso": inputs.datetime_from_iso8601,
        "iso_date": inputs.date_from_iso8601,
        "interval": inputs.iso8601interval,
    }
    documented = reqparse.RequestParser()
    for name, kind in kinds.items():
        documented.add_argument(name, type=kind, location="args", required=name == "url")

    def plain(value: Any) -> Any:
        if isinstance(value, kit.FileStorage):
            return [value.filename, value.read().decode()]
        if isinstance(value, list | tuple):
            return [plain(part) for part in value]
        if isinstance(value, decimal.Decimal):
            return str(value)
        return value.isoformat() if isinstance(value, date) else value

    def shown(args: Any) -> Any:
        return {key: plain(value) for key, value in args.items()}

    @api.route("/every")
    @api.expect(every)
    class Every(kit.rest.Resource):
        def get(self) -> Any:
            return shown(every.parse_args())

        def post(self) -> Any:
            return shown(every.parse_args(strict=True))

    @api.route("/form")
    class Form(kit.rest.Resource):
        @api.expect(form)
        def post(self) -> Any:
            return shown(form.parse_args())

        @api.expect(body)
        def put(self) -> Any:
            return shown(body.parse_args())

        @api.expect(documented)
        @api.doc(params={"more": {"in": "formData", "type": "string"}})
        def get(self) -> Any:
            return {}

    @api.route("/kind/<kind>")
    class Kind(kit.rest.Resource):
        def get(self, kind: str) -> Any:
            parser = reqparse.RequestParser()
            parser.add_argument("value", type=kinds[kind], location="values")
            return shown(parser.parse_args())

    @api.route("/copies")
    class Copies(kit.rest.Resource):
        def get(self) -> Any:
            parser = reqparse.RequestParser()
            argument = reqparse.Argument("a", type=int, required=True)
            parser.add_argument(argument).add_argument("b")
            copy = parser.copy()
            copy.replace_argument("a", required=False, default="replaced")
            copy.remove_argument("b").add_argument("c")
            args = copy.parse_args(strict=True)
            return [shown(args), args.a, hasattr(args, "b")]

        def post(self) -> Any:
            both = reqparse.RequestParser()
            both.add_argument("a", location="json").add_argument("b", location="form")
            try:
                return both.__schema__
            except Exception as error:
                return [type(error).__name__.replace("Restx", ""), str(error)]

    return app


MORE_VALUES = {
    "strict_url": (
        "https://a.bc/",
        "http://a.bc/",
        "https://d.ef/",
        "https://a.bc:8/",
        "https://u:p@a.bc/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "a.bc/d?e",
        "://",
        "https://汉.bc/",
    ),
    "other_url": (
        "http://d.ef",
        "http://g.hi:70000/",
        "http://g.hi:80/",
        "http://g.hi:65534/",
        "http://g.hi:65535/",
        "http://g.hi:0/",
        "http://127.0.0.1/",
        "http://1.2.3.4/",
        "http://1.2.3.999/",
        "http://[::1]/",
        "http://[2001::1]/",
        "http://[",
    ),
    "email": (
        "a@b.cd",
        "a@b",
        "a@localhost",
        "a@127.0.0.1",
        "a..b@c.de",
        "a.@b.cd",
        "a",
        "汉@b.cd",
    ),
    "strict_email": ("a@a.bc", "a@b.cd"),
    "local_email": ("a@localhost", "a@127.0.0.1", "a@::1"),
    "ip": ("1.2.3.4", "::1", "1.2", "x"),
    "ipv4": ("1.2.3.4", "1.2", "::1"),
    "ipv6": ("::1", "1.2.3.4"),
    "boolean": ("on", "ON", "off", "yes"),
    "rfc": ("02 Oct 2002", "Wed, 02 Oct 2002 08:00:00", "1 2 3"),
    "iso_date": ("2012-01-01", "2012-01-01T10:00:00+02:00", "2012-W01-1", "x", ""),
}
EVERY_KIND = tuple(
    ask("GET", f"/kind/{kind}", query_string={"value": value})
    for table in (VALUES, MORE_VALUES)
    for kind, values in table.items()
    for value in values
    if kind not in ("bool", "dict")
)
ARGUMENTS = (
    ask("GET", "/swagger.json"),
    ask("GET", "/every"),
    ask(
        "GET",
        "/every?text=+a+&text=b&int=3&float=2&decimal=0.10&several=1&several=2&either=x&choice=A"
        "&own=1&own<=2&ignored=x&full=1&split=1,2&pattern=a&pattern=ab",
        headers=HEADERS,
    ),
    ask("POST", "/every", data={"either": ["y", "z"], "several": "3"}),
    ask("POST", "/every", json={"text": 5, "several": [1, "2"], "int": 1}),
    ask("POST", "/every", json={"text": None, "several": 4, "full": True, "strange": 1}),
    ask("POST", "/every", json={"full": None}),
    ask("POST", "/every", json=["text"]),
    ask("GET", "/every?int=x"),
    ask("GET", "/every?float=x"),
    ask("GET", "/every?decimal=x"),
    ask("GET", "/every?choice=c"),
    ask("GET", "/every?own=bad"),
    ask("GET", "/every?several=1&several=x"),
    ask("GET", "/every?split=1,x"),
    ask("GET", "/every?pattern=b"),
    ask("POST", "/form"),
    ask("POST", "/form", data={"form": " f "}),
    ask("PUT", "/form", json={}),
    ask("PUT", "/form"),
    ask("PUT", "/form", json={"a": "x", "c": "y"}),
    ask("PUT", "/form?b=1", json={"a": "1", "c": "x", "point": {"y": "2", "z": 3}}),
    ask("PUT", "/form", data="{", content_type="application/json"),
    *EVERY_KIND,
    ask("GET", "/copies"),
    ask("GET", "/copies?a=1&c=2"),
    ask("GET", "/copies?d=1&b=2"),
    ask("POST", "/copies"),
)


def settings(kit: Any) -> Any:
    """An API that is set up late, with names overridden, hidden parts, validation by setting."""
    app = kit.App("settings")
    app.config.update(RESTX_VALIDATE=True, RESTX_MASK_SWAGGER=False, RESTX_ERROR_404_HELP=False)

    class OwnApi(kit.rest.Api):
        @property
        def specs_url(self) -> str:
            return str(kit.url_for(self.endpoint("specs"), _external=True))

        def handle_error(self, e: Any) -> Any:
            response = super().handle_error(e)
            response.headers["X-Handled"] = type(e).__name__
            return response

    api = OwnApi(default_swagger_filename="spec.json", decorators=[kit.shouting])
    hidden = api.namespace("hidden", description="Not shown")
    shown = api.namespace("shown", authorizations={"basic": {"type": "basic"}})
    fields = kit.rest.fields
    model = shown.model("M", {"n": fields.Integer(required=True)}, description="A model")

    @hidden.route("/")
    @hidden.hide
    class Hidden(kit.rest.Resource):
        def get(self) -> Any:
            return {"hidden": True}

    @shown.route("/<any(a, b):one>/<float:two>", "/<uuid:three>", resource_class_kwargs={"more": 1})
    class Shown(kit.rest.Resource):
        method_decorators = [kit.counting]

        def __init__(self, api: Any = None, more: int = 0) -> None:
            super().__init__(api)
            self.more = more

        @shown.expect(model)
        def post(self, one: str = "", two: float = 0, three: Any = None) -> Any:
            return {"more": self.more, "payload": self.api.payload}

        @shown.expect(model, validate=False)
        @kit.cors.crossdomain(origin="*")
        def put(self, one: str = "", two: float = 0, three: Any = None) -> Any:
            return kit.make_response(f"{one} {two}")

        @shown.doc(False)
        def get(self, one: str = "", two: float = 0, three: Any = None) -> Any:
            return {"class": type(self).__name__, "specs": api.specs_url, "base": api.base_url}

    class Added(kit.rest.Resource):
        """An added one. With more to say.

        Even more.
        """

        def get(self) -> Any:
            """Get. It is quick."""
            return {"path": api.base_path}

    api.add_resource(Added, "/added", "/added/too", endpoint="added")
    api.init_app(app, title="Late", description=lambda: "computed")
    return app


SETTINGS = (
    ask("GET", "/spec.json"),
    ask("GET", "/hidden/"),
    ask("GET", "/shown/a/1.5"),
    ask("POST", "/shown/b/1.5", json={"n": 1}),
    ask("POST", "/shown/b/1.5", json={"n": "1"}),
    ask("PUT", "/shown/a/1.5", json={"n": "1"}),
    ask("GET", "/shown/c/1.5"),
    ask("GET", "/shown/12345678-1234-5678-1234-567812345678"),
    ask("DELETE", "/shown/a/1.5"),
    ask("GET", "/added"),
    ask("GET", "/added/too"),
    ask("GET", "/add"),
)


def without_specification(kit: Any) -> Any:
    """A parser that Flask-RESTX cannot describe: it answers, and its specification does not."""
    app = kit.App("without_specification")
    api = kit.rest.Api(app)
    parser = api.parser()
    parser.add_argument("a", location=["args", "form"], required=True)

    @api.route("/a")
    class A(kit.rest.Resource):
        @api.expect(parser)
        def get(self) -> Any:
            return parser.parse_args()

    return app


WITHOUT_SPECIFICATION = (
    ask("GET", "/swagger.json"),
    ask("GET", "/a?a=1"),
    ask("GET", "/a"),
)

APPS = (
    (todos, TODOS),
    (on_blueprint, ON_BLUEPRINT),
    (failing, FAILING),
    (shown, SHOWN),
    (negotiating, NEGOTIATING),
    (models, MODELS),
    (arguments, ARGUMENTS),
    (settings, SETTINGS),
    (without_specification, WITHOUT_SPECIFICATION),
)
