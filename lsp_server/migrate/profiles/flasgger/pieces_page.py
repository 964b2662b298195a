"""The page that shows flasgger's specification, and where its files are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi.openapi.docs import get_swagger_ui_html, get_swagger_ui_oauth2_redirect_html

from lsp_server.migrate.runtime.urls import abort, redirect

FLASGGER_UI_URL = "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5"
FLASGGER_UI_FILES = (
    "favicon-16x16.png",
    "favicon-32x32.png",
    "swagger-ui-bundle.js",
    "swagger-ui-standalone-preset.js",
    "swagger-ui.css",
    "swagger-ui.js",
)


def flasgger_page(
    url: str, title: str, urls: list[dict[str, Any]], config: Mapping[str, Any]
) -> str:
    """A page that shows the specification at `url`, or a choice of several."""
    settings: dict[str, Any] = {
        "displayOperationId": True,
        "deepLinking": True,
        "validatorUrl": None,
    }
    settings.update({"urls": urls} if urls else {}, **config.get("ui_params", {}))
    page = get_swagger_ui_html(
        openapi_url=url,
        title=title,
        swagger_js_url=config.get(
            "swagger_ui_bundle_js", f"{FLASGGER_UI_URL}/swagger-ui-bundle.js"
        ),
        swagger_css_url=config.get("swagger_ui_css", f"{FLASGGER_UI_URL}/swagger-ui.css"),
        swagger_favicon_url=config.get("favicon", f"{FLASGGER_UI_URL}/favicon-32x32.png"),
        swagger_ui_parameters=settings,
    )
    return bytes(page.body).decode()


def flasgger_oauth_page() -> str:
    """Where an OAuth server sends the page's user back to."""
    return bytes(get_swagger_ui_oauth2_redirect_html().body).decode()


def flasgger_ui_file(filename: str) -> Any:
    """A file of the page: not served by the app, but by the page's makers."""
    if filename not in FLASGGER_UI_FILES:
        abort(404)
    return redirect(f"{FLASGGER_UI_URL}/{filename}")
