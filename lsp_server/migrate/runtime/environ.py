"""A request as ASGI tells it, in the form that Werkzeug's request is made of.

The body is not read before somebody asks for it, so a large one that nobody wants costs nothing.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from typing import Any

from starlette.types import Message as AsgiMessage
from starlette.types import Receive, Scope
from werkzeug.wsgi import FileWrapper


def environ_from_scope(scope: Scope, body: RequestBody) -> dict[str, Any]:
    """The WSGI environment of a request. A server's extension `wsgi.environ` adds to it."""
    root = scope.get("root_path", "")
    path = scope["path"]
    if root and f"{path}/".startswith(f"{root}/"):
        path = path[len(root) :]
    query = scope.get("query_string", b"").decode("latin-1")
    raw = scope.get("raw_path") or scope["path"].encode()
    host, port = scope.get("server") or ("localhost", 80)
    client, client_port = scope.get("client") or ("", "")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": _as_latin_1(root),
        "PATH_INFO": _as_latin_1(path),
        "QUERY_STRING": query,
        "REQUEST_URI": raw.decode("latin-1") + (f"?{query}" if query else ""),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or 0),
        "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
        "REMOTE_ADDR": client,
        "REMOTE_PORT": str(client_port),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": io.BufferedReader(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": _file_in_pieces,
        "asgi.scope": scope,
        "asgi.body": body,
    }
    environ["RAW_URI"] = environ["REQUEST_URI"]
    _add_headers(environ, scope["headers"])
    if "CONTENT_LENGTH" not in environ:
        # A body sent in chunks: the server knows where it ends.
        environ["wsgi.input_terminated"] = True
    environ.update(scope.get("extensions", {}).get("wsgi.environ", {}))
    return environ


def announces_body(environ: dict[str, Any]) -> bool:
    """Whether the request's headers say that a body comes with it."""
    sent = environ.get("CONTENT_LENGTH", "0") != "0"
    return sent or "HTTP_TRANSFER_ENCODING" in environ


def _file_in_pieces(file: Any, buffer_size: int) -> FileWrapper:
    # Each piece is handed from the request's thread to the server's loop, which takes its time.
    return FileWrapper(file, max(buffer_size, 256 * 1024))


def _as_latin_1(text: str) -> str:
    return text.encode("utf-8", "replace").decode("latin-1")


def _add_headers(environ: dict[str, Any], headers: Iterable[tuple[bytes, bytes]]) -> None:
    for raw_name, raw_value in headers:
        # X_Real_Ip would become the same key as X-Real-Ip, which a proxy vouches for.
        if b"_" in raw_name:
            continue
        name = raw_name.decode("latin-1").upper().replace("-", "_")
        key = name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"
        value = raw_value.decode("latin-1")
        if key in environ:
            value = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}"
        environ[key] = value


def header_bytes(value: str) -> bytes:
    """A header's value as it is sent: in Latin-1, as HTTP has it, or in UTF-8 if that lacks it.

    Space around it means nothing, but some servers do not send a header that has it.
    """
    value = value.strip()
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace")


class RequestBody(io.RawIOBase):
    """The body as a file; `wait_for` gets the next message where it is read."""

    def __init__(self, receive: Receive, wait_for: Callable[[Receive], AsgiMessage]) -> None:
        self.receive = receive
        self._wait_for = wait_for
        self._unread = b""
        self._kept: bytearray | None = None
        self._is_cut = False
        self.is_over = False
        self.disconnected = False

    def readable(self) -> bool:
        return True

    def keep(self) -> None:
        """Keep what is read from now on, for somebody who reads it from the start."""
        self._kept = bytearray()

    def from_start(self) -> Receive:
        """The messages for that reader: what was kept or has come in, then what is to come."""
        assert self._kept is not None, "nothing was kept"
        body = bytes(self._kept) + self._unread
        if not body and not self.is_over:
            return self.receive
        first: list[AsgiMessage] = [
            {"type": "http.request", "body": body, "more_body": not self.is_over}
        ]

        async def receive() -> AsgiMessage:
            return first.pop() if first else await self.receive()

        return receive

    def readinto(self, buffer: Any) -> int:
        while not self._unread and not self.is_over:
            self._take(self._wait_for(self.receive))
        if self._is_cut and not self._unread:
            raise ConnectionResetError("The client left before the end of the body.")
        piece, self._unread = self._unread[: len(buffer)], self._unread[len(buffer) :]
        if self._kept is not None:
            self._kept += piece
        buffer[: len(piece)] = piece
        return len(piece)

    def _take(self, message: AsgiMessage) -> None:
        if message["type"] == "http.disconnect":
            self._is_cut = self._is_cut or not self.is_over
            self.disconnected = self.is_over = True
        else:
            self._unread += message.get("body", b"")
            self.is_over = not message.get("more_body", False)

    async def read_all(self) -> None:
        """Take in the whole body, where waiting for it later is not possible."""
        pieces = [self._unread]
        while not self.is_over:
            self._unread = b""
            self._take(await self.receive())
            pieces.append(self._unread)
        self._unread = b"".join(pieces)

    async def watch(self) -> None:
        """Wait until the client is gone."""
        while not self.disconnected:
            self._take(await self.receive())
