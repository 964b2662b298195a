"""Flask-RESTPlus, which is Flask-RESTX under its older name."""

from lsp_server.migrate.profile import Profile
from lsp_server.migrate.profiles.restx import PROFILE as RESTX
from lsp_server.migrate.profiles.restx import restx_exports, restx_libraries

PROFILE = Profile(
    distribution="flask-restplus",
    modules=("flask_restplus",),
    exports={
        **restx_exports("flask_restplus"),
        "flask_restplus.Api": "RestplusApi",
        "flask_restplus.api.Api": "RestplusApi",
    },
    pieces=RESTX.pieces,
    dependencies=RESTX.dependencies,
    refused={
        name.replace("flask_restx", "flask_restplus"): why for name, why in RESTX.refused.items()
    },
    libraries=restx_libraries("flask_restplus"),
    notes=(
        "Flask-RESTPlus runs on no Flask of today; answers are those of Flask-RESTX 1.3, its"
        " successor, with the settings that begin with `RESTPLUS_`.",
        *RESTX.notes,
    ),
)
