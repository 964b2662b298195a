"""Listening on a TCP address that the user chose, and the key that guards it.

Every failure is one sentence. Deliberately absent: the host's own endpoint, which nobody chooses
(endpoint.py).
"""

import errno
import ipaddress
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from lsp_server.errors import HostFailed, SettingsError

BACKLOG = 128
SEND_BUFFER = 256 * 1024
"""Bytes that the system holds for a connection."""


@dataclass(frozen=True, slots=True)
class Address:
    """What a host name means here. `numbers` are pairs of family and numeric address."""

    host: str
    port: int
    numbers: tuple[tuple[socket.AddressFamily, str], ...]

    @property
    def is_loopback(self) -> bool:
        """Whether nobody but this machine can connect."""
        return all(ipaddress.ip_address(number).is_loopback for _, number in self.numbers)


def resolve(host: str, port: int) -> Address:
    """Raises SettingsError if `host` means nothing here."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise SettingsError(f"{host!r} is no address of this machine; correct --host.") from None
    # A link-local address carries its zone behind a percent sign.
    numbers = {(family, str(at[0]).partition("%")[0]): None for family, _, _, _, at in found}
    return Address(host, port, tuple(numbers))


def listen(address: Address) -> tuple[socket.socket, ...]:
    """One socket for each number, all on one port; port 0 picks a free one. Raises HostFailed."""
    sockets: list[socket.socket] = []
    port = address.port
    try:
        for family, number in address.numbers:
            sockets.append(socket.create_server((number, port), family=family, backlog=BACKLOG))
            # Inherited by connections: the system would grow it to megabytes for slow readers.
            sockets[-1].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
            port = sockets[0].getsockname()[1]
    except OSError as error:
        for each in sockets:
            each.close()
        raise HostFailed(_why(address.host, port, error)) from None
    return tuple(sockets)


def read_key(path: Path) -> str:
    """The key in the file's one line. Raises SettingsError if it is none or others can read it."""
    path = path.expanduser()
    try:
        with path.open(encoding="ascii") as file:
            mode = os.fstat(file.fileno()).st_mode
            key = file.read(8192).strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not ASCII"
        raise SettingsError(f"The key in {path} cannot be read ({reason}).") from None
    if os.name == "posix" and mode & 0o077:
        raise SettingsError(f"Others may read the key in {path}; run `chmod 600 {path}`.")
    if not key or not key.isprintable() or " " in key:
        raise SettingsError(f"{path} must hold the key alone, in one line.")
    return key


def _why(host: str, port: int, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} of {host} is in use; choose another with --port."
        case errno.EACCES:
            return f"Port {port} is not free to all users; choose one above 1023 with --port."
        case errno.EADDRNOTAVAIL:
            return f"{host} is no address of this machine; correct --host."
    return f"The server cannot listen on {host}, port {port}: {error.strerror or error}."
