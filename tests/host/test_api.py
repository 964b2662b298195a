"""The routes in the process: what they answer when there is no model, or something breaks."""

import asyncio
from dataclasses import fields
from pathlib import Path
from typing import Any

import httpx
import pytest

from lsp_server.host.api import Host, make_app
from lsp_server.host.engine_thread import EngineThread, LoadFailed, Loading, Ready, State
from lsp_server.host.window import Window

PATHS = ("/v1/chat/completions", "/v1/completions")


def answer(host: Host, method: str, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(make_app(host), raise_app_exceptions=False)

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://penna") as client:
            return await client.request(method, path, json={} if method == "POST" else None)

    return asyncio.run(ask())


def host_in(state: State | Any) -> Host:
    engine_thread = EngineThread(Path("m.gguf"), Window(), lambda: None)
    engine_thread.state = state
    return Host(Path("m.gguf"), engine_thread)


@pytest.mark.parametrize(
    ("state", "status", "words"),
    [(Loading(), 503, "being loaded"), (LoadFailed("It is no GGUF."), 500, "It is no GGUF.")],
)
def test_without_a_model_all_that_needs_one_says_why(state: State, status: int, words: str) -> None:
    asked = [("GET", "/metrics"), *(("POST", path) for path in PATHS)]
    for method, path in asked:
        response = answer(host_in(state), method, path)
        assert response.status_code == status
        assert words in response.json()["error"]["message"]
    assert answer(host_in(state), "GET", "/v1/models").status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_what_nobody_foresaw_is_an_error_in_openais_form(path: str) -> None:
    nothing: Any = [None] * len(fields(Ready))
    broken = host_in(Ready(*nothing))
    response = answer(broken, "GET", "/metrics")
    assert response.status_code == 500
    assert response.json()["error"]["type"] == "server_error"
    assert answer(broken, "POST", path).status_code == 400
