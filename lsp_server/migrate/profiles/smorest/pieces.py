"""flask-smorest's Api: the document, the pages that show it, and errors as JSON."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import apispec
import marshmallow
from apispec.ext.marshmallow import MarshmallowPlugin
from jinja2 import TemplateNotFound
from werkzeug.exceptions import HTTPException

from lsp_server.migrate.profiles.smorest.pieces_commands import smorest_commands
from lsp_server.migrate.profiles.smorest.pieces_docs import (
    MissingAPIParameterError,
    SmorestConfig,
    smorest_config_prefix,
    smorest_place_content,
)
from lsp_server.migrate.profiles.smorest.pieces_etags import (
    SMOREST_ETAG_HEADER,
    SMOREST_IF_MATCH,
    SMOREST_IF_NONE_MATCH,
)
from lsp_server.migrate.profiles.smorest.pieces_html import SMOREST_PAGES
from lsp_server.migrate.profiles.smorest.pieces_pages import SMOREST_PAGINATION_HEADER
from lsp_server.migrate.profiles.smorest.pieces_spec import (
    SmorestPaths,
    smorest_describe_delimited_list,
    smorest_describe_upload,
)
from lsp_server.migrate.runtime.blueprint import Blueprint
from lsp_server.migrate.runtime.context import current_app
from lsp_server.migrate.runtime.templating import render_template, render_template_string
from lsp_server.migrate.runtime.urls import url_for


class ErrorSchema(marshmallow.Schema):
    """How the document shows an error. Its name is the document's."""

    code = marshmallow.fields.Integer(metadata={"description": "Error code"})
    status = marshmallow.fields.String(metadata={"description": "Error name"})
    message = marshmallow.fields.String(metadata={"description": "Error message"})
    errors = marshmallow.fields.Dict(metadata={"description": "Errors"})


