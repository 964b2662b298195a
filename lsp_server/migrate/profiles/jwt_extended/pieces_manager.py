"""Flask-JWT-Extended's JWTManager and the functions about tokens that need it."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar, cast

import jwt

from lsp_server.migrate.profiles.jwt_extended.pieces_errors import (
    FreshTokenRequired,
    InvalidHeaderError,
    InvalidQueryParamError,
    JwtCSRFError,
    JWTDecodeError,
    NoAuthorizationError,
    RevokedTokenError,
    UserClaimsVerificationError,
    UserLookupError,
    WrongTokenError,
)
from lsp_server.migrate.profiles.jwt_extended.pieces_request import jwt_template_context
from lsp_server.migrate.profiles.jwt_extended.pieces_settings import JWT_DEFAULTS
from lsp_server.migrate.profiles.jwt_extended.pieces_tokens import (
    JwtClaims,
    JwtExpires,
    JwtFresh,
    JwtHeader,
    jwt_decode_key,
    jwt_encode_key,
    jwt_lifetime,
    jwt_new_claims,
    jwt_setting,
    jwt_sign,
    jwt_unverified,
    jwt_verified,
)
from lsp_server.migrate.runtime.context import current_app
from lsp_server.migrate.runtime.json import jsonify

JwtCallback = TypeVar("JwtCallback", bound=Callable[..., Any])

# Errors that the app's invalid_token_loader answers.
JWT_INVALID: tuple[type[Exception], ...] = (
    InvalidHeaderError,
    InvalidQueryParamError,
    JWTDecodeError,
    WrongTokenError,
    jwt.DecodeError,
    jwt.InvalidAudienceError,
    jwt.InvalidIssuerError,
    jwt.InvalidTokenError,
    jwt.MissingRequiredClaimError,
)

# Errors about one token, and the callback that answers each.
JWT_REFUSED: dict[type[Exception], str] = {
    FreshTokenRequired: "_needs_fresh_token_callback",
    RevokedTokenError: "_revoked_token_callback",
    UserClaimsVerificationError: "_token_verification_failed_callback",
    UserLookupError: "_user_lookup_error_callback",
    jwt.ExpiredSignatureError: "_expired_token_callback",
}


def jwt_answer(message: str, status: HTTPStatus) -> tuple[Any, HTTPStatus]:
    """The JSON that Flask-JWT-Extended answers a refused request with."""
    return jsonify({jwt_setting("ERROR_MESSAGE_KEY"): message}), status


def jwt_unauthorized(message: str) -> tuple[Any, HTTPStatus]:
    """The answer where no token came."""
    return jwt_answer(message, HTTPStatus.UNAUTHORIZED)


def jwt_invalid(message: str) -> tuple[Any, HTTPStatus]:
    """The answer where a token came that is none of ours."""
    return jwt_answer(message, HTTPStatus.UNPROCESSABLE_ENTITY)


def jwt_user_unknown(_header: JwtHeader, claims: JwtClaims) -> tuple[Any, HTTPStatus]:
    """The answer where the token's user is gone."""
    identity = claims[jwt_setting("IDENTITY_CLAIM")]
    return jwt_unauthorized(f"Error loading the user {identity}")


def jwt_answer_always(message: str, status: HTTPStatus) -> Callable[..., Any]:
    """A callback that answers this, whatever token it is about."""

    def answer(_header: JwtHeader, _claims: JwtClaims) -> tuple[Any, HTTPStatus]:
        return jwt_answer(message, status)

    return answer


