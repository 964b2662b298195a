"""`Response`: Werkzeug's, which Flask's was made of, as HTML unless told otherwise."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response as WerkzeugResponse

from lsp_server.migrate.runtime.context import current_app
from lsp_server.migrate.runtime.json import JSONReading


class Response(WerkzeugResponse):
    """An answer, with Flask's defaults.

    Outgrow it: `fastapi.Response` in a route of a plain `APIRouter`.
    """

    default_mimetype = "text/html"
    json_module: Any = JSONReading
    autocorrect_location_header = False

    @property
    def max_cookie_size(self) -> int:  # type: ignore[override]
        """From when on a cookie is warned about, from MAX_COOKIE_SIZE."""
        limit = current_app.config["MAX_COOKIE_SIZE"] if current_app else 4093
        return int(limit)


def make_response(*args: Any) -> Response:
    """Whatever a view may return, as a response that can still be changed."""
    if not args:
        return current_app.response_class()
    return current_app.make_response(args[0] if len(args) == 1 else args)
