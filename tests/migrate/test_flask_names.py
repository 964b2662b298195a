"""The table of Flask's names holds whatever is known, by every way that leads to it."""

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import suppress
from types import ModuleType

import flask
import pytest

from lsp_server.migrate.core import LIBRARY, TAKEN_BY_EXTENSIONS
from lsp_server.migrate.exports import Exports
from lsp_server.migrate.flask_names import EXPORTS
from lsp_server.migrate.profiles import PROFILES


def modules() -> Iterator[ModuleType]:
    yield flask
    for each in pkgutil.walk_packages(flask.__path__, "flask."):
        if not each.name.startswith(("flask.sansio", "flask.__main__", "flask.debughelpers")):
            yield importlib.import_module(each.name)


def named(full: str) -> object:
    module, _, name = full.rpartition(".")
    return getattr(importlib.import_module(module), name, None)


# Flask warns of who asks for its version.
ASKED = {full: name for full, name in EXPORTS.items() if full != "flask.__version__"}
KNOWN = {id(named(full)): name for full, name in ASKED.items() if named(full) is not None}
MODULES = [pytest.param(module, id=module.__name__) for module in modules()]


@pytest.mark.parametrize("module", MODULES)
def test_a_name_that_a_module_passes_on_is_known_there_too(module: ModuleType) -> None:
    for name, value in vars(module).items():
        full = f"{module.__name__}.{name}"
        if id(value) in KNOWN and not name.startswith("_"):
            assert EXPORTS.get(full) == KNOWN[id(value)], full


@pytest.mark.parametrize("full", LIBRARY)
def test_a_name_of_another_library_is_the_same_thing(full: str) -> None:
    here, there = named(full), named(LIBRARY[full])
    assert there is not None
    assert here is None or LIBRARY[full] == "typing.Any" or here is there


def modules_of_extensions() -> Iterator[ModuleType]:
    names = {full.rpartition(".")[0] for each in PROFILES for full in each.exports}
    for name in sorted(names):
        with suppress(ImportError):
            yield importlib.import_module(name)


@pytest.mark.parametrize("name", sorted(TAKEN_BY_EXTENSIONS))
def test_a_name_that_an_extension_takes_from_flask_is_known_there_too(name: str) -> None:
    taken = [each for each in modules_of_extensions() if hasattr(each, name)]
    assert taken
    for module in taken:
        known = Exports().helper(f"{module.__name__}.{name}")
        is_flasks = getattr(module, name) is getattr(flask, name)
        assert (known == EXPORTS[f"flask.{name}"]) is is_flasks, module


def test_every_public_command_line_name_is_known() -> None:
    names = {name for name in vars(flask.cli) if not name.startswith("_")}
    used = {"AppGroup", "FlaskGroup", "ScriptInfo", "NoAppException", "load_dotenv", "cli", "main"}
    used |= {"pass_script_info", "with_appcontext"}
    used |= {"run_command", "shell_command", "routes_command"}
    assert used <= names
    assert all(f"flask.cli.{name}" in EXPORTS for name in used)


def test_a_helper_is_no_extension_in_a_package_that_is_named_as_one_either() -> None:
    assert Exports().refusal("flask_compat.App") is None
    assert Exports().refusal("flask_shop.flask_compat.App") is None
    assert Exports().refusal("flask_shop.Cart") is not None


@pytest.mark.parametrize(
    "full, title",
    [
        ("apispec_webframeworks.flask.FlaskPlugin", "Apispec-Webframeworks"),
        ("authlib.integrations.flask_client.OAuth", "Authlib"),
        ("authlib.jose.jwt", None),
        ("prometheus_flask_exporter.PrometheusMetrics", "Prometheus-Flask-Exporter"),
        ("turbo_flask.Turbo", "Turbo-Flask"),
        ("flaskr.create_app", None),
        ("settings.flask_debug", None),
        ("webargs.flaskparser.parser", None),
    ],
)
def test_a_librarys_part_for_flask_is_an_extension(full: str, title: str | None) -> None:
    refusal = Exports().refusal(full)
    assert (refusal[0] if refusal else None) == title
