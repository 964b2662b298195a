"""One app on Flask-JWT-Extended, built of whatever `flask` and `ext` are: the real or ours."""

from datetime import timedelta
from typing import Any

KEY = "a key that is long enough for " * 3
USERS = {"ann": "Ann", "böb": "Böb", "7": "Seven"}


def jwt_app(flask: Any, ext: Any, config: dict[str, Any], loaders: bool) -> Any:
    """The app; with `loaders` each callback of the manager is the app's own."""
    app = flask.Flask("jwt_app")
    app.config.update(JWT_SECRET_KEY=KEY, PROPAGATE_EXCEPTIONS=False, **config)
    manager = ext.JWTManager(app, add_context_processor=True)
    _lookups(manager)
    if loaders:
        _loaders(flask, manager)
    _guards(flask, ext, app)
    _tokens(flask, ext, app)
    return app


def _lookups(manager: Any) -> None:
    @manager.token_in_blocklist_loader
    def is_revoked(header: Any, claims: Any) -> bool:
        return bool(claims["jti"] == "revoked")

    @manager.token_verification_loader
    def is_welcome(header: Any, claims: Any) -> bool:
        return claims.get("welcome", True) is True

    @manager.user_lookup_loader
    def user(header: Any, claims: Any) -> Any:
        return USERS.get(str(next(claims[k] for k in ("sub", "who") if k in claims)))


def _loaders(flask: Any, manager: Any) -> None:
    def about(name: str) -> Any:
        def answer(*args: Any) -> Any:
            return flask.jsonify(loader=name, told=list(args)), 418

        return answer

    for name in (
        "expired_token_loader",
        "invalid_token_loader",
        "needs_fresh_token_loader",
        "revoked_token_loader",
        "token_verification_failed_loader",
        "unauthorized_loader",
        "user_lookup_error_loader",
    ):
        getattr(manager, name)(about(name))

    manager.user_identity_loader(lambda identity: str(identity).lower())
    manager.additional_claims_loader(lambda identity: {"name": identity, "role": "default"})
    manager.additional_headers_loader(lambda identity: {"kid": str(identity)})
    manager.encode_key_loader(lambda identity: KEY)
    manager.decode_key_loader(lambda header, claims: KEY)


GUARDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "optional": {"optional": True},
    "fresh": {"fresh": True},
    "refresh": {"refresh": True},
    "any-type": {"verify_type": False},
    "revoked-too": {"skip_revocation_check": True},
    "in-cookies": {"locations": "cookies"},
    "refresh-in-cookies": {"locations": ["cookies"], "refresh": True},
    "in-query-or-json": {"locations": ["query_string", "json"]},
    "refresh-in-json": {"locations": ["json"], "refresh": True},
    "nowhere": {"locations": ["pocket"]},
}


def _guards(flask: Any, ext: Any, app: Any) -> None:
    def shown() -> Any:
        return flask.jsonify(
            claims=ext.get_jwt(),
            header=ext.get_jwt_header(),
            identity=ext.get_jwt_identity(),
            where=ext.get_jwt_request_location(),
            user=ext.get_current_user(),
            proxy=str(ext.current_user),
        )

    methods = ["GET", "POST", "OPTIONS"]
    for name, options in GUARDS.items():
        view = ext.jwt_required(**options)(shown)
        app.add_url_rule(f"/{name}", name, view, methods=methods)

    @app.route("/verify")
    def verify() -> Any:
        return flask.jsonify(ext.verify_jwt_in_request(optional=True, fresh=True))

    @app.route("/unguarded")
    def unguarded() -> Any:
        return flask.jsonify(ext.get_jwt_identity())

    @app.route("/template")
    @ext.jwt_required(optional=True)
    def template() -> Any:
        return flask.render_template_string("{{ current_user }}")

    @app.route("/template-unguarded")
    def template_unguarded() -> Any:
        return flask.render_template_string("no user")

    @app.route("/async")
    @ext.jwt_required()
    async def in_loop() -> Any:
        return flask.jsonify(ext.get_jwt_identity())


def _tokens(flask: Any, ext: Any, app: Any) -> None:
    @app.route("/make", methods=["POST"])
    def make() -> Any:
        given = flask.request.get_json()
        more = {"additional_claims": {"role": "given"}, "additional_headers": {"x": "y"}}
        return flask.jsonify(
            plain=ext.create_access_token(given),
            fresh=ext.create_access_token(given, fresh=True),
            fresh_for=ext.create_access_token(given, fresh=timedelta(minutes=5)),
            forever=ext.create_access_token(given, expires_delta=False),
            shortly=ext.create_access_token(given, expires_delta=timedelta(seconds=90)),
            more=ext.create_access_token(given, **more),
            refresh=ext.create_refresh_token(given),
            refresh_more=ext.create_refresh_token(given, **more),
        )

    @app.route("/read", methods=["POST"])
    def read() -> Any:
        given = flask.request.get_json()
        token = given.pop("token")
        return flask.jsonify(
            claims=ext.decode_token(token, **given),
            header=ext.get_unverified_jwt_headers(token),
            jti=ext.get_jti(token),
            csrf=ext.get_csrf_token(token),
        )

    @app.route("/set", methods=["POST"])
    def set_cookies() -> Any:
        given = flask.request.get_json()
        response = flask.jsonify(set=True)
        ext.set_access_cookies(response, given["access"], **given["options"])
        ext.set_refresh_cookies(response, given["refresh"], **given["options"])
        return response

    @app.route("/unset", methods=["POST"])
    def unset_cookies() -> Any:
        response = flask.jsonify(set=False)
        ext.unset_jwt_cookies(response)
        ext.unset_access_cookies(response, domain="other.example")
        return response
