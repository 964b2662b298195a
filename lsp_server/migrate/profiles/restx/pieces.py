"""Flask-RESTX's Api: resources, their errors, and a specification of them all."""

from __future__ import annotations

import json
import logging
import threading
import warnings
from collections.abc import Callable, Sequence
from functools import cached_property
from http import HTTPStatus
from itertools import chain
from typing import Any, ClassVar

from lsp_server.migrate.profiles.restful.pieces_shared_api import RestView
from lsp_server.migrate.profiles.restx.pieces_doc_page import restx_apidoc, restx_ui_for
from lsp_server.migrate.profiles.restx.pieces_error_answers import RestxErrorApi
from lsp_server.migrate.profiles.restx.pieces_errors import (
    restx_camel_to_dash,
    restx_default_id,
    restx_unpack,
)
from lsp_server.migrate.profiles.restx.pieces_namespace import RestxNamespace, RestxResource
from lsp_server.migrate.profiles.restx.pieces_swagger import RestxSwagger
from lsp_server.migrate.runtime.context import current_app
from lsp_server.migrate.runtime.response import make_response
from lsp_server.migrate.runtime.urls import url_for

restx_log = logging.getLogger("flask_restx.api")


def restx_output_json(data: Any, code: Any, headers: Any = None) -> Any:
    """A JSON answer, written with the settings of `RESTX_JSON`; indented in debug mode."""
    settings = current_app.config.get("RESTX_JSON", {})
    if current_app.debug:
        settings.setdefault("indent", 4)
    response = make_response(json.dumps(data, **settings) + "\n", code)
    response.headers.extend(headers or {})
    return response


