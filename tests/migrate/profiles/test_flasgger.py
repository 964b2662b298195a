"""flasgger's documentation of an app, made from docstrings, dictionaries and files."""

from pathlib import Path
from typing import Any

import pytest

from lsp_server.migrate.profiles.flasgger.pieces import (
    BR_SANITIZER,
    NO_SANITIZER,
    FlasggerSwagger,
    swag_from,
)
from lsp_server.migrate.runtime.app import App
from lsp_server.migrate.runtime.views import MethodView


def colors(palette: str) -> str:
    """Colours of a palette.
    Two of them.
    ---
    parameters:
      - name: palette
        in: path
        type: string
    consumes: text/plain
    responses:
      200:
        description: A list
        schema:
          id: Palette
          type: array
    """
    return palette


class Boxes(MethodView):
    def get(self) -> str:
        """All boxes.
        ---
        tags: [boxes]
        """
        return ""


def app_of(**options: Any) -> App:
    app = App(__name__)
    app.get("/colors/{palette}")(colors)
    app.add_url_rule("/boxes/", view_func=Boxes.as_view("boxes"))
    app.get("/plain")(lambda: "")
    FlasggerSwagger(app, **options)
    return app


def specification(app: App, path: str = "/apispec_1.json") -> dict[str, Any]:
    answer = app.state.test_client().get(path)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def test_docstrings_are_the_paths_and_schemas_with_an_id_the_definitions() -> None:
    found = specification(app_of())
    assert found["swagger"] == "2.0"
    assert set(found["paths"]) == {"/colors/{palette}", "/boxes/"}
    operation = found["paths"]["/colors/{palette}"]["get"]
    assert operation["summary"] == "Colours of a palette."
    assert operation["description"] == "Two of them.<br/>"
    assert operation["consumes"] == ["text/plain"]
    assert operation["responses"]["200"]["schema"] == {"$ref": "#/definitions/Palette"}
    assert found["definitions"] == {"Palette": {"type": "array"}}
    assert found["paths"]["/boxes/"]["get"]["tags"] == ["boxes"]


def test_a_template_and_a_config_are_the_frame() -> None:
    config = {
        "headers": [("X-Api", "1")],
        "specs": [{"endpoint": "spec", "route": "/spec.json", "rule_filter": lambda rule: False}],
        "specs_route": "/",
    }
    template = {"info": {"title": "T", "version": "2"}, "basePath": "/"}
    app = app_of(config=config, template=template, sanitizer=NO_SANITIZER)
    found = specification(app, "/spec.json")
    assert found["info"] == template["info"] and found["paths"] == {}
    page = app.state.test_client().get("/")
    assert page.headers["X-Api"] == "1"
    assert "/spec.json" in page.get_data(as_text=True)


def test_a_view_is_described_by_a_dictionary_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "ink.yml").write_text("Ink.\nMuch.\n---\ntags: [墨]\n", encoding="utf-8")
    app = app_of()
    app.get("/pen", name="pen")(swag_from({"tags": ["pens"]})(lambda: "a pen"))
    app.get("/ink", name="ink")(swag_from(str(tmp_path / "ink.yml"))(lambda: ""))
    found = specification(app)
    assert found["paths"]["/pen"]["get"] == {"tags": ["pens"]}
    assert found["paths"]["/ink"]["get"]["tags"] == ["墨"]
    assert app.state.test_client().get("/pen").get_data(as_text=True) == "a pen"


def test_what_would_check_requests_is_refused() -> None:
    with pytest.raises(RuntimeError, match="is not kept"):
        swag_from({}, validation=True)
    with pytest.raises(RuntimeError, match="is not kept"):
        FlasggerSwagger(parse=True)


def test_sanitizers() -> None:
    assert NO_SANITIZER("a\nb") == "a\nb"
    assert BR_SANITIZER("a\nb") == "a<br/>b"


def test_the_files_of_the_page_are_redirected_to_its_makers() -> None:
    app = app_of()
    answer = app.state.test_client().get("/flasgger_static/swagger-ui.css")
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("/swagger-ui.css")
    assert app.state.test_client().get("/flasgger_static/other.css").status_code == 404


def test_the_rules_are_flasggers_own() -> None:
    app = app_of(config={"uiversion": 2}, merge=True)
    rules = {rule.endpoint: rule.rule for rule in app.url_map.iter_rules()}
    assert rules["flasgger.static"] == "/flasgger_static/<path:filename>"
    assert rules["flasgger.<lambda>"] == "/apidocs/index.html"
    assert rules["flasgger.oauth_redirect"] == "/apidocs//o2c.html"


def test_a_dictionary_adds_to_the_docstring() -> None:
    app = App(__name__)

    @app.get("/")
    @swag_from({"tags": ["a"], "responses": {400: {"description": "Bad"}}})
    @swag_from()
    def view() -> str:
        """
        ---
        tags: [b]
        responses:
          200:
            description: Good
        """
        return ""

    FlasggerSwagger(app)
    operation = specification(app)["paths"]["/"]["get"]
    assert operation["tags"] == ["a", "b"]
    assert operation["responses"] == {
        "200": {"description": "Good"},
        "400": {"description": "Bad"},
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_file_is_read_as_its_first_bytes_say(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "view.yml").write_text("Äpfel\n---\ntags: [b]\n", encoding=encoding)
    app = App(__name__)
    app.get("/")(swag_from(tmp_path / "view.yml")(lambda: ""))
    FlasggerSwagger(app)
    assert specification(app)["paths"]["/"]["get"] == {"summary": "Äpfel", "tags": ["b"]}


def test_components_that_are_set_take_the_place_of_schemas() -> None:
    def made(**config: Any) -> dict[str, Any]:
        app = App(__name__)
        swagger = FlasggerSwagger(app, config={"openapi": "3.0.1", **config}, merge=True)

        @swagger.definition("Pet", tags=["pets"])
        class Pet:
            """Pets,
            all of them.
            ---
            type: object
            """

        return specification(app)

    described = {"type": "object", "description": "Pets,<br/>all of them."}
    assert made()["components"] == {"schemas": {"Pet": described}}
    assert "definitions" not in made()
    assert made(components={"x": {}})["components"] == {"x": {}}
    specs = {"endpoint": "apispec_1", "route": "/apispec_1.json"}
    none = {**specs, "definition_filter": lambda model: "cars" in model.tags}
    assert made(specs=[none])["components"] == {"schemas": {}}


def test_a_docstring_without_yaml_is_a_summary_and_its_first_line_always_is() -> None:
    app = App(__name__)

    @app.get("/plain")
    @swag_from({"tags": ["a"]})
    def plain() -> str:
        """All of it.

        This, too."""
        return ""

    @app.get("/bare")
    def bare() -> str:
        """
        ---
        tags: [b]
        """
        return ""

    FlasggerSwagger(app)
    paths = specification(app)["paths"]
    assert paths["/plain"]["get"]["summary"] == "All of it.\n\nThis, too."
    assert paths["/bare"]["get"] == {"summary": "---", "tags": ["b"]}


def test_a_file_imports_others(tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text("400:\n  description: Bad")
    text = 'One\n---\nresponses:\n  200:\n    description: Good\n  import: "{}"\n'
    (tmp_path / "view.yml").write_text(text.format(tmp_path / "bad.yml"))
    app = App(__name__)
    app.get("/")(swag_from(tmp_path / "view.yml")(lambda: ""))
    FlasggerSwagger(app)
    responses = specification(app)["paths"]["/"]["get"]["responses"]
    assert responses == {"200": {"description": "Good"}, "400": {"description": "Bad"}}
