"""Messages for the next page, kept in the session until one shows them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lsp_server.migrate.runtime.context import current_app, request_ctx, session
from lsp_server.migrate.runtime.signals import message_flashed


def flash(message: str, category: str = "message") -> None:
    """Leave a message for whichever page asks for messages next."""
    flashes = session.get("_flashes", [])
    flashes.append((category, message))
    # Assigned again, because the session cannot see that a list in it has grown.
    session["_flashes"] = flashes
    app = current_app._get_current_object()
    message_flashed.send(app, _async_wrapper=app.ensure_sync, message=message, category=category)


def get_flashed_messages(
    with_categories: bool = False, category_filter: Iterable[str] = ()
) -> list[Any]:
    """The messages that wait, taken out of the session; the same again within one request."""
    flashes = request_ctx.flashes
    if flashes is None:
        flashes = session.pop("_flashes") if "_flashes" in session else []
        request_ctx.flashes = flashes
    if category_filter:
        flashes = [flash for flash in flashes if flash[0] in category_filter]
    return flashes if with_categories else [flash[1] for flash in flashes]
