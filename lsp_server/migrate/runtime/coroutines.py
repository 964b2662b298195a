"""Coroutine functions called from code that does not await: async views, hooks and handlers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import update_wrapper
from typing import Any

from anyio import from_thread

from lsp_server.migrate.runtime.context import has_request_context, request_ctx
from lsp_server.migrate.runtime.environ import announces_body


def called_from_sync(
    function: Callable[..., Coroutine[Any, Any, Any]],
) -> Callable[..., Any]:
    """A coroutine function as a plain one, on a loop of its own.

    On the server's loop everybody would wait for what blocks in it: a database, `time.sleep`.
    Outgrow it: a native route, which runs on the server's loop and must not block.
    """

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        def run() -> Any:
            return asyncio.run(function(*args, **kwargs))

        _take_in_body()
        # In another thread, because a loop may be running in this one: a test's, for example.
        with ThreadPoolExecutor(max_workers=1) as executor:
            return executor.submit(copy_context().run, run).result()

    return update_wrapper(wrapper, function)


def _take_in_body() -> None:
    """Have the request's body here before a coroutine reads it: only the request's own thread can
    wait for the server.

    One that is longer than the app allows is not fetched; reading it fails before the first byte.
    """
    if not has_request_context():
        return
    request = request_ctx.request
    body = request.environ.get("asgi.body")
    if body is None or body.is_over or not announces_body(request.environ):
        return
    length, limit = request.content_length, request.max_content_length
    is_allowed = length is None or limit is None or length <= limit
    if is_allowed and _has_server_loop():
        from_thread.run(body.read_all)


def _has_server_loop() -> bool:
    try:
        from_thread.check_cancelled()
    except RuntimeError:
        return False
    return True
