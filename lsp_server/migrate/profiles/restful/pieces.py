"""Flask-RESTful's Api, Resource, abort and marshalling."""

from __future__ import annotations

import json
import sys
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import wraps
from typing import Any, ClassVar

from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Response as WerkzeugResponse

from lsp_server.migrate.profiles.restful.pieces_shared import rest_instance
from lsp_server.migrate.profiles.restful.pieces_shared_api import RestApi, RestView
from lsp_server.migrate.runtime.context import current_app, request
from lsp_server.migrate.runtime.response import make_response
from lsp_server.migrate.runtime.signals import got_request_exception
from lsp_server.migrate.runtime.urls import abort
from lsp_server.migrate.runtime.views import MethodView


def restful_abort(http_status_code: int, **kwargs: Any) -> None:
    """End the request with an error whose JSON body is the keyword arguments."""
    try:
        abort(http_status_code)
    except HTTPException as error:
        if kwargs:
            error.data = kwargs  # type: ignore[attr-defined]
        raise


def restful_status_message(code: Any) -> str:
    """The text of a status code, or none."""
    return HTTP_STATUS_CODES.get(code, "")


def restful_unpack(value: Any) -> tuple[Any, Any, Any]:
    """Data, status and headers of what a resource returned."""
    if isinstance(value, tuple):
        if len(value) == 3:
            return value
        if len(value) == 2:
            return value[0], value[1], {}
    return value, 200, {}


def restful_output_json(data: Any, code: Any, headers: Any = None) -> Any:
    """A JSON answer, written with the settings of `RESTFUL_JSON`; indented in debug mode."""
    settings = current_app.config.get("RESTFUL_JSON", {})
    if current_app.debug:
        settings.setdefault("indent", 4)
        settings.setdefault("sort_keys", False)
    response = make_response(json.dumps(data, **settings) + "\n", code)
    response.headers.extend(headers or {})
    return response


