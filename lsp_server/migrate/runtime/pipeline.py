"""The way of a request through an app, step by step as Flask goes it."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, NoReturn, cast

from werkzeug.datastructures import Headers
from werkzeug.exceptions import (
    BadRequest,
    BadRequestKeyError,
    HTTPException,
    InternalServerError,
)
from werkzeug.routing import RoutingException
from werkzeug.wrappers import Response as WerkzeugResponse

from lsp_server.migrate.runtime.context import (
    RequestContext,
    app_ctx,
    request,
    request_ctx,
)
from lsp_server.migrate.runtime.coroutines import called_from_sync
from lsp_server.migrate.runtime.errors import error_class_and_code
from lsp_server.migrate.runtime.json import JSONProvider
from lsp_server.migrate.runtime.logs import create_logger
from lsp_server.migrate.runtime.request import Request
from lsp_server.migrate.runtime.response import Response
from lsp_server.migrate.runtime.scaffold import Scaffold
from lsp_server.migrate.runtime.sessions import SecureCookieSessionInterface, SessionInterface
from lsp_server.migrate.runtime.signals import (
    appcontext_tearing_down,
    got_request_exception,
    request_finished,
    request_started,
    request_tearing_down,
)
from lsp_server.migrate.runtime.values import UNSET

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.config import Config
    from lsp_server.migrate.runtime.sessions import SessionMixin


class Pipeline(Scaffold):
    """What happens between a request and its answer; a subclass of the app may override any step.

    The order: session, match, before_request, view, error handlers, after_request, session's
    cookie, teardown.
    """

    request_class: type[Request] = Request
    response_class: type[Response] = Response
    session_interface: SessionInterface = SecureCookieSessionInterface()
    config: Config
    json: JSONProvider
    testing: Any
    debug: bool
    teardown_appcontext_funcs: list[Callable[..., Any]]
    _got_first_request = False

    @cached_property
    def logger(self) -> logging.Logger:
        return create_logger(self)  # type: ignore[arg-type]

    def wsgi_app(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer one request; assign a wrapped one to put WSGI middleware around the app."""
        context = self.request_context(environ)
        error: BaseException | None = None
        try:
            try:
                context.push()
                _show_in_scope(environ)
                response = self.full_dispatch_request()
            except Exception as raised:
                error = raised
                response = self.handle_exception(raised)
            except BaseException as raised:
                error = raised
                raise
            return response(environ, start_response)
        finally:
            if "werkzeug.debug.preserve_context" in environ:
                # A test client that was entered keeps the contexts for the test to look at.
                keep = environ["werkzeug.debug.preserve_context"]
                for current in (app_ctx, request_ctx):
                    keep(current._get_current_object())  # type: ignore[union-attr]
            context.pop(None if error is None or self.should_ignore_error(error) else error)

    def request_context(self, environ: dict[str, Any]) -> RequestContext:
        return RequestContext(self, environ)  # type: ignore[arg-type]

    def full_dispatch_request(self) -> Response:
        self._got_first_request = True
        try:
            request_started.send(self, _async_wrapper=self.ensure_sync)
            answer = self.preprocess_request()
            if answer is None:
                answer = self.dispatch_request()
        except Exception as error:
            answer = self.handle_user_exception(error)
        return self.finalize_request(answer)

    def preprocess_request(self) -> Any:
        """Call the url_value_preprocessors, then the before_request functions until one answers."""
        names = (None, *reversed(request.blueprints))
        for name in names:
            for preprocessor in self.url_value_preprocessors.get(name, ()):
                preprocessor(request.endpoint, request.view_args)
        for name in names:
            for function in self.before_request_funcs.get(name, ()):
                answer = self.ensure_sync(function)()
                if answer is not None:
                    return answer
        return None

    def dispatch_request(self) -> Any:
        """Call the matched view, or the native route that was found instead."""
        current: Request = request_ctx.request
        if "asgi.native" in current.environ:
            return current.environ["asgi.native"]()
        if current.routing_exception is not None:
            self.raise_routing_exception(current)
        rule = current.url_rule
        assert rule is not None and current.view_args is not None
        if getattr(rule, "provide_automatic_options", False) and current.method == "OPTIONS":
            return self.make_default_options_response()
        view = self.view_functions[cast("str", rule.endpoint)]
        return self.ensure_sync(view)(**current.view_args)

    def raise_routing_exception(self, request: Request) -> NoReturn:
        assert request.routing_exception is not None
        raise request.routing_exception

    def make_default_options_response(self) -> Response:
        assert request_ctx.url_adapter is not None
        response = self.response_class()
        response.allow.update(request_ctx.url_adapter.allowed_methods())
        return response

    # Errors

    def handle_user_exception(self, e: Exception) -> Any:
        """Let a handler answer an error of a view; what has none is raised again."""
        if isinstance(e, BadRequestKeyError) and (
            self.debug or self.config["TRAP_BAD_REQUEST_ERRORS"]
        ):
            e.show_exception = True
        if isinstance(e, HTTPException) and not self.trap_http_exception(e):
            return self.handle_http_exception(e)
        handler = self._find_error_handler(e, request.blueprints)
        if handler is None:
            raise e
        return self.ensure_sync(handler)(e)

    def handle_http_exception(self, e: HTTPException) -> Any:
        """Let a handler answer an HTTP error; what has none answers itself."""
        if e.code is None or isinstance(e, RoutingException):
            return e
        handler = self._find_error_handler(e, request.blueprints)
        return e if handler is None else self.ensure_sync(handler)(e)

    def trap_http_exception(self, e: Exception) -> bool:
        """Whether an HTTP error is treated like any other one."""
        if self.config["TRAP_HTTP_EXCEPTIONS"]:
            return True
        trap = self.config["TRAP_BAD_REQUEST_ERRORS"]
        if trap is None and self.debug and isinstance(e, BadRequestKeyError):
            return True
        return bool(trap) and isinstance(e, BadRequest)

    def handle_exception(self, e: Exception) -> Response:
        """Answer 500 to an error that nothing handled, or raise it in tests and in debug mode."""
        got_request_exception.send(self, _async_wrapper=self.ensure_sync, exception=e)
        propagate = self.config["PROPAGATE_EXCEPTIONS"]
        if self.testing or self.debug if propagate is None else propagate:
            raise e
        self.log_exception(sys.exc_info())
        answer: Any = InternalServerError(original_exception=e)
        handler = self._find_error_handler(answer, request.blueprints)
        if handler is not None:
            answer = self.ensure_sync(handler)(answer)
        return self.finalize_request(answer, from_error_handler=True)

    def log_exception(self, exc_info: Any) -> None:
        self.logger.error(f"Exception on {request.path} [{request.method}]", exc_info=exc_info)

    def should_ignore_error(self, error: BaseException | None) -> bool:
        """Whether teardown functions shall not hear of an error; override it to decide."""
        return False

    def _find_error_handler(self, e: Exception, blueprints: list[str]) -> Callable[..., Any] | None:
        # A handler for the code wins over one for a class, the blueprint's over the app's.
        exc_class, code = error_class_and_code(type(e))
        for key in (code, None) if code is not None else (None,):
            for name in (*blueprints, None):
                handlers = self.error_handler_spec[name][key]
                for known in exc_class.__mro__:
                    if known in handlers:
                        return handlers[known]
        return None

    # Answers

    def finalize_request(self, rv: Any, from_error_handler: bool = False) -> Response:
        response = self.make_response(rv)
        try:
            response = self.process_response(response)
            request_finished.send(self, _async_wrapper=self.ensure_sync, response=response)
        except Exception:
            if not from_error_handler:
                raise
            self.logger.exception("Request finalizing failed with an error while handling an error")
        return response

    def process_response(self, response: Response) -> Response:
        """Call what was to be called after the request, and write the session's cookie."""
        context = request_ctx._get_current_object()  # type: ignore[attr-defined]
        for function in context.after_request_functions:
            response = self.ensure_sync(function)(response)
        for name in (*request.blueprints, None):
            for function in reversed(self.after_request_funcs.get(name, ())):
                response = self.ensure_sync(function)(response)
        session = context.opened_session
        if not self.session_interface.is_null_session(session):
            self.session_interface.save_session(self, session, response)  # type: ignore[arg-type]
        return response

    def open_session(self, request: Request) -> SessionMixin:
        session = self.session_interface.open_session(self, request)  # type: ignore[arg-type]
        if session is None:
            session = self.session_interface.make_null_session(self)  # type: ignore[arg-type]
        return session

    def make_response(self, rv: Any) -> Response:
        """What a view returned, as a response: text, bytes, a mapping, a list, an iterator, a tuple
        of it with status and headers, a response, or a WSGI application."""
        rv, status, headers = _split_answer(rv)
        if rv is None:
            raise TypeError(
                f"The view function for {request.endpoint!r} did not return a valid response. "
                "The function either returned None or ended without a return statement."
            )
        if isinstance(rv, (str, bytes, bytearray, Iterator)) and not isinstance(
            rv, self.response_class
        ):
            # Status and headers are given here, so that a content type among them is kept as it is.
            return self.response_class(rv, status=status, headers=headers)  # type: ignore[arg-type]
        response = self._as_response(rv)
        if isinstance(status, (str, bytes, bytearray)):
            response.status = status if isinstance(status, str) else status.decode()
        elif status is not None:
            response.status_code = status
        if headers:
            response.headers.update(headers)
        return response

    def _as_response(self, rv: Any) -> Response:
        if isinstance(rv, self.response_class):
            return rv
        if isinstance(rv, (dict, list)):
            return self.json.response(rv)
        reason = ""
        if isinstance(rv, WerkzeugResponse) or callable(rv):
            try:
                return cast("Response", self.response_class.force_type(rv, request.environ))
            except TypeError as error:
                reason = f"{error}\n"
        raise TypeError(
            f"{reason}The view function did not return a valid response. The return type must be "
            "a string, dict, list, tuple with headers or status, Response instance, or WSGI "
            f"callable, but it was a {type(rv).__name__}."
        )

    # Ends

    def do_teardown_request(self, exc: BaseException | None = UNSET) -> None:
        exc = sys.exc_info()[1] if exc is UNSET else exc
        for name in (*request.blueprints, None):
            for function in reversed(self.teardown_request_funcs.get(name, ())):
                self.ensure_sync(function)(exc)
        request_tearing_down.send(self, _async_wrapper=self.ensure_sync, exc=exc)

    def do_teardown_appcontext(self, exc: BaseException | None = UNSET) -> None:
        exc = sys.exc_info()[1] if exc is UNSET else exc
        for function in reversed(self.teardown_appcontext_funcs):
            self.ensure_sync(function)(exc)
        appcontext_tearing_down.send(self, _async_wrapper=self.ensure_sync, exc=exc)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """A function that can be called without awaiting it, whether it is a coroutine's or not."""
        return self.async_to_sync(func) if iscoroutinefunction(func) else func

    def async_to_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return called_from_sync(func)


def _split_answer(rv: Any) -> tuple[Any, Any, Any]:
    if not isinstance(rv, tuple):
        return rv, None, None
    if len(rv) == 3:
        return rv
    if len(rv) == 2:
        body, second = rv
        if isinstance(second, (Headers, dict, tuple, list)):
            return body, None, second
        return body, second, None
    raise TypeError(
        "The view function did not return a valid response tuple. The tuple must have the form "
        "(body, status, headers), (body, status), or (body, headers)."
    )


def _show_in_scope(environ: dict[str, Any]) -> None:
    # For ASGI middleware, Starlette's request and tests, which know the scope alone.
    scope = environ.get("asgi.scope")
    if scope is not None:
        scope["session"] = request_ctx.opened_session
        scope.setdefault("state", {})["g"] = app_ctx.g