class JWTManager:
    """Flask-JWT-Extended's manager: the app's callbacks about tokens, and the answers to bad ones.

    Outgrow it: a dependency that reads the token with PyJWT and raises HTTPException(401).
    """

    def __init__(self, app: Any = None, add_context_processor: bool = False) -> None:
        self._decode_key_callback: Callable[..., Any] = lambda header, claims: jwt_decode_key()
        self._encode_key_callback: Callable[..., Any] = lambda identity: jwt_encode_key()
        self._expired_token_callback = jwt_answer_always(
            "Token has expired", HTTPStatus.UNAUTHORIZED
        )
        self._invalid_token_callback: Callable[..., Any] = jwt_invalid
        self._jwt_additional_header_callback: Callable[..., Any] = lambda identity: {}
        self._needs_fresh_token_callback = jwt_answer_always(
            "Fresh token required", HTTPStatus.UNAUTHORIZED
        )
        self._revoked_token_callback = jwt_answer_always(
            "Token has been revoked", HTTPStatus.UNAUTHORIZED
        )
        self._token_in_blocklist_callback: Callable[..., Any] = lambda header, claims: False
        self._token_verification_callback: Callable[..., Any] = lambda header, claims: True
        self._token_verification_failed_callback = jwt_answer_always(
            "User claims verification failed", HTTPStatus.BAD_REQUEST
        )
        self._unauthorized_callback: Callable[..., Any] = jwt_unauthorized
        self._user_claims_callback: Callable[..., Any] = lambda identity: {}
        self._user_identity_callback: Callable[..., Any] = lambda identity: identity
        self._user_lookup_callback: Callable[..., Any] | None = None
        self._user_lookup_error_callback: Callable[..., Any] = jwt_user_unknown
        if app is not None:
            self.init_app(app, add_context_processor)

    def init_app(self, app: Any, add_context_processor: bool = False) -> None:
        """Give the app its JWT_* settings and the handlers of errors about tokens."""
        app.extensions["flask-jwt-extended"] = self
        if add_context_processor:
            app.context_processor(jwt_template_context)
        self._set_default_configuration_options(app)
        self._set_error_handler_callbacks(app)

    @staticmethod
    def _set_default_configuration_options(app: Any) -> None:
        for name, value in JWT_DEFAULTS.items():
            default = list(value) if name == "CSRF_METHODS" else value
            app.config.setdefault("JWT_" + name, default)

    def _set_error_handler_callbacks(self, app: Any) -> None:
        """Set the handlers on `app`, or on whatever else has `errorhandler`, such as an Api."""
        for missing in (JwtCSRFError, NoAuthorizationError):
            app.errorhandler(missing)(lambda e: self._unauthorized_callback(str(e)))
        for invalid in JWT_INVALID:
            app.errorhandler(invalid)(lambda e: self._invalid_token_callback(str(e)))
        for refused, callback in JWT_REFUSED.items():
            app.errorhandler(refused)(self._jwt_handler(callback))

    def _jwt_handler(self, callback: str) -> Callable[[Any], Any]:
        return lambda e: getattr(self, callback)(e.jwt_header, e.jwt_data)

    def additional_claims_loader(self, callback: JwtCallback) -> JwtCallback:
        """`callback(identity)` gives claims that every new token gets."""
        self._user_claims_callback = callback
        return callback

    def additional_headers_loader(self, callback: JwtCallback) -> JwtCallback:
        """`callback(identity)` gives headers that every new token gets."""
        self._jwt_additional_header_callback = callback
        return callback

    def decode_key_loader(self, callback: JwtCallback) -> JwtCallback:
        """`callback(header, claims)`, both unverified, gives the key to check the token with."""
        self._decode_key_callback = callback
        return callback

    def encode_key_loader(self, callback: JwtCallback) -> JwtCallback:
        """`callback(identity)` gives the key to sign that identity's tokens with."""
        self._encode_key_callback = callback
        return callback

    def expired_token_loader(self, callback: JwtCallback) -> JwtCallback:
        """`callback(header, claims)` answers a request with an expired token."""
        self._expired_token_callback = callback
        return callback

    def invalid_token_loader(self, callback: JwtCallback) -> JwtCallback:
        """`callback(reason)` answers a request with a token that does not hold."""
        self._invalid_token_callback = callback
        return callback

    def needs_fresh_token_loader(self, callback: JwtCallback) -> JwtCallback:
        """`callback(header, claims)` answers a request that wants a fresh token."""
        self._needs_fresh_token_callback = callback
        return callback

    def revoked_token_loader(self, callback: JwtCallback) -> JwtCallback:
        """`callback(header, claims)` answers a request with a revoked token."""
        self._revoked_token_callback = callback
        return callback

    def token_in_blocklist_loader(self, callback: JwtCallback) -> JwtCallback:
        """`callback(header, claims)` says whether a token is revoked."""
        self._token_in_blocklist_callback = callback
        return callback

    def token_verification_failed_loader(self, callback: JwtCallback) -> JwtCallback:
        """`callback(header, claims)` answers when the app's own check of a token failed."""
        self._token_verification_failed_callback = callback
        return callback

    def token_verification_loader(self, callback: JwtCallback) -> JwtCallback:
        """`callback(header, claims)` is the app's own check of a good token."""
        self._token_verification_callback = callback
        return callback

    def unauthorized_loader(self, callback: JwtCallback) -> JwtCallback:
        """`callback(reason)` answers a request without a token."""
        self._unauthorized_callback = callback
        return callback

    def user_identity_loader(self, callback: JwtCallback) -> JwtCallback:
        """`callback(identity)` makes of what tokens are created for what they carry."""
        self._user_identity_callback = callback
        return callback

    def user_lookup_loader(self, callback: JwtCallback) -> JwtCallback:
        """`callback(header, claims)` finds the current user, or None."""
        self._user_lookup_callback = callback
        return callback

    def user_lookup_error_loader(self, callback: JwtCallback) -> JwtCallback:
        """`callback(header, claims)` answers when there is no such user."""
        self._user_lookup_error_callback = callback
        return callback

    def _encode_jwt_from_config(
        self,
        identity: Any,
        token_type: str,
        claims: JwtClaims | None = None,
        fresh: JwtFresh = False,
        expires_delta: JwtExpires = None,
        headers: JwtHeader | None = None,
    ) -> str:
        all_headers = self._jwt_additional_header_callback(identity)
        if headers is not None:
            all_headers.update(headers)
        more = self._user_claims_callback(identity)
        if claims is not None:
            more.update(claims)
        lifetime = jwt_lifetime(token_type) if expires_delta is None else expires_delta
        user = self._user_identity_callback(identity)
        key = self._encode_key_callback(identity)
        every = jwt_new_claims(token_type, user, fresh, lifetime)
        return jwt_sign(every | (more or {}), key, all_headers)

    def _decode_jwt_from_config(
        self, encoded_token: str, csrf_value: str | None = None, allow_expired: bool = False
    ) -> JwtClaims:
        header, unverified = jwt_unverified(encoded_token)
        key = self._decode_key_callback(header, unverified)
        try:
            return jwt_verified(encoded_token, key, csrf_value, allow_expired)
        except jwt.ExpiredSignatureError as error:
            claims = jwt_verified(encoded_token, key, csrf_value, allow_expired=True)
            error.jwt_header = header  # type: ignore[attr-defined]
            error.jwt_data = claims  # type: ignore[attr-defined]
            raise


