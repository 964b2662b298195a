"""flask-smorest on marshmallow, webargs and apispec: the same answers and the same document."""

from lsp_server.migrate.profile import ByDesign, Profile

_HERE = "lsp_server.migrate.profiles.smorest"

PROFILE = Profile(
    distribution="flask-smorest",
    modules=("flask_smorest",),
    exports={
        "flask_smorest.Api": "SmorestApi",
        "flask_smorest.Blueprint": "SmorestBlueprint",
        "flask_smorest.Page": "SmorestPage",
        "flask_smorest.abort": "webargs_abort",
        "flask_smorest.current_api": "smorest_current_api",
        "flask_smorest.blueprint.Blueprint": "SmorestBlueprint",
        "flask_smorest.error_handler.ErrorSchema": "ErrorSchema",
        "flask_smorest.exceptions.CurrentApiNotAvailableError": "CurrentApiNotAvailableError",
        "flask_smorest.exceptions.FlaskSmorestError": "FlaskSmorestError",
        "flask_smorest.exceptions.MissingAPIParameterError": "MissingAPIParameterError",
        "flask_smorest.exceptions.NotModified": "SmorestNotModified",
        "flask_smorest.exceptions.PreconditionFailed": "SmorestPreconditionFailed",
        "flask_smorest.exceptions.PreconditionRequired": "SmorestPreconditionRequired",
        "flask_smorest.fields.Upload": "SmorestUpload",
        "flask_smorest.globals.current_api": "smorest_current_api",
        "flask_smorest.pagination.Page": "SmorestPage",
        "flask_smorest.pagination.PaginationMetadataSchema": "PaginationMetadataSchema",
        "flask_smorest.pagination.PaginationParameters": "PaginationParameters",
        "flask_smorest.spec.plugins.FlaskPlugin": "SmorestPaths",
        "flask_smorest.utils.deepupdate": "smorest_update",
    },
    pieces=(
        "lsp_server.migrate.profiles.webargs.pieces",
        f"{_HERE}.pieces_docs",
        f"{_HERE}.pieces_arguments",
        f"{_HERE}.pieces_responses",
        f"{_HERE}.pieces_pages",
        f"{_HERE}.pieces_etags",
        f"{_HERE}.pieces_spec",
        f"{_HERE}.pieces_blueprint",
        f"{_HERE}.pieces_html",
        f"{_HERE}.pieces_commands",
        f"{_HERE}.pieces",
    ),
    dependencies=("apispec>=6", "marshmallow>=3.24", "webargs>=8.3"),
    refused={},
    notes=(
        "The document is flask-smorest's, at the same URL. Redoc's, Swagger UI's and RapiDoc's "
        "pages show it as before; their own HTML is the helper's.",
    ),
    differs=ByDesign(endpoints=(r"(^|\.)openapi_(redoc|swagger_ui|rapidoc)$",)),
)
