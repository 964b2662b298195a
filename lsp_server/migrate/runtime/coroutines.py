"""Coroutine functions called from code that does not await: async views, hooks and handlers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import update_wrapper
from typing import Any


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

        # In another thread, because a loop may be running in this one: a test's, for example.
        with ThreadPoolExecutor(max_workers=1) as executor:
            return executor.submit(copy_context().run, run).result()

    return update_wrapper(wrapper, function)
