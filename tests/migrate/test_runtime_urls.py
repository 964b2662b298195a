"""Rules, converters, redirects and url_for are Flask's."""

from typing import Any

import pytest

from lsp_server.migrate.runtime.app import App
from lsp_server.migrate.runtime.routing import rule_from_path
from tests.migrate.twins import Twins

ROUTES = """
from flask import Blueprint, Flask, request, url_for
from flask.views import MethodView, View
from werkzeug.routing import BaseConverter
app = Flask(__name__, subdomain_matching=SUBDOMAINS)

class ListConverter(BaseConverter):
    regex = r"[a-z]+(?:,[a-z]+)*"
    def to_python(self, value):
        return value.split(",")
    def to_url(self, values):
        return ",".join(values)

app.url_map.converters["list"] = ListConverter

def show(**values):
    return f"{request.endpoint} {request.url_rule} {values!r} {request.blueprint}"

RULES = [
    "/", "/s/<name>", "/int/<int:n>", "/float/<float:x>", "/path/<path:p>", "/uuid/<uuid:u>",
    "/any/<any(a, b):x>", "/len/<string(length=2):x>", "/min/<int(min=3, max=9):n>",
    "/signed/<int(signed=True):n>", "/list/<list:v>", "/slash/", "/leaf", "/two/<a>/<int:b>/",
    "/two/<a>/<b>", "/fixed/<int(fixed_digits=3):n>", "/static-like/<a>.<b>", "/int/me",
    "/<path:rest>/end",
]
for i, rule in enumerate(RULES):
    app.add_url_rule(rule, f"r{i}", show)
app.add_url_rule("/post", "post", show, methods=["POST"])
app.add_url_rule("/post", "put", show, methods=["PUT"])
app.add_url_rule("/page/", "page", show, defaults={"n": 1})
app.add_url_rule("/page/<int:n>", "page", show)
app.add_url_rule("/loose/", "loose", show, strict_slashes=False)
app.add_url_rule("/loose2", "loose2", show, strict_slashes=False)
app.add_url_rule("/old", "old", show, redirect_to="/leaf")
app.add_url_rule("/nooptions", "nooptions", show, provide_automatic_options=False)
app.add_url_rule("/options", "options", show, methods=["OPTIONS", "GET"])
app.add_url_rule("/sub", "sub", show, subdomain="api")
app.add_url_rule("/later", endpoint="later")

@app.endpoint("later")
def later():
    return "later"

@app.get("/short")
@app.get("/short/<a>")
def short(a="none"):
    return a

class Item(MethodView):
    init_every_request = False
    decorators = [lambda view: lambda **kw: "decorated " + view(**kw)]
    def __init__(self, start):
        self.n = start
    def get(self, id=None):
        self.n += 1
        return f"{self.n} {id}"
    def post(self):
        return "posted", 201
    def delete(self, id):
        return "deleted"

class Fresh(Item):
    init_every_request = True
    decorators = []
    def patch(self, id):
        return "patched"

class Page(View):
    methods = ["GET", "POST"]
    provide_automatic_options = False
    def dispatch_request(self, name):
        return f"page {name} {request.method}"

for cls in (Item, Fresh):
    view = cls.as_view(cls.__name__.lower(), 10)
    path = f"/{cls.__name__.lower()}/"
    app.add_url_rule(path, view_func=view, defaults={"id": None}, methods=["GET"])
    app.add_url_rule(path, view_func=view, methods=["POST"])
    app.add_url_rule(f"{path}<int:id>", view_func=view, methods=["GET", "DELETE", "PATCH"])
app.add_url_rule("/view/<name>", view_func=Page.as_view("page_view"))

lang = Blueprint("lang", __name__, url_prefix="/<code>", url_defaults={"kind": "x"})

@lang.url_value_preprocessor
def pull(endpoint, values):
    request.code = values.pop("code")

@lang.url_defaults
def add(endpoint, values):
    values.setdefault("code", getattr(request, "code", "en"))

@lang.route("/about")
def about(kind):
    return f"{request.code} {kind} {url_for('.about')} {url_for('lang.about', code='de', kind='y')}"

@lang.route("")
def empty(kind):
    return "empty"

app.register_blueprint(lang)
child = Blueprint("child", __name__, subdomain="kid", url_prefix="child/")
parent = Blueprint("parent", __name__, subdomain="pa")
child.add_url_rule("/x", "x", show)
parent.register_blueprint(child, url_prefix="/over")
app.register_blueprint(parent, url_prefix="/par")

BUILDS = [
    ("r1", {"name": "a b/é?#"}), ("r2", {"n": 3, "q": ["a", "b"], "none": None}),
    ("r3", {"x": 1.5}),
    ("r4", {"p": "a/b c/é"}), ("r6", {"x": "a"}), ("r10", {"v": ["a", "b"]}), ("page", {"n": 1}),
    ("page", {"n": 2}), ("page", {}), ("static", {"filename": "a/b.css", "v": 1}), ("r2", {}),
    ("nope", {}), ("r1", {"name": "x", "_anchor": "a b/é", "_external": True}),
    ("r1", {"name": "x", "_scheme": "https"}),
    ("r1", {"name": "x", "_scheme": "ftp", "_external": False}),
    ("post", {"_method": "POST"}), ("post", {"_method": "GET"}), (".r0", {}), ("sub", {}),
    ("parent.child.x", {}), ("item", {"id": 4}), ("item", {}), ("short", {"a": "q"}), ("short", {}),
]

@app.route("/build/<int:i>")
def build(i):
    endpoint, values = BUILDS[i]
    return url_for(endpoint, **values)

@app.route("/dup")
def dup():
    return url_for("nope", a=1)

if HANDLER:
    @app.url_build_error_handlers.append
    def handler(error, endpoint, values):
        return f"/fallback/{endpoint}" if endpoint == "nope" else None
"""
PATHS = [
    "/", "/s/a", "/s/a%2Fb", "/s/", "/s", "/int/3", "/int/-3", "/int/03", "/int/x", "/int/me",
    "/int/99999999999999999999", "/float/1", "/float/1.5", "/float/-1.5", "/path/a", "/path/a/b/",
    "/path/", "/path//a", "/uuid/12345678123456781234567812345678", "/any/a", "/any/c", "/len/ab",
    "/uuid/12345678-1234-5678-1234-567812345678", "/len/abc", "/min/2", "/min/3", "/min/10",
    "/signed/-4", "/list/a,b", "/list/a,,b", "/slash", "/slash/", "/slash?a=1&b=%20",
    "/two/a/3/", "/two/a/3", "/two/a/b", "/fixed/007", "/fixed/7", "/static-like/a.b.c", "//",
    "//leaf", "/leaf/", "/leaf",
    "/a/b/end", "/post", "/page/1", "/page/2", "/page", "/loose", "/loose/", "/loose2", "/loose2/",
    "/old", "/nooptions", "/options", "/sub", "/later", "/short", "/short/x", "/item/", "/item/4",
    "/item", "/fresh/", "/fresh/3", "/view/a", "/de/about", "/de", "/de/", "/par/over/x",
    "/%E9%99%B3/about", "/../leaf", "/./leaf", "/leaf%00", "/LEAF", "/s/%20", "/s/%25", "/?x",
]  # fmt: skip


