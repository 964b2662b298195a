"""Flask-RESTX's specification of an API, as OpenAPI 2.0 has it."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from lsp_server.migrate.profiles.restx.pieces_errors import restx_merge, restx_not_none
from lsp_server.migrate.profiles.restx.pieces_model import (
    RestxModelBase,
)
from lsp_server.migrate.profiles.restx.pieces_swagger_answers import RestxSwaggerAnswers
from lsp_server.migrate.profiles.restx.pieces_swagger_parts import (
    restx_complete_param,
    restx_docstring,
    restx_is_hidden,
    restx_parser_params,
    restx_path,
    restx_path_params,
    restx_security,
    restx_tag,
    restx_value_of,
)
from lsp_server.migrate.runtime.context import current_app


class RestxSwagger(RestxSwaggerAnswers):
    """The specification of one API.

    Outgrow it: FastAPI writes an OpenAPI 3 specification of routes that declare what they take.
    """

    def as_dict(self) -> dict[str, Any]:
        """The whole specification."""
        base = self.api.base_path
        tags = self.extract_tags(self.api)
        responses = self.register_errors()
        paths = self.restx_paths()
        if current_app.config["RESTX_INCLUDE_ALL_MODELS"]:
            for name in self.api.models:
                self.register_model(name)
        for namespace in self.api.namespaces:
            if namespace.authorizations:
                known = self.api.authorizations or {}
                self.api.authorizations = restx_merge(known, namespace.authorizations)
        specs = {
            "swagger": "2.0",
            "basePath": base[:-1] if len(base) > 1 and base.endswith("/") else base,
            "paths": OrderedDict(sorted(restx_not_none(paths).items())),
            "info": self.restx_info(),
            "produces": list(self.api.representations),
            "consumes": ["application/json"],
            "securityDefinitions": self.api.authorizations or None,
            "security": restx_security(self.api.security) or None,
            "tags": tags,
            "definitions": self.serialize_definitions() or None,
            "responses": responses or None,
            "host": self.get_host(),
        }
        return restx_not_none(specs)

    def restx_info(self) -> dict[str, Any]:
        api = self.api
        info = {"title": restx_value_of(api.title), "version": restx_value_of(api.version)}
        if api.description:
            info["description"] = restx_value_of(api.description)
        if api.terms_url:
            info["termsOfService"] = restx_value_of(api.terms_url)
        if api.contact and (api.contact_email or api.contact_url):
            info["contact"] = {
                "name": restx_value_of(api.contact),
                "email": restx_value_of(api.contact_email),
                "url": restx_value_of(api.contact_url),
            }
        if api.license:
            info["license"] = {"name": restx_value_of(api.license)}
            if api.license_url:
                info["license"]["url"] = restx_value_of(api.license_url)
        return info

    def restx_paths(self) -> dict[str, Any]:
        return {
            restx_path(url): self.serialize_resource(
                namespace, route.resource, url, route_doc=route.route_doc, **route.kwargs
            )
            for namespace in self.api.namespaces
            for route in namespace.resources
            for url in self.api.ns_urls(namespace, route.urls)
        }

    def get_host(self) -> str | None:
        """The host, where the app is told its name."""
        host: str | None = current_app.config.get("SERVER_NAME", None) or None
        blueprint = self.api.blueprint
        if host and blueprint is not None and blueprint.subdomain:
            return f"{blueprint.subdomain}.{host}"
        return host

    def extract_tags(self, api: Any) -> list[dict[str, Any]]:
        """The API's tags, and one for each namespace that shows a resource."""
        tags = [restx_tag(tag) for tag in api.tags]
        by_name = {tag["name"]: tag for tag in tags}
        for namespace in api.namespaces:
            if all(restx_is_hidden(r.resource, r.route_doc) for r in namespace.resources):
                continue
            described = {"description": namespace.description} if namespace.description else {}
            if namespace.name in by_name:
                by_name[namespace.name].update(described)
            else:
                tags.append({"name": namespace.name, **described})
        return tags

    # Resources

    def serialize_resource(
        self, ns: Any, resource: Any, url: str, route_doc: Any = None, **kwargs: Any
    ) -> dict[str, Any] | None:
        """A path; None if it is hidden."""
        doc = self.extract_resource_doc(resource, url, route_doc=route_doc)
        if doc is False:
            return None
        path: dict[str, Any] = {"parameters": self.parameters_for(doc) or None}
        only = {method.lower() for method in kwargs.get("methods", [])}
        for method in restx_methods(resource):
            if doc[method] is False or (only and method not in only):
                continue
            path[method] = self.serialize_operation(doc, method)
            path[method]["tags"] = [ns.name]
        return restx_not_none(path)

    def extract_resource_doc(self, resource: Any, url: str, route_doc: Any = None) -> Any:
        """What is documented of a resource and its methods; False if it is hidden."""
        if route_doc is False:
            return False
        doc = restx_merge(getattr(resource, "__apidoc__", {}), route_doc or {})
        if doc is False:
            return False
        name = resource.__name__
        doc["name"] = f"{name}_{url}" if route_doc else name
        params = restx_merge(self.expected_params(doc), doc.get("params", {}))
        params = restx_merge(params, restx_path_params(url))
        above = {(name, param.get("in", "query")): param for name, param in params.items()}
        methods = restx_methods(resource)
        for method in methods:
            doc[method] = self.restx_method_doc(doc, resource, method, params)
        shown = [doc[method] for method in methods if doc[method]]
        doc["params"] = restx_hand_down(above, shown)
        return doc

    def restx_method_doc(self, doc: Any, resource: Any, method: str, params: Any) -> Any:
        """What is documented of a method, and the parameters of the resource that it changes."""
        function = getattr(resource, method)
        function = getattr(function, "__func__", function)
        documented = restx_merge(doc.get(method, {}), getattr(function, "__apidoc__", {}))
        if documented is False:
            return False
        documented["docstring"] = restx_docstring(function)
        own = restx_merge(self.expected_params(documented), documented.get("params", {}))
        inherited = {name: param for name, param in params.items() if name in own}
        documented["params"] = restx_merge(inherited, own)
        return documented

    def expected_params(self, doc: Any) -> dict[str, Any]:
        """The parameters that `expect` speaks of."""
        params: dict[str, Any] = {}
        for expect in doc.get("expect", []):
            if isinstance(expect, RestxModelBase):
                params["payload"] = self.restx_payload(expect)
            elif isinstance(expect, list | tuple):
                described = len(expect) == 2
                params["payload"] = self.restx_payload(expect[0] if described else expect)
                if described and expect[1] is not None:
                    params["payload"]["description"] = expect[1]
            elif hasattr(expect, "parse_args"):
                params.update(restx_parser_params(expect.__schema__))
        return params

    def restx_payload(self, model: Any) -> dict[str, Any]:
        schema = self.serialize_schema(model)
        return {"name": "payload", "required": True, "in": "body", "schema": schema}

    # Operations

    def serialize_operation(self, doc: Any, method: str) -> dict[str, Any]:
        """One method of a path."""
        own = doc[method]
        operation: dict[str, Any] = {
            "responses": self.responses_for(doc, method) or None,
            "summary": own["docstring"]["summary"],
            "description": self.description_for(doc, method) or None,
            "operationId": self.operation_id_for(doc, method),
            "parameters": self.parameters_for(own) or None,
            "security": self.security_for(doc, method),
        }
        if "produces" in own:
            operation["produces"] = own["produces"]
        if doc.get("deprecated") or own.get("deprecated"):
            operation["deprecated"] = True
        params = [*doc.get("params", {}).values(), *(operation["parameters"] or [])]
        if any(param["in"] == "formData" for param in params):
            file = any(param["type"] == "file" for param in params)
            form = [] if file else ["application/x-www-form-urlencoded"]
            operation["consumes"] = [*form, "multipart/form-data"]
        for name, value in own.get("vendor", {}).items():
            operation[name if name.startswith("x-") else f"x-{name}"] = value
        return restx_not_none(operation)

    def description_for(self, doc: Any, method: str) -> str:
        """The resource's description, the method's, and the rest of its docstring."""
        parts = []
        if "description" in doc:
            parts.append(doc["description"] or "")
        if "description" in doc[method]:
            parts.append(doc[method]["description"])
        if doc[method]["docstring"]["details"]:
            parts.append(doc[method]["docstring"]["details"])
        return "\n".join(parts).strip()

    def operation_id_for(self, doc: Any, method: str) -> Any:
        """The id that was given, else the API's default one."""
        return (
            doc[method]["id"] if "id" in doc[method] else self.api.default_id(doc["name"], method)
        )

    def parameters_for(self, doc: Any) -> list[dict[str, Any]]:
        """The documented parameters, and the mask's header where answers are marshalled."""
        params = [restx_complete_param(name, param) for name, param in doc["params"].items()]
        mask = doc.get("__mask__")
        if mask and current_app.config["RESTX_MASK_SWAGGER"]:
            header = {
                "name": current_app.config["RESTX_MASK_HEADER"],
                "in": "header",
                "type": "string",
                "format": "mask",
                "description": "An optional fields mask",
            }
            params.append({**header, "default": mask} if isinstance(mask, str) else header)
        return params

    def security_for(self, doc: Any, method: str) -> Any:
        """The method's requirements, else the resource's."""
        for documented in (doc[method], doc):
            if "security" in documented:
                return restx_security(documented["security"])
        return None


def restx_methods(resource: Any) -> list[str]:
    """The HTTP methods of a resource; in the alphabet's order, as a set has none."""
    return sorted(method.lower() for method in resource.methods or ())


def restx_hand_down(above: dict[Any, Any], methods: list[Any]) -> dict[str, Any]:
    """The resource's parameters that no method changes; the others go to all of the methods."""
    own = [
        {(name, param.get("in", "query")) for name, param in method["params"].items()}
        for method in methods
    ]
    changed = [key for key in above if any(key in keys for keys in own)]
    for method, keys in zip(methods, own, strict=True):
        for key in changed:
            if key not in keys:
                method["params"][key[0]] = above[key]
    return {key[0]: param for key, param in above.items() if key not in changed}
