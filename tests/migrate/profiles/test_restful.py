"""An app with Flask-RESTful answers on the runtime what it answers on Flask."""

import importlib
from typing import Any

import pytest

from lsp_server.migrate.profiles.restful import PROFILE
from tests.migrate.profiles.rest_kit import assembled_for, made_of
from tests.migrate.profiles.restful_apps import APPS, Ask
from tests.migrate.twins import Twins


def twins_of(make: Any, **config: Any) -> Twins:
    maker = made_of(make, "flask_restful", "flask_restful.utils.cors")
    return Twins(maker, profiles=[PROFILE], config=config)


@pytest.mark.parametrize(("make", "asks"), APPS, ids=lambda part: getattr(part, "__name__", ""))
def test_the_answers_are_the_same(make: Any, asks: tuple[Ask, ...]) -> None:
    twin = twins_of(make)
    for method, path, options in asks:
        twin.same(method, path, **options)


@pytest.mark.parametrize(("make", "asks"), APPS, ids=lambda part: getattr(part, "__name__", ""))
def test_what_is_left_out_of_a_helper_is_not_missed(make: Any, asks: tuple[Ask, ...]) -> None:
    maker = assembled_for(make, "flask_restful", "flask_restful.utils.cors", PROFILE)
    twin = Twins(maker, profiles=[PROFILE])
    for method, path, options in asks:
        twin.same(method, path, **options)


@pytest.mark.parametrize("setting", ["DEBUG", "TESTING", "PROPAGATE_EXCEPTIONS"])
@pytest.mark.parametrize(
    ("make", "asks"), APPS[1:3], ids=lambda part: getattr(part, "__name__", "")
)
def test_errors_go_through_where_flask_lets_them(
    make: Any, asks: tuple[Ask, ...], setting: str
) -> None:
    twin = twins_of(make, **{setting: True})
    for method, path, options in asks:
        twin.same(method, path, **options)


def test_every_export_is_a_name_of_the_extension_and_of_a_piece() -> None:
    pieces = {name for piece in PROFILE.pieces for name in vars(importlib.import_module(piece))}
    for dotted, name in PROFILE.exports.items():
        module, _, last = dotted.rpartition(".")
        module = module.replace("flask_restful.types", "flask_restful.inputs")
        last = "inputs" if last == "types" else last
        assert hasattr(importlib.import_module(module), last) or importlib.import_module(dotted)
        assert name in pieces


def test_a_blueprint_is_registered_once() -> None:
    def twice(kit: Any) -> Any:
        app = kit.App("twice")
        blueprint = kit.Blueprint("b", "b")
        kit.rest.Api(blueprint)
        app.register_blueprint(blueprint)
        with pytest.raises(
            ValueError, match="flask-restful blueprints can only be registered once"
        ):
            app.register_blueprint(blueprint, name="again")
        return app

    twins_of(twice)


def test_an_endpoint_belongs_to_one_resource() -> None:
    def clash(kit: Any) -> Any:
        app = kit.App("clash")
        api = kit.rest.Api(app)
        first, second = (type("Same", (kit.rest.Resource,), {"get": lambda self: ""}) for _ in "12")
        api.add_resource(first, "/1")
        with pytest.raises(ValueError, match="already set to the class Same"):
            api.add_resource(second, "/2")
        return app

    twins_of(clash)