class RestxApi(RestxErrorApi):
    """Flask-RESTX's Api: resources on an app or a blueprint, JSON errors, and `swagger.json`."""

    realm: ClassVar[str] = "flask-restx"
    library: ClassVar[str] = "flask-restx"
    _add_specs = True

    def __init__(
        self,
        app: Any = None,
        version: str = "1.0",
        title: str | None = None,
        description: str | None = None,
        terms_url: str | None = None,
        license: str | None = None,
        license_url: str | None = None,
        contact: str | None = None,
        contact_url: str | None = None,
        contact_email: str | None = None,
        authorizations: Any = None,
        security: Any = None,
        doc: Any = "/",
        default_id: Callable[[str, str], str] = restx_default_id,
        default: str = "default",
        default_label: str = "Default namespace",
        validate: bool | None = None,
        tags: Any = None,
        prefix: str = "",
        ordered: bool = False,
        default_mediatype: str | None = "application/json",
        decorators: Sequence[Callable[[RestView], RestView]] | None = None,
        catch_all_404s: bool = False,
        serve_challenge_on_401: bool = False,
        format_checker: Any = None,
        url_scheme: str | None = None,
        default_swagger_filename: str = "swagger.json",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            prefix, default_mediatype, decorators, catch_all_404s, serve_challenge_on_401
        )
        self.representations = {"application/json": restx_output_json}
        self.version = version
        self.title = title or "API"
        self.description = description
        self.terms_url = terms_url
        self.license = license
        self.license_url = license_url
        self.contact = contact
        self.contact_url = contact_url
        self.contact_email = contact_email
        self.authorizations = authorizations
        self.security = security
        self.default_id = default_id
        self.ordered = ordered
        self.tags = tags or []
        self.format_checker = format_checker
        self.url_scheme = url_scheme
        self.default_swagger_filename = default_swagger_filename
        self._validate = validate
        self._doc = doc
        self._doc_view: Any = None
        self._schema: dict[str, Any] | None = None
        self._schema_lock = threading.Lock()
        self.models: dict[str, Any] = {}
        self.namespaces: list[Any] = []
        self.ns_paths: dict[Any, str] = {}
        self.default_namespace = self.namespace(
            default,
            default_label,
            endpoint=f"{default}-declaration",
            validate=validate,
            api=self,
            path="/",
        )
        if app is not None:
            self.app = app
            self.init_app(app)

    def __getattr__(self, name: str) -> Any:
        """What a namespace offers, the API offers of its default namespace."""
        if name == "default_namespace":
            raise AttributeError(name)
        try:
            return getattr(self.default_namespace, name)
        except AttributeError:
            raise AttributeError(f"Api does not have {name} attribute") from None

    # Setting up

    def init_app(self, app: Any, **kwargs: Any) -> None:
        """Set up on an app, or on a blueprint when that is registered."""
        self.app = app
        for name in (
            "title",
            "description",
            "terms_url",
            "contact",
            "contact_url",
            "contact_email",
            "license",
            "license_url",
            "url_scheme",
        ):
            setattr(self, name, kwargs.get(name, getattr(self, name)))
        self._add_specs = kwargs.get("add_specs", True)
        self._register_specs(app)
        self._register_doc(app)
        self.rest_attach(app)

    def _init_app(self, app: Any) -> None:
        super()._init_app(app)
        for resource, namespace, urls, kwargs in self.resources:
            self._register_view(app, resource, namespace, *urls, **kwargs)
        for namespace in self.namespaces:
            self._configure_namespace_logger(app, namespace)
        self._register_apidoc(app)
        if self._validate is None:
            self._validate = app.config.get("RESTX_VALIDATE", False)
        app.config.setdefault("RESTX_MASK_HEADER", "X-Fields")
        app.config.setdefault("RESTX_MASK_SWAGGER", True)
        app.config.setdefault("RESTX_INCLUDE_ALL_MODELS", False)
        if "ERROR_404_HELP" in app.config:
            app.config["RESTX_ERROR_404_HELP"] = app.config["ERROR_404_HELP"]
            warnings.warn(
                "'ERROR_404_HELP' config setting is deprecated and will be "
                "removed in the future. Use 'RESTX_ERROR_404_HELP' instead.",
                DeprecationWarning,
                stacklevel=2,
            )

    def _configure_namespace_logger(self, app: Any, namespace: Any) -> None:
        for handler in app.logger.handlers:
            namespace.logger.addHandler(handler)
        namespace.logger.setLevel(app.logger.level)

    def _register_apidoc(self, app: Any) -> None:
        known = app.extensions.setdefault("restx", {})
        if not known.get("apidoc_registered", False):
            app.register_blueprint(restx_apidoc)
        known["apidoc_registered"] = True

    def _register_specs(self, app_or_blueprint: Any) -> None:
        if self._add_specs:
            self._register_view(
                app_or_blueprint,
                RestxSwaggerView,
                self.default_namespace,
                f"/{self.default_swagger_filename}",
                endpoint="specs",
                resource_class_args=(self,),
            )
            self.endpoints.add("specs")

    def _register_doc(self, app_or_blueprint: Any) -> None:
        if self._add_specs and self._doc:
            app_or_blueprint.add_url_rule(self._doc, "doc", self.render_doc)
        app_or_blueprint.add_url_rule(self.prefix or "/", "root", self.render_root)

    # Resources and namespaces

    def register_resource(self, namespace: Any, resource: Any, *urls: str, **kwargs: Any) -> str:
        """Serve a resource of a namespace; returns its endpoint."""
        endpoint = str(kwargs.pop("endpoint", None) or self.default_endpoint(resource, namespace))
        kwargs["endpoint"] = endpoint
        self.endpoints.add(endpoint)
        if self.app is not None:
            self._register_view(self.app, resource, namespace, *urls, **kwargs)
        else:
            self.resources.append((resource, namespace, urls, kwargs))
        return endpoint

    def _register_view(
        self, app: Any, resource: Any, namespace: Any, *urls: str, **kwargs: Any
    ) -> None:
        endpoint = kwargs.pop("endpoint", None) or restx_camel_to_dash(resource.__name__)
        args = (self, *kwargs.pop("resource_class_args", ()))
        view = self.rest_view(
            app, resource, endpoint, args, kwargs.pop("resource_class_kwargs", {})
        )
        for decorator in chain(namespace.decorators, self.decorators):
            view = decorator(view)
        self.rest_route(app, view, urls, kwargs)

    def default_endpoint(self, resource: Any, namespace: Any) -> str:
        """The resource's name, after the namespace's, with a number where it is taken."""
        name = restx_camel_to_dash(resource.__name__)
        if namespace is not self.default_namespace:
            name = f"{namespace.name}_{name}"
        endpoint, number = name, 2
        while endpoint in self.endpoints:
            endpoint = f"{name}_{number}"
            number += 1
        return endpoint

    def get_ns_path(self, ns: Any) -> str | None:
        """The path that a namespace was added with."""
        return self.ns_paths.get(ns)

    def ns_urls(self, ns: Any, urls: Sequence[str]) -> list[str]:
        """The URLs of a namespace's resource on this API."""
        path = self.get_ns_path(ns) or ns.path
        return [path + url for url in urls]

    def add_namespace(self, ns: Any, path: str | None = None) -> None:
        """Serve what a namespace holds, under its path or another."""
        if ns not in self.namespaces:
            self.namespaces.append(ns)
            if self not in ns.apis:
                ns.apis.append(self)
            if path is not None:
                self.ns_paths[ns] = path
        for route in ns.resources:
            self.register_resource(
                ns, route.resource, *self.ns_urls(ns, route.urls), **route.kwargs
            )
        self.models.update(ns.models)
        if not self.blueprint and self.app is not None:
            self._configure_namespace_logger(self.app, ns)

    def namespace(self, *args: Any, **kwargs: Any) -> Any:
        """A namespace that is added at once."""
        kwargs.setdefault("ordered", self.ordered)
        namespace = RestxNamespace(*args, **kwargs)
        self.add_namespace(namespace)
        return namespace

    # Documentation

    def documentation(self, func: Any) -> Any:
        """A decorator: show the API by a function of one's own."""
        self._doc_view = func
        return func

    def render_root(self) -> Any:
        """The answer at the prefix."""
        self.abort(HTTPStatus.NOT_FOUND)

    def render_doc(self) -> Any:
        """The page that shows the API."""
        if self._doc_view:
            return self._doc_view()
        if not self._doc:
            self.abort(HTTPStatus.NOT_FOUND)
        return restx_ui_for(self)

    def endpoint(self, name: str) -> str:
        """An endpoint's full name."""
        return f"{self.blueprint.name}.{name}" if self.blueprint is not None else name

    @property
    def specs_url(self) -> str:
        """The specification's URL: with its host if `url_scheme` was given."""
        external = None if self.url_scheme is None else True
        return url_for(self.endpoint("specs"), _scheme=self.url_scheme, _external=external)

    @property
    def base_url(self) -> str:
        """The API's URL with its host."""
        return url_for(self.endpoint("root"), _scheme=self.url_scheme, _external=True)

    @property
    def base_path(self) -> str:
        """The API's URL without its host."""
        return url_for(self.endpoint("root"), _external=False)

    @cached_property
    def __schema__(self) -> dict[str, Any]:
        """The specification; an error in it is logged, and told without details."""
        with self._schema_lock:
            if self._schema is None:
                try:
                    self._schema = RestxSwagger(self).as_dict()
                except Exception:
                    restx_log.exception("Unable to render schema")
                    return {"error": "Unable to render schema"}
            return self._schema

    @property
    def refresolver(self) -> dict[str, Any]:
        """The schemas that models may refer to, by name."""
        definitions: dict[str, Any] | None = self.__schema__.get("definitions")
        if definitions is None:
            definitions = {name: model.__schema__ for name, model in self.models.items()}
        return definitions

    def rest_unpack(self, returned: Any) -> tuple[Any, Any, Any]:
        return restx_unpack(returned)


class RestxSwaggerView(RestxResource):
    """The specification as a resource."""

    def get(self) -> Any:
        schema = self.api.__schema__
        failed = "error" in schema
        return schema, HTTPStatus.INTERNAL_SERVER_ERROR if failed else HTTPStatus.OK

    def mediatypes(self) -> list[str]:
        return ["application/json"]


class RestplusApi(RestxApi):
    """Flask-RESTPlus's Api, which Flask-RESTX grew out of: its settings have another prefix."""

    realm: ClassVar[str] = "flask-restplus"
    library: ClassVar[str] = "flask-restplus"

    def _init_app(self, app: Any) -> None:
        for name in ("VALIDATE", "MASK_HEADER", "MASK_SWAGGER", "JSON"):
            if f"RESTPLUS_{name}" in app.config:
                app.config.setdefault(f"RESTX_{name}", app.config[f"RESTPLUS_{name}"])
        super()._init_app(app)
