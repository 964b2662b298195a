"""An app with Flask-RESTX answers on the runtime as on Flask, and documents itself as there."""

# The apps are as untyped as the extensions that they are written for.
# mypy: disable-error-code="misc, name-defined, name-match, untyped-decorator, valid-type"

import importlib
import json
import sys
from typing import Any

import pytest

from lsp_server.migrate.profiles.restplus import PROFILE as RESTPLUS
from lsp_server.migrate.profiles.restx import PROFILE
from tests.migrate.profiles.rest_kit import assembled_for, made_of
from tests.migrate.profiles.restful_apps import Ask
from tests.migrate.profiles.restx_apps import APPS
from tests.migrate.twins import Answer, Twins, flask_modules

METHODS = ("delete", "get", "head", "options", "patch", "post", "put", "trace")


def twins_of(make: Any, **config: Any) -> Twins:
    return Twins(
        made_of(make, "flask_restx", "flask_restx.cors"), profiles=[PROFILE], config=config
    )


def in_order(answer: Answer) -> tuple[Any, ...]:
    """A specification without what Flask-RESTX takes from the order of a set, all else as it is.

    That is the order of the methods in a path, and hence the order in which models are met.
    """
    specification = json.loads(answer.body)
    definitions = specification.get("definitions", {})
    specification["definitions"] = {name: definitions[name] for name in sorted(definitions)}
    for path, described in specification.get("paths", {}).items():
        methods = sorted(set(described) & set(METHODS))
        rest = {key: value for key, value in described.items() if key not in METHODS}
        specification["paths"][path] = {**rest, **{name: described[name] for name in methods}}
    return answer.status, answer.headers, json.dumps(specification), answer.raised


def same(twin: Twins, asks: tuple[Ask, ...]) -> None:
    for method, path, options in asks:
        if not path.endswith(("swagger.json", "spec.json")):
            twin.same(method, path, **options)
            continue
        old, new = twin.both(method, path, **options)
        if old.header("content-type") == "application/json":
            assert in_order(old) == in_order(new)
        else:
            assert old == new


@pytest.mark.parametrize(("make", "asks"), APPS, ids=lambda part: getattr(part, "__name__", ""))
def test_the_answers_are_the_same(make: Any, asks: tuple[Ask, ...]) -> None:
    same(twins_of(make), asks)


@pytest.mark.parametrize(("make", "asks"), APPS, ids=lambda part: getattr(part, "__name__", ""))
def test_what_is_left_out_of_a_helper_is_not_missed(make: Any, asks: tuple[Ask, ...]) -> None:
    maker = assembled_for(make, "flask_restx", "flask_restx.cors", PROFILE)
    twin = Twins(maker, profiles=[PROFILE])
    same(twin, asks)


@pytest.mark.parametrize("setting", ["DEBUG", "TESTING", "PROPAGATE_EXCEPTIONS"])
@pytest.mark.parametrize(
    ("make", "asks"), APPS[1:3], ids=lambda part: getattr(part, "__name__", "")
)
def test_errors_go_through_where_flask_lets_them(
    make: Any, asks: tuple[Ask, ...], setting: str
) -> None:
    same(twins_of(make, **{setting: True}), asks)


@pytest.mark.parametrize("make", [make for make, _ in APPS], ids=lambda make: str(make.__name__))
def test_the_rules_are_the_same(make: Any) -> None:
    def rules(app: Any) -> list[str]:
        return sorted(
            f"{rule.rule} {rule.endpoint} {sorted(rule.methods)}"
            for rule in app.url_map.iter_rules()
        )

    assert twins_of(make).each(rules)


def test_every_export_is_a_name_of_the_extension_and_of_a_piece() -> None:
    pieces = {name for piece in PROFILE.pieces for name in vars(importlib.import_module(piece))}
    for dotted, name in PROFILE.exports.items():
        module, _, last = dotted.rpartition(".")
        assert hasattr(importlib.import_module(module), last)
        assert name in pieces
    assert set(RESTPLUS.exports.values()) <= pieces
    assert {dotted.replace("restplus", "restx") for dotted in RESTPLUS.exports} == set(
        PROFILE.exports
    )


def test_the_page_shows_the_specification() -> None:
    def paged(kit: Any) -> Any:
        app = kit.App("paged")
        app.config["SWAGGER_UI_DOC_EXPANSION"] = "list"
        app.config["SWAGGER_UI_OAUTH_CLIENT_ID"] = "me"
        kit.rest.Api(app, title="Paged", doc="/doc/")
        return app

    twin = twins_of(paged)
    old, new = twin.both("GET", "/doc/")
    assert (old.status, old.header("content-type")) == (new.status, new.header("content-type"))
    for part in ("<title>Paged</title>", "/swagger.json", "list", "oauth2-redirect.html"):
        assert part in old.text
        assert part in new.text
    twin.same("GET", "/doc")
    twin.same("POST", "/doc/")
    twin.same("GET", "/")


