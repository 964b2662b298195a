"""Flask-Login 0.6: logins, remember-me cookies and guarded views, in its own formats."""

from __future__ import annotations

from collections.abc import Mapping

from lsp_server.migrate.profile import Profile

_PACKAGE = "lsp_server.migrate.profiles.login"

# Where each name lives in the extension, and what the helper calls it if not the same.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "login_manager": ("LoginManager",),
    "mixins": ("AnonymousUserMixin", "UserMixin"),
    "utils": (
        "confirm_login",
        "current_user",
        "decode_cookie",
        "encode_cookie",
        "expand_login_view",
        "fresh_login_required",
        "login_fresh",
        "login_remembered",
        "login_required",
        "login_url",
        "login_user",
        "logout_user",
        "make_next_param",
        "set_login_view",
    ),
    "signals": (
        "session_protected",
        "user_accessed",
        "user_loaded_from_cookie",
        "user_loaded_from_header",
        "user_loaded_from_request",
        "user_logged_in",
        "user_logged_out",
        "user_login_confirmed",
        "user_needs_refresh",
        "user_unauthorized",
    ),
    "test_client": ("FlaskLoginClient",),
}
_CONFIG: Mapping[str, str] = {
    "AUTH_HEADER_NAME": "LOGIN_AUTH_HEADER_NAME",
    "COOKIE_DURATION": "LOGIN_COOKIE_DURATION",
    "COOKIE_HTTPONLY": "LOGIN_COOKIE_HTTPONLY",
    "COOKIE_NAME": "LOGIN_COOKIE_NAME",
    "COOKIE_SAMESITE": "LOGIN_COOKIE_SAMESITE",
    "COOKIE_SECURE": "LOGIN_COOKIE_SECURE",
    "EXEMPT_METHODS": "LOGIN_EXEMPT_METHODS",
    "ID_ATTRIBUTE": "LOGIN_ID_ATTRIBUTE",
    "LOGIN_MESSAGE": "LOGIN_MESSAGE",
    "LOGIN_MESSAGE_CATEGORY": "LOGIN_MESSAGE_CATEGORY",
    "REFRESH_MESSAGE": "LOGIN_REFRESH_MESSAGE",
    "REFRESH_MESSAGE_CATEGORY": "LOGIN_REFRESH_MESSAGE_CATEGORY",
    "SESSION_KEYS": "LOGIN_SESSION_KEYS",
    "USE_SESSION_FOR_NEXT": "LOGIN_USE_SESSION_FOR_NEXT",
}


def _exports() -> dict[str, str]:
    """Every name under the package itself and under the module that defines it."""
    exports = {
        f"flask_login.{place}{name}": name
        for module, names in _NAMES.items()
        for name in names
        for place in ("", f"{module}.")
    }
    exports |= {
        f"flask_login.{place}{name}": ours
        for name, ours in _CONFIG.items()
        for place in ("", "config.")
    }
    return {**exports, "flask_login.utils._get_user": "get_login_user"}


PROFILE = Profile(
    distribution="flask-login",
    modules=("flask_login",),
    exports=_exports(),
    pieces=(
        f"{_PACKAGE}.pieces",
        f"{_PACKAGE}.pieces_client",
        f"{_PACKAGE}.pieces_config",
        f"{_PACKAGE}.pieces_cookies",
        f"{_PACKAGE}.pieces_manager",
        f"{_PACKAGE}.pieces_signals",
        f"{_PACKAGE}.pieces_urls",
        f"{_PACKAGE}.pieces_users",
    ),
    dependencies=(),
    refused={},
)
