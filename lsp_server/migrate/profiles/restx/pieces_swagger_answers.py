"""The answers and the models in Flask-RESTX's specification."""

from __future__ import annotations

from inspect import isclass
from typing import Any

from lsp_server.migrate.profiles.restx.pieces_errors import restx_not_none
from lsp_server.migrate.profiles.restx.pieces_fields import RestxRaw
from lsp_server.migrate.profiles.restx.pieces_model import RestxModelBase, RestxRawModel
from lsp_server.migrate.profiles.restx.pieces_reqparse import RESTX_PY_TYPES
from lsp_server.migrate.profiles.restx.pieces_swagger_parts import (
    restx_docstring,
    restx_header,
    restx_ref,
    restx_response_parts,
)


class RestxSwaggerAnswers:
    """The part of the specification that says what comes back, and of which shape."""

    def __init__(self, api: Any) -> None:
        self.api = api
        self._registered_models: dict[str, Any] = {}

    def responses_for(self, doc: Any, method: str) -> dict[str, Any]:
        """The documented answers by status; a plain success where there is none."""
        responses: dict[str, Any] = {}
        for documented in (doc, doc[method]):
            for code, response in documented.get("responses", {}).items():
                self.restx_response(responses, str(code), response, doc, method)
            if "model" in documented:
                code = str(documented.get("default_code", 200))
                if code not in responses:
                    responses[code] = self.process_headers({"description": "Success"}, doc, method)
                responses[code]["schema"] = self.serialize_schema(documented["model"])
            for name in documented.get("docstring", {}).get("raises", {}):
                self.restx_raised(responses, name)
        if not responses:
            responses["200"] = self.process_headers({"description": "Success"}, doc, method)
        return responses

    def restx_response(
        self, responses: dict[str, Any], code: str, response: Any, doc: Any, method: str
    ) -> None:
        description, model, kwargs = restx_response_parts(response)
        answer = responses.setdefault(code, {})
        answer["description"] = description or "Success"
        if model:
            schema = self.serialize_schema(model)
            envelope = kwargs.get("envelope")
            answer["schema"] = {"properties": {envelope: schema}} if envelope else schema
        self.process_headers(answer, doc, method, kwargs.get("headers"))

    def restx_raised(self, responses: dict[str, Any], name: str) -> None:
        """An answer to an error that a docstring names and a handler documents."""
        for exception, handler in self.api.error_handlers.items():
            documented = getattr(handler, "__apidoc__", {}).get("responses", {})
            if documented and exception.__name__ == name:
                responses[str(next(iter(documented)))] = {"$ref": f"#/responses/{name}"}
                break

    def register_errors(self) -> dict[str, Any]:
        """The answers of the API's error handlers, by the name of the error."""
        responses = {}
        for exception, handler in self.api.error_handlers.items():
            response = {"description": restx_docstring(handler)["summary"]}
            documented = getattr(handler, "__apidoc__", {})
            self.process_headers(response, documented)
            if "responses" in documented:
                _, model, _ = next(iter(documented["responses"].values()))
                response["schema"] = self.serialize_schema(model)
            responses[exception.__name__] = restx_not_none(response)
        return responses

    def process_headers(
        self, response: Any, doc: Any, method: str | None = None, headers: Any = None
    ) -> Any:
        """An answer with the headers of the resource, of the method and its own."""
        own = doc.get(method, {})
        if "headers" in doc or "headers" in own or headers:
            every = {**doc.get("headers", {}), **own.get("headers", {}), **(headers or {})}
            response["headers"] = {name: restx_header(value) for name, value in every.items()}
        return response

    # Models

    def serialize_definitions(self) -> dict[str, Any]:
        """The schemas of all models that something refers to."""
        return {name: model.__schema__ for name, model in self._registered_models.items()}

    def serialize_schema(self, model: Any) -> dict[str, Any]:
        """A model, its name, a field, a Python type, or a list of one of them."""
        if isinstance(model, list | tuple):
            return {"type": "array", "items": self.serialize_schema(model[0])}
        if isinstance(model, RestxModelBase | str):
            return self.register_model(model)
        if isclass(model) and issubclass(model, RestxRaw):
            return self.serialize_schema(model())
        if isinstance(model, RestxRaw):
            return model.__schema__
        if isinstance(model, type | None) and model in RESTX_PY_TYPES:
            return {"type": RESTX_PY_TYPES[model]}
        raise ValueError(f"Model {model} not registered")

    def register_model(self, model: Any) -> dict[str, Any]:
        """A reference to a model, whose definition is then written, too."""
        name = model.name if isinstance(model, RestxModelBase) else model
        if name not in self.api.models:
            raise ValueError(f"Model {name} not registered")
        specs = self.api.models[name]
        if name in self._registered_models:
            return restx_ref(model)
        self._registered_models[name] = specs
        if isinstance(specs, RestxModelBase):
            for parent in specs.__parents__:
                self.register_model(parent)
        if isinstance(specs, RestxRawModel):
            for field in dict(specs.restx_fields()).values():
                self.register_field(field)
        return restx_ref(model)

    def register_field(self, field: Any) -> None:
        """Write the definitions of the models within a field."""
        for model in field.restx_models() if isinstance(field, RestxRaw) else ():
            self.register_model(model)
