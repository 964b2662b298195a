"""Flask-Moment: the same elements, and a script of the helper's own that fills them in."""

from lsp_server.migrate.profile import ByDesign, Profile

PROFILE = Profile(
    distribution="flask-moment",
    modules=("flask_moment",),
    exports={
        "flask_moment.Moment": "Moment",
        "flask_moment.moment": "moment",
        "flask_moment.default_moment_version": "MOMENT_VERSION",
        "flask_moment.default_moment_sri": "MOMENT_SRI",
    },
    pieces=("lsp_server.migrate.profiles.flask_moment.pieces",),
    dependencies=(),
    refused={},
    notes=(
        "Pages with `moment.include_moment()` differ in the text of its script, which does the"
        " same.",
    ),
    differs=ByDesign(texts=(r"<script>[^<]*?function flask_moment_render\(.*?</script>",)),
)
