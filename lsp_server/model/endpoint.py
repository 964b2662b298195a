"""Where a model is asked: the host's socket on this machine, or a base URL that the user set.

Connections follow no redirects and use no proxies of the environment: nothing leaves the machine
but to the address that the user set. Deliberately absent: what is said (client.py, health.py).
"""

import asyncio
import importlib
import json
import socket
import sys
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from lsp_server.errors import SettingsError

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class UnixSocket:
    """The host, on this machine."""

    path: Path

    @property
    def name(self) -> str:
        return "the model host"

    @property
    def is_here(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class BaseUrl:
    """Any other server. `api_key` is sent as a bearer token; empty sends none."""

    url: str
    api_key: str = ""

    @property
    def name(self) -> str:
        """The address without a name and password that may be in it."""
        parts = urlsplit(self.url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    @property
    def is_here(self) -> bool:
        """Whether the address is this machine's own; a name other than localhost may be any."""
        host = urlsplit(self.url).hostname or ""
        try:
            return host == "localhost" or ip_address(host).is_loopback
        except ValueError:
            return False


Endpoint = UnixSocket | BaseUrl


def base_url(url: str, api_key_file: Path | None = None) -> BaseUrl:
    """The endpoint for a URL as users write it: `/v1` is added where it has no path.

    SettingsError says what is wrong with the URL or the key file.
    """
    parts = _split(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"The base URL “{url}” must look like http://127.0.0.1:8080/v1.")
    path = parts.path.rstrip("/") or "/v1"
    key = _key(api_key_file) if api_key_file is not None else ""
    return BaseUrl(parts._replace(path=path, query="", fragment="").geturl(), key)


def connect(endpoint: Endpoint, read_seconds: float) -> "httpx.AsyncClient":
    """A client whose relative addresses start at the endpoint's `/v1`.

    `read_seconds` is how long the server may send nothing at all.
    """
    import httpx

    headers = {"Content-Type": "application/json"}
    uds = None
    match endpoint:
        case UnixSocket(path):
            url, uds = "http://host/v1", str(path)
        case BaseUrl(url, api_key):
            if api_key:
                headers["Authorization"] = f"Bearer {api_key}"
    return httpx.AsyncClient(
        transport=httpx.AsyncHTTPTransport(uds=uds, verify=url.startswith("https")),
        base_url=url,
        headers=headers,
        timeout=httpx.Timeout(read_seconds, connect=CONNECT_SECONDS),
        trust_env=False,
        follow_redirects=False,
    )


async def import_http() -> None:
    """Import the HTTP client beside the event loop: it takes 150 ms, and an editor is typing."""
    if "httpx" not in sys.modules:
        await asyncio.to_thread(importlib.import_module, "httpx")


def host_endpoint(path: Path) -> Endpoint:
    """Where the host that was given this path listens.

    Without Unix sockets (Windows) there is a file at the path that tells its port and key; as
    long as it is not there, the endpoint is one that nobody can listen at.
    """
    if hasattr(socket, "AF_UNIX"):
        return UnixSocket(path)
    try:
        told: object = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        told = {}
    url, key = (told.get("base_url"), told.get("key")) if isinstance(told, dict) else ("", "")
    return BaseUrl(f"{url or 'http://127.0.0.1:0'}/v1", str(key or ""))


def _key(file: Path) -> str:
    try:
        key = file.expanduser().read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SettingsError(f"The key in {file} cannot be read ({reason}).") from None
    if not key or not key.isascii() or not key.isprintable():
        raise SettingsError(f"{file} must hold the key alone, in one line.")
    return key


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url.strip())
        _ = parts.port  # Raises for a port that is no number.
    except ValueError:
        raise SettingsError(f"The base URL “{url}” cannot be read; check its port.") from None
    return parts
