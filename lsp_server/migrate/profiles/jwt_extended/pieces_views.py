"""Flask-JWT-Extended around a view: is there a token, where, may it pass, and whose is it."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from functools import wraps
from typing import Any, cast

from werkzeug.exceptions import BadRequest

from lsp_server.migrate.profiles.jwt_extended.pieces_errors import (
    FreshTokenRequired,
    InvalidHeaderError,
    InvalidQueryParamError,
    JwtCSRFError,
    NoAuthorizationError,
    RevokedTokenError,
    UserClaimsVerificationError,
    UserLookupError,
    WrongTokenError,
)
from lsp_server.migrate.profiles.jwt_extended.pieces_manager import (
    decode_token,
    get_jwt_manager,
    get_unverified_jwt_headers,
)
from lsp_server.migrate.profiles.jwt_extended.pieces_tokens import JwtClaims, JwtHeader, jwt_setting
from lsp_server.migrate.runtime.context import current_app, g, request

JWT_LOCATIONS = ("headers", "cookies", "query_string", "json")


def jwt_required(
    optional: bool = False,
    fresh: bool = False,
    refresh: bool = False,
    locations: str | Sequence[str] | None = None,
    verify_type: bool = True,
    skip_revocation_check: bool = False,
) -> Any:
    """Let a view be called with a good token only, as Flask-JWT-Extended does.

    Outgrow it: a dependency that verifies the token and returns its claims.
    """

    def wrapper(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def protected(*args: Any, **kwargs: Any) -> Any:
            verify_jwt_in_request(
                optional, fresh, refresh, locations, verify_type, skip_revocation_check
            )
            return current_app.ensure_sync(view)(*args, **kwargs)

        return protected

    return wrapper


def verify_jwt_in_request(
    optional: bool = False,
    fresh: bool = False,
    refresh: bool = False,
    locations: str | Sequence[str] | None = None,
    verify_type: bool = True,
    skip_revocation_check: bool = False,
) -> tuple[JwtHeader, JwtClaims] | None:
    """Header and claims of the request's token; None for OPTIONS, and if it is `optional`.

    Raises what JWTManager has handlers for. The token is remembered in `g` only if all went well.
    """
    if request.method == "OPTIONS":
        return None
    try:
        header, claims, location = _jwt_of_request(locations, refresh)
        if verify_type:
            _jwt_check_type(claims, refresh)
        if fresh:
            _jwt_check_fresh(header, claims)
        if not skip_revocation_check:
            _jwt_check_revoked(header, claims)
        _jwt_check_claims(header, claims)
    except NoAuthorizationError:
        if not optional:
            raise
        _jwt_remember({}, {}, {"loaded_user": None}, None)
        return None
    _jwt_remember(header, claims, _jwt_load_user(header, claims), location)
    return header, claims


def _jwt_remember(
    header: JwtHeader, claims: JwtClaims, user: dict[str, Any] | None, location: str | None
) -> None:
    g._jwt_extended_jwt_user = user
    g._jwt_extended_jwt_header = header
    g._jwt_extended_jwt = claims
    g._jwt_extended_jwt_location = location


def _jwt_load_user(header: JwtHeader, claims: JwtClaims) -> dict[str, Any] | None:
    find = get_jwt_manager()._user_lookup_callback
    if find is None:
        return None
    identity = claims[jwt_setting("IDENTITY_CLAIM")]
    user = find(header, claims)
    if user is None:
        raise UserLookupError(f"user_lookup returned None for {identity}", header, claims)
    return {"loaded_user": user}


def _jwt_check_type(claims: JwtClaims, refresh: bool) -> None:
    is_refresh = claims["type"] == "refresh"
    if is_refresh and not refresh:
        raise WrongTokenError("Only non-refresh tokens are allowed")
    if refresh and not is_refresh:
        raise WrongTokenError("Only refresh tokens are allowed")


def _jwt_check_fresh(header: JwtHeader, claims: JwtClaims) -> None:
    fresh = claims["fresh"]
    is_fresh = fresh if isinstance(fresh, bool) else fresh >= datetime.now(timezone.utc).timestamp()
    if not is_fresh:
        raise FreshTokenRequired("Fresh token required", header, claims)


def _jwt_check_revoked(header: JwtHeader, claims: JwtClaims) -> None:
    if get_jwt_manager()._token_in_blocklist_callback(header, claims):
        raise RevokedTokenError(header, claims)


def _jwt_check_claims(header: JwtHeader, claims: JwtClaims) -> None:
    if not get_jwt_manager()._token_verification_callback(header, claims):
        raise UserClaimsVerificationError("User claims verification failed", header, claims)


def _jwt_of_request(
    locations: str | Sequence[str] | None, refresh: bool
) -> tuple[JwtHeader, JwtClaims, str]:
    """The first token found, decoded; NoAuthorizationError says where one was looked for."""
    places = [locations] if isinstance(locations, str) else locations or _jwt_token_locations()
    for place in places:
        if place not in JWT_LOCATIONS:
            raise RuntimeError(f"'{place}' is not a valid location")
    missing = []
    for place in places:
        try:
            encoded_token, csrf_value = _jwt_in_place(place, refresh)
            claims = decode_token(encoded_token, csrf_value)
            return get_unverified_jwt_headers(encoded_token), claims, place
        except NoAuthorizationError as error:
            missing.append(str(error))
    raise NoAuthorizationError(_jwt_missing_everywhere(places, missing))


def _jwt_missing_everywhere(places: Sequence[str], missing: Sequence[str]) -> str:
    if len(places) == 1:
        return missing[0]
    first, last = ", ".join(places[:-1]), places[-1]
    return f"Missing JWT in {first} or {last} ({'; '.join(missing)})"


def _jwt_token_locations() -> Sequence[str]:
    places = jwt_setting("TOKEN_LOCATION")
    if isinstance(places, str):
        places = (places,)
    elif not hasattr(places, "__iter__"):
        raise RuntimeError("JWT_TOKEN_LOCATION must be a sequence or a set")
    elif not places:
        raise RuntimeError(
            "JWT_TOKEN_LOCATION must contain at least one "
            'of "headers", "cookies", "query_string", or "json"'
        )
    if any(place not in JWT_LOCATIONS for place in places):
        raise RuntimeError(
            'JWT_TOKEN_LOCATION can only contain "headers", "cookies", "query_string", or "json"'
        )
    return cast(Sequence[str], places)


def _jwt_in_place(place: str, refresh: bool) -> tuple[str, str | None]:
    """The token in that place of the request, and the double submit value that came with it."""
    if place == "cookies":
        return _jwt_in_cookies("REFRESH" if refresh else "ACCESS")
    if place == "query_string":
        return _jwt_in_query_string(), None
    if place == "headers":
        return _jwt_in_headers(), None
    return _jwt_in_json(jwt_setting("REFRESH_JSON_KEY" if refresh else "JSON_KEY")), None


def _jwt_in_headers() -> str:
    name, kind = jwt_setting("HEADER_NAME"), jwt_setting("HEADER_TYPE")
    if not name:
        raise RuntimeError("JWT_ACCESS_HEADER_NAME cannot be empty")
    value = request.headers.get(name, "").strip().strip(",")
    if not value:
        raise NoAuthorizationError(f"Missing {name} Header")
    expected = f"Expected '{name}: {kind} <JWT>'" if kind else f"Expected '{name}: <JWT>'"
    field = _jwt_header_field(value, name, kind, expected) if kind else value
    words = field.split()
    if len(words) != (2 if kind else 1):
        raise InvalidHeaderError(f"Bad {name} header. {expected}")
    return words[-1]


def _jwt_header_field(value: str, name: str, kind: str, expected: str) -> str:
    """The one field of type `kind` in a header that may list several, parted by commas."""
    fields = [field for field in re.split(r",\s*", value) if field and field.split()[0] == kind]
    if len(fields) != 1:
        raise NoAuthorizationError(f"Missing '{kind}' type in '{name}' header. {expected}")
    return fields[0]


def _jwt_in_cookies(kind: str) -> tuple[str, str | None]:
    name = jwt_setting(f"{kind}_COOKIE_NAME")
    encoded_token = request.cookies.get(name)
    if not encoded_token:
        raise NoAuthorizationError(f'Missing cookie "{name}"')
    if not jwt_setting("COOKIE_CSRF_PROTECT") or request.method not in jwt_setting("CSRF_METHODS"):
        return encoded_token, None
    csrf_value = request.headers.get(jwt_setting(f"{kind}_CSRF_HEADER_NAME"))
    if not csrf_value and jwt_setting("CSRF_CHECK_FORM"):
        csrf_value = request.form.get(jwt_setting(f"{kind}_CSRF_FIELD_NAME"))
    if not csrf_value:
        raise JwtCSRFError("Missing CSRF token")
    return encoded_token, csrf_value


def _jwt_in_query_string() -> str:
    name, prefix = jwt_setting("QUERY_STRING_NAME"), jwt_setting("QUERY_STRING_VALUE_PREFIX")
    value = request.args.get(name)
    if not value:
        # The spelling is Flask-JWT-Extended's.
        raise NoAuthorizationError(f"Missing '{name}' query paramater")
    if not value.startswith(prefix):
        raise InvalidQueryParamError(
            f"Invalid value for query parameter '{name}'. "
            f"Expected the value to start with '{prefix}'"
        )
    return value[len(prefix) :]


def _jwt_in_json(key: str) -> str:
    if not request.is_json:
        raise NoAuthorizationError("Invalid content-type. Must be application/json.")
    try:
        encoded_token = request.json and request.json.get(key, None)
    except BadRequest:
        encoded_token = None
    if not encoded_token:
        raise NoAuthorizationError(f'Missing "{key}" key in json data.')
    return cast(str, encoded_token)
