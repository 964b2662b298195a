"""How Flask-RESTX answers errors."""

from __future__ import annotations

import difflib
import inspect
import re
import sys
from collections.abc import Callable
from functools import cached_property
from http import HTTPStatus
from typing import Any

from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException

from lsp_server.migrate.profiles.restful.pieces_shared_api import RestApi
from lsp_server.migrate.profiles.restx.pieces_errors import restx_status, restx_unpack
from lsp_server.migrate.profiles.restx.pieces_mask import RestxMaskError, RestxParseError
from lsp_server.migrate.runtime.context import current_app, request
from lsp_server.migrate.runtime.signals import got_request_exception


def restx_mask_parse_error_handler(error: Exception) -> Any:
    """When a mask can't be parsed"""
    return {"message": f"Mask parse error: {error}"}, HTTPStatus.BAD_REQUEST


def restx_mask_error_handler(error: Exception) -> Any:
    """When any error occurs on mask"""
    return {"message": f"Mask error: {error}"}, HTTPStatus.BAD_REQUEST


class RestxErrorApi(RestApi):
    """The part of the Api that answers errors: of a mask, of the API's handlers, and all others."""

    namespaces: list[Any]
    _default_error_handler: Any = None

    @cached_property
    def error_handlers(self) -> dict[Any, Callable[[Any], Any]]:
        """The API's own handlers by the class of the error."""
        return {
            RestxParseError: restx_mask_parse_error_handler,
            RestxMaskError: restx_mask_error_handler,
        }

    def errorhandler(self, exception: Any) -> Any:
        """A decorator: answer errors of a class, or all others, by a function."""
        if not (inspect.isclass(exception) and issubclass(exception, Exception)):
            self._default_error_handler = exception
            return exception

        def decorator(function: Any) -> Any:
            self.error_handlers[exception] = function
            return function

        return decorator

    @property
    def _own_and_child_error_handlers(self) -> dict[Any, Callable[[Any], Any]]:
        handlers = dict(self.error_handlers)
        for namespace in self.namespaces:
            handlers.update(namespace.error_handlers)
        return handlers

    def error_router(self, original_handler: Callable[[Any], Any], error: Exception) -> Any:
        if not self._has_fr_route():
            return original_handler(error)
        try:
            return self.handle_error(error)
        except Exception as unanswered:
            # Whatever goes wrong in answering, the app's own handler is the last resort.
            return original_handler(unanswered)

    def handle_error(self, error: Exception) -> Any:
        """The answer to an error: a handler's, else `{"message": ...}`."""
        if self.restx_propagates(error):
            raise error
        tell = current_app.config.get("ERROR_INCLUDE_MESSAGE", True)
        told, code, headers = self.restx_error_answer(error, tell)
        if tell:
            told["message"] = told.get("message", str(error))
        data = getattr(error, "data", told)
        fallback = None
        if code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            current = sys.exc_info()
            current_app.log_exception(None if current[1] is None else current)
        elif code == HTTPStatus.NOT_FOUND:
            if current_app.config.get("RESTX_ERROR_404_HELP", True) and tell:
                data["message"] = self._help_on_404(data.get("message", None))
        elif code == HTTPStatus.NOT_ACCEPTABLE and self.default_mediatype is None:
            fallback = self.rest_fallback_mediatype()
        headers.pop("Content-Length", None)
        response = self.make_response(data, code, headers, fallback_mediatype=fallback)
        return self.unauthorized(response) if code == HTTPStatus.UNAUTHORIZED else response

    def restx_propagates(self, error: Exception) -> bool:
        """Whether an error goes through to the server or the test, as nothing here handles it."""
        setting = current_app.config.get("PROPAGATE_EXCEPTIONS")
        propagates = current_app.testing or current_app.debug if setting is None else setting
        handled = (HTTPException, *self._own_and_child_error_handlers)
        return bool(propagates) and not isinstance(error, handled)

    def restx_error_answer(self, error: Exception, tell: bool) -> tuple[Any, Any, Any]:
        """Body, status and headers for an error."""
        for kind, handler in self._own_and_child_error_handlers.items():
            if isinstance(error, kind):
                return restx_unpack(handler(error), HTTPStatus.INTERNAL_SERVER_ERROR)
        got_request_exception.send(current_app._get_current_object(), exception=error)
        if isinstance(error, HTTPException):
            answered = error.response.status_code if error.response is not None else None
            code: Any = restx_status(error.code if error.code is not None else answered)
            message = {"message": error.description or code.phrase} if tell else {}
            return message, code, error.get_response().headers
        if self._default_error_handler:
            answer = self._default_error_handler(error)
            return restx_unpack(answer, HTTPStatus.INTERNAL_SERVER_ERROR)
        code = HTTPStatus.INTERNAL_SERVER_ERROR
        return {"message": code.phrase} if tell else {}, code, Headers()

    def _help_on_404(self, message: str | None = None) -> str | None:
        """The message, and the URLs that look like the one that is not there."""
        rules = {
            re.sub("(<.*>)", "", rule.rule): rule.rule for rule in current_app.url_map.iter_rules()
        }
        matches = difflib.get_close_matches(request.path, rules.keys())
        if not matches:
            return message
        before = f"{message.rstrip('.')}. " if message else ""
        meant = " or ".join(rules[match] for match in matches)
        return f"{before}You have requested this URI [{request.path}] but did you mean {meant} ?"