def get_jwt_manager() -> JWTManager:
    """The app's manager; RuntimeError if it has none."""
    try:
        return cast(JWTManager, current_app.extensions["flask-jwt-extended"])
    except KeyError:
        raise RuntimeError(
            "You must initialize a JWTManager with this flask application before using this method"
        ) from None


def create_access_token(
    identity: Any,
    fresh: JwtFresh = False,
    expires_delta: JwtExpires = None,
    additional_claims: JwtClaims | None = None,
    additional_headers: JwtHeader | None = None,
) -> str:
    """A new access token with the claims that Flask-JWT-Extended gives it.

    Outgrow it: `jwt.encode({"sub": ..., "exp": ...}, key, "HS256")`.
    """
    return get_jwt_manager()._encode_jwt_from_config(
        identity, "access", additional_claims, fresh, expires_delta, additional_headers
    )


def create_refresh_token(
    identity: Any,
    expires_delta: JwtExpires = None,
    additional_claims: JwtClaims | None = None,
    additional_headers: JwtHeader | None = None,
) -> str:
    """A new refresh token with the claims that Flask-JWT-Extended gives it."""
    return get_jwt_manager()._encode_jwt_from_config(
        identity, "refresh", additional_claims, False, expires_delta, additional_headers
    )


def decode_token(
    encoded_token: str, csrf_value: str | None = None, allow_expired: bool = False
) -> JwtClaims:
    """The claims of a valid token; raises for any other. Revocation and users are not looked at."""
    return get_jwt_manager()._decode_jwt_from_config(encoded_token, csrf_value, allow_expired)


def get_unverified_jwt_headers(encoded_token: str) -> JwtHeader:
    """The header of a token whose signature is not looked at."""
    return jwt.get_unverified_header(encoded_token)


def get_jti(encoded_token: str) -> str | None:
    """The id of a valid token, or None if it has none."""
    return decode_token(encoded_token).get("jti")


def get_csrf_token(encoded_token: str) -> str:
    """The double submit value of a valid token."""
    return cast(str, decode_token(encoded_token)["csrf"])
