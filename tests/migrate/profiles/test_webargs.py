"""webargs' parser for Flask and ours read the same requests alike."""

from typing import Any

import pytest

from lsp_server.migrate.profiles.webargs import PROFILE
from tests.migrate.profiles.sides import Twins
from tests.migrate.profiles.webargs_app import webargs_app


@pytest.fixture(scope="module")
def pair() -> Twins:
    return Twins(webargs_app, PROFILE, "webargs.flaskparser")


def test_query(pair: Twins) -> None:
    for query in ("", "?name=a", "?name=a&n=x", "?name=ä&n=2&tags=1&tags=2", "?name="):
        for path in ("/query", "/own", "/parse", "/async", "/kwargs/x", "/kwargs/%E4%BD%A0"):
            pair.same("GET", path + query)


def test_json_and_forms(pair: Twins) -> None:
    for path in ("/json", "/json_or_form", "/form", "/files"):
        bodies: list[Any] = [{"name": "a"}, {"name": 1, "n": "2", "tags": ["b"]}, [], "text"]
        for body in bodies:
            pair.same("POST", path, json=body)
        pair.same("POST", path, data={"name": "a", "n": "2", "tags": ["b", "c"]})
        for raw in (b"", b"{", b"\xff\xfe"):
            pair.same("POST", path, data=raw, headers={"Content-Type": "application/json"})
            pair.same("POST", path, data=raw)


def test_headers_cookies_and_paths(pair: Twins) -> None:
    pair.same("GET", "/headers", headers={"Name": "a", "N": "2"})
    pair.same("GET", "/cookies", headers={"Cookie": "name=a; n=2"})
    for path in (
        "/cookies",
        "/headers",
        "/path/3",
        "/path/10",
        "/path/x",
        "/path/3/4",
        "/view_args/3/4",
        "/loader",
    ):
        pair.same("GET", path)
