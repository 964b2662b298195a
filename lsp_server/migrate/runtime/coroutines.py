"""Coroutine functions called from code that does not await: async views, hooks and handlers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial, update_wrapper
from typing import Any

from anyio import from_thread


def called_from_sync(
    function: Callable[..., Coroutine[Any, Any, Any]],
) -> Callable[..., Any]:
    """A coroutine function as a plain one: on the server's loop, or on one of its own."""

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        call = partial(function, *args, **kwargs)
        return from_thread.run(call) if _has_server_loop() else _run_in_own_loop(call)

    return update_wrapper(wrapper, function)


def _has_server_loop() -> bool:
    try:
        from_thread.check_cancelled()
    except RuntimeError:
        return False
    return True


def _run_in_own_loop(call: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    # Another thread, because a loop may be running in this one: a test's, for example.
    with ThreadPoolExecutor(max_workers=1) as executor:
        return executor.submit(copy_context().run, lambda: asyncio.run(call())).result()
