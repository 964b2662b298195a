"""Flask-Bcrypt's password hashes, with `bcrypt` itself."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

import bcrypt

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App


class Bcrypt:
    """Hashes passwords by the app's `BCRYPT_LOG_ROUNDS`, `BCRYPT_HASH_PREFIX` and
    `BCRYPT_HANDLE_LONG_PASSWORDS`.

    Outgrow it: `bcrypt.hashpw` and `bcrypt.checkpw`.
    """

    _log_rounds = 12
    _prefix: str | bytes = "2b"
    _handle_long_passwords = False

    def __init__(self, app: App | None = None) -> None:
        if app is not None:
            self.init_app(app)

    def init_app(self, app: App) -> None:
        """Take the settings from the app."""
        self._log_rounds = app.config.get("BCRYPT_LOG_ROUNDS", 12)
        self._prefix = app.config.get("BCRYPT_HASH_PREFIX", "2b")
        self._handle_long_passwords = app.config.get("BCRYPT_HANDLE_LONG_PASSWORDS", False)

    def generate_password_hash(
        self, password: str | bytes, rounds: int | None = None, prefix: str | bytes | None = None
    ) -> bytes:
        """A new hash of a password, as bytes. Raises ValueError for an empty one."""
        if not password:
            raise ValueError("Password must be non-empty.")
        salt = bcrypt.gensalt(
            rounds=self._log_rounds if rounds is None else rounds,
            prefix=_utf8(self._prefix if prefix is None else prefix),
        )
        return bcrypt.hashpw(self._password_bytes(password), salt)

    def check_password_hash(self, pw_hash: str | bytes, password: str | bytes) -> bool:
        """Whether the password has this hash, compared in constant time."""
        expected = _utf8(pw_hash)
        found = bcrypt.hashpw(self._password_bytes(password), expected)
        return hmac.compare_digest(found, expected)

    def _password_bytes(self, password: str | bytes) -> bytes:
        """bcrypt reads 72 bytes at most: longer passwords may be hashed first."""
        raw = _utf8(password)
        return hashlib.sha256(raw).hexdigest().encode() if self._handle_long_passwords else raw


def _utf8(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def bcrypt_generate_password_hash(password: str | bytes, rounds: int | None = None) -> bytes:
    """Flask-Bcrypt's function: a new hash, with its default settings."""
    return Bcrypt().generate_password_hash(password, rounds)


def bcrypt_check_password_hash(pw_hash: str | bytes, password: str | bytes) -> bool:
    """Flask-Bcrypt's function: whether the password has this hash."""
    return Bcrypt().check_password_hash(pw_hash, password)
