"""The other server: whether it is there, which model it serves, and its window.

Deliberately absent: starting or ending it. It is somebody else's.
"""

import json

from lsp_server.bench.client import Server
from lsp_server.model import wire
from lsp_server.model.endpoint import BaseUrl, connect
from lsp_server.model.failures import refused, sentences

ANSWER_SECONDS = 20.0
HOPELESS = (401, 403, 429, 503)
"""Statuses with which no other question would be answered either."""


async def reached(endpoint: BaseUrl) -> Server:
    """Raises HostFailed with what to do if nobody answers there."""
    with sentences(endpoint.name, ANSWER_SECONDS):
        async with connect(endpoint, ANSWER_SECONDS) as client:
            answer = await client.get("models")
    if answer.status_code in HOPELESS:
        raise refused(endpoint.name, answer.status_code, wire.refusal(answer.text))
    model = wire.served_model(answer.text) if answer.is_success else ""
    return Server("peer", endpoint, model)


async def window(endpoint: BaseUrl) -> int | None:
    """Tokens, as llama-server tells them; None of other servers."""
    with sentences(endpoint.name, ANSWER_SECONDS):
        async with connect(endpoint, ANSWER_SECONDS) as client:
            answer = await client.get(client.base_url.copy_with(path="/props"))
    return _n_ctx(answer.text) if answer.status_code == 200 else None


def _n_ctx(body: str) -> int | None:
    try:
        n_ctx = json.loads(body)["default_generation_settings"]["n_ctx"]
    except (ValueError, LookupError, TypeError):
        return None
    return n_ctx if isinstance(n_ctx, int) else None
