"""Requests and answers as values, the cookie jar of one side, and a request as a line for curl."""

import base64
import json
import re
import shlex
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import quote, urlencode, urljoin, urlsplit

HOST: Final = "localhost"
FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"
BOUNDARY: Final = "----penna-replay"
LONG_VALUE: Final = re.compile(r"=[^;\s]{40,}")
SAFE_PATH: Final = "/:@!$&'()*+,;=~-._%"


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `target` is path and query as they stand on the wire, in ASCII."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def with_header(self, name: str, value: str) -> "Request":
        """The same request with one header more."""
        return replace(self, headers=(*self.headers, (name, value)))


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `raised` is an exception that left the app, which a server would log."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    raised: str | None = None

    def header(self, name: str) -> str | None:
        """The first header of this name, in any case."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    def all(self, name: str) -> list[str]:
        """All headers of this name, in order."""
        return [value for key, value in self.headers if key.lower() == name]

    @property
    def is_html(self) -> bool:
        return (self.header("content-type") or "").startswith("text/html")

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class Cookie:
    """One Set-Cookie header, its attributes by lower-case name."""

    name: str
    value: str
    attributes: Mapping[str, str]

    @property
    def is_deletion(self) -> bool:
        age = self.attributes.get("max-age")
        if age is not None and age.lstrip("-").isdigit():
            return int(age) <= 0
        try:
            expires = parsedate_to_datetime(self.attributes.get("expires", ""))
        except (TypeError, ValueError, IndexError):
            return False
        return expires.year < 2000


@dataclass(slots=True)
class Jar:
    """The cookies of one side. One host, so only the path decides what is sent where."""

    cookies: dict[tuple[str, str], str] = field(default_factory=dict)

    def take(self, answer: Answer, path: str) -> None:
        """Keep what an answer sets, drop what it deletes."""
        for cookie in map(parse_cookie, answer.all("set-cookie")):
            place = cookie.attributes.get("path") or path.rpartition("/")[0] or "/"
            if cookie.is_deletion:
                self.cookies.pop((cookie.name, place), None)
            else:
                self.cookies[cookie.name, place] = cookie.value

    def dress(self, request: Request) -> Request:
        """The request with the cookies that belong to it."""
        fits = [
            f"{name}={value}"
            for (name, place), value in self.cookies.items()
            if request.path == place or request.path.startswith(place.rstrip("/") + "/")
        ]
        return request.with_header("Cookie", "; ".join(fits)) if fits else request

    def copy(self) -> "Jar":
        return Jar(dict(self.cookies))


def parse_cookie(header: str) -> Cookie:
    """A Set-Cookie header taken apart."""
    first, *rest = header.split(";")
    name, _, value = first.partition("=")
    pairs = (part.strip().partition("=") for part in rest)
    attributes = {key.lower(): value for key, _, value in pairs}
    return Cookie(name.strip(), value.strip().strip('"'), attributes)


def session_content(value: str) -> object:
    """What a session cookie of Flask's format holds, unsigned; None if it is none.

    The format is itsdangerous' URLSafeTimedSerializer: payload, time and signature between dots,
    the payload base64 of JSON, deflated where it begins with a dot.
    """
    is_deflated = value.startswith(".")
    payload, *signature = value.lstrip(".").split(".")
    if len(signature) != 2:
        return None
    try:
        data = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        found: object = json.loads(zlib.decompress(data) if is_deflated else data)
    except (ValueError, zlib.error):
        return None
    return found


def target(path: str, query: Sequence[tuple[str, str]] = ()) -> str:
    """A request's target from a path that may hold anything and a query."""
    quoted = quote(path, safe=SAFE_PATH, errors="surrogatepass")
    return f"{quoted}?{urlencode(query)}" if query else quoted


def form(method: str, where: str, fields: Sequence[tuple[str, str]]) -> Request:
    """A request with a form's body."""
    return Request(method, where, (("Content-Type", FORM),), urlencode(fields).encode())


def with_json(method: str, where: str, value: object, kind: str = JSON) -> Request:
    """A request with a JSON body."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return Request(method, where, (("Content-Type", kind),), body)


def raw(method: str, where: str, body: bytes, kind: str) -> Request:
    """A request with a body of one's own."""
    return Request(method, where, (("Content-Type", kind),), body)


def multipart(
    method: str,
    where: str,
    fields: Sequence[tuple[str, str]],
    files: Sequence[tuple[str, str, bytes]],
) -> Request:
    """A form with files: field, file name, content."""
    parts = [_part(f'name="{_quoted(name)}"', value.encode()) for name, value in fields]
    for name, file, content in files:
        label = f'name="{_quoted(name)}"; filename="{_quoted(file)}"'
        parts.append(_part(label, content, "\r\nContent-Type: text/plain"))
    body = b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
    return raw(method, where, body, f"multipart/form-data; boundary={BOUNDARY}")


def sized(request: Request) -> Request:
    """The request with the headers that every client sends."""
    length = (
        ()
        if not request.body and request.method in {"GET", "HEAD", "OPTIONS"}
        else (("Content-Length", str(len(request.body))),)
    )
    host = () if any(name.lower() == "host" for name, _ in request.headers) else (("Host", HOST),)
    return replace(request, headers=(*host, *request.headers, *length))


def followed(request: Request, answer: Answer) -> Request | None:
    """The request that a browser would send after this answer; None if it is no redirect here."""
    location = answer.header("location")
    if location is None or answer.status not in {301, 302, 303, 307, 308}:
        return None
    parts = urlsplit(urljoin(f"http://{HOST}{request.target}", location))
    if parts.hostname not in {HOST, None}:
        return None
    where = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not where.isascii():
        where = quote(where, safe=SAFE_PATH + "?")
    if answer.status in {307, 308}:
        return replace(request, target=where)
    return Request("HEAD" if request.method == "HEAD" else "GET", where)


def curl(request: Request) -> str:
    """The request as a command that anyone can try."""
    words = ["curl", "-i"]
    if request.method == "HEAD":
        words.append("--head")
    elif request.method != "GET" or request.body:
        words += ["-X", request.method]
    words.append(f"http://{HOST}:5000{request.target}")
    for name, value in request.headers:
        if name.lower() == "cookie":
            words += ["-H", f"Cookie: {LONG_VALUE.sub('=…', value)}"]
        elif name.lower() not in {"host", "content-length"}:
            words += ["-H", f"{name}: {value}"]
    if request.body:
        words += ["--data-binary", _shown(request.body)]
    return re.sub(r"\n", r"\\n", shlex.join(words))


def _shown(body: bytes) -> str:
    text = body.decode("utf-8", "backslashreplace").replace("\r", "\\r").replace("\n", "\\n")
    return text if len(text) <= 300 else f"{text[:300]}… ({len(body)} bytes)"


def _part(label: str, content: bytes, more: str = "") -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {label}{more}\r\n\r\n"
    return head.encode() + content + b"\r\n"


def _quoted(text: str) -> str:
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