class RestfulApi(RestApi):
    """Flask-RESTful's Api: resources on an app or a blueprint, and JSON errors for them."""

    def __init__(
        self,
        app: Any = None,
        prefix: str = "",
        default_mediatype: str | None = "application/json",
        decorators: Sequence[Callable[[RestView], RestView]] | None = None,
        catch_all_404s: bool = False,
        serve_challenge_on_401: bool = False,
        url_part_order: str = "bae",
        errors: dict[str, dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(
            prefix, default_mediatype, decorators, catch_all_404s, serve_challenge_on_401
        )
        self.representations = {"application/json": restful_output_json}
        self.url_part_order = url_part_order
        self.errors = errors or {}
        if app is not None:
            self.app = app
            self.init_app(app)

    def init_app(self, app: Any) -> None:
        """Set up on an app, or on a blueprint when that is registered."""
        self.rest_attach(app)

    def _init_app(self, app: Any) -> None:
        super()._init_app(app)
        for resource, urls, kwargs in self.resources:
            self._register_view(app, resource, *urls, **kwargs)

    def _complete_url(self, url_part: str, registration_prefix: str | None) -> str:
        parts = {"b": registration_prefix, "a": self.prefix, "e": url_part}
        return "".join(parts[key] or "" for key in self.url_part_order)

    def add_resource(self, resource: Any, *urls: str, **kwargs: Any) -> None:
        """Serve a resource at URLs; `endpoint` is its class's name in lower case by default."""
        if self.app is not None:
            self._register_view(self.app, resource, *urls, **kwargs)
        else:
            self.resources.append((resource, urls, kwargs))

    def resource(self, *urls: str, **kwargs: Any) -> Callable[[Any], Any]:
        """`add_resource` as a decorator."""

        def decorator(cls: Any) -> Any:
            self.add_resource(cls, *urls, **kwargs)
            return cls

        return decorator

    def _register_view(self, app: Any, resource: Any, *urls: str, **kwargs: Any) -> None:
        endpoint = kwargs.pop("endpoint", None) or resource.__name__.lower()
        self.endpoints.add(endpoint)
        args = kwargs.pop("resource_class_args", ())
        view = self.rest_view(
            app, resource, endpoint, args, kwargs.pop("resource_class_kwargs", {})
        )
        for decorator in self.decorators:
            view = decorator(view)
        self.rest_route(app, view, urls, kwargs)

    def rest_unpack(self, returned: Any) -> tuple[Any, Any, Any]:
        return restful_unpack(returned)

    def error_router(self, original_handler: Callable[[Any], Any], error: Exception) -> Any:
        if self._has_fr_route():
            # Whatever goes wrong in answering, the app's own handler is the last resort.
            with suppress(Exception):
                return self.handle_error(error)
        return original_handler(error)

    def handle_error(self, error: Exception) -> Any:
        """The answer to an error: its `data`, else `{"message": ...}`."""
        got_request_exception.send(current_app._get_current_object(), exception=error)
        if not isinstance(error, HTTPException) and restful_propagates():
            raise error
        if isinstance(error, HTTPException) and error.response is not None:
            return error.get_response()
        data, code, headers = self.restful_error_answer(error)
        fallback = None
        if code == 406 and self.default_mediatype is None:
            fallback = self.rest_fallback_mediatype()
        response = self.make_response(data, code, headers, fallback_mediatype=fallback)
        return self.unauthorized(response) if code == 401 else response

    def restful_error_answer(self, error: Exception) -> tuple[Any, Any, Headers]:
        """Body, status and headers for an error; what stands in `errors=` wins."""
        code: Any = 500
        message: Any = restful_status_message(500)
        headers = Headers()
        if isinstance(error, HTTPException):
            code, message = error.code, error.description
            headers = error.get_response().headers
        headers.pop("Content-Length", None)
        data = getattr(error, "data", {"message": message})
        if code and code >= 500:
            current = sys.exc_info()
            current_app.log_exception(None if current[1] is None else current)
        custom = self.errors.get(type(error).__name__)
        if custom is not None:
            code = custom.get("status", 500)
            data.update(custom)
        return data, code, headers


def restful_propagates() -> bool:
    """Whether errors that are no HTTP errors go through to the server or the test."""
    setting = current_app.config.get("PROPAGATE_EXCEPTIONS", False)
    return bool(current_app.testing or current_app.debug if setting is None else setting)


class RestfulResource(MethodView):
    """A class with a method for each HTTP method; what these return is made a response.

    Outgrow it: write each method as a route of an `APIRouter`.
    """

    representations: ClassVar[Any] = None
    method_decorators: ClassVar[Any] = []

    def dispatch_request(self, *args: Any, **kwargs: Any) -> Any:
        method = getattr(self, request.method.lower(), None)
        if method is None and request.method == "HEAD":
            method = getattr(self, "get", None)
        assert method is not None, f"Unimplemented method {request.method!r}"
        decorators = self.method_decorators
        if isinstance(decorators, Mapping):
            decorators = decorators.get(request.method.lower(), [])
        for decorator in decorators:
            method = decorator(method)
        return restful_represented(method(*args, **kwargs), self.representations or {})


def restful_represented(returned: Any, representations: Mapping[str, Callable[..., Any]]) -> Any:
    """What a method returned, in the resource's own representation where the client accepts it."""
    if isinstance(returned, WerkzeugResponse):
        return returned
    mediatype = request.accept_mimetypes.best_match(representations)
    if mediatype is None or mediatype not in representations:
        return returned
    response = representations[mediatype](*restful_unpack(returned))
    response.headers["Content-Type"] = mediatype
    return response


def restful_marshal(data: Any, fields: Any, envelope: str | None = None) -> Any:
    """What the fields let through of an object, or of each object of a list."""
    if isinstance(data, list | tuple):
        items: Any = [restful_marshal(item, fields) for item in data]
    else:
        items = OrderedDict(
            (key, restful_marshal(data, field))
            if isinstance(field, dict)
            else (key, rest_instance(field).output(key, data))
            for key, field in fields.items()
        )
    return OrderedDict([(envelope, items)]) if envelope else items


class restful_marshal_with:
    """A decorator: marshal what a method returns."""

    def __init__(self, fields: Any, envelope: str | None = None) -> None:
        self.fields = fields
        self.envelope = envelope

    def __call__(self, function: RestView) -> RestView:
        @wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            returned = function(*args, **kwargs)
            if not isinstance(returned, tuple):
                return restful_marshal(returned, self.fields, self.envelope)
            data, code, headers = restful_unpack(returned)
            return restful_marshal(data, self.fields, self.envelope), code, headers

        return wrapper


class restful_marshal_with_field:
    """A decorator: write what a method returns with one field."""

    def __init__(self, field: Any) -> None:
        self.field = rest_instance(field)

    def __call__(self, function: RestView) -> RestView:
        @wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            returned = function(*args, **kwargs)
            if not isinstance(returned, tuple):
                return self.field.format(returned)
            data, code, headers = restful_unpack(returned)
            return self.field.format(data), code, headers

        return wrapper
