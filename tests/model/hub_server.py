"""A model hub on the loopback interface: the addresses that pulling a model asks, and no others.

A HEAD answers with the headers that hubs give for a file in large-file storage, a GET sends it, or
the rest of it, and may be told to cut the connection, to lie, or to fail.
"""

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass(slots=True)
class Hub:
    """`cuts`: after how many bytes each GET's connection is cut, one after another.

    `fails`: the status that GETs answer after the cuts are used up; 0 sends the file.
    """

    repository: str
    file: str
    content: bytes
    sha256: str = ""
    cuts: list[int] = field(default_factory=list)
    fails: int = 0
    head_status: int = 200
    redirects: bool = False
    head_more: dict[str, str] = field(default_factory=dict)
    url: str = ""
    ranges: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    hub.sha256 = hub.sha256 or hashlib.sha256(hub.content).hexdigest()

    class Handler(_Handler):
        pass

    Handler.hub = hub
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hub.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield hub
        server.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def do_HEAD(self) -> None:
        hub = self.hub
        self.hub.tokens.append(self.headers.get("Authorization", ""))
        if self.path != f"/{hub.repository}/resolve/main/{hub.file}":
            self.head(404, {"X-Error-Code": "RepoNotFound", "Content-Length": "0"})
            return
        described = {"X-Linked-Etag": f'"{hub.sha256}"', "X-Linked-Size": str(len(hub.content))}
        headers = {"X-Repo-Commit": COMMIT, "ETag": '"x"', **described, **hub.head_more}
        self.head(hub.head_status, {**headers, "Content-Length": "0"})

    def do_GET(self) -> None:
        hub = self.hub
        self.hub.tokens.append(self.headers.get("Authorization", ""))
        if hub.redirects and not self.path.startswith("/blob"):
            self.head(302, {"Location": "/blob", "Content-Length": "0"})
            return
        assert self.path in ("/blob", f"/{hub.repository}/resolve/{COMMIT}/{hub.file}")
        wanted = self.headers.get("Range", "")
        hub.ranges.append(wanted)
        cut = hub.cuts.pop(0) if hub.cuts else None
        if cut is None and hub.fails:
            self.head(hub.fails, {"Content-Length": "0"})
            return
        self.send_content(wanted, cut)

    def send_content(self, wanted: str, cut: int | None) -> None:
        match = re.fullmatch(r"bytes=(\d+)-", wanted)
        start = int(match[1]) if match else 0
        body, size = self.hub.content[start:], len(self.hub.content)
        headers = {"Content-Length": str(len(body))}
        if match:
            headers["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
        self.head(206 if match else 200, headers)
        self.wfile.write(body[:cut])
        if cut is not None:
            self.wfile.flush()
            self.close_connection = True

    def head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass
