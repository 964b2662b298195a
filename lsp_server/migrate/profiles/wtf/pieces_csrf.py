"""CSRF tokens in Flask-WTF's format, and the check of every unsafe request.

A token is the session's random value, signed with the time: forms that were sent out before the
migration are still valid after it.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

import wtforms
from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer
from markupsafe import Markup
from werkzeug.exceptions import BadRequest
from wtforms.csrf.core import CSRF

from lsp_server.migrate.runtime.context import current_app, g, request, session

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App

_csrf_log = logging.getLogger("flask_wtf.csrf")


def generate_csrf(secret_key: str | bytes | None = None, token_key: str | None = None) -> str:
    """This request's signed token; the same one however often it is asked for.

    `g.csrf_token` holds it, `session["csrf_token"]` the random value that it signs.
    """
    serializer, name = _csrf_serializer(secret_key, token_key)
    if name not in g:
        if name not in session:
            session[name] = _csrf_random()
        try:
            token = serializer.dumps(session[name])
        except TypeError:  # Somebody else's value, which no JSON can hold.
            session[name] = _csrf_random()
            token = serializer.dumps(session[name])
        setattr(g, name, token)
    signed: str = g.get(name)
    return signed


def validate_csrf(
    data: str | None,
    secret_key: str | bytes | None = None,
    time_limit: int | None = None,
    token_key: str | None = None,
) -> None:
    """Raise wtforms' ValidationError, which says why, unless `data` signs the session's value."""
    serializer, name = _csrf_serializer(secret_key, token_key)
    if time_limit is None:
        time_limit = current_app.config.get("WTF_CSRF_TIME_LIMIT", 3600)
    if not data:
        raise wtforms.ValidationError("The CSRF token is missing.")
    if name not in session:
        raise wtforms.ValidationError("The CSRF session token is missing.")
    try:
        token = serializer.loads(data, max_age=time_limit)
    except SignatureExpired as error:
        raise wtforms.ValidationError("The CSRF token has expired.") from error
    except BadData as error:
        raise wtforms.ValidationError("The CSRF token is invalid.") from error
    if not hmac.compare_digest(session[name], token):
        raise wtforms.ValidationError("The CSRF tokens do not match.")


def csrf_meta_tag(
    name: str | None = None,
    secret_key: str | bytes | None = None,
    token_key: str | None = None,
) -> Markup:
    """A `<meta>` tag with the token, for scripts that send it as `X-CSRFToken`."""
    if name is None:
        name = current_app.config.get("WTF_CSRF_META_NAME", "csrf-token")
    if name is None:
        raise RuntimeError("CSRF is not configured.")
    token = generate_csrf(secret_key=secret_key, token_key=token_key)
    return Markup('<meta name="{}" content="{}">').format(name, token)


def _csrf_serializer(
    secret_key: str | bytes | None, token_key: str | None
) -> tuple[URLSafeTimedSerializer, str]:
    """The signer and the name under which session and `g` hold the token."""
    config = current_app.config
    if secret_key is None:
        secret_key = config.get("WTF_CSRF_SECRET_KEY", current_app.secret_key)
    if secret_key is None:
        raise RuntimeError("A secret key is required to use CSRF.")
    if token_key is None:
        token_key = config.get("WTF_CSRF_FIELD_NAME", "csrf_token")
    if token_key is None:
        raise RuntimeError("A field name is required to use CSRF.")
    return URLSafeTimedSerializer(secret_key, salt="wtf-csrf-token"), token_key


def _csrf_random() -> str:
    # Not a secret's digest: 64 random bytes in the form that Flask-WTF gives them.
    return hashlib.sha1(os.urandom(64), usedforsecurity=False).hexdigest()


class CSRFError(BadRequest):
    """The request's token is missing or wrong: 400, with the reason as `description`."""

    description = "CSRF validation failed."


