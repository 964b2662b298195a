"""Who may ask: the checks that every request passes before any route sees it.

In this order: `Host` against DNS rebinding (a web page whose name was made to mean this machine
names itself there), `Origin` against foreign pages, the key, and the size that the request says
it has. A browser's pages are answered only if they are same-origin or were allowed by name; then
its preflight is answered too. No credentials are ever allowed: the key is a header that a page
has to know. Deliberately absent: time-outs and how many may connect (connection.py).
"""

import re
import secrets
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lsp_server.host import wire

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
ANY = "*"
MAX_BODY = 16 * 2**20
"""Bytes; many times what any window holds."""

_AUTHORITY = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:(?P<port>[0-9]{0,5}))?")
_DEFAULT_PORTS = {"http": "80", "https": "443"}


@dataclass(frozen=True, slots=True)
class Door:
    """`key` None: whoever can connect may ask. `hosts` are the names in `Host` that mean us, in
    lower case; None: any, where no browser can connect. `origins` are those of foreign pages that
    may ask, "*" is any."""

    key: str | None = None
    hosts: frozenset[str] | None = None
    origins: frozenset[str] = frozenset()


class Guard:
    """An ASGI application in front of another."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door
        self._expected = f"Bearer {door.key}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        stranger = self._stranger(scope, headers)
        if stranger is None and origin is not None and self._allows(origin):
            send = _telling(send, ANY if ANY in self._door.origins else origin)
        refusal = stranger or self._preflight(scope, headers) or self._refusal(scope, headers)
        await (refusal or self._app)(scope, receive, send)

    def _stranger(self, scope: Scope, headers: Headers) -> Response | None:
        """The refusal for a name that is not ours or a page that may not ask."""
        if self._door.hosts is None:
            return None
        host = headers.get("host", "")
        name = _name(host)
        if name is None or name not in self._door.hosts | _own_address(scope):
            known = "start the server with --allow-host and this name if it is meant"
            return _refused(403, f"The Host header names no name of this server; {known}.")
        for origin in headers.getlist("origin"):
            if not self._allows(origin) and not _is_same(origin, host):
                allowed = "start the server with --allow-origin and its origin if it may"
                return _refused(403, f"This web page may not ask here; {allowed}.")
        return None

    def _allows(self, origin: str) -> bool:
        return origin.lower() in self._door.origins or ANY in self._door.origins

    def _preflight(self, scope: Scope, headers: Headers) -> Response | None:
        """A browser asks so, without the key, before it lets a page ask."""
        wanted = headers.get("access-control-request-method")
        is_allowed = "origin" in headers and self._allows(headers["origin"])
        if scope["method"] != "OPTIONS" or wanted is None or not is_allowed:
            return None
        names = headers.get("access-control-request-headers", "")
        told = {"access-control-allow-methods": "GET, POST", "access-control-max-age": "600"}
        return Response(None, 204, told | {"access-control-allow-headers": names})

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """The key is compared in constant time."""
        given = headers.get("authorization", "").encode("latin-1")
        if self._door.key is not None and not secrets.compare_digest(given, self._expected):
            refusal = wire.error("The key is missing or wrong.", "authentication_error")
            return JSONResponse(refusal, 401, {"www-authenticate": "Bearer"})
        if _has_two_lengths(scope, headers):
            return _refused(400, "The request says its length in two ways; a proxy has changed it.")
        if int(headers.get("content-length", "0")) > MAX_BODY:
            message = f"The body is larger than {MAX_BODY // 2**20} MiB."
            return _refused(413, message, "body_too_large")
        return None


def _has_two_lengths(scope: Scope, headers: Headers) -> bool:
    """What a proxy before us may read otherwise than h11 does, and so smuggle a request in
    (RFC 9112, 6.1): both lengths, or chunks in HTTP/1.0."""
    is_old = scope["http_version"] == "1.0"
    return "transfer-encoding" in headers and (is_old or "content-length" in headers)


def _name(authority: str) -> str | None:
    """The name without the port, None for what is no `Host`."""
    found = _AUTHORITY.fullmatch(authority.lower())
    return found["name"] if found else None


def _own_address(scope: Scope) -> frozenset[str]:
    """The address at which the connection came in: a rebound name is never a number."""
    address = (scope.get("server") or ("",))[0]
    return frozenset({f"[{address}]" if ":" in address else address})


def _is_same(origin: str, host: str) -> bool:
    """Whether a page of `origin` came from the server that `Host` names; TLS may end before us."""
    scheme, _, authority = origin.lower().partition("://")
    port = _DEFAULT_PORTS.get(scheme)
    return port is not None and _full(authority, port) == _full(host.lower(), port) != ""


def _full(authority: str, port: str) -> str:
    found = _AUTHORITY.fullmatch(authority)
    return f"{found['name']}:{found['port'] or port}" if found else ""


def _telling(send: Send, origin: str) -> Send:
    """Tell the browser that the page may read the answer."""

    async def tell(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["access-control-allow-origin"] = origin
            headers.add_vary_header("origin")
        await send(message)

    return tell


def _refused(status: int, message: str, code: str | None = None) -> Response:
    """The connection is closed: what follows on it may be no request."""
    content = wire.error(message, "invalid_request_error", code)
    return JSONResponse(content, status, {"connection": "close"})