def test_the_files_of_the_page_are_its_makers() -> None:
    twin = twins_of(lambda kit: kit.rest.Api(kit.App("files"), doc="/doc/").app)
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"):
        old, new = twin.both("GET", f"/swaggerui/{name}")
        assert (old.status, new.status) == (200, 302)
        assert new.header("location") == f"https://cdn.jsdelivr.net/npm/swagger-ui-dist@5/{name}"
    assert "oauth2" in twin.both("GET", "/swaggerui/oauth2-redirect.html")[1].text
    twin.same("GET", "/swaggerui/../../etc/passwd")
    assert twin.both("GET", "/swaggerui/x/..%2f..%2fother@1/x.js")[1].status == 404


def test_the_page_can_be_ones_own() -> None:
    def own(kit: Any) -> Any:
        api = kit.rest.Api(kit.App("own"))

        @api.documentation
        def page() -> str:
            return f"own {api.title} {api.specs_url}"

        return api.app

    twins_of(own).same("GET", "/")


def test_an_old_setting_is_deprecated() -> None:
    def old(kit: Any) -> Any:
        app = kit.App("old")
        app.config["ERROR_404_HELP"] = False
        with pytest.warns(DeprecationWarning, match="ERROR_404_HELP"):
            kit.rest.Api(app, catch_all_404s=True)
        return app

    twins_of(old).same("GET", "/swagger")


def test_a_blueprint_is_registered_once() -> None:
    def twice(kit: Any) -> Any:
        app = kit.App("twice")
        blueprint = kit.Blueprint("b", "b")
        kit.rest.Api(blueprint)
        app.register_blueprint(blueprint)
        with pytest.raises(ValueError, match="flask-restx blueprints can only be registered once"):
            app.register_blueprint(blueprint, name="again", url_prefix="/again")
        return app

    twins_of(twice)


def test_older_documentation_is_deprecated() -> None:
    def old(kit: Any) -> Any:
        app = kit.App("old")
        api = kit.rest.Api(app)
        model = api.model("M", {"n": kit.rest.fields.Integer})
        parser = api.parser().add_argument("q", location="args")

        @api.route("/a")
        class A(kit.rest.Resource):
            @api.doc(body=model)
            def post(self) -> Any:
                return 1

            @api.doc(parser=parser, params={"p": "P"})
            def get(self) -> Any:
                return 1

        model.extend("N", {"o": kit.rest.fields.Integer})
        return app

    with pytest.warns(DeprecationWarning):
        twin = twins_of(old)
    same(twin, (("GET", "/swagger.json", {}),))


def test_the_files_of_the_page_are_below_the_prefix_of_their_blueprint() -> None:
    def prefixed(kit: Any) -> Any:
        app = kit.App("prefixed")
        kit.rest.apidoc.apidoc.url_prefix = "/under"
        try:
            kit.rest.Api(app)
        finally:
            kit.rest.apidoc.apidoc.url_prefix = None
        return app

    twin = twins_of(prefixed)
    for app in (twin.flask, twin.fastapi):
        (rule,) = app.url_map.iter_rules("restx_doc.static")
        assert rule.rule == "/under/swaggerui/<path:filename>"


def test_what_it_has_a_copy_of_is_the_same() -> None:
    for full, library in PROFILE.libraries.items():
        here, there = (
            getattr(importlib.import_module(module), name)
            for module, _, name in (full.rpartition("."), library.rpartition("."))
        )
        assert all(each == there[each.name] for each in here), full


def test_settings_of_the_older_name_count_for_the_older_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Flask-RESTPlus runs on no Flask of today, so that there is nothing to compare with."""
    for name, module in flask_modules([RESTPLUS]).items():
        monkeypatch.setitem(sys.modules, name, module)
    plus = importlib.import_module("flask_restplus")
    app = importlib.import_module("flask").Flask("plus")
    app.config.update(RESTPLUS_VALIDATE=True, RESTPLUS_MASK_HEADER="X-Mask")
    api = plus.Api(app, serve_challenge_on_401=True)
    model = api.model(
        "M", {"n": plus.fields.Integer(required=True), "o": plus.fields.Integer(default=1)}
    )

    @api.route("/a")
    class A(plus.Resource):
        @api.expect(model)
        @api.marshal_with(model)
        def post(self) -> Any:
            return api.payload

        def get(self) -> Any:
            api.abort(401)

    client = app.test_client()
    assert client.post("/a", json={}).status_code == 400
    assert client.post("/a", json={"n": 1}).json == {"n": 1, "o": 1}
    assert client.post("/a", json={"n": 1}, headers={"X-Mask": "{n}"}).json == {"n": 1}
    assert client.get("/a").headers["WWW-Authenticate"] == 'Basic realm="flask-restplus"'
