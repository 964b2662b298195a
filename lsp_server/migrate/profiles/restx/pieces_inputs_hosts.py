"""Flask-RESTX's types of arguments that name a host: addresses, URLs, e-mail.

`__schema__` of a type is what the specification says of it.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlparse

RESTX_NETLOC = re.compile(
    r"(?:(?P<auth>[^:@]+?(?::[^:@]*?)?)@)?"
    r"(?:(?P<localhost>localhost)"
    r"|(?P<ipv4>\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})"
    r"|(?:\[?(?P<ipv6>[A-F0-9]*:[A-F0-9:]+)\]?)"
    r"|(?P<domain>(?:[A-Z0-9](?:[A-Z0-9-]{0,61}[A-Z0-9])?\.)+(?:[A-Z]{2,6}\.?|[A-Z0-9-]{2,}\.?)))"
    r"(?::(?P<port>\d+))?$",
    re.IGNORECASE,
)
RESTX_EMAIL = re.compile(r"^(?P<local>[^@]*[^@.])@(?P<server>[^@.]+(?:\.[^@.]+)*)$")

RestxFunction = TypeVar("RestxFunction", bound=Callable[..., Any])


def restx_schema(**schema: Any) -> Callable[[RestxFunction], RestxFunction]:
    """A decorator: what the specification says of this type."""

    def decorator(function: RestxFunction) -> RestxFunction:
        function.__dict__["__schema__"] = schema
        return function

    return decorator


@restx_schema(type="string", format="ipv4")
def restx_ipv4(value: str) -> str:
    """An IPv4 address of four numbers."""
    try:
        socket.inet_aton(value)
    except OSError:
        pass
    else:
        if value.count(".") == 3:
            return value
    raise ValueError(f"{value} is not a valid ipv4 address")


@restx_schema(type="string", format="ipv6")
def restx_ipv6(value: str) -> str:
    """An IPv6 address."""
    try:
        socket.inet_pton(socket.AF_INET6, value)
    except OSError:
        raise ValueError(f"{value} is not a valid ipv4 address") from None
    return value


@restx_schema(type="string", format="ip")
def restx_ip(value: str) -> str:
    """An IPv4 or IPv6 address."""
    for kind in (restx_ipv4, restx_ipv6):
        try:
            return kind(value)
        except ValueError:
            pass
    raise ValueError(f"{value} is not a valid ip")


def restx_resolves(host: str) -> bool:
    """Whether a name has an address."""
    try:
        socket.getaddrinfo(host, None)
    except OSError:
        return False
    return True


class RestxURL:
    """A URL, of which parts are allowed or not."""

    def __init__(
        self,
        check: bool = False,
        ip: bool = False,
        local: bool = False,
        port: bool = False,
        auth: bool = False,
        schemes: Any = None,
        domains: Any = None,
        exclude: Any = None,
    ) -> None:
        self.check = check
        self.ip = ip
        self.local = local
        self.port = port
        self.auth = auth
        self.schemes = schemes
        self.domains = domains
        self.exclude = exclude

    def error(self, value: str, details: str | None = None) -> None:
        """Say that the value is none, and why."""
        message = "{0} is not a valid URL"
        raise ValueError((f"{message}. {details}" if details else message).format(value))

    def __call__(self, value: str) -> str:
        parsed = urlparse(value)
        if not (parsed.scheme and parsed.netloc):
            host = parsed.netloc or parsed.path.split("/", 1)[0].split("?", 1)[0]
            self.error(value, "Did you mean: http://{0}" if RESTX_NETLOC.match(host) else None)
        if self.schemes and parsed.scheme not in self.schemes:
            self.error(value, "Protocol is not allowed")
        match = RESTX_NETLOC.match(parsed.netloc)
        if match is None:
            self.error(value)
        else:
            for problem in self.restx_problems(match.groupdict()):
                self.error(value, problem)
        return value

    def restx_problems(self, parts: dict[str, Any]) -> Any:
        """What is wrong with the host, in the order in which it is told."""
        yield from self.restx_ip_problems(parts["ipv4"], parts["ipv6"])
        if parts["auth"] and not self.auth:
            yield "Authentication is not allowed"
        if parts["localhost"] and not self.local:
            yield "Localhost is not allowed"
        if parts["port"] and not self.port:
            yield "Custom port is not allowed"
        if parts["port"] and not 0 < int(parts["port"]) < 65535:
            yield "Port is out of range"
        if parts["domain"]:
            yield from self.restx_domain_problems(parts["domain"])

    def restx_ip_problems(self, ipv4: str | None, ipv6: str | None) -> Any:
        address = ipv4 or ipv6
        if not address:
            return
        if not self.ip:
            yield "IP is not allowed"
        try:
            restx_ip(address)
        except ValueError as error:
            yield str(error)
        if not self.local and ((ipv4 and ipv4.startswith("127.")) or ipv6 == "::1"):
            yield "Localhost is not allowed"

    def restx_domain_problems(self, domain: str) -> Any:
        if self.domains and domain not in self.domains:
            yield "Domain is not allowed"
        if self.exclude and domain in self.exclude:
            yield "Domain is not allowed"
        if self.check and not restx_resolves(domain):
            yield "Domain does not exists"

    @property
    def __schema__(self) -> dict[str, Any]:
        return {"type": "string", "format": "url"}


restx_url = RestxURL(
    ip=True, auth=True, port=True, local=True, schemes=("http", "https", "ftp", "ftps")
)


class RestxEmail:
    """An e-mail address, of which servers are allowed or not."""

    def __init__(
        self,
        check: bool = False,
        ip: bool = False,
        local: bool = False,
        domains: Any = None,
        exclude: Any = None,
    ) -> None:
        self.check = check
        self.ip = ip
        self.local = local
        self.domains = domains
        self.exclude = exclude

    def error(self, value: str, msg: str | None = None) -> None:
        """Say that the value is none, and why."""
        raise ValueError((msg or "{0} is not a valid email").format(value))

    def is_ip(self, value: str) -> bool:
        """Whether the server is an address."""
        try:
            restx_ip(value)
        except ValueError:
            return False
        return True

    def __call__(self, value: str) -> str:
        match = RESTX_EMAIL.match(value)
        if match is None or ".." in value:
            self.error(value)
        else:
            self.restx_check_server(value, match.group("server"))
        return value

    def restx_check_server(self, value: str, server: str) -> None:
        if self.check and not restx_resolves(server):
            self.error(value)
        if self.domains and server not in self.domains:
            self.error(value, "{0} does not belong to the authorized domains")
        if self.exclude and server in self.exclude:
            self.error(value, "{0} belongs to a forbidden domain")
        is_local = server in ("localhost", "::1") or server.startswith("127.")
        if (is_local and not self.local) or (self.is_ip(server) and not self.ip):
            self.error(value)

    @property
    def __schema__(self) -> dict[str, Any]:
        return {"type": "string", "format": "email"}
