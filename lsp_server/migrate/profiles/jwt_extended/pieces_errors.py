"""What Flask-JWT-Extended raises, with its names and its words."""

from typing import Any

from lsp_server.migrate.runtime.values import called


class JWTExtendedException(Exception):
    """What every error about a token derives from, beside PyJWT's own.

    Outgrow it: raise FastAPI's HTTPException(401) in a dependency.
    """


class JWTDecodeError(JWTExtendedException):
    """A well signed token lacks a claim that it must have."""


class InvalidHeaderError(JWTExtendedException):
    """The header is there and has another shape than `Bearer <JWT>`."""


class InvalidQueryParamError(JWTExtendedException):
    """The parameter in the query lacks the prefix that it must start with."""


class NoAuthorizationError(JWTExtendedException):
    """The request has no token in any place where one may be."""


@called("CSRFError")
class JwtCSRFError(JWTExtendedException):
    """A token in a cookie came without its double submit value, or with another's."""


class WrongTokenError(JWTExtendedException):
    """A refresh token where an access token is wanted, or the other way round."""


class JwtRefusal(JWTExtendedException):
    """A good token that is refused all the same; it tells which one."""

    def __init__(self, message: str, jwt_header: dict[str, Any], jwt_data: dict[str, Any]) -> None:
        super().__init__(message)
        self.jwt_header = jwt_header
        self.jwt_data = jwt_data


class RevokedTokenError(JwtRefusal):
    """The token is on the blocklist."""

    def __init__(self, jwt_header: dict[str, Any], jwt_data: dict[str, Any]) -> None:
        super().__init__("Token has been revoked", jwt_header, jwt_data)


class FreshTokenRequired(JwtRefusal):
    """The view wants a token from a login, not from a refresh token."""


class UserLookupError(JwtRefusal):
    """The loader of users knows nobody of that identity."""


class UserClaimsVerificationError(JwtRefusal):
    """The app's own check of the claims said no."""
