"""Flask-Login's functions: log in and out, ask who it is, and guard views."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from werkzeug.local import LocalProxy

from lsp_server.migrate.profiles.login.pieces_config import (
    LOGIN_COOKIE_NAME,
    LOGIN_EXEMPT_METHODS,
)
from lsp_server.migrate.profiles.login.pieces_cookies import decode_cookie
from lsp_server.migrate.profiles.login.pieces_manager import get_login_user
from lsp_server.migrate.profiles.login.pieces_signals import (
    user_logged_in,
    user_logged_out,
    user_login_confirmed,
)
from lsp_server.migrate.runtime.context import app_ctx, current_app, request, session

current_user: Any = LocalProxy(lambda: get_login_user())


def login_user(
    user: Any,
    remember: bool = False,
    duration: timedelta | None = None,
    force: bool = False,
    fresh: bool = True,
) -> bool:
    """Log `user` in, for this browser session or with `remember` beyond it; False if inactive.

    `duration` is how long it is remembered, `force` logs in an inactive user, too, and a login
    that is not `fresh` does not pass `fresh_login_required`.
    """
    if not force and not user.is_active:
        return False
    manager = current_app.login_manager
    session["_user_id"] = getattr(user, manager.id_attribute)()
    session["_fresh"] = fresh
    session["_id"] = manager._session_identifier_generator()
    if remember:
        session["_remember"] = "set"
        if duration is not None:
            session["_remember_seconds"] = _duration_in_seconds(duration)
    manager._update_request_context_with_user(user)
    user_logged_in.send(app_ctx.app, user=get_login_user())
    return True


def _duration_in_seconds(duration: timedelta) -> float:
    if not isinstance(duration, timedelta):
        raise TypeError(f"duration must be a datetime.timedelta, instead got: {duration}")
    return duration.total_seconds()


def logout_user() -> bool:
    """Log the current user out and forget the remember-me cookie."""
    user = get_login_user()
    for key in ("_user_id", "_fresh", "_id"):
        if key in session:
            session.pop(key)
    if current_app.config.get("REMEMBER_COOKIE_NAME", LOGIN_COOKIE_NAME) in request.cookies:
        session["_remember"] = "clear"
        if "_remember_seconds" in session:
            session.pop("_remember_seconds")
    user_logged_out.send(app_ctx.app, user=user)
    current_app.login_manager._update_request_context_with_user()
    return True


def confirm_login() -> None:
    """Make the login fresh again, after the user has shown the password once more."""
    session["_fresh"] = True
    session["_id"] = current_app.login_manager._session_identifier_generator()
    user_login_confirmed.send(app_ctx.app)


def login_fresh() -> bool:
    """Whether the user logged in in this browser session, not by the remember-me cookie."""
    fresh: bool = session.get("_fresh", False)
    return fresh


def login_remembered() -> bool:
    """Whether the request carries a valid remember-me cookie that is not about to be cleared."""
    name = current_app.config.get("REMEMBER_COOKIE_NAME", LOGIN_COOKIE_NAME)
    if name not in request.cookies or session.get("_remember") == "clear":
        return False
    return decode_cookie(request.cookies[name]) is not None


def login_required(func: Callable[..., Any]) -> Callable[..., Any]:
    """Let only those who are logged in reach the view; `LOGIN_DISABLED` lets in everybody."""

    @wraps(func)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not _is_exempt_from_login() and not current_user.is_authenticated:
            return current_app.login_manager.unauthorized()
        return current_app.ensure_sync(func)(*args, **kwargs)

    return guarded


def fresh_login_required(func: Callable[..., Any]) -> Callable[..., Any]:
    """As `login_required`, and the login must be fresh."""

    @wraps(func)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not _is_exempt_from_login():
            if not current_user.is_authenticated:
                return current_app.login_manager.unauthorized()
            if not login_fresh():
                return current_app.login_manager.needs_refresh()
        return current_app.ensure_sync(func)(*args, **kwargs)

    return guarded


def _is_exempt_from_login() -> bool:
    disabled = current_app.config.get("LOGIN_DISABLED")
    return request.method in LOGIN_EXEMPT_METHODS or bool(disabled)


def set_login_view(login_view: str, blueprint: Any = None) -> None:
    """Set the login page of the app, or of one of its blueprints."""
    manager = current_app.login_manager
    views = manager.blueprint_login_views
    if blueprint is None and not views:
        manager.login_view = login_view
        return
    views[blueprint.name] = login_view
    if manager.login_view is not None and None not in views:
        views[None] = manager.login_view
    manager.login_view = None
