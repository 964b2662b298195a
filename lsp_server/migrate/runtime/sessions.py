"""`session`: a signed cookie in Flask's own format, so that whoever is logged in stays so."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, MutableMapping
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, NoReturn

from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.datastructures import CallbackDict

from lsp_server.migrate.runtime.tagged import TaggedJSONSerializer

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App
    from lsp_server.migrate.runtime.request import Request
    from lsp_server.migrate.runtime.response import Response


class SessionMixin(MutableMapping[str, Any]):
    """What every kind of session offers beside being a dictionary."""

    new = False
    modified = True
    # Set when `session` is looked at; the answer then varies with the cookie.
    accessed = False

    @property
    def permanent(self) -> bool:
        return bool(self.get("_permanent", False))

    @permanent.setter
    def permanent(self, value: bool) -> None:
        self["_permanent"] = bool(value)


class SecureCookieSession(CallbackDict[str, Any], SessionMixin):
    """A session that knows whether it was changed."""

    modified = False

    def __init__(self, initial: Mapping[str, Any] | None = None) -> None:
        def on_update(changed: SecureCookieSession) -> None:
            changed.modified = True

        super().__init__(initial, on_update)


class NullSession(SecureCookieSession):
    """The session of an app without a secret key: it can be read, and is empty."""

    def _fail(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RuntimeError(
            "The session is unavailable because no secret key was set. "
            "Set the secret_key on the application to something unique and secret."
        )

    __setitem__ = __delitem__ = clear = pop = popitem = update = setdefault = _fail


class SessionInterface:
    """Where sessions come from and go to; assign another one to `app.session_interface`."""

    null_session_class = NullSession
    pickle_based = False

    def make_null_session(self, app: App) -> NullSession:
        return self.null_session_class()

    def is_null_session(self, obj: object) -> bool:
        return isinstance(obj, self.null_session_class)

    def get_cookie_name(self, app: App) -> str:
        return str(app.config["SESSION_COOKIE_NAME"])

    def get_cookie_domain(self, app: App) -> str | None:
        domain: str | None = app.config["SESSION_COOKIE_DOMAIN"]
        return domain

    def get_cookie_path(self, app: App) -> str:
        return str(app.config["SESSION_COOKIE_PATH"] or app.config["APPLICATION_ROOT"])

    def get_cookie_httponly(self, app: App) -> bool:
        return bool(app.config["SESSION_COOKIE_HTTPONLY"])

    def get_cookie_secure(self, app: App) -> bool:
        return bool(app.config["SESSION_COOKIE_SECURE"])

    def get_cookie_samesite(self, app: App) -> str | None:
        same_site: str | None = app.config["SESSION_COOKIE_SAMESITE"]
        return same_site

    def get_cookie_partitioned(self, app: App) -> bool:
        return bool(app.config["SESSION_COOKIE_PARTITIONED"])

    def get_expiration_time(self, app: App, session: SessionMixin) -> datetime | None:
        if not session.permanent:
            return None
        expires: datetime = datetime.now(timezone.utc) + app.permanent_session_lifetime
        return expires

    def should_set_cookie(self, app: App, session: SessionMixin) -> bool:
        refresh = session.permanent and app.config["SESSION_REFRESH_EACH_REQUEST"]
        return bool(session.modified or refresh)

    def open_session(self, app: App, request: Request) -> SessionMixin | None:
        raise NotImplementedError

    def save_session(self, app: App, session: SessionMixin, response: Response) -> None:
        raise NotImplementedError


def session_digest(string: bytes = b"") -> Any:
    """SHA-1, as Flask signs its cookies; with HMAC around it that is no weakness."""
    return hashlib.sha1(string)


session_json_serializer = TaggedJSONSerializer()


class SecureCookieSessionInterface(SessionInterface):
    """Sessions in a cookie that the client can read and cannot forge."""

    salt = "cookie-session"
    digest_method = staticmethod(session_digest)
    key_derivation = "hmac"
    serializer = session_json_serializer
    session_class = SecureCookieSession

    def get_signing_serializer(self, app: App) -> URLSafeTimedSerializer | None:
        if not app.secret_key:
            return None
        # The last key signs; what was signed with the others can still be read.
        keys = [*(app.config["SECRET_KEY_FALLBACKS"] or ()), app.secret_key]
        settings = {"key_derivation": self.key_derivation, "digest_method": self.digest_method}
        return URLSafeTimedSerializer(
            keys, salt=self.salt, serializer=self.serializer, signer_kwargs=settings
        )

    def open_session(self, app: App, request: Request) -> SecureCookieSession | None:
        serializer = self.get_signing_serializer(app)
        if serializer is None:
            return None
        value = request.cookies.get(self.get_cookie_name(app))
        if not value:
            return self.session_class()
        try:
            max_age = int(app.permanent_session_lifetime.total_seconds())
            return self.session_class(serializer.loads(value, max_age=max_age))
        except BadSignature:
            return self.session_class()

    def save_session(self, app: App, session: SessionMixin, response: Response) -> None:
        name = self.get_cookie_name(app)
        cookie: dict[str, Any] = {
            "domain": self.get_cookie_domain(app),
            "path": self.get_cookie_path(app),
            "secure": self.get_cookie_secure(app),
            "partitioned": self.get_cookie_partitioned(app),
            "samesite": self.get_cookie_samesite(app),
            "httponly": self.get_cookie_httponly(app),
        }
        if session.accessed:
            response.vary.add("Cookie")
        if not session:
            if session.modified:
                response.delete_cookie(name, **cookie)
                response.vary.add("Cookie")
            return
        serializer = self.get_signing_serializer(app)
        if serializer is not None and self.should_set_cookie(app, session):
            expires = self.get_expiration_time(app, session)
            response.set_cookie(name, serializer.dumps(dict(session)), expires=expires, **cookie)
            response.vary.add("Cookie")


class SessionCodec:
    """The session cookie for a test that stands outside: its name, what is in it, a new one."""

    def __init__(self, app: App) -> None:
        self._app = app

    @property
    def cookie(self) -> str:  # called by test tools
        return str(self._app.config["SESSION_COOKIE_NAME"])

    def _serializer(self) -> URLSafeTimedSerializer:
        interface = self._app.session_interface
        if not isinstance(interface, SecureCookieSessionInterface):
            raise RuntimeError("The app keeps its sessions elsewhere than in the cookie.")
        serializer = interface.get_signing_serializer(self._app)
        if serializer is None:
            raise RuntimeError("The app has no secret key, so it has no sessions.")
        return serializer

    def load(self, value: str) -> dict[str, Any]:  # called by test tools
        try:
            return dict(self._serializer().loads(value))
        except BadSignature:
            return {}

    def dump(self, values: Mapping[str, Any]) -> str:  # called by test tools
        text = self._serializer().dumps(dict(values))
        return text if isinstance(text, str) else text.decode()
