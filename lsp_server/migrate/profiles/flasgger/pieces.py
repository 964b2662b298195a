"""flasgger's `Swagger`: a specification made of the views' docstrings, and a page that shows it."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import partial, update_wrapper
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml
from werkzeug.routing import Rule

from lsp_server.migrate.profiles.flasgger.pieces_page import (
    flasgger_oauth_page,
    flasgger_page,
    flasgger_ui_file,
)
from lsp_server.migrate.profiles.flasgger.pieces_reading import (
    flasgger_decoded,
    flasgger_imported,
    flasgger_merged,
    flasgger_operation,
    flasgger_take_definitions,
)
from lsp_server.migrate.runtime.blueprint import Blueprint
from lsp_server.migrate.runtime.context import current_app, request
from lsp_server.migrate.runtime.json import DefaultJSONProvider, jsonify
from lsp_server.migrate.runtime.urls import redirect, url_for

_SWAGGER_VARIABLE = re.compile(r"<(?:[^<>:]*(?:\([^<>]*\))?:)?([^<>]*)>")


def NO_SANITIZER(text: str) -> str:
    """Descriptions as they are written."""
    return text


def BR_SANITIZER(text: str) -> str:
    """Descriptions with their line ends as HTML."""
    return text.replace("\n", "<br/>") if text else text


class FlasggerLazyString:
    """A text that a function gives when the specification is asked for."""

    def __init__(self, function: Callable[[], str]) -> None:
        self._function = function

    def __str__(self) -> str:
        return str(self._function())


class FlasggerLazyJSONEncoder(DefaultJSONProvider):
    """Writes lazy texts into JSON."""

    def default(self, value: Any) -> Any:
        if isinstance(value, FlasggerLazyString):
            return str(value)
        return super().default(value)


def swag_from(
    specs: Any = None,
    filetype: str | None = None,
    endpoint: str | None = None,
    methods: list[str] | None = None,
    validation: bool = False,
    **options: Any,
) -> Callable[[Any], Any]:
    """Describe a view by a dictionary or a YAML file. Requests are not validated."""
    if validation:
        raise RuntimeError("swag_from(validation=True) is not kept: check the request in the view.")

    def decorator(function: Any) -> Any:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        documented: Any = update_wrapper(wrapper, function)
        if isinstance(specs, dict):
            documented.specs_dict = specs
        if not isinstance(specs, str | Path):
            return documented
        path = _swagger_folder(function) / str(specs)
        verbs = [method.lower() for method in methods or ()]
        keys = [f"{endpoint}_{verb}" if endpoint else verb for verb in verbs] or [endpoint or ""]
        documented.swag_paths = {**getattr(function, "swag_paths", {}), **dict.fromkeys(keys, path)}
        return documented

    return decorator


class FlasggerSwagger:
    """The documentation of an app: `/apispec_1.json` and `/apidocs/` unless set otherwise.

    Outgrow it: FastAPI's own `/openapi.json` and `/docs`, made of typed routes.
    """

    DEFAULT_CONFIG: dict[str, Any] = {
        "headers": [],
        "specs": [
            {
                "endpoint": "apispec_1",
                "route": "/apispec_1.json",
                "rule_filter": lambda rule: True,
                "model_filter": lambda tag: True,
            }
        ],
        "static_url_path": "/flasgger_static",
        "swagger_ui": True,
        "specs_route": "/apidocs/",
    }

    def __init__(
        self,
        app: Any = None,
        config: dict[str, Any] | None = None,
        sanitizer: Callable[[str], str] | None = None,
        template: dict[str, Any] | None = None,
        template_file: str | None = None,
        decorators: list[Callable[[Any], Any]] | None = None,
        parse: bool = False,
        merge: bool = False,
        **options: Any,
    ) -> None:
        if parse:
            raise RuntimeError("Swagger(parse=True) is not kept: read the request in the view.")
        if config and not merge:
            self.config = config
        else:
            self.config = {**self.DEFAULT_CONFIG, **(config or {})}
        self.sanitizer = sanitizer or BR_SANITIZER
        self.template = template
        self.template_file = template_file
        self.decorators = decorators or []
        self.definition_models: list[Any] = []
        self.apispecs: dict[str, Any] = {}
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Any, decorators: list[Callable[[Any], Any]] | None = None) -> None:
        self.app = app
        self.decorators = decorators or self.decorators
        self.config.update(app.config.get("SWAGGER", {}))
        if self.template_file is not None:
            text = (Path(app.root_path) / self.template_file).read_text(encoding="utf-8")
            self.template = yaml.safe_load(text)
        app.register_blueprint(self._blueprint())

        @app.after_request  # type: ignore[untyped-decorator]
        def add_headers(response: Any) -> Any:
            for name, value in self.config.get("headers", ()):
                response.headers[name] = value
            return response

        app.swag = self

    def definition(self, name: str, tags: Any = None) -> Callable[[Any], Any]:
        """A class whose docstring describes a model."""

        def decorator(obj: Any) -> Any:
            model = SimpleNamespace(name=name, obj=obj, tags=tags or [])
            self.definition_models.append(model)
            return obj

        return decorator

    def get_apispecs(self, endpoint: str = "apispec_1") -> Any:
        """The specification as it is sent; made once unless the app is in debug mode."""
        if self.app.debug or endpoint not in self.apispecs:
            spec = next(each for each in self.config["specs"] if each["endpoint"] == endpoint)
            self.apispecs[endpoint] = self._made(spec)
        return self.apispecs[endpoint]

    def _blueprint(self) -> Any:
        config = self.config
        blueprint = Blueprint(
            config.get("endpoint", "flasgger"), __name__, prefix=config.get("url_prefix")
        )
        if config.get("swagger_ui", True):
            self._add_pages(blueprint)
        for spec in config["specs"]:
            view = partial(self._specification, spec["endpoint"])
            blueprint.add_url_rule(spec["route"], spec["endpoint"], self._decorated(view))
        return blueprint

    def _add_pages(self, blueprint: Any) -> None:
        config = self.config
        files = f"{(config.get('static_url_path') or '/static').rstrip('/')}/<path:filename>"
        blueprint.add_url_rule(files, "static", flasgger_ui_file)
        route = config.get("specs_route", "/apidocs/")
        blueprint.add_url_rule(route, "apidocs", self._decorated(self._page))
        is_old = config.get("uiversion", 3) < 3
        usual = f"{route}/o2c.html" if is_old else "/oauth2-redirect.html"
        oauth = self._decorated(flasgger_oauth_page)
        blueprint.add_url_rule(config.get("oauth_redirect", usual), "oauth_redirect", oauth)
        # An old address; its endpoint has the name that a lambda has.
        blueprint.add_url_rule("/apidocs/index.html", "<lambda>", self._to_page)

    def _decorated(self, view: Any) -> Any:
        for decorator in self.decorators:
            view = decorator(view)
        return view

    def _specification(self, endpoint: str) -> Any:
        return jsonify(self.get_apispecs(endpoint))

    def _to_page(self) -> Any:
        return redirect(url_for(f"{self.config.get('endpoint', 'flasgger')}.apidocs"))

    def _page(self) -> Any:
        base = self.config.get("endpoint", "flasgger")
        specs = [
            {
                "url": url_for(f"{base}.{spec['endpoint']}"),
                "title": spec.get("title", "API Spec 1"),
                "name": spec.get("name"),
                "version": spec.get("version", "0.0.1"),
                "endpoint": spec["endpoint"],
            }
            for spec in self.config["specs"]
        ]
        title = self.config.get("title", "Flasgger")
        urls = [{"name": spec["name"], "url": spec["url"]} for spec in specs if spec["name"]]
        if request.args.get("json"):
            return jsonify({"specs": specs, "urls": urls, "title": title})
        return flasgger_page(specs[0]["url"], title, urls, self.config)

    def _made(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        data = self._head(spec)
        data.update(deepcopy(self.template or {}))
        definitions: dict[str, Any] = data.get("definitions", {})
        if _is_openapi_3(data):
            definitions = data.get("components", {}).get("schemas", {})
        model_filter = spec.get("definition_filter") or (lambda model: True)
        for model in filter(model_filter, self.definition_models):
            doc = inspect.getdoc(model.obj) or ""
            description = self.sanitizer(doc.partition("---")[0][:-1])
            described = {"description": description} if description else {}
            definitions[model.name] = {**self._read(model.obj, "", "")[2], **described}
        rule_filter = spec.get("rule_filter") or (lambda rule: True)
        for rule in filter(rule_filter, current_app.url_map.iter_rules()):
            operations = dict(self._operations(rule, definitions))
            if operations:
                path = self._path(rule)
                for verb, operation in operations.items():
                    data["paths"].setdefault(path, {}).setdefault(verb, {}).update(operation)
        if _is_openapi_3(self.config):
            data.pop("definitions", None)
        return data

    def _head(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        def said(key: str, default: str) -> Any:
            return spec.get(key, self.config.get(key, default))

        data: dict[str, Any] = {
            "info": self.config.get("info")
            or {
                "version": said("version", "0.0.1"),
                "title": said("title", "A swagger API"),
                "description": said("description", "powered by Flasgger"),
                "termsOfService": said("termsOfService", "/tos"),
            },
            "paths": dict(self.config.get("paths") or {}),
            "definitions": dict(self.config.get("definitions") or {}),
        }
        if self.config.get("openapi"):
            data["openapi"] = self.config["openapi"]
        else:
            config = self.config
            data["swagger"] = config.get("swagger") or config.get("swagger_version") or "2.0"
        optional: tuple[str, ...] = ("host", "basePath", "schemes", "securityDefinitions")
        if _is_openapi_3(self.config):
            data["components"] = {"schemas": data["definitions"]}
            optional += ("components", "servers")
        data.update((key, self.config[key]) for key in optional if self.config.get(key))
        data.update((key, value) for key, value in self.config.items() if key.startswith("x-"))
        return data

    def _path(self, rule: Rule) -> str:
        template = self.template or {}
        path = f"{template.get('swaggerUiPrefix', '')}{rule}"
        base = str(template.get("basePath") or "").rstrip("/")
        return _SWAGGER_VARIABLE.sub(r"{\1}", path.removeprefix(base))

    def _operations(
        self, rule: Rule, definitions: dict[str, Any]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        view = current_app.view_functions[rule.endpoint]
        ignored = {*self.config.get("ignore_verbs", ("HEAD", "OPTIONS"))}
        for method in sorted((rule.methods or set()) - ignored):
            verb = method.lower()
            view_class = getattr(view, "view_class", None)
            documented = getattr(view_class, verb, None) or getattr(
                view_class, "dispatch_request", view
            )
            summary, description, swag = self._read(documented, rule.endpoint, verb)
            swag = flasgger_merged(deepcopy(getattr(documented, "specs_dict", {})), swag)
            if swag:
                definitions.update(swag.pop("definitions", {}))
                flasgger_take_definitions(swag, definitions)
                yield verb, flasgger_operation(summary, description, swag)

    def _read(self, obj: Any, endpoint: str, verb: str) -> tuple[str, str, dict[str, Any]]:
        """Summary, description, and what the YAML behind `---` says."""
        paths = getattr(obj, "swag_paths", {})
        keys = (f"{endpoint}_{verb}", endpoint, verb, "")
        path = next((paths[key] for key in keys if key in paths), None)
        text = inspect.getdoc(obj) or ""
        if path is None and text.startswith("file:"):
            path = _swagger_folder(obj) / text.partition("\n")[0].removeprefix("file:").strip()
        if path is not None:
            text = flasgger_decoded(path.read_bytes())
        if 'import: "' in text:
            text = flasgger_imported(text, _swagger_folder(obj))
        start, line = text.find("---"), text.find("\n")
        if start < 0:
            whole = yaml.safe_load(text) if path is not None else None
            return text if path is None else "", "", whole if isinstance(whole, dict) else {}
        if line < 0:
            return "", "", {}
        swag = yaml.safe_load(text[start + 4 :])
        found = swag if isinstance(swag, dict) else {}
        return self.sanitizer(text[:line]), self.sanitizer(text[line + 1 : start]), found


def _is_openapi_3(data: Mapping[str, Any]) -> bool:
    return str(data.get("openapi") or "2").startswith("3")


def _swagger_folder(obj: Any) -> Path:
    """The folder of the code that a description belongs to."""
    return Path(os.path.abspath(inspect.getfile(inspect.unwrap(obj)))).parent
