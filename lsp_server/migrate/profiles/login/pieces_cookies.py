"""The remember-me cookie and the session's identifier, in Flask-Login's formats.

Both stay as they were, so that who was logged in before the migration still is after it.
"""

from __future__ import annotations

import hmac
from hashlib import sha512

from lsp_server.migrate.runtime.context import current_app, request


def encode_cookie(payload: str, key: str | bytes | None = None) -> str:
    """`payload|digest`, signed with `key` or the app's `SECRET_KEY`."""
    return f"{payload}|{_remember_digest(payload, key)}"


def decode_cookie(cookie: str, key: str | bytes | None = None) -> str | None:
    """The payload of a cookie that `encode_cookie` made; None if it was not made by it."""
    payload, bar, digest = cookie.rpartition("|")
    if not bar or not digest.isascii():
        return None
    return payload if hmac.compare_digest(_remember_digest(payload, key), digest) else None


def _remember_digest(payload: str, key: str | bytes | None) -> str:
    secret = current_app.config["SECRET_KEY"] if key is None else key
    if isinstance(secret, str):
        secret = secret.encode("latin1")
    return hmac.new(secret, payload.encode(), sha512).hexdigest()


def _session_identifier() -> str:
    """A digest of the client's address and browser, which session protection compares.

    Flask-Login hashes the text of two `bytes` literals, hence the `!r`.
    """
    address = request.headers.get("X-Forwarded-For", request.remote_addr)
    agent = request.headers.get("User-Agent")
    first = None if address is None else address.encode().split(b",")[0].strip()
    browser = None if agent is None else agent.encode()
    return sha512(f"{first!r}|{browser!r}".encode()).hexdigest()
