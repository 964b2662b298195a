"""flasgger: the specification that it makes of docstrings, and the page that shows it."""

from lsp_server.migrate.profile import ByDesign, Profile

_VALIDATION = (
    "It checks requests against the documentation. Check them in the view, or with Pydantic on a "
    "route of a plain `APIRouter`; until then this part stays on Flask."
)
_CLASSES = (
    "It needs apispec's plugin for Flask. Describe the view in its docstring; until then this part "
    "stays on Flask."
)

PROFILE = Profile(
    distribution="flasgger",
    modules=("flasgger",),
    exports={
        "flasgger.Flasgger": "FlasggerSwagger",
        "flasgger.Swagger": "FlasggerSwagger",
        "flasgger.swag_from": "swag_from",
        "flasgger.utils.swag_from": "swag_from",
        "flasgger.NO_SANITIZER": "NO_SANITIZER",
        "flasgger.BR_SANITIZER": "BR_SANITIZER",
        "flasgger.base.Swagger": "FlasggerSwagger",
        "flasgger.base.NO_SANITIZER": "NO_SANITIZER",
        "flasgger.base.BR_SANITIZER": "BR_SANITIZER",
        "flasgger.LazyString": "FlasggerLazyString",
        "flasgger.LazyJSONEncoder": "FlasggerLazyJSONEncoder",
    },
    pieces=(
        "lsp_server.migrate.profiles.flasgger.pieces_page",
        "lsp_server.migrate.profiles.flasgger.pieces_reading",
        "lsp_server.migrate.profiles.flasgger.pieces",
    ),
    dependencies=("pyyaml>=6",),
    refused={
        "flasgger.validate": _VALIDATION,
        "flasgger.ValidationError": _VALIDATION,
        "flasgger.MK_SANITIZER": "It needs mistune; use NO_SANITIZER or BR_SANITIZER.",
        "flasgger.SwaggerView": _CLASSES,
        "flasgger.Schema": _CLASSES,
        "flasgger.APISpec": _CLASSES,
        "flasgger.fields": _CLASSES,
        "flasgger.apispec_to_template": _CLASSES,
    },
    notes=(
        "The page with the documentation takes Swagger UI from cdn.jsdelivr.net, where the "
        "addresses below `/flasgger_static` redirect to: the page's HTML differs.",
        "`Swagger(parse=True)` and `swag_from(validation=True)` are not kept: an app with them "
        "does not start, and says so. Check such requests in the view first.",
    ),
    differs=ByDesign(
        endpoints=(r"(^|\.)apidocs$", r"(^|\.)oauth_redirect$", r"^flasgger\.static$")
    ),
)
