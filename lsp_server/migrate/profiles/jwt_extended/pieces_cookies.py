"""Flask-JWT-Extended's cookies: a token, and beside it the value that must be submitted twice."""

from typing import Any

from lsp_server.migrate.profiles.jwt_extended.pieces_manager import get_csrf_token
from lsp_server.migrate.profiles.jwt_extended.pieces_tokens import jwt_setting


def set_access_cookies(
    response: Any,
    encoded_access_token: str,
    max_age: int | None = None,
    domain: str | None = None,
) -> None:
    """Send an access token as a cookie, and its CSRF value as another that scripts can read."""
    _jwt_set_cookies(response, "ACCESS", encoded_access_token, max_age, domain)


def set_refresh_cookies(
    response: Any,
    encoded_refresh_token: str,
    max_age: int | None = None,
    domain: str | None = None,
) -> None:
    """Send a refresh token as a cookie, and its CSRF value as another that scripts can read."""
    _jwt_set_cookies(response, "REFRESH", encoded_refresh_token, max_age, domain)


def unset_jwt_cookies(response: Any, domain: str | None = None) -> None:
    """Take back all cookies with tokens."""
    unset_access_cookies(response, domain)
    unset_refresh_cookies(response, domain)


def unset_access_cookies(response: Any, domain: str | None = None) -> None:
    """Take back the cookies of the access token."""
    _jwt_unset_cookies(response, "ACCESS", domain)


def unset_refresh_cookies(response: Any, domain: str | None = None) -> None:
    """Take back the cookies of the refresh token."""
    _jwt_unset_cookies(response, "REFRESH", domain)


def _jwt_set_cookies(
    response: Any, kind: str, encoded_token: str, max_age: int | None, domain: str | None
) -> None:
    one_year = 31540000
    age = max_age or (None if jwt_setting("SESSION_COOKIE") else one_year)
    _jwt_send_cookie(response, f"{kind}_COOKIE", encoded_token, domain, max_age=age)
    if jwt_setting("COOKIE_CSRF_PROTECT") and jwt_setting("CSRF_IN_COOKIES"):
        csrf_value = get_csrf_token(encoded_token)
        _jwt_send_cookie(response, f"{kind}_CSRF_COOKIE", csrf_value, domain, max_age=age)


def _jwt_unset_cookies(response: Any, kind: str, domain: str | None) -> None:
    _jwt_send_cookie(response, f"{kind}_COOKIE", "", domain, expires=0)
    if jwt_setting("COOKIE_CSRF_PROTECT") and jwt_setting("CSRF_IN_COOKIES"):
        _jwt_send_cookie(response, f"{kind}_CSRF_COOKIE", "", domain, expires=0)


def _jwt_send_cookie(
    response: Any, which: str, value: str, domain: str | None, **until: int | None
) -> None:
    response.set_cookie(
        jwt_setting(f"{which}_NAME"),
        value=value,
        secure=jwt_setting("COOKIE_SECURE"),
        httponly="CSRF" not in which,
        domain=domain or jwt_setting("COOKIE_DOMAIN"),
        path=jwt_setting(f"{which}_PATH"),
        samesite=jwt_setting("COOKIE_SAMESITE"),
        **until,
    )
