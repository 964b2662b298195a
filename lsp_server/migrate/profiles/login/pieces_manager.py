"""The login manager: who is asking, what to answer those who may not, and the remember-me cookie.

A request's user is loaded when it is first asked for: from the session, else from the remember-me
cookie, else by the request loader; until the next request it is kept in `g`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from time import gmtime
from typing import TYPE_CHECKING, Any

from lsp_server.migrate.profiles.login.pieces_config import (
    LOGIN_AUTH_HEADER_NAME,
    LOGIN_COOKIE_DURATION,
    LOGIN_COOKIE_HTTPONLY,
    LOGIN_COOKIE_NAME,
    LOGIN_COOKIE_SAMESITE,
    LOGIN_COOKIE_SECURE,
    LOGIN_ID_ATTRIBUTE,
    LOGIN_MESSAGE,
    LOGIN_MESSAGE_CATEGORY,
    LOGIN_REFRESH_MESSAGE,
    LOGIN_REFRESH_MESSAGE_CATEGORY,
    LOGIN_SESSION_KEYS,
    LOGIN_USE_SESSION_FOR_NEXT,
)
from lsp_server.migrate.profiles.login.pieces_cookies import (
    _session_identifier,
    decode_cookie,
    encode_cookie,
)
from lsp_server.migrate.profiles.login.pieces_signals import (
    session_protected,
    user_accessed,
    user_loaded_from_cookie,
    user_loaded_from_header,
    user_loaded_from_request,
    user_needs_refresh,
    user_unauthorized,
)
from lsp_server.migrate.profiles.login.pieces_urls import (
    expand_login_view,
    login_url,
    make_next_param,
)
from lsp_server.migrate.profiles.login.pieces_users import AnonymousUserMixin
from lsp_server.migrate.runtime.context import (
    app_ctx,
    current_app,
    g,
    has_app_context,
    has_request_context,
    request,
    session,
)
from lsp_server.migrate.runtime.flashing import flash
from lsp_server.migrate.runtime.urls import abort, redirect

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as WerkzeugResponse

    from lsp_server.migrate.runtime.app import App


class LoginManager:
    """Flask-Login's manager, with its attributes, decorators and config keys.

    Sessions and remember-me cookies are in Flask-Login's format: nobody is logged out by the
    migration. Outgrow it: a dependency that reads the session and returns the user, or 401.
    """

    def __init__(self, app: App | None = None, add_context_processor: bool = True) -> None:
        self.anonymous_user: Callable[[], Any] = AnonymousUserMixin
        self.login_view: str | None = None
        self.blueprint_login_views: dict[str | None, str] = {}
        self.login_message: Any = LOGIN_MESSAGE
        self.login_message_category = LOGIN_MESSAGE_CATEGORY
        self.refresh_view: str | None = None
        self.needs_refresh_message: Any = LOGIN_REFRESH_MESSAGE
        self.needs_refresh_message_category = LOGIN_REFRESH_MESSAGE_CATEGORY
        self.session_protection: str | None = "basic"
        self.localize_callback: Callable[[Any], str] | None = None
        self.unauthorized_callback: Callable[[], Any] | None = None
        self.needs_refresh_callback: Callable[[], Any] | None = None
        self.id_attribute = LOGIN_ID_ATTRIBUTE
        self._user_callback: Callable[[str], Any] | None = None
        self._header_callback: Callable[[str], Any] | None = None
        self._request_callback: Callable[[Any], Any] | None = None
        self._session_identifier_generator = _session_identifier
        if app is not None:
            self.init_app(app, add_context_processor)

    def init_app(self, app: App, add_context_processor: bool = True) -> None:
        """Make this the app's `login_manager`, and give templates `current_user`."""
        app.login_manager = self  # type: ignore[attr-defined]
        app.after_request(self._update_remember_cookie)
        if add_context_processor:
            app.context_processor(_login_context)

    def setup_app(self, app: App, add_context_processor: bool = True) -> None:
        """The old name of `init_app`."""
        self.init_app(app, add_context_processor)

    def user_loader(self, callback: Callable[[str], Any]) -> Callable[[str], Any]:
        """Register what returns the user with the id that the session holds, or None."""
        self._user_callback = callback
        return callback

    @property
    def user_callback(self) -> Callable[[str], Any] | None:
        return self._user_callback

    def request_loader(self, callback: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Register what returns the user that a request itself tells of, or None."""
        self._request_callback = callback
        return callback

    @property
    def request_callback(self) -> Callable[[Any], Any] | None:
        return self._request_callback

    def header_loader(self, callback: Callable[[str], Any]) -> Callable[[str], Any]:
        """Register what returns the user of an `Authorization` header, or None."""
        self._header_callback = callback
        return callback

    def unauthorized_handler(self, callback: Callable[[], Any]) -> Callable[[], Any]:
        """Register the answer for somebody who is not logged in."""
        self.unauthorized_callback = callback
        return callback

    def needs_refresh_handler(self, callback: Callable[[], Any]) -> Callable[[], Any]:
        """Register the answer for somebody who logged in too long ago."""
        self.needs_refresh_callback = callback
        return callback

    def unauthorized(self) -> Any:
        """The answer for somebody who is not logged in: the login page, else 401."""
        user_unauthorized.send(app_ctx.app)
        if self.unauthorized_callback:
            return self.unauthorized_callback()
        view = self.blueprint_login_views.get(request.blueprint, self.login_view)
        return self._send_to(view, self.login_message, self.login_message_category)

    def needs_refresh(self) -> Any:
        """The answer for somebody whose login is not fresh: the refresh page, else 401."""
        user_needs_refresh.send(app_ctx.app)
        if self.needs_refresh_callback:
            return self.needs_refresh_callback()
        message = self.needs_refresh_message
        return self._send_to(self.refresh_view, message, self.needs_refresh_message_category)

    def _send_to(self, view: str | None, message: Any, category: str) -> Any:
        if not view:
            abort(401)
        if message:
            localize = self.localize_callback
            flash(message if localize is None else localize(message), category=category)
        if current_app.config.get("USE_SESSION_FOR_NEXT", LOGIN_USE_SESSION_FOR_NEXT):
            session["_id"] = self._session_identifier_generator()
            session["next"] = make_next_param(expand_login_view(view), request.url)
            return redirect(login_url(view))
        return redirect(login_url(view, next_url=request.url))

    def _update_request_context_with_user(self, user: Any = None) -> None:
        g._login_user = self.anonymous_user() if user is None else user

    def _load_user(self) -> None:
        """Set the request's user; an anonymous one if nobody is logged in."""
        if self._user_callback is None and self._request_callback is None:
            raise RuntimeError("A login manager needs a user_loader or a request_loader.")
        user_accessed.send(app_ctx.app)
        if self._session_protection_failed():
            return self._update_request_context_with_user()
        user_id = session.get("_user_id")
        user = None
        if user_id is not None and self._user_callback is not None:
            user = self._user_callback(user_id)
        if user is None:
            user = self._load_user_without_session()
        return self._update_request_context_with_user(user)

    def _load_user_without_session(self) -> Any:
        name = current_app.config.get("REMEMBER_COOKIE_NAME", LOGIN_COOKIE_NAME)
        if name in request.cookies and session.get("_remember") != "clear":
            return self._load_user_from_remember_cookie(request.cookies[name])
        if self._request_callback:
            return self._load_user_from_request(request)
        header = current_app.config.get("AUTH_HEADER_NAME", LOGIN_AUTH_HEADER_NAME)
        if header in request.headers and self._header_callback:
            return self._load_user_from_header(request.headers[header])
        return None

    def _load_user_from_remember_cookie(self, cookie: str) -> Any:
        user_id = decode_cookie(cookie)
        if user_id is None:
            return None
        session["_user_id"] = user_id
        session["_fresh"] = False
        user = self._user_callback(user_id) if self._user_callback else None
        if user is not None:
            user_loaded_from_cookie.send(app_ctx.app, user=user)
        return user

    def _load_user_from_request(self, request: Any) -> Any:
        user = self._request_callback(request) if self._request_callback else None
        if user is not None:
            user_loaded_from_request.send(app_ctx.app, user=user)
        return user

    def _load_user_from_header(self, header: str) -> Any:
        user = self._header_callback(header) if self._header_callback else None
        if user is not None:
            user_loaded_from_header.send(app_ctx.app, user=user)
        return user

    def _session_protection_failed(self) -> bool:
        """Whether a session of another browser or address was cleared.

        `basic` only takes its freshness, and so does `strong` from a permanent session.
        """
        identifier = self._session_identifier_generator()
        mode = current_app.config.get("SESSION_PROTECTION", self.session_protection)
        if mode not in ("basic", "strong"):
            return False
        # An empty session is nobody's: there is nothing to protect.
        if not session or identifier == session.get("_id"):
            return False
        strong = mode == "strong" and not session.permanent
        if strong:
            for key in LOGIN_SESSION_KEYS:
                session.pop(key, None)
            session["_remember"] = "clear"
        elif session.get("_fresh") is not False:
            session["_fresh"] = False
        session_protected.send(app_ctx.app)
        return strong

    def _update_remember_cookie(self, response: WerkzeugResponse) -> WerkzeugResponse:
        # The session is written, and its cookie sent, only if there is something to do.
        refresh = current_app.config.get("REMEMBER_COOKIE_REFRESH_EACH_REQUEST")
        if refresh and "_remember" not in session:
            session["_remember"] = "set"
        if "_remember" in session:
            operation = session.pop("_remember", None)
            if operation == "set" and "_user_id" in session:
                self._set_cookie(response)
            elif operation == "clear":
                self._clear_cookie(response)
        return response

    def _set_cookie(self, response: WerkzeugResponse) -> None:
        config = current_app.config
        response.set_cookie(
            config.get("REMEMBER_COOKIE_NAME", LOGIN_COOKIE_NAME),
            value=encode_cookie(str(session["_user_id"])),
            expires=self._remember_until(),
            domain=config.get("REMEMBER_COOKIE_DOMAIN"),
            path=config.get("REMEMBER_COOKIE_PATH", "/"),
            secure=config.get("REMEMBER_COOKIE_SECURE", LOGIN_COOKIE_SECURE),
            httponly=config.get("REMEMBER_COOKIE_HTTPONLY", LOGIN_COOKIE_HTTPONLY),
            samesite=config.get("REMEMBER_COOKIE_SAMESITE", LOGIN_COOKIE_SAMESITE),
        )

    def _remember_until(self) -> datetime:
        if "_remember_seconds" in session:
            duration: Any = timedelta(seconds=session["_remember_seconds"])
        else:
            duration = current_app.config.get("REMEMBER_COOKIE_DURATION", LOGIN_COOKIE_DURATION)
        if isinstance(duration, int):
            duration = timedelta(seconds=duration)
        try:
            until: datetime = datetime(*gmtime()[:6]) + duration
        except TypeError as error:
            raise TypeError(
                f"REMEMBER_COOKIE_DURATION must be a datetime.timedelta, instead got: {duration}"
            ) from error
        return until

    def _clear_cookie(self, response: WerkzeugResponse) -> None:
        config = current_app.config
        response.delete_cookie(
            config.get("REMEMBER_COOKIE_NAME", LOGIN_COOKIE_NAME),
            domain=config.get("REMEMBER_COOKIE_DOMAIN"),
            path=config.get("REMEMBER_COOKIE_PATH", "/"),
        )

    @property
    def _login_disabled(self) -> bool:
        """The old way to say `LOGIN_DISABLED` in the config."""
        return bool(has_app_context() and current_app.config.get("LOGIN_DISABLED", False))

    @_login_disabled.setter
    def _login_disabled(self, value: bool) -> None:
        current_app.config["LOGIN_DISABLED"] = value


def _login_context() -> dict[str, Any]:
    return {"current_user": get_login_user()}


def get_login_user() -> Any:
    """The request's user, loaded when first asked for; None outside a request."""
    if not has_request_context():
        return None
    if "_login_user" not in g:
        current_app.login_manager._load_user()
    return g._login_user
