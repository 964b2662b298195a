"""Where a view is, and the ways to leave one early."""

from __future__ import annotations

from typing import Any, NoReturn

from werkzeug.exceptions import abort as werkzeug_abort
from werkzeug.utils import redirect as werkzeug_redirect
from werkzeug.wrappers import Response as WerkzeugResponse

from lsp_server.migrate.runtime.context import current_app


def url_for(
    endpoint: str,
    *,
    _anchor: str | None = None,
    _method: str | None = None,
    _scheme: str | None = None,
    _external: bool | None = None,
    **values: Any,
) -> str:
    """The URL of a view; what the rule has no place for becomes the query.

    Outgrow it: `request.url_for` of Starlette, which takes path parameters alone.
    """
    return current_app.url_for(
        endpoint,
        _anchor=_anchor,
        _method=_method,
        _scheme=_scheme,
        _external=_external,
        **values,
    )


def redirect(
    location: str, code: int = 302, Response: type[WerkzeugResponse] | None = None
) -> WerkzeugResponse:
    """An answer that sends the browser elsewhere; 302 as ever, where FastAPI's default is 307."""
    if current_app:
        return current_app.redirect(location, code=code)
    return werkzeug_redirect(location, code=code, Response=Response)


def abort(code: int | WerkzeugResponse, *args: Any, **kwargs: Any) -> NoReturn:
    """Leave the view with an error, by its code, or with a finished response."""
    if current_app:
        current_app.aborter(code, *args, **kwargs)
    werkzeug_abort(code, *args, **kwargs)
