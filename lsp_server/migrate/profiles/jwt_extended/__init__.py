"""Flask-JWT-Extended 4 on PyJWT: the same claims, cookies, settings and error answers."""

from lsp_server.migrate.profile import Profile

_HERE = "lsp_server.migrate.profiles.jwt_extended"
_VERSION_3 = (
    "It is Flask-JWT-Extended 3's, whose tokens have other claims; "
    "move the app to Flask-JWT-Extended 4 first."
)

_IN_MANAGER = ("JWTManager",)
_IN_VIEWS = ("jwt_required", "verify_jwt_in_request")
_IN_UTILS = (
    "create_access_token",
    "create_refresh_token",
    "decode_token",
    "get_csrf_token",
    "get_current_user",
    "get_jti",
    "get_jwt",
    "get_jwt_header",
    "get_jwt_identity",
    "get_jwt_request_location",
    "get_unverified_jwt_headers",
    "set_access_cookies",
    "set_refresh_cookies",
    "unset_access_cookies",
    "unset_jwt_cookies",
    "unset_refresh_cookies",
)
# Editors complete these at the module that raises them, too.
_RAISED_BY_VIEWS = (
    "FreshTokenRequired",
    "InvalidHeaderError",
    "InvalidQueryParamError",
    "NoAuthorizationError",
    "UserLookupError",
)
_IN_EXCEPTIONS = (
    "FreshTokenRequired",
    "InvalidHeaderError",
    "InvalidQueryParamError",
    "JWTDecodeError",
    "JWTExtendedException",
    "NoAuthorizationError",
    "RevokedTokenError",
    "UserClaimsVerificationError",
    "UserLookupError",
    "WrongTokenError",
)

PROFILE = Profile(
    distribution="flask-jwt-extended",
    modules=("flask_jwt_extended",),
    exports={
        **{f"flask_jwt_extended.{name}": name for name in _IN_MANAGER + _IN_VIEWS + _IN_UTILS},
        **{f"flask_jwt_extended.jwt_manager.{name}": name for name in _IN_MANAGER},
        **{f"flask_jwt_extended.view_decorators.{name}": name for name in _IN_VIEWS},
        **{f"flask_jwt_extended.utils.{name}": name for name in _IN_UTILS},
        **{f"flask_jwt_extended.exceptions.{name}": name for name in _IN_EXCEPTIONS},
        **{f"flask_jwt_extended.view_decorators.{name}": name for name in _RAISED_BY_VIEWS},
        "flask_jwt_extended.exceptions.CSRFError": "JwtCSRFError",
        "flask_jwt_extended.view_decorators.CSRFError": "JwtCSRFError",
        "flask_jwt_extended.view_decorators.decode_token": "decode_token",
        "flask_jwt_extended.current_user": "jwt_current_user",
        "flask_jwt_extended.utils.current_user": "jwt_current_user",
        "flask_jwt_extended.internal_utils.get_jwt_manager": "get_jwt_manager",
    },
    pieces=(
        f"{_HERE}.pieces_errors",
        f"{_HERE}.pieces_settings",
        f"{_HERE}.pieces_tokens",
        f"{_HERE}.pieces_request",
        f"{_HERE}.pieces_manager",
        f"{_HERE}.pieces_views",
        f"{_HERE}.pieces_cookies",
    ),
    dependencies=("pyjwt>=2.11",),
    refused={
        **{
            f"flask_jwt_extended.{name}": _VERSION_3
            for name in (
                "fresh_jwt_required",
                "get_jwt_claims",
                "get_raw_jwt",
                "get_raw_jwt_header",
                "jwt_optional",
                "jwt_refresh_token_required",
                "verify_fresh_jwt_in_request",
                "verify_jwt_in_request_optional",
                "verify_jwt_refresh_token_in_request",
            )
        },
        "flask_jwt_extended.config": "Read the JWT_* settings from app.config instead.",
        "flask_jwt_extended.config.config": "Read the JWT_* settings from app.config instead.",
    },
    notes=(
        "The helper has Flask-JWT-Extended 4's behaviour. An app that still runs on 3 "
        "(`@jwt_required` without parentheses, the claim `identity`) has to move to 4 first.",
    ),
)
