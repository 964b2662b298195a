"""Where somebody who must log in is sent, and how the way back is kept."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from lsp_server.migrate.runtime.context import current_app
from lsp_server.migrate.runtime.urls import url_for


def expand_login_view(login_view: str) -> str:
    """The address of a login view that is given as an endpoint or as an address."""
    if login_view.startswith(("https://", "http://", "/")):
        return login_view
    return url_for(login_view)


def make_next_param(login_url: str, current_url: str) -> str:
    """The address to come back to: without scheme and host where the login page shares them."""
    login, current = urlsplit(login_url), urlsplit(current_url)
    if login.scheme not in ("", current.scheme) or login.netloc not in ("", current.netloc):
        return current_url
    return urlunsplit(("", "", current.path, current.query, ""))


def login_url(login_view: str, next_url: str | None = None, next_field: str = "next") -> str:
    """The login page's address, with the way back in its query.

    `FORCE_HOST_FOR_REDIRECTS` in the config names the host, whatever the request's headers say.
    """
    base = expand_login_view(login_view)
    if next_url is None:
        return base
    parts = urlsplit(base)
    query: dict[str, str | list[str]] = {**parse_qs(parts.query, keep_blank_values=True)}
    query[next_field] = make_next_param(base, next_url)
    netloc = current_app.config.get("FORCE_HOST_FOR_REDIRECTS") or parts.netloc
    return urlunsplit(parts._replace(netloc=netloc, query=urlencode(query, doseq=True)))