class SmorestApi:
    """flask-smorest's Api. In flask-smorest its name is Api.

    Outgrow it: FastAPI makes the document itself, once views have types.
    """

    ERROR_SCHEMA: Any = ErrorSchema
    DEFAULT_ERROR_RESPONSE_NAME: str | None = "DEFAULT_ERROR"
    DEFAULT_REQUEST_BODY_CONTENT_TYPE = "application/json"
    DEFAULT_RESPONSE_CONTENT_TYPE = "application/json"

    def __init__(
        self,
        app: Any = None,
        *,
        spec_kwargs: dict[str, Any] | None = None,
        config_prefix: str = "",
    ) -> None:
        self._app = app
        self._spec_kwargs = spec_kwargs or {}
        self.config_prefix = smorest_config_prefix(config_prefix)
        self.config: Any = None
        self.spec: Any = None
        self._fields: list[tuple[Any, ...]] = []
        self._converters: list[tuple[Any, Any]] = []
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Any, *, spec_kwargs: dict[str, Any] | None = None) -> None:
        """Start the document, serve it, and answer errors in JSON."""
        self._app = app
        self.config = SmorestConfig(app.config, self.config_prefix)
        known = app.extensions.setdefault("flask-smorest", {"apis": {}, "blp_name_to_api": {}})
        known["apis"][self.config_prefix] = {"ext_obj": self}
        self._init_spec(**{**self._spec_kwargs, **(spec_kwargs or {})})
        self._register_doc_blueprint()
        self._register_error_handlers()

    def register_blueprint(
        self, blp: Any, *, parameters: list[Any] | None = None, **options: Any
    ) -> None:
        """Register a blueprint with the app and describe its views."""
        name = options.get("name", blp.name)
        self._app.extensions["flask-smorest"]["blp_name_to_api"][name] = self
        self._app.register_blueprint(blp, **options)
        blp.register_views_in_doc(self, self._app, self.spec, name=name, parameters=parameters)
        self.spec.tag({"name": name, "description": blp.description})

    def _register_error_handlers(self) -> None:
        self._app.register_error_handler(HTTPException, self.handle_http_exception)

    def handle_http_exception(self, error: Any) -> Any:
        """The JSON of an error, with what webargs' abort left in its `data`."""
        payload = {"code": error.code, "status": error.name}
        data = getattr(error, "data", None) or {}
        if "message" in data:
            payload["message"] = data["message"]
        if "errors" in data:
            payload["errors"] = data["errors"]
        elif "messages" in data:
            payload["errors"] = data["messages"]
        return payload, error.code, data.get("headers", {})

    def register_converter(self, converter: type, func: Callable[[Any], Any]) -> None:
        """Describe path variables of this converter by `func(converter)`."""
        self._converters.append((converter, func))
        if self.spec is not None:
            self._register_converter(converter, func)

    def _register_converter(self, converter: type, func: Callable[[Any], Any]) -> None:
        self.flask_plugin.register_converter(converter, func)

    def register_field(self, field: type, *args: Any) -> None:
        """Describe this field as another one, or by OpenAPI's type and format."""
        self._fields.append((field, *args))
        if self.spec is not None:
            self._register_field(field, *args)

    def _register_field(self, field: type, *args: Any) -> None:
        self.ma_plugin.map_to_openapi_type(field, *args)

    def _init_spec(
        self,
        *,
        flask_plugin: Any = None,
        marshmallow_plugin: Any = None,
        extra_plugins: Any = None,
        title: str | None = None,
        version: str | None = None,
        openapi_version: str | None = None,
        **options: Any,
    ) -> None:
        self.flask_plugin = flask_plugin or SmorestPaths()
        self.ma_plugin: Any = marshmallow_plugin or MarshmallowPlugin()
        title = self._told("API title", "API_TITLE", title)
        version = self._told("API version", "API_VERSION", version)
        openapi = self._told("OpenAPI version", "OPENAPI_VERSION", openapi_version)
        if int(openapi.split(".")[0]) < 3:
            options.setdefault("produces", [self.DEFAULT_RESPONSE_CONTENT_TYPE])
            options.setdefault("consumes", [self.DEFAULT_REQUEST_BODY_CONTENT_TYPE])
        options.update(self.config.get("API_SPEC_OPTIONS", {}))
        plugins = [self.flask_plugin, self.ma_plugin, *(extra_plugins or ())]
        self.spec = apispec.APISpec(title, version, openapi, plugins, **options)
        self._fill_spec()
        self._app.cli.add_command(smorest_commands())

    def _told(self, what: str, key: str, default: str | None) -> str:
        told: str | None = self.config.get(key, default)
        if told is None:
            argument = key.removeprefix("API_").lower()
            raise MissingAPIParameterError(
                f'{what} must be specified either as "{self.config_prefix}{key}" '
                f'app parameter or as "{argument}" spec kwarg.'
            )
        return told

    def _fill_spec(self) -> None:
        """Tell the document what was registered before, and what any view may need of it."""
        for field in self._fields:
            self._register_field(*field)
        for converter in self._converters:
            self._register_converter(*converter)
        self.ma_plugin.converter.add_attribute_function(smorest_describe_upload)
        self.ma_plugin.converter.add_parameter_attribute_function(smorest_describe_delimited_list)
        self._register_responses()
        components = self.spec.components
        components.parameter("IF_NONE_MATCH", "header", SMOREST_IF_NONE_MATCH, lazy=True)
        components.parameter("IF_MATCH", "header", SMOREST_IF_MATCH, lazy=True)
        if self.spec.openapi_version.major >= 3:
            components.header("ETAG", SMOREST_ETAG_HEADER, lazy=True)
            components.header("PAGINATION", SMOREST_PAGINATION_HEADER, lazy=True)

    def _register_responses(self) -> None:
        """Name an answer for each status; a document has those only that a view refers to."""
        for status in HTTPStatus:
            has_body = status >= 200 and status not in (204, 304)
            self._register_response(status.name, status.phrase, has_body)
        self._register_response("DEFAULT_ERROR", "Default error response", has_body=True)

    def _register_response(self, name: str, description: str, has_body: bool) -> None:
        response: dict[str, Any] = {"description": description}
        if has_body:
            response["schema"] = self.ERROR_SCHEMA
        smorest_place_content(response, self.spec, self.DEFAULT_RESPONSE_CONTENT_TYPE)
        self.spec.components.response(name, response, lazy=True)

    def _make_doc_blueprint_name(self) -> str:
        return f"{self.config_prefix}api-docs".replace("_", "-").lower()

    def _register_doc_blueprint(self) -> None:
        """Serve the document and the pages that the settings ask for."""
        prefix = self.config.get("OPENAPI_URL_PREFIX")
        if prefix is None:
            return
        name = self._make_doc_blueprint_name()
        blueprint = Blueprint(name, __name__, url_prefix=_smorest_slash(prefix))
        path = self.config.get("OPENAPI_JSON_PATH", "openapi.json")
        blueprint.add_url_rule(_smorest_slash(path), "openapi_json", self._openapi_json)
        for page in SMOREST_PAGES:
            path = self.config.get(f"OPENAPI_{page.upper()}_PATH")
            script = self.config.get(f"OPENAPI_{page.upper()}_URL")
            if path is not None and script is not None:
                view = self._documentation_page(page, script)
                blueprint.add_url_rule(_smorest_slash(path), f"openapi_{page}", view)
        self._app.register_blueprint(blueprint)

    def _openapi_json(self) -> Any:
        """The document."""
        return current_app.response_class(
            current_app.json.dumps(self.spec.to_dict(), indent=2, sort_keys=False),
            mimetype="application/json",
        )

    def _documentation_page(self, page: str, script: str) -> Callable[[], str]:
        """A view that shows the document; the app may have a template of its own for it."""

        def view() -> str:
            values = {
                "title": self.spec.title,
                "spec_url": url_for(f"{self._make_doc_blueprint_name()}.openapi_json"),
                f"{page}_url": script,
                f"{page}_config": self.config.get(f"OPENAPI_{page.upper()}_CONFIG", {}),
            }
            try:
                return render_template(f"{page}.html", **values)
            except TemplateNotFound as error:
                if error.name != f"{page}.html":
                    raise
            return render_template_string(SMOREST_PAGES[page], **values)

        return view


def _smorest_slash(path: str) -> str:
    return path if path.startswith("/") else "/" + path