class CSRFProtect:
    """Checks the token of every unsafe request, in the form or in a header.

    Flask-WTF's config keys, `csrf_token()` in templates, `exempt` and `protect` are preserved.
    Outgrow it: cookies with `SameSite=Lax`, and a dependency that compares `Origin` and `Host`.
    """

    def __init__(self, app: App | None = None) -> None:
        self._exempt_views: set[str] = set()
        self._exempt_blueprints: set[Any] = set()
        if app:
            self.init_app(app)

    def init_app(self, app: App) -> None:
        """Set the defaults of the config, and check before every request."""
        app.extensions["csrf"] = self
        config = app.config
        config.setdefault("WTF_CSRF_ENABLED", True)
        config.setdefault("WTF_CSRF_CHECK_DEFAULT", True)
        config["WTF_CSRF_METHODS"] = set(
            config.get("WTF_CSRF_METHODS", ["POST", "PUT", "PATCH", "DELETE"])
        )
        config.setdefault("WTF_CSRF_FIELD_NAME", "csrf_token")
        config.setdefault("WTF_CSRF_HEADERS", ["X-CSRFToken", "X-CSRF-Token"])
        config.setdefault("WTF_CSRF_META_NAME", "csrf-token")
        config.setdefault("WTF_CSRF_TIME_LIMIT", 3600)
        config.setdefault("WTF_CSRF_SSL_STRICT", True)
        names = {"csrf_token": generate_csrf, "csrf_meta_tag": csrf_meta_tag}
        app.jinja_env.globals.update(names)
        app.context_processor(names.copy)

        def csrf_protect() -> None:
            # Before Flask-WTF 1.3 a class of one's own had a `protect` without the parameter.
            enabled = app.config["WTF_CSRF_ENABLED"] and app.config["WTF_CSRF_CHECK_DEFAULT"]
            if enabled and self._applies():
                self.protect()

        app.before_request(csrf_protect)

    def protect(self, apply_exemptions: bool = False) -> None:
        """Check this request; with `apply_exemptions` only if it has a view that is not exempt."""
        if apply_exemptions and not self._applies():
            return
        if request.method not in current_app.config["WTF_CSRF_METHODS"]:
            return
        try:
            validate_csrf(self._get_csrf_token())
        except wtforms.ValidationError as error:
            _csrf_log.info(error.args[0])
            self._error_response(error.args[0])
        if request.is_secure and current_app.config["WTF_CSRF_SSL_STRICT"]:
            if not request.referrer:
                self._error_response("The referrer header is missing.")
            if not same_origin(request.referrer, f"https://{request.host}/"):
                self._error_response("The referrer does not match the host.")
        g.csrf_valid = True  # So that the request's forms need not check once more.

    def _get_csrf_token(self) -> str | None:
        """The token in the form, also under a form's prefix, else in a header."""
        name = current_app.config["WTF_CSRF_FIELD_NAME"]
        prefixed = [key for key in request.form if key.endswith(name)]
        for key in (name, *prefixed):
            token: str | None = request.form.get(key)
            if token:
                return token
        for header in current_app.config["WTF_CSRF_HEADERS"]:
            token = request.headers.get(header)
            if token:
                return token
        return None

    def _applies(self) -> bool:
        """Whether there is a view that is not exempt; a native route of FastAPI's never is."""
        has_view = request.endpoint or "asgi.native" in request.environ
        return bool(has_view) and not self._is_exempt()

    def _is_exempt(self) -> bool:
        name = request.blueprint or ""
        blueprint = current_app.blueprints.get(name)
        if blueprint in self._exempt_blueprints:
            return True
        # One that is still Flask's is known to the app by its name only.
        if blueprint is None and name in {one.name for one in self._exempt_blueprints}:
            return True
        view = current_app.view_functions.get(request.endpoint or "")
        return view is not None and f"{view.__module__}.{view.__name__}" in self._exempt_views

    def exempt(self, view: Any) -> Any:
        """Check no request of this view (or its dotted name) or blueprint; returns it."""
        if isinstance(view, str):
            self._exempt_views.add(view)
        elif hasattr(view, "__name__"):
            self._exempt_views.add(f"{view.__module__}.{view.__name__}")
        else:
            self._exempt_blueprints.add(view)
        return view

    def error_handler(self, view: Callable[[str], Any]) -> Callable[[str], Any]:
        """The old way to say what answers a failed check; `view` gets the reason."""

        @wraps(view)
        def respond(reason: str) -> None:
            raise CSRFError(response=current_app.make_response(view(reason)))

        self._error_response = respond  # type: ignore[method-assign]
        return view

    def _error_response(self, reason: str) -> None:
        raise CSRFError(reason)


def same_origin(current_uri: str | None, compare_uri: str) -> bool:
    """Whether scheme, host and port are the same."""
    current, compare = urlparse(current_uri or ""), urlparse(compare_uri)
    return (current.scheme, current.hostname, current.port) == (
        compare.scheme,
        compare.hostname,
        compare.port,
    )


class FlaskFormCSRF(CSRF):
    """How a form makes and checks its token field; `CSRFProtect` may have checked it already."""

    def setup_form(self, form: Any) -> Any:
        self.meta = form.meta
        return super().setup_form(form)

    def generate_csrf_token(self, csrf_token_field: Any) -> str:
        return generate_csrf(secret_key=self.meta.csrf_secret, token_key=self.meta.csrf_field_name)

    def validate_csrf_token(self, form: Any, field: Any) -> None:
        if g.get("csrf_valid", False):
            return
        meta = self.meta
        try:
            validate_csrf(field.data, meta.csrf_secret, meta.csrf_time_limit, meta.csrf_field_name)
        except wtforms.ValidationError as error:
            _csrf_log.info(error.args[0])
            raise
