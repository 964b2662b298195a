"""One app in a process of its own: requests in as JSON, answers out as JSON.

`python one_side.py flask|fastapi MODULE NAME`; a NAME with `()` is called. Cookies are kept. On the
side of FastAPI neither Flask, nor an extension of it, nor Penna can be imported, unless
`--with-flask` follows, for a project of which a part stays on Flask.
"""

import asyncio
import base64
import importlib
import json
import sys
from http.cookies import SimpleCookie
from importlib.abc import MetaPathFinder
from typing import Any
from urllib.parse import unquote

HIDDEN = ("date", "content-length", "set-cookie", "etag", "last-modified")


class Blocked(MetaPathFinder):
    """Refuses what a migrated app must do without."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        top = fullname.partition(".")[0]
        if top in ("flask", "lsp_server") or (top.startswith("flask_") and top != "flask_compat"):
            raise ImportError(f"{fullname} is imported by a migrated app")


def scope_of(request: dict[str, Any], cookies: dict[str, str]) -> dict[str, Any]:
    """The ASGI scope of a request."""
    path, _, query = request["path"].partition("?")
    headers = {"host": "localhost", **request.get("headers", {})}
    if cookies:
        headers["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    body = request.get("body", "").encode()
    if body or request["method"] in ("POST", "PUT"):
        headers["content-length"] = str(len(body))
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request["method"],
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 1234),
    }


async def answer(app: Any, request: dict[str, Any], cookies: dict[str, str]) -> dict[str, Any]:
    """What an ASGI app answers."""
    got: list[dict[str, Any]] = []
    messages = [{"type": "http.request", "body": request.get("body", "").encode()}]

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop()
        await asyncio.sleep(3600)
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        got.append(message)

    await app(scope_of(request, cookies), receive, send)
    headers = [(name.decode(), value.decode("latin-1")) for name, value in got[0]["headers"]]
    body = b"".join(message.get("body", b"") for message in got[1:])
    return told(got[0]["status"], headers, body, cookies)


def told(
    status: int, headers: list[tuple[str, str]], body: bytes, cookies: dict[str, str]
) -> dict[str, Any]:
    """An answer as JSON; its cookies are kept."""
    for name, value in headers:
        if name.lower() == "set-cookie":
            for key, morsel in SimpleCookie(value).items():
                cookies[key] = morsel.value
    shown = sorted((n.lower(), in_order(n, v)) for n, v in headers if n.lower() not in HIDDEN)
    return {"status": status, "headers": shown, "body": base64.b64encode(body).decode()}


def in_order(name: str, value: str) -> str:
    """A header whose values come from a set, sorted; any other as it is."""
    is_set = name.lower() in ("allow", "access-control-allow-methods")
    return ", ".join(sorted(value.split(", "))) if is_set else value


def through_wsgi(app: Any, request: dict[str, Any], cookies: dict[str, str]) -> dict[str, Any]:
    """What a WSGI app answers."""
    from werkzeug.test import EnvironBuilder, run_wsgi_app

    headers = dict(request.get("headers", {}))
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    builder = EnvironBuilder(
        request["path"], method=request["method"], headers=headers, data=request.get("body")
    )
    chunks, status, given = run_wsgi_app(app, builder.get_environ())
    return told(int(status.split()[0]), list(given), b"".join(chunks), cookies)


def main() -> None:
    """Load the app and answer."""
    side, module, name = sys.argv[1:4]
    if side == "fastapi" and "--with-flask" not in sys.argv:
        sys.meta_path.insert(0, Blocked())
    app = getattr(importlib.import_module(module), name.removesuffix("()"))
    app = app() if name.endswith("()") else app
    cookies: dict[str, str] = {}
    answers = []
    for request in json.load(sys.stdin):
        if side == "fastapi":
            answers.append(asyncio.run(answer(app, request, cookies)))
        else:
            answers.append(through_wsgi(app, request, cookies))
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
