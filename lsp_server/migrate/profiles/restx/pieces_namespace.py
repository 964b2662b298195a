"""Flask-RESTX's resources and namespaces: what is served, and what is documented of it."""

from __future__ import annotations

import inspect
import logging
import warnings
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple

from werkzeug.wrappers import Response as WerkzeugResponse

from lsp_server.migrate.profiles.restx.pieces_errors import restx_abort, restx_merge, restx_unpack
from lsp_server.migrate.profiles.restx.pieces_marshalling import restx_marshal, restx_marshal_with
from lsp_server.migrate.profiles.restx.pieces_model import (
    RestxModel,
    RestxModelBase,
    RestxOrderedModel,
    RestxSchemaModel,
)
from lsp_server.migrate.profiles.restx.pieces_reqparse import RestxRequestParser
from lsp_server.migrate.runtime.context import request
from lsp_server.migrate.runtime.views import MethodView

RESTX_METHODS = ("get", "post", "head", "options", "delete", "put", "trace", "patch")

RestxDecorator = Callable[[Any], Any]


class RestxResource(MethodView):
    """A class with a method for each HTTP method; what these return is made a response.

    Outgrow it: write each method as a route of an `APIRouter`.
    """

    representations: ClassVar[Any] = None
    method_decorators: ClassVar[Any] = []

    def __init__(self, api: Any = None, *args: Any, **kwargs: Any) -> None:
        self.api = api

    def dispatch_request(self, *args: Any, **kwargs: Any) -> Any:
        method = getattr(self, request.method.lower(), None)
        if method is None and request.method == "HEAD":
            method = getattr(self, "get", None)
        assert method is not None, f"Unimplemented method {request.method!r}"
        for decorator in self.method_decorators:
            method = decorator(method)
        self.validate_payload(method)
        returned = method(*args, **kwargs)
        representations = self.representations or {}
        if isinstance(returned, WerkzeugResponse):
            return returned
        mediatype = request.accept_mimetypes.best_match(representations)
        if mediatype is None or mediatype not in representations:
            return returned
        response = representations[mediatype](*restx_unpack(returned))
        response.headers["Content-Type"] = mediatype
        return response

    def validate_payload(self, func: Any) -> None:
        """Check the JSON body against the models that the method expects."""
        doc: Any = getattr(func, "__apidoc__", False)
        if doc is False:
            return
        validate = doc.get("validate", None)
        if not (self.api._validate if validate is None else validate):
            return
        for expect in doc.get("expect", []):
            if isinstance(expect, RestxModelBase):
                self.restx_validate(expect, [request.get_json()])
            elif restx_is_list_of_model(expect):
                data = request.get_json()
                self.restx_validate(expect[0], data if isinstance(data, list) else [data])

    def restx_validate(self, model: RestxModelBase, payloads: list[Any]) -> None:
        for payload in payloads:
            model.validate(payload, self.api.refresolver, self.api.format_checker)


def restx_is_list_of_model(expect: Any) -> bool:
    """Whether a payload is to be a list whose elements a model describes."""
    return isinstance(expect, list) and len(expect) == 1 and isinstance(expect[0], RestxModelBase)


class RestxResourceRoute(NamedTuple):
    """A resource at URLs, with what is documented of it there alone."""

    resource: Any
    urls: Sequence[str]
    route_doc: Any
    kwargs: dict[str, Any]


class RestxNamespace:
    """A part of an API: resources under a path, and models.

    Outgrow it: an `APIRouter` with Pydantic models.
    """

    def __init__(
        self,
        name: str,
        description: str | None = None,
        path: str | None = None,
        decorators: Sequence[RestxDecorator] | None = None,
        validate: bool | None = None,
        authorizations: Any = None,
        ordered: bool = False,
        **kwargs: Any,
    ) -> None:
        self.name = name
        self.description = description
        self._path = path
        self._validate = validate
        self.models: dict[str, Any] = {}
        self.urls: dict[str, Any] = {}
        self.decorators = decorators or []
        self.resources: list[RestxResourceRoute] = []
        self.error_handlers: dict[Any, Callable[[Any], Any]] = {}
        self.default_error_handler: Any = None
        self.authorizations = authorizations
        self.ordered = ordered
        self.apis: list[Any] = [kwargs["api"]] if "api" in kwargs else []
        self.logger = logging.getLogger(f"flask_restx.namespace.{name}")

    @property
    def path(self) -> str:
        """What the URLs of the resources begin with."""
        return (self._path or f"/{self.name}").rstrip("/")

    @property
    def payload(self) -> Any:
        """The request's JSON body."""
        return request.get_json()

    # Resources

    def add_resource(self, resource: Any, *urls: str, **kwargs: Any) -> None:
        """Serve a resource at URLs below the path."""
        route_doc = kwargs.pop("route_doc", {})
        self.resources.append(RestxResourceRoute(resource, urls, route_doc, kwargs))
        for api in self.apis:
            api.register_resource(self, resource, *api.ns_urls(self, urls), **kwargs)

    def route(self, *urls: str, **kwargs: Any) -> RestxDecorator:
        """`add_resource` as a decorator."""

        def decorator(cls: Any) -> Any:
            doc = kwargs.pop("doc", None)
            if doc is not None:
                kwargs["route_doc"] = self._build_doc(cls, doc)
            self.add_resource(cls, *urls, **kwargs)
            return cls

        return decorator

    def abort(self, *args: Any, **kwargs: Any) -> None:
        """End the request with an error."""
        restx_abort(*args, **kwargs)

    def errorhandler(self, exception: Any) -> Any:
        """A decorator: answer errors of a class, or all others, by a function."""
        if not (inspect.isclass(exception) and issubclass(exception, Exception)):
            self.default_error_handler = exception
            return exception

        def decorator(function: Any) -> Any:
            self.error_handlers[exception] = function
            return function

        return decorator

    # Models

    def add_model(self, name: Any, definition: Any) -> Any:
        """Know a model by its name, here and in the APIs."""
        self.models[name] = definition
        for api in self.apis:
            api.models[name] = definition
        return definition

    def model(
        self,
        name: Any = None,
        model: Any = None,
        mask: Any = None,
        strict: bool = False,
        **kwargs: Any,
    ) -> Any:
        """A model with these fields; a strict one allows no others in a payload."""
        kind = RestxOrderedModel if self.ordered else RestxModel
        made = kind(name, model, mask=mask, strict=strict)
        made.__apidoc__.update(kwargs)
        return self.add_model(name, made)

    def schema_model(self, name: Any = None, schema: Any = None) -> Any:
        """A model that is written as JSON schema."""
        return self.add_model(name, RestxSchemaModel(name, schema))

    def clone(self, name: str, *specs: Any) -> Any:
        """A model with copies of all the fields."""
        return self.add_model(name, RestxModel.clone(name, *specs))

    def inherit(self, name: str, *specs: Any) -> Any:
        """A model with the last one's fields, that is all that the others are, too."""
        return self.add_model(name, RestxModel.inherit(name, *specs))

    def parser(self) -> RestxRequestParser:
        """A request parser."""
        return RestxRequestParser()

    def as_list(self, field: Any) -> Any:
        """A field that is documented as a list."""
        field.__apidoc__ = restx_merge(getattr(field, "__apidoc__", {}), {"as_list": True})
        return field

    # Marshalling

    def marshal_with(
        self,
        fields: Any,
        as_list: bool = False,
        code: Any = 200,
        description: str | None = None,
        **kwargs: Any,
    ) -> RestxDecorator:
        """A decorator: marshal what a method returns, and document it."""
        model = [fields] if as_list else fields
        responses = {str(code): (description, model, kwargs)}

        def decorator(function: Any) -> Any:
            doc = {"responses": responses, "__mask__": kwargs.get("mask", True)}
            function.__apidoc__ = restx_merge(getattr(function, "__apidoc__", {}), doc)
            return restx_marshal_with(fields, ordered=self.ordered, **kwargs)(function)

        return decorator

    def marshal_list_with(self, fields: Any, **kwargs: Any) -> RestxDecorator:
        """A decorator: marshal the list that a method returns, and document it."""
        return self.marshal_with(fields, True, **kwargs)

    def marshal(self, *args: Any, **kwargs: Any) -> Any:
        """What the fields let through of an object."""
        return restx_marshal(*args, **kwargs)

    # Documentation

    def doc(self, shortcut: Any = None, **kwargs: Any) -> RestxDecorator:
        """A decorator: document a resource or a method; False hides it."""
        if isinstance(shortcut, str):
            kwargs["id"] = shortcut
        shown = shortcut if isinstance(shortcut, bool) else True

        def decorator(documented: Any) -> Any:
            documented.__apidoc__ = self._build_doc(documented, kwargs if shown else False)
            return documented

        return decorator

    def _build_doc(self, documented: Any, doc: Any) -> Any:
        """What was documented before, and this."""
        if doc is False:
            return False
        restx_complete_doc(doc)
        for method in RESTX_METHODS:
            if method not in doc or doc[method] is False:
                continue
            restx_complete_doc(doc[method])
            expect = doc[method].get("expect", [])
            if not isinstance(expect, list | tuple):
                doc[method]["expect"] = [expect]
        return restx_merge(getattr(documented, "__apidoc__", {}), doc)

    def hide(self, func: Any) -> Any:
        """A decorator: leave a resource or method out of the specification."""
        return self.doc(False)(func)

    def expect(self, *inputs: Any, **kwargs: Any) -> RestxDecorator:
        """A decorator: document, and check if told to, the payload or arguments."""
        validate = kwargs.get("validate", self._validate)
        return self.doc(validate=validate, expect=list(inputs))

    def param(
        self, name: str, description: str | None = None, _in: str = "query", **kwargs: Any
    ) -> RestxDecorator:
        """A decorator: document a parameter."""
        kwargs.update({"in": _in, "description": description})
        return self.doc(params={name: kwargs})

    def response(
        self, code: Any, description: str, model: Any = None, **kwargs: Any
    ) -> RestxDecorator:
        """A decorator: document an answer."""
        return self.doc(responses={str(code): (description, model, kwargs)})

    def header(self, name: str, description: str | None = None, **kwargs: Any) -> RestxDecorator:
        """A decorator: document a header of the answer."""
        return self.doc(headers={name: {"description": description, **kwargs}})

    def produces(self, mimetypes: Any) -> RestxDecorator:
        """A decorator: document the media types of the answer."""
        return self.doc(produces=mimetypes)

    def deprecated(self, func: Any) -> Any:
        """A decorator: document that something should be used no more."""
        return self.doc(deprecated=True)(func)

    def vendor(self, *args: Any, **kwargs: Any) -> RestxDecorator:
        """A decorator: document whatever a vendor's tools want to know."""
        for extension in args:
            kwargs.update(extension)
        return self.doc(vendor=kwargs)


def restx_complete_doc(doc: dict[str, Any]) -> None:
    """Write out what was written short: a parameter's description, and names of old."""
    for name, description in doc.get("params", {}).items():
        if isinstance(description, str):
            doc["params"][name] = {"description": description}
    for name in ("parser", "body"):
        if name in doc:
            warnings.warn(
                f"The {name} attribute is deprecated, use expect instead",
                DeprecationWarning,
                stacklevel=2,
            )
            doc["expect"] = [*doc.get("expect", []), doc.pop(name)]
