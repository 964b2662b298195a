"""Flask-JWT-Extended's tokens: made, read and checked with PyJWT, by the app's JWT_* settings.

The claims are Flask-JWT-Extended's, so that tokens made before the migration stay valid, and the
other way round. Nothing here looks at the request; `pieces_views` does.
"""

import json
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta, timezone
from hmac import compare_digest
from typing import Any, cast

import jwt
from jwt.algorithms import requires_cryptography

from lsp_server.migrate.profiles.jwt_extended.pieces_errors import JwtCSRFError, JWTDecodeError
from lsp_server.migrate.runtime.context import current_app
from lsp_server.migrate.runtime.json import DefaultJSONProvider

JwtClaims = dict[str, Any]
JwtHeader = dict[str, Any]
JwtFresh = bool | float | timedelta
JwtExpires = timedelta | bool | None


def jwt_setting(name: str) -> Any:
    """What the app's configuration has for JWT_`name`."""
    return current_app.config["JWT_" + name]


def jwt_lifetime(token_type: str) -> Any:
    """How long such a token is good for: a timedelta, or False for ever; a number means seconds."""
    name = "ACCESS_TOKEN_EXPIRES" if token_type == "access" else "REFRESH_TOKEN_EXPIRES"
    lifetime = jwt_setting(name)
    if type(lifetime) is int:
        return timedelta(seconds=lifetime)
    if lifetime is not False:
        try:
            lifetime + datetime.now(timezone.utc)
        except TypeError as error:
            raise RuntimeError(f"must be able to add JWT_{name} to datetime.datetime") from error
    return lifetime


def jwt_decode_algorithms() -> Sequence[str]:
    """What a token may be signed with: JWT_DECODE_ALGORITHMS, which may be the name of a single
    one, and always JWT_ALGORITHM."""
    algorithm = jwt_setting("ALGORITHM")
    named: Sequence[str] = jwt_setting("DECODE_ALGORITHMS") or []
    return named if algorithm in named else [*named, algorithm]


def jwt_encode_key() -> str:
    """The key that tokens are signed with: the secret, or the private key."""
    return _jwt_private_key() if _jwt_is_asymmetric() else _jwt_secret_key()


def jwt_decode_key() -> str:
    """The key that signatures are checked with: the secret, or the public key."""
    return _jwt_public_key() if _jwt_is_asymmetric() else _jwt_secret_key()


def _jwt_is_asymmetric() -> bool:
    return jwt_setting("ALGORITHM") in requires_cryptography


def _jwt_secret_key() -> str:
    key = jwt_setting("SECRET_KEY") or current_app.config.get("SECRET_KEY")
    if not key:
        raise RuntimeError(
            "JWT_SECRET_KEY or flask SECRET_KEY must be set when using symmetric "
            f'algorithm "{jwt_setting("ALGORITHM")}"'
        )
    return cast(str, key)


def _jwt_private_key() -> str:
    return _jwt_asymmetric_key("PRIVATE_KEY")


def _jwt_public_key() -> str:
    return _jwt_asymmetric_key("PUBLIC_KEY")


def _jwt_asymmetric_key(name: str) -> str:
    key = jwt_setting(name)
    if not key:
        raise RuntimeError(
            f"JWT_{name} must be set to use asymmetric cryptography algorithm "
            f'"{jwt_setting("ALGORITHM")}"'
        )
    return cast(str, key)


class JwtEncoder(json.JSONEncoder):
    """Writes claims; what JSON does not know is written as the app's JSON provider writes it."""

    def default(self, o: Any) -> Any:
        provider = current_app.json_provider_class
        write: Callable[[Any], Any] = getattr(provider, "default", DefaultJSONProvider.default)
        return write(o)


def jwt_new_claims(
    token_type: str, identity: Any, fresh: JwtFresh, lifetime: JwtExpires
) -> JwtClaims:
    """The claims that every token has, in Flask-JWT-Extended's order."""
    now = datetime.now(timezone.utc)
    claims: JwtClaims = {
        "fresh": datetime.timestamp(now + fresh) if isinstance(fresh, timedelta) else fresh,
        "iat": now,
        "jti": str(uuid.uuid4()),
        "type": token_type,
        jwt_setting("IDENTITY_CLAIM"): identity,
    }
    if jwt_setting("ENCODE_NBF"):
        claims["nbf"] = now
    if jwt_setting("COOKIE_CSRF_PROTECT"):
        claims["csrf"] = str(uuid.uuid4())
    if audience := jwt_setting("ENCODE_AUDIENCE"):
        claims["aud"] = audience
    if issuer := jwt_setting("ENCODE_ISSUER"):
        claims["iss"] = issuer
    if lifetime:
        claims["exp"] = now + cast(timedelta, lifetime)
    return claims


def jwt_sign(claims: JwtClaims, key: str, headers: dict[str, Any]) -> str:
    """The token with these claims."""
    return jwt.encode(
        claims, key, jwt_setting("ALGORITHM"), json_encoder=JwtEncoder, headers=headers
    )


def jwt_unverified(encoded_token: str) -> tuple[dict[str, Any], JwtClaims]:
    """Header and claims of a token whose signature nobody has looked at yet."""
    claims = jwt.decode(
        encoded_token, algorithms=jwt_decode_algorithms(), options={"verify_signature": False}
    )
    return jwt.get_unverified_header(encoded_token), claims


def jwt_verified(
    encoded_token: str, key: str, csrf_value: str | None, allow_expired: bool
) -> JwtClaims:
    """The claims of a token, once signature, times, audience and issuer are in order.

    Raises PyJWT's errors, JWTDecodeError and JwtCSRFError.
    """
    audience: str | Iterable[str] | None = jwt_setting("DECODE_AUDIENCE")
    options: Any = {"verify_aud": audience is not None, "verify_sub": jwt_setting("VERIFY_SUB")}
    if allow_expired:
        options["verify_exp"] = False
    claims: JwtClaims = jwt.decode(
        encoded_token,
        key,
        algorithms=jwt_decode_algorithms(),
        audience=audience,
        issuer=cast("str | Sequence[str] | None", jwt_setting("DECODE_ISSUER")),
        leeway=jwt_setting("DECODE_LEEWAY"),
        options=options,
    )
    identity_claim = jwt_setting("IDENTITY_CLAIM")
    if identity_claim not in claims:
        raise JWTDecodeError(f"Missing claim: {identity_claim}")
    claims = claims | {
        name: value
        for name, value in (("type", "access"), ("fresh", False), ("jti", None))
        if name not in claims
    }
    _jwt_check_csrf(claims, csrf_value)
    return claims


def _jwt_check_csrf(claims: JwtClaims, csrf_value: str | None) -> None:
    if not csrf_value:
        return
    if "csrf" not in claims:
        raise JWTDecodeError("Missing claim: csrf")
    if not compare_digest(claims["csrf"], csrf_value):
        raise JwtCSRFError("CSRF double submit tokens do not match")
