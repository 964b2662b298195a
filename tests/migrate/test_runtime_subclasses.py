"""Apps of a class of the project's own: what it overrides and adds is what counts."""

import flask
import pytest

from lsp_server.migrate.runtime.app import App
from lsp_server.migrate.runtime.blueprint import Blueprint
from tests.migrate.twins import Twins

SOURCE = """
from flask import Flask, request
from flask.config import Config

class Settings(Config):
    def needed(self, name):
        return self[name].upper()

class Shop(Flask):
    config_class = Settings

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.state = {"open": True}
        self.title = "shop"

    def make_config(self, instance_relative=False):
        config = super().make_config(instance_relative)
        config.setdefault("OWNER", "ann")
        config["FOLDER"] = str(config.root_path) == str(self.root_path)
        return config

    def auto_find_instance_path(self):
        return "/somewhere"

    def setup(self):
        self.config["IS_SET_UP"] = self.config.get("IS_SET_UP", 0) + 1

    def process_response(self, response):
        response = super().process_response(response)
        response.headers["X-Owner"] = self.config.needed("OWNER")
        return response

app = Shop(__name__)

@app.route("/")
def index():
    return {"state": app.state, "n": app.config.get("IS_SET_UP"), "at": app.instance_path,
            "title": app.title, "folder": app.config["FOLDER"], "path": request.path}
"""


def test_a_subclass_overrides_what_flask_lets_it() -> None:
    twin = Twins(SOURCE)
    assert twin.same("GET", "/").header("x-owner") == "ANN"


def test_an_app_with_a_state_of_its_own_still_has_its_contexts_and_client() -> None:
    def used(app: App) -> object:
        with app.app_context(), app.test_request_context("/?a=b"):
            return app.test_client().get("/").json

    Twins(SOURCE).each(used)


# Found on the app's state, or of no value, where a test tool may have put its own on the class.
BY_STATE = {
    "app_context",
    "test_cli_runner",
    "test_cli_runner_class",
    "test_client",
    "test_client_class",
    "test_request_context",
}


@pytest.mark.parametrize(
    "theirs, ours, elsewhere",
    [(flask.Flask, App, BY_STATE), (flask.Blueprint, Blueprint, set())],
)
def test_all_that_flask_lets_a_subclass_override_is_there(
    theirs: type, ours: type, elsewhere: set[str]
) -> None:
    assert {name for name in dir(theirs) if not name.startswith("_")} - set(dir(ours)) == elsewhere
