"""Flask-HTTPAuth's decorators: Basic, Digest and Token authentication, roles, and several at once.

Header formats and the answers 401 and 403 are preserved. A user that a callback found is kept in
`g.flask_httpauth_user`. Where Flask-HTTPAuth fails on what a client sends (a digest that lacks a
part, a group of roles and a user without any), the client is told 401 or 403.
"""

from __future__ import annotations

import hmac
from base64 import b64decode
from collections.abc import Callable
from functools import wraps
from hashlib import md5
from secrets import token_hex
from typing import Any

from werkzeug.datastructures import Authorization

from lsp_server.migrate.runtime.context import current_app, g, request, session
from lsp_server.migrate.runtime.response import Response, make_response


class HTTPAuth:
    """What the schemes have in common: guarding a view, roles and the answer to strangers.

    Outgrow it: `fastapi.security` (HTTPBasic, HTTPBearer) in a dependency that returns the user.
    """

    def __init__(
        self, scheme: str | None = None, realm: str | None = None, header: str | None = None
    ) -> None:
        self.scheme = scheme
        self.realm = realm or "Authentication Required"
        self.header = header
        self.get_password_callback: Callable[[str], Any] = _no_password
        self.get_user_roles_callback: Callable[[Any], Any] | None = None
        self.auth_error_callback: Callable[..., Any]
        self.error_handler(_unauthorized_access)

    def is_compatible_auth(self, headers: Any) -> bool:
        """Whether the request uses this scheme; how MultiAuth chooses."""
        if self.header is not None and self.header != "Authorization":
            return self.header in headers
        parts = request.headers.get("Authorization", "").split(None, 1)
        return len(parts) == 2 and parts[0] == self.scheme

    def get_password(self, f: Callable[[str], Any]) -> Callable[[str], Any]:
        """Register what returns a user's password, or None for a stranger."""
        self.get_password_callback = f
        return f

    def get_user_roles(self, f: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Register what returns the role or the list of roles of a user."""
        self.get_user_roles_callback = f
        return f

    def error_handler(self, f: Callable[..., Any]) -> Callable[..., Any]:
        """Register the answer to strangers; it gets the status, 401 or 403, if it wants it.

        A plain value becomes a 401, and `WWW-Authenticate` is added unless it is there.
        """

        @wraps(f)
        def respond(*args: Any, **kwargs: Any) -> Response:
            answer = self.ensure_sync(f)(*args, **kwargs)
            response: Response = make_response(answer)
            if not isinstance(answer, tuple | Response) and response.status_code == 200:
                response.status_code = 401
            if "WWW-Authenticate" not in response.headers:
                response.headers["WWW-Authenticate"] = self.authenticate_header()
            return response

        self.auth_error_callback = respond
        return respond

    def authenticate_header(self) -> str:
        return f'{self.scheme} realm="{self.realm}"'

    def get_auth(self) -> Authorization | None:
        """What the request says in this scheme; None if it says nothing in it."""
        if self.header is None or self.header == "Authorization":
            auth: Authorization | None = request.authorization
        elif self.header in request.headers:
            auth = Authorization(self.scheme or "", token=request.headers[self.header])
        else:
            return None
        if auth is None or auth.type.lower() != (self.scheme or "").lower():
            return None
        return auth

    def get_auth_password(self, auth: Authorization | None) -> Any:
        if auth and auth.username:
            return self.ensure_sync(self.get_password_callback)(auth.username)
        return None

    def authenticate(self, auth: Authorization | None, stored_password: Any) -> Any:
        """The user, True if there is no object for it, None or False for a stranger."""
        raise NotImplementedError

    def authorize(self, role: Any, user: Any, auth: Authorization | None) -> bool:
        """Whether the user has one of the roles; a list within the list means all of its roles."""
        if role is None:
            return True
        if self.get_user_roles_callback is None:
            raise ValueError("get_user_roles callback is not defined")
        held = self.ensure_sync(self.get_user_roles_callback)(auth if user is True else user)
        has = set(held if isinstance(held, list | tuple) else [] if held is None else [held])
        wanted = role if isinstance(role, list | tuple) else [role]
        return any(
            has.issuperset(one) if isinstance(one, list | tuple) else one in has for one in wanted
        )

    def login_required(
        self, f: Callable[..., Any] | None = None, role: Any = None, optional: bool | None = None
    ) -> Callable[..., Any]:
        """Let only the authenticated reach the view, with one of the roles if there is `role`.

        With `optional` everybody reaches it, and `current_user()` may be None.
        """
        if f is None:
            return lambda view: self._guard_view(view, role, optional)
        if role is not None or optional is not None:
            raise ValueError("role and optional are the only supported arguments")
        return self._guard_view(f, role, optional)

    def _guard_view(
        self, view: Callable[..., Any], role: Any, optional: bool | None
    ) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            # A preflight request never carries credentials.
            if request.method != "OPTIONS":
                auth = self.get_auth()
                user = self.authenticate(auth, self.get_auth_password(auth))
                status = self._status_of(role, user, auth)
                if status and not optional:
                    return self._refuse(status)
                name = auth.username if auth else None
                g.flask_httpauth_user = name if user is True else user
            return self.ensure_sync(view)(*args, **kwargs)

        return guarded

    def _status_of(self, role: Any, user: Any, auth: Authorization | None) -> int | None:
        # By value, as Flask-HTTPAuth does: a user that is 0 is nobody, either.
        if user in (False, None):
            return 401
        return None if self.authorize(role, user, auth) else 403

    def _refuse(self, status: int) -> Any:
        try:
            return self.auth_error_callback(status)
        except TypeError:  # A handler without the argument.
            return self.auth_error_callback()

    def username(self) -> str | None:
        """The name that the client gave; empty without authentication."""
        auth = self.get_auth()
        return auth.username if auth else ""

    def current_user(self) -> Any:
        """What the callback returned; the client's user name if it returned True."""
        return g.get("flask_httpauth_user")

    def ensure_sync(self, f: Callable[..., Any]) -> Callable[..., Any]:
        sync: Callable[..., Any] = current_app.ensure_sync(f)
        return sync


def _no_password(username: str) -> None:
    return None


def _unauthorized_access(status: int) -> tuple[str, int]:
    return "Unauthorized Access", status


class HTTPBasicAuth(HTTPAuth):
    """User name and password in every request, checked by `verify_password` or `get_password`."""

    def __init__(self, scheme: str | None = None, realm: str | None = None) -> None:
        super().__init__(scheme or "Basic", realm)
        self.hash_password_callback: Callable[..., Any] | None = None
        self.verify_password_callback: Callable[[str, str], Any] | None = None

    def hash_password(self, f: Callable[..., Any]) -> Callable[..., Any]:
        """Register what hashes the client's password before it is compared."""
        self.hash_password_callback = f
        return f

    def verify_password(self, f: Callable[[str, str], Any]) -> Callable[[str, str], Any]:
        """Register what returns the user of a name and password; both empty without a header."""
        self.verify_password_callback = f
        return f

    def get_auth(self) -> Authorization | None:
        # Whatever the scheme is called, and without Werkzeug's demand that it be UTF-8.
        header = request.headers.get(self.header or "Authorization")
        if header is None:
            return None
        scheme, _, credentials = header.partition(" ")
        try:
            name, colon, password = b64decode(credentials.encode()).partition(b":")
        except ValueError:
            return None
        if not colon:
            return None
        return Authorization(scheme, _decode_credentials(name, password))

    def authenticate(self, auth: Authorization | None, stored_password: Any) -> Any:
        name, password = (auth.username, auth.password) if auth else ("", "")
        if self.verify_password_callback:
            return self.ensure_sync(self.verify_password_callback)(name, password)
        if not auth:
            return None
        if self.hash_password_callback:
            password = self._hash(name, password)
        if password is None or stored_password is None:
            return None
        return name if hmac.compare_digest(password, stored_password) else None

    def _hash(self, name: str | None, password: str | None) -> Any:
        assert self.hash_password_callback, "asked for only where there is one"
        hash_password = self.ensure_sync(self.hash_password_callback)
        try:
            return hash_password(password)
        except TypeError:  # One that wants the name, too.
            return hash_password(name, password)


def _decode_credentials(name: bytes, password: bytes) -> dict[str, str | None]:
    """As UTF-8, or both as Latin-1, which older browsers send."""
    try:
        return {"username": name.decode(), "password": password.decode()}
    except UnicodeDecodeError:
        return {"username": name.decode("latin1"), "password": password.decode("latin1")}


class HTTPDigestAuth(HTTPAuth):
    """A challenge in the session, answered with a digest of the password (RFC 2617, MD5).

    `get_password` returns the password, or with `use_ha1_pw` what `generate_ha1` made of it.
    """

    def __init__(
        self,
        scheme: str | None = None,
        realm: str | None = None,
        use_ha1_pw: bool = False,
        qop: str | list[str] | None = "auth",
        algorithm: str = "MD5",
    ) -> None:
        super().__init__(scheme or "Digest", realm)
        self.use_ha1_pw = use_ha1_pw
        self.qop = [part.strip() for part in qop.split(",")] if isinstance(qop, str) else qop
        known = {"md5": "MD5", "md5-sess": "MD5-Sess"}
        if algorithm.lower() not in known:
            raise ValueError(f"Algorithm {algorithm} is not supported")
        self.algorithm = known[algorithm.lower()]
        self.generate_nonce(lambda: _remember_challenge("auth_nonce"))
        self.generate_opaque(lambda: _remember_challenge("auth_opaque"))
        self.verify_nonce(lambda nonce: _is_challenge("auth_nonce", nonce))
        self.verify_opaque(lambda opaque: _is_challenge("auth_opaque", opaque))

    def generate_nonce(self, f: Callable[[], str]) -> Callable[[], str]:
        """Register what makes a nonce and keeps it elsewhere than in the session."""
        self.generate_nonce_callback = f
        return f

    def verify_nonce(self, f: Callable[[Any], bool]) -> Callable[[Any], bool]:
        """Register what tells whether a nonce is one that was made."""
        self.verify_nonce_callback = f
        return f

    def generate_opaque(self, f: Callable[[], str]) -> Callable[[], str]:
        """Register what makes an opaque value and keeps it elsewhere than in the session."""
        self.generate_opaque_callback = f
        return f

    def verify_opaque(self, f: Callable[[Any], bool]) -> Callable[[Any], bool]:
        """Register what tells whether an opaque value is one that was made."""
        self.verify_opaque_callback = f
        return f

    def get_nonce(self) -> str:
        return self.generate_nonce_callback()

    def get_opaque(self) -> str:
        return self.generate_opaque_callback()

    def generate_ha1(self, username: str, password: str) -> str:
        """The hash that a database may hold instead of the password, with `use_ha1_pw`."""
        return _md5_of(username, self.realm, password)

    def authenticate_header(self) -> str:
        nonce, opaque = self.get_nonce(), self.get_opaque()
        header = f'{self.scheme} realm="{self.realm}",nonce="{nonce}",opaque="{opaque}"'
        if not self.qop:
            return header
        return f'{header},algorithm="{self.algorithm}",qop="{",".join(self.qop)}"'

    def authenticate(self, auth: Authorization | None, stored_password: Any) -> Any:
        if not auth or not stored_password or not _is_complete_digest(auth):
            return False
        known = self.verify_nonce_callback(auth.nonce) and self.verify_opaque_callback(auth.opaque)
        if not known or (auth.qop and auth.qop not in (self.qop or ())):
            return False
        second = _md5_of(request.method, auth.uri)
        parts = (auth.nc, auth.cnonce, "auth") if auth.qop == "auth" else ()
        response = _md5_of(self._first_hash(auth, stored_password), auth.nonce, *parts, second)
        return hmac.compare_digest(response, auth.response or "")

    def _first_hash(self, auth: Authorization, stored_password: str) -> str:
        first = stored_password
        if not self.use_ha1_pw:
            first = _md5_of(auth.username, auth.realm, stored_password)
        if self.algorithm == "MD5-Sess":
            first = _md5_of(first, auth.nonce, auth.cnonce)
        return first


def _is_complete_digest(auth: Authorization) -> bool:
    return all((auth.username, auth.realm, auth.uri, auth.nonce, auth.response))


def _md5_of(*parts: Any) -> str:
    """RFC 2617 wants MD5; a part that the client left out counts as empty."""
    text = ":".join(part or "" for part in parts)
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def _remember_challenge(key: str) -> str:
    challenge = token_hex(16)
    session[key] = challenge
    return challenge


def _is_challenge(key: str, value: str | None) -> bool:
    expected = session.get(key)
    if value is None or expected is None:
        return False
    return hmac.compare_digest(value.encode(), expected.encode())


class HTTPTokenAuth(HTTPAuth):
    """A token in every request, in `Authorization` after the scheme or in a header of its own."""

    def __init__(
        self, scheme: str = "Bearer", realm: str | None = None, header: str | None = None
    ) -> None:
        super().__init__(scheme, realm, header)
        self.verify_token_callback: Callable[[str], Any] | None = None

    def verify_token(self, f: Callable[[str], Any]) -> Callable[[str], Any]:
        """Register what returns the user of a token, True, or None for a wrong one."""
        self.verify_token_callback = f
        return f

    def authenticate(self, auth: Authorization | None, stored_password: Any) -> Any:
        token = auth.token if auth is not None else None
        if token and self.verify_token_callback:
            return self.ensure_sync(self.verify_token_callback)(token)
        return None


class MultiAuth:
    """Several schemes for one view: the one that the request uses, else the first."""

    def __init__(self, main_auth: HTTPAuth, *additional_auths: HTTPAuth) -> None:
        self.main_auth = main_auth
        self.additional_auths = additional_auths

    def login_required(
        self, f: Callable[..., Any] | None = None, role: Any = None, optional: bool | None = None
    ) -> Callable[..., Any]:
        """As the schemes' own."""
        if f is None:
            return lambda view: self._choose_guard(view, role, optional)
        if role is not None or optional is not None:
            raise ValueError("role and optional are the only supported arguments")
        return self._choose_guard(f, role, optional)

    def _choose_guard(
        self, view: Callable[..., Any], role: Any, optional: bool | None
    ) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            schemes = (self.main_auth, *self.additional_auths)
            used = (auth for auth in schemes if auth.is_compatible_auth(request.headers))
            auth = next(used, self.main_auth)
            return auth.login_required(role=role, optional=optional)(view)(*args, **kwargs)

        return guarded

    def current_user(self) -> Any:
        """The user that whichever scheme found."""
        return g.get("flask_httpauth_user")
