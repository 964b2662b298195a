"""What the `Api` of Flask-RESTful and that of Flask-RESTX do alike.

Both hang resources on an app or a blueprint, choose a representation by the Accept header, and
answer the errors of their own endpoints, and of no others.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Any, ClassVar

from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
)
from werkzeug.routing import RoutingException
from werkzeug.wrappers import Response as WerkzeugResponse

from lsp_server.migrate.runtime.context import current_app, request
from lsp_server.migrate.runtime.response import make_response
from lsp_server.migrate.runtime.urls import url_for

RestView = Callable[..., Any]


class RestApi:
    """Routes, representations and errors of an API on an app or a blueprint.

    Outgrow it: make each resource an `APIRouter`, and its errors exception handlers.
    """

    realm: ClassVar[str] = "flask-restful"
    library: ClassVar[str] = "flask-restful"

    def __init__(
        self,
        prefix: str,
        default_mediatype: str | None,
        decorators: Sequence[Callable[[RestView], RestView]] | None,
        catch_all_404s: bool,
        serve_challenge_on_401: bool,
    ) -> None:
        self.representations: dict[str, Callable[..., Any]] = {}
        self.urls: dict[str, Any] = {}
        self.prefix = prefix
        self.default_mediatype = default_mediatype
        self.decorators = decorators or []
        self.catch_all_404s = catch_all_404s
        self.serve_challenge_on_401 = serve_challenge_on_401
        self.blueprint_setup: Any = None
        self.endpoints: set[str] = set()
        self.resources: list[Any] = []
        self.app: Any = None
        self.blueprint: Any = None

    def rest_attach(self, app: Any) -> None:
        """Set up on an app at once, on a blueprint when it is registered."""
        if hasattr(app, "record"):
            app.record(self._deferred_blueprint_init)
            self.blueprint = app
        else:
            self._init_app(app)

    def _deferred_blueprint_init(self, setup_state: Any) -> None:
        self.blueprint_setup = setup_state
        if not setup_state.first_registration:
            raise ValueError(f"{self.library} blueprints can only be registered once.")
        self._init_app(setup_state.app)

    def _init_app(self, app: Any) -> None:
        """Stand before the app's own error handling, and register what was added so far."""
        for name in ("handle_exception", "handle_user_exception"):
            setattr(app, name, partial(self.error_router, getattr(app, name)))

    def _complete_url(self, url_part: str, registration_prefix: str | None) -> str:
        """The blueprint's prefix, the API's and the resource's path, put together as they are."""
        return "".join(part for part in (registration_prefix, self.prefix, url_part) if part)

    def rest_view(self, app: Any, resource: Any, endpoint: str, args: Any, kwargs: Any) -> RestView:
        """The view function of a resource, whose answers become responses.

        Raises:
            ValueError: The endpoint belongs to another resource already.
        """
        known = getattr(app, "view_functions", {})
        if endpoint in known and known[endpoint].__dict__["view_class"] != resource:
            name = known[endpoint].__dict__["view_class"].__name__
            raise ValueError(f"This endpoint ({endpoint}) is already set to the class {name}.")
        resource.mediatypes = self.mediatypes_method()
        resource.endpoint = endpoint
        return self.output(resource.as_view(endpoint, *args, **kwargs))

    def rest_route(self, app: Any, view: RestView, urls: Sequence[str], options: Any) -> None:
        """Give the view its URLs: now, or when the blueprint is registered.

        A resource that is added after a blueprint's registration goes without the API's prefix:
        so it is in both extensions.
        """
        for url in urls:
            if self.blueprint is None:
                app.add_url_rule(self._complete_url(url, ""), view_func=view, **options)
            elif self.blueprint_setup is None:
                complete = partial(self._complete_url, url)
                self.blueprint.record(
                    partial(self.rest_route_on_blueprint, complete, view, options)
                )
            else:
                prefix = self.blueprint_setup.url_prefix or ""
                self.rest_add_rule(self.blueprint_setup, prefix + url, view, options)

    def rest_route_on_blueprint(
        self, complete: Callable[[Any], str], view: RestView, options: Any, state: Any
    ) -> None:
        self.rest_add_rule(state, complete(state.url_prefix), view, options)

    def rest_add_rule(self, state: Any, rule: str, view: RestView, options: Any) -> None:
        options = dict(options)
        defaults = {**(state.url_defaults or {}), **options.pop("defaults", {})}
        if state.subdomain is not None:
            options.setdefault("subdomain", state.subdomain)
        endpoint = f"{state.blueprint.name}.{view.__name__}"
        state.app.add_url_rule(rule, endpoint, view, defaults=defaults, **options)

    def output(self, resource: RestView) -> RestView:
        """Make responses of what a resource returns."""

        @wraps(resource)
        def view(*args: Any, **kwargs: Any) -> Any:
            returned = resource(*args, **kwargs)
            if isinstance(returned, WerkzeugResponse):
                return returned
            data, code, headers = self.rest_unpack(returned)
            return self.make_response(data, code, headers=headers)

        return view

    def rest_unpack(self, returned: Any) -> tuple[Any, Any, Any]:
        """Data, status and headers of what a resource returned."""
        raise NotImplementedError

    def make_response(self, data: Any, *args: Any, **kwargs: Any) -> Any:
        """Data as the representation that the client accepts, else the default one."""
        default = kwargs.pop("fallback_mediatype", None) or self.default_mediatype
        mediatype = request.accept_mimetypes.best_match(self.representations) or default
        if mediatype is None:
            raise NotAcceptable()
        if mediatype in self.representations:
            response = self.representations[mediatype](data, *args, **kwargs)
        elif mediatype == "text/plain":
            response = make_response(str(data), *args, *kwargs.values())
        else:
            raise InternalServerError()
        response.headers["Content-Type"] = mediatype
        return response

    def representation(self, mediatype: str) -> Callable[[RestView], RestView]:
        """A decorator: write answers of this media type with this function."""

        def decorator(function: RestView) -> RestView:
            self.representations[mediatype] = function
            return function

        return decorator

    def rest_fallback_mediatype(self) -> str:
        """What a 406 is written as when nothing was acceptable."""
        return next(iter(self.representations), "text/plain")

    def mediatypes(self) -> list[str]:
        """The media types of the Accept header, the best first."""
        accepted = sorted(request.accept_mimetypes, key=operator.itemgetter(1), reverse=True)
        return [mediatype for mediatype, _quality in accepted]

    def mediatypes_method(self) -> Callable[[Any], list[str | None]]:
        """What `mediatypes` of a resource is."""
        return lambda _resource: [*self.mediatypes(), self.default_mediatype]

    def url_for(self, resource: Any, **values: Any) -> str:
        """The URL of a resource."""
        endpoint = resource.endpoint
        if self.blueprint is not None:
            endpoint = f"{self.blueprint.name}.{endpoint}"
        return url_for(endpoint, **values)

    def unauthorized(self, response: Any) -> Any:
        """Ask for credentials, where the API was told to."""
        if self.serve_challenge_on_401:
            realm = current_app.config.get("HTTP_BASIC_AUTH_REALM", self.realm)
            response.headers["WWW-Authenticate"] = f'Basic realm="{realm}"'
        return response

    def owns_endpoint(self, endpoint: str) -> bool:
        """Whether an endpoint is one of this API's resources."""
        if self.blueprint is not None:
            if not endpoint.startswith(self.blueprint.name):
                return False
            endpoint = endpoint.split(self.blueprint.name + ".", 1)[-1]
        return endpoint in self.endpoints

    def _should_use_fr_error_handler(self) -> bool:
        """Whether a URL that matched nothing, or not with this method, is the API's concern."""
        adapter = current_app.create_url_adapter(request)
        assert adapter is not None, "a request is being answered"
        try:
            adapter.match()
        except MethodNotAllowed as error:
            assert error.valid_methods, "the map names the methods that it would have matched"
            method = next(iter(error.valid_methods))
            rule, _values = adapter.match(method=method, return_rule=True)
            return self.owns_endpoint(rule.endpoint)
        except NotFound:
            return self.catch_all_404s
        except (HTTPException, RoutingException):
            return False
        return False

    def _has_fr_route(self) -> bool:
        """Whether the request is the API's concern."""
        if self._should_use_fr_error_handler():
            return True
        return request.url_rule is not None and self.owns_endpoint(request.url_rule.endpoint)

    def error_router(self, original_handler: Callable[[Any], Any], error: Exception) -> Any:
        """Answer an error of the API's own, and leave the others to the app."""
        raise NotImplementedError
