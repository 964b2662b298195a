"""The page that shows Flask-RESTX's specification, and where its files are."""

from __future__ import annotations

from typing import Any

from fastapi.openapi.docs import get_swagger_ui_html, get_swagger_ui_oauth2_redirect_html

from lsp_server.migrate.runtime.blueprint import Blueprint
from lsp_server.migrate.runtime.context import current_app
from lsp_server.migrate.runtime.urls import abort, redirect, url_for

RESTX_UI_URL = "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5"
RESTX_UI_FILES = (
    "favicon-16x16.png",
    "favicon-32x32.png",
    "swagger-ui-bundle.js",
    "swagger-ui-standalone-preset.js",
    "swagger-ui.css",
)


def restx_ui_for(api: Any) -> str:
    """A page that shows an API; its settings are the app's `SWAGGER_UI_...`.

    Outgrow it: FastAPI's own page, at the app's `docs_url`.
    """
    config = current_app.config
    settings: dict[str, Any] = {
        "displayOperationId": config.get("SWAGGER_UI_OPERATION_ID", False),
        "displayRequestDuration": config.get("SWAGGER_UI_REQUEST_DURATION", False),
        "docExpansion": config.get("SWAGGER_UI_DOC_EXPANSION", "none"),
        "validatorUrl": config.get("SWAGGER_VALIDATOR_URL") or None,
    }
    if "SWAGGER_SUPPORTED_SUBMIT_METHODS" in config:
        settings["supportedSubmitMethods"] = config["SWAGGER_SUPPORTED_SUBMIT_METHODS"]
    oauth = oauth_url = None
    if config.get("SWAGGER_UI_OAUTH_CLIENT_ID"):
        oauth = {
            "clientId": config["SWAGGER_UI_OAUTH_CLIENT_ID"],
            "realm": config.get("SWAGGER_UI_OAUTH_REALM", ""),
            "appName": config.get("SWAGGER_UI_OAUTH_APP_NAME", ""),
        }
        oauth_url = url_for("restx_doc.static", filename="oauth2-redirect.html")
    page = get_swagger_ui_html(
        openapi_url=api.specs_url,
        title=api.title,
        swagger_favicon_url=f"{RESTX_UI_URL}/favicon-32x32.png",
        oauth2_redirect_url=oauth_url,
        init_oauth=oauth,
        swagger_ui_parameters=settings,
    )
    return bytes(page.body).decode()


def restx_ui_file(filename: str) -> Any:
    """A file of the page: not served by the app, but by the page's makers."""
    if filename == "oauth2-redirect.html":
        return bytes(get_swagger_ui_oauth2_redirect_html().body).decode()
    if filename not in RESTX_UI_FILES:
        abort(404)
    return redirect(f"{RESTX_UI_URL}/{filename}")


class RestxApidocBlueprint(Blueprint):
    """Where the files of the page are looked for: below its `url_prefix`, if it is given one."""

    def __init__(self) -> None:
        super().__init__("restx_doc", __name__)
        self.add_url_rule("/swaggerui/<path:filename>", "static", restx_ui_file)


restx_apidoc = RestxApidocBlueprint()


class RestxApidoc:
    """`flask_restx.apidoc`."""

    apidoc = restx_apidoc
    ui_for = restx_ui_for
