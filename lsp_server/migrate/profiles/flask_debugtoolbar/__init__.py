"""Flask-DebugToolbar: its settings are there, the toolbar is not."""

from lsp_server.migrate.profile import ByDesign, Profile

PROFILE = Profile(
    distribution="flask-debugtoolbar",
    modules=("flask_debugtoolbar",),
    exports={"flask_debugtoolbar.DebugToolbarExtension": "DebugToolbarExtension"},
    pieces=("lsp_server.migrate.profiles.flask_debugtoolbar.pieces",),
    dependencies=(),
    refused={
        "flask_debugtoolbar.panels": (
            "A panel of your own has no toolbar to stand in. Remove it first, with its entry in"
            " `DEBUG_TB_PANELS`."
        ),
    },
    notes=(
        "There is no debug toolbar any more: with `DEBUG_TB_ENABLED` pages come without it, and"
        " redirects are not intercepted. Nothing else changes; `DebugToolbarExtension` and the"
        " `DEBUG_TB_*` settings can be deleted.",
    ),
    differs=ByDesign(gone=(r"^_debug_toolbar\.static$", r"^debugtoolbar\.")),
)
