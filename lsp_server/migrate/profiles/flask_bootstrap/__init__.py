"""Bootstrap-Flask: its objects are the helper's; its macros stay where they are installed.

Why they stay: they are the distribution's own work of more than a thousand lines, in templates that
need no Flask. Copies would have to be kept up with it, and its licence would have to go with them.
"""

from lsp_server.migrate.profile import Profile

PROFILE = Profile(
    distribution="bootstrap-flask",
    modules=("flask_bootstrap",),
    exports={
        "flask_bootstrap.Bootstrap4": "Bootstrap4",
        "flask_bootstrap.Bootstrap5": "Bootstrap5",
        "flask_bootstrap.SwitchField": "SwitchField",
    },
    pieces=("lsp_server.migrate.profiles.flask_bootstrap.pieces",),
    dependencies=("bootstrap-flask>=2",),
    refused={
        "flask_bootstrap.Bootstrap": (
            "`Bootstrap` is Flask-Bootstrap's for Bootstrap 3, or the old name of Bootstrap-Flask's"
            " `Bootstrap4`: with Bootstrap-Flask 2, say `Bootstrap4`; else it stays on Flask."
        ),
        "flask_bootstrap.is_hidden_field_filter": (
            "Say `isinstance(field, wtforms.HiddenField)` instead of `is_hidden_field_filter`."
        ),
    },
    notes=(
        "Bootstrap-Flask stays installed, and Flask with it, for its templates and static files;"
        " none of its code is imported. To be rid of it, copy both into the project.",
    ),
)
