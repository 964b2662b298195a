"""Bootstrap-Flask: its objects are the helper's; its macros stay where they are installed.

Why they stay: they are the distribution's own work of more than a thousand lines, in templates that
need no Flask. Copies would have to be kept up with it, and its licence would have to go with them.

`Bootstrap` is Flask-Bootstrap's, of Bootstrap 3, or Bootstrap-Flask's old name of `Bootstrap4`.
Which of the two is installed cannot be told by syntax, so it stays, on a Flask app beside the new
one.
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
        "flask_bootstrap.is_hidden_field_filter": (
            "Say `isinstance(field, wtforms.HiddenField)` instead of `is_hidden_field_filter`."
        ),
    },
    beside=frozenset({"flask_bootstrap.Bootstrap"}),
    notes=(
        "Bootstrap-Flask stays installed, and Flask with it, for its templates and static files;"
        " none of its code is imported. To be rid of it, copy both into the project.",
    ),
)
