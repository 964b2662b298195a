"""Cross-origin headers, exactly as Flask-CORS sends them, for paths or for single views."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from werkzeug.datastructures import Headers, MultiDict
from werkzeug.wrappers import Response as WerkzeugResponse

from lsp_server.migrate.profiles.cors.pieces_options import (
    CorsOptions,
    _cors_options,
    _cors_resources,
    _cors_settings,
)
from lsp_server.migrate.runtime.context import current_app, request
from lsp_server.migrate.runtime.response import make_response

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App
    from lsp_server.migrate.runtime.blueprint import Blueprint

# What `cross_origin` leaves on a response, so that `CORS` lets it be.
_CORS_DONE = "_FLASK_CORS_EVALUATED"


class CORS:
    """Headers for all paths, or for the `resources` with their own options.

    An option comes from its resource, else from the arguments, else from the config (`CORS_*`).
    Outgrow it: Starlette's `CORSMiddleware`, if one rule for the whole app is enough; it answers
    preflight requests itself, and never sends headers without an `Origin`.
    """

    def __init__(self, app: App | Blueprint | None = None, **kwargs: Any) -> None:
        self._options = kwargs
        if app is not None:
            self.init_app(app, **kwargs)

    def init_app(self, app: App | Blueprint, **kwargs: Any) -> None:
        """Add the headers to every answer of the app or blueprint, to error pages, too."""
        settings = _cors_settings(app, self._options, kwargs)
        resources = [
            (pattern, _cors_options(self._options, kwargs, options, app=app))
            for pattern, options in _cors_resources(settings["resources"])
        ]

        def add_headers(response: WerkzeugResponse) -> WerkzeugResponse:
            return _add_headers_by_path(response, resources)

        app.after_request(add_headers)
        if settings["intercept_exceptions"] and hasattr(app, "handle_exception"):
            _add_to_error_pages(app, add_headers)


def _add_to_error_pages(
    app: Any, add_headers: Callable[[WerkzeugResponse], WerkzeugResponse]
) -> None:
    # After an error within an error handler no after_request function is called.
    def with_headers(handle: Callable[..., Any]) -> Callable[..., WerkzeugResponse]:
        return lambda *args: add_headers(app.make_response(handle(*args)))

    app.handle_exception = with_headers(app.handle_exception)
    app.handle_user_exception = with_headers(app.handle_user_exception)


def _add_headers_by_path(
    response: WerkzeugResponse, resources: Iterable[tuple[str | re.Pattern[str], CorsOptions]]
) -> WerkzeugResponse:
    if not response.headers.get("Access-Control-Allow-Origin"):
        path = unquote(request.path)
        for pattern, options in resources:
            if pattern.match(path) if isinstance(pattern, re.Pattern) else pattern == path:
                return _add_cors_headers(response, options)
    return response


def cross_origin(*args: Any, **kwargs: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Headers for one view, which then answers its preflight requests itself."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        if kwargs.get("automatic_options", True):
            _answer_options_itself(view)

        @wraps(view)
        def with_headers(*args: Any, **values: Any) -> WerkzeugResponse:
            options = _cors_options(kwargs)
            if options.automatic_options and request.method == "OPTIONS":
                response: WerkzeugResponse = current_app.make_default_options_response()
            else:
                response = make_response(view(*args, **values))
            _add_cors_headers(response, options)
            setattr(response, _CORS_DONE, True)
            return response

        return with_headers

    return decorate


def _answer_options_itself(view: Any) -> None:
    view.required_methods = {*getattr(view, "required_methods", ()), "OPTIONS"}
    view.provide_automatic_options = False


def _add_cors_headers(response: WerkzeugResponse, options: CorsOptions) -> WerkzeugResponse:
    if not hasattr(response, _CORS_DONE):
        if not isinstance(response.headers, Headers | MultiDict):  # A view may have put a dict.
            response.headers = MultiDict(response.headers)
        for name, value in _cors_headers(options, request.headers, request.method):
            if value:
                response.headers.add(name, value)
    return response


def _cors_headers(
    options: CorsOptions, headers: Mapping[str, str] | Headers, method: str
) -> Iterable[tuple[str, Any]]:
    """The headers for a request; none if its origin is not allowed."""
    origins = _origins_to_send(options, headers.get("Origin"))
    if not origins:
        return
    yield "Access-Control-Allow-Origin", origins[0]
    yield "Access-Control-Expose-Headers", options.expose_headers
    if options.supports_credentials:
        yield "Access-Control-Allow-Credentials", "true"
    if headers.get("Access-Control-Request-Private-Network") == "true":
        allowed = "true" if options.allow_private_network else "false"
        yield "Access-Control-Allow-Private-Network", allowed
    wanted = headers.get("Access-Control-Request-Method", "").upper()
    if method == "OPTIONS" and wanted and options.methods and wanted in options.methods:
        asked = headers.get("Access-Control-Request-Headers")
        yield "Access-Control-Allow-Headers", _headers_to_allow(options, asked)
        yield "Access-Control-Max-Age", options.max_age
        yield "Access-Control-Allow-Methods", options.methods
    if options.vary_header and _is_origin_varying(options, origins):
        yield "Vary", "Origin"


def _origins_to_send(options: CorsOptions, origin: str | None) -> list[str]:
    if origin:
        if options.allow_all_origins and options.send_wildcard:
            return ["*"]
        return [origin] if _is_one_of(origin, options.origins) else []
    if not options.always_send:
        return []
    if options.allow_all_origins:
        return [] if options.supports_credentials else ["*"]
    return sorted(one for one in options.origins if isinstance(one, str))


def _headers_to_allow(options: CorsOptions, asked: str | None) -> str | None:
    if not asked:
        return None
    names = [name.strip() for name in asked.split(",")]
    return ", ".join(sorted(name for name in names if _is_one_of(name, options.allow_headers)))


def _is_origin_varying(options: CorsOptions, origins: list[str]) -> bool:
    """Whether another origin could get another header."""
    if origins[0] == "*":
        return False
    regex = any(isinstance(origin, re.Pattern) for origin in options.origins)
    return regex or len(options.origins) > 1 or len(origins) > 1


def _is_one_of(text: str, patterns: Iterable[str | re.Pattern[str]]) -> bool:
    return any(
        bool(one.match(text)) if isinstance(one, re.Pattern) else one.casefold() == text.casefold()
        for one in patterns
    )
