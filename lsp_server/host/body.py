"""A request's body: all of it, in bounded size and time, as the fields of a JSON object."""

import asyncio
import json
from collections.abc import Mapping

from starlette.requests import Request

from lsp_server.host.json_fields import BadRequest

MAX_BODY = 16 * 2**20
"""Bytes; many times what any window holds."""

BODY_TIMEOUT_S = 30
"""A client that never ends its request would keep an idle host alive."""


async def read(request: Request) -> bytes:
    """Raises BadRequest for one that is too large or too slow."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for part in request.stream():
                body += part
                if len(body) > MAX_BODY:
                    raise BadRequest("The body is larger than 16 MiB.", "body_too_large")
    except TimeoutError as error:
        raise BadRequest(f"The body did not come within {BODY_TIMEOUT_S} seconds.") from error
    return bytes(body)


def fields(body: bytes) -> Mapping[str, object]:
    """Those that are given: null means "not given" to OpenAI's clients. Raises BadRequest."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The body is not valid JSON: {error}.") from error
    if not isinstance(value, dict):
        raise BadRequest("The body must be a JSON object.")
    return {name: field for name, field in value.items() if field is not None}
