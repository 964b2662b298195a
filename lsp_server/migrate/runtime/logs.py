"""`app.logger`: a logger of the app's name that writes somewhere in any case."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, TextIO, cast

from werkzeug.local import LocalProxy

from lsp_server.migrate.runtime.context import has_request_context, request

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App


def errors_stream() -> TextIO:
    """Where the server wants errors, or standard error."""
    return cast("TextIO", request.environ["wsgi.errors"]) if has_request_context() else sys.stderr


wsgi_errors_stream = cast("TextIO", LocalProxy(errors_stream))
default_handler = logging.StreamHandler(wsgi_errors_stream)
default_handler.setFormatter(
    logging.Formatter("[%(asctime)s] %(levelname)s in %(module)s: %(message)s")
)


def create_logger(app: App) -> logging.Logger:
    """The logger of an app; in debug mode it lets everything through, unless it was set up."""
    logger = logging.getLogger(app.name)
    if app.debug and not logger.level:
        logger.setLevel(logging.DEBUG)
    if not has_level_handler(logger):
        logger.addHandler(default_handler)
    return logger


def has_level_handler(logger: logging.Logger) -> bool:
    """Whether some handler up to the root takes what the logger lets through."""
    level = logger.getEffectiveLevel()
    current: logging.Logger | None = logger
    while current:
        if any(handler.level <= level for handler in current.handlers):
            return True
        current = current.parent if current.propagate else None
    return False