def routes(subdomains: bool = False, handler: bool = False) -> str:
    return ROUTES.replace("SUBDOMAINS", str(subdomains)).replace("HANDLER", str(handler))


@pytest.mark.parametrize(
    "method", ["GET", "HEAD", "OPTIONS", "POST", "DELETE", "PUT", "TRACE", "BREW"]
)
def test_every_rule(method: str) -> None:
    twin = Twins(routes())
    for path in PATHS:
        twin.same(method, path)


def test_the_url_maps_are_the_same() -> None:
    def described(app: Any) -> Any:
        return [
            (rule.rule, rule.endpoint, sorted(rule.methods), rule.subdomain, str(rule.defaults))
            for rule in app.url_map.iter_rules()
        ]

    Twins(routes(subdomains=True)).each(described)


@pytest.mark.parametrize("handler", [False, True])
def test_urls_are_built_the_same(handler: bool) -> None:
    twin = Twins(routes(handler=handler), config={"TESTING": True})
    for i in range(24):
        twin.same("GET", f"/build/{i}")
        twin.same("GET", f"/build/{i}", base_url="https://a.example:8443/root")


def test_urls_outside_of_a_request() -> None:
    def build(app: Any) -> Any:
        results = []
        for settings in ({}, {"SERVER_NAME": "x.example", "PREFERRED_URL_SCHEME": "https"}):
            app.config.update(settings)
            with app.app_context():
                for values in ({}, {"_external": False}, {"_scheme": "ws"}, {"_anchor": "a"}):
                    try:
                        results.append(app.url_for("r2", n=1, **values))
                    except Exception as error:  # noqa: BLE001 - both must raise the same
                        results.append(f"{type(error).__name__}")
        with app.test_request_context("/de/about?x=1", base_url="http://h/r"):
            results.append(app.url_for(".about", code="fr"))
            results.append(app.url_for("static", filename="x"))
        return results

    Twins(routes()).each(build)


@pytest.mark.parametrize("subdomains", [False, True])
@pytest.mark.parametrize("host", ["x.example", "api.x.example", "kid.pa.x.example", "y.test", ""])
def test_subdomains(host: str, subdomains: bool) -> None:
    twin = Twins(routes(subdomains), config={"SERVER_NAME": "x.example"})
    for path in (
        "/leaf",
        "/sub",
        "/par/over/x",
        "/par/over/child/x",
        "/slash",
        "/build/18",
        "/build/19",
    ):
        twin.same("GET", path, headers={"Host": host})


HOSTS = """
from flask import Flask, url_for
app = Flask(__name__, host_matching=True, static_host="s.example")
@app.route("/", host="<name>.example")
def index(name):
    return f"{name} {url_for('static', filename='x')} {url_for('index', name='b')}"
"""


def test_hosts() -> None:
    twin = Twins(HOSTS, config={"TRUSTED_HOSTS": [".example", "localhost"]})
    for host in (
        "a.example",
        "s.example",
        "localhost",
        "evil.test",
        "a.example:99",
        "a b",
        "ä.example",
    ):
        twin.same("GET", "/", headers={"Host": host.encode().decode("latin-1")})
        twin.same("GET", "/static/x", headers={"Host": host.encode().decode("latin-1")})


def test_paths_in_fastapis_form_are_the_same_rules() -> None:
    assert rule_from_path("/a/{n:int}/{x}/{p:path}/{s:str}") == "/a/<int:n>/<x>/<path:p>/<s>"
    assert rule_from_path("/a/<any(a,b):x>") == "/a/<any(a,b):x>"
    assert rule_from_path("/陳/{名}") == "/陳/<名>"


def test_routes_are_listed_and_found_as_fastapis() -> None:
    app = App(__name__)

    @app.get("/users/{n:int}", name="user")
    def view(n: int) -> str:
        return str(n)

    paths = {getattr(route, "path", ""): getattr(route, "name", "") for route in app.routes}
    assert paths == {"/static/{filename:path}": "static", "/users/{n:int}": "user"}
    assert app.url_path_for("user", n=3) == "/users/3"
    with pytest.raises(Exception, match="No route exists"):
        app.url_path_for("user")
