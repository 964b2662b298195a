"""Addresses and subjects as mail headers hold them: in ASCII, whatever they are made of."""

from __future__ import annotations

from collections.abc import Iterable
from email.header import Header
from email.utils import formataddr, parseaddr
from typing import Any


def force_text(s: Any, encoding: str = "utf-8", errors: str = "strict") -> str:
    """Text as it is, bytes decoded, a lazy translation resolved."""
    if isinstance(s, bytes):
        return s.decode(encoding, errors)
    return str(s)


def sanitize_subject(subject: str, encoding: str = "utf-8") -> str:
    """A subject as it is in ASCII, else as an encoded word."""
    return subject if subject.isascii() else _encoded_word(subject, encoding)


def sanitize_address(addr: str | tuple[str, str], encoding: str = "utf-8") -> str:
    """`Name <address>` with an encoded name and an IDNA domain."""
    name, address = parseaddr(force_text(addr)) if isinstance(addr, str) else addr
    if not address.isascii():
        address = _ascii_address(address, encoding)
    return formataddr((_encoded_word(name, encoding), address))


def sanitize_addresses(
    addresses: Iterable[str | tuple[str, str]], encoding: str = "utf-8"
) -> list[str]:
    return [sanitize_address(address, encoding) for address in addresses]


def _ascii_address(address: str, encoding: str) -> str:
    local, at, domain = address.partition("@")
    if not at:
        return Header(address, encoding).encode()
    return f"{Header(local, encoding)}@{domain.encode('idna').decode('ascii')}"


def _encoded_word(text: str, encoding: str) -> str:
    """In the given encoding, or in UTF-8 if that cannot say it."""
    try:
        return Header(text, encoding).encode()
    except UnicodeEncodeError:
        return Header(text, "utf-8").encode()


def _has_newline(text: str) -> bool:
    return "\n" in text or "\r" in text


def _is_bad_subject(subject: str) -> bool:
    """Whether a subject of several lines is anything but folded (RFC 5322, 2.2.3)."""
    if not _has_newline(subject):
        return False
    first, *rest = subject.split("\r\n")
    unfolded = any(not line.startswith((" ", "\t")) for line in rest)
    return unfolded or any(_has_newline(line) or not line.strip() for line in (first, *rest))
