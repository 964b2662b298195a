"""webargs with its parser for Flask: the parser for Flask goes, webargs itself stays."""

from lsp_server.migrate.profile import Profile

PROFILE = Profile(
    distribution="webargs",
    modules=("webargs.flaskparser",),
    exports={
        "webargs.flaskparser.FlaskParser": "WebargsParser",
        "webargs.flaskparser.abort": "webargs_abort",
        "webargs.flaskparser.parser": "webargs_parser",
        "webargs.flaskparser.use_args": "use_args",
        "webargs.flaskparser.use_kwargs": "use_kwargs",
    },
    pieces=("lsp_server.migrate.profiles.webargs.pieces",),
    dependencies=("webargs>=8.3", "marshmallow>=3.13"),
    refused={},
)
