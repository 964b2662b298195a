"""Whose token came with the request: what Flask-JWT-Extended remembers of it in `g`."""

from typing import Any, cast

from werkzeug.local import LocalProxy

from lsp_server.migrate.profiles.jwt_extended.pieces_tokens import (
    JwtClaims,
    JwtHeader,
    jwt_setting,
)
from lsp_server.migrate.runtime.context import g


def get_jwt() -> JwtClaims:
    """The claims of the request's token; empty if none came and none need come."""
    return _jwt_remembered("_jwt_extended_jwt")


def get_jwt_header() -> JwtHeader:
    """The header of the request's token; empty if none came and none need come."""
    return _jwt_remembered("_jwt_extended_jwt_header")


def _jwt_remembered(name: str) -> dict[str, Any]:
    value = g.get(name, None)
    if value is None:
        raise RuntimeError(
            "You must call `@jwt_required()` or `verify_jwt_in_request()` before using this method"
        )
    return cast(dict[str, Any], value)


def get_jwt_identity() -> Any:
    """Whose token came with the request, or None."""
    return get_jwt().get(jwt_setting("IDENTITY_CLAIM"), None)


def get_jwt_request_location() -> str | None:
    """Where the request's token was: "headers", "cookies", "query_string", "json", or None."""
    return cast("str | None", g.get("_jwt_extended_jwt_location", None))


def get_current_user() -> Any:
    """What the app's user_lookup_loader found for the request's token, or None if none came."""
    get_jwt()
    user = g.get("_jwt_extended_jwt_user", None)
    if user is None:
        raise RuntimeError(
            "You must provide a `@jwt.user_lookup_loader` callback to use this method"
        )
    return user["loaded_user"]


jwt_current_user: Any = LocalProxy(get_current_user)


def jwt_template_context() -> dict[str, Any]:
    """What templates get where JWTManager has add_context_processor."""
    return {"current_user": get_current_user()}
