"""What becomes of names that are not the helper's: of Flask, and of extensions without a profile.

Which names the helper has is said by `flask_names.py` and by the profiles.
"""

from __future__ import annotations

from collections.abc import Mapping

_TYPES = (
    "AfterRequestCallable", "AppOrBlueprintKey", "BeforeFirstRequestCallable",
    "BeforeRequestCallable", "ErrorHandlerCallable", "HeadersValue", "HeaderName",
    "HeaderValue", "ResponseReturnValue", "ResponseValue", "RouteCallable",
    "ShellContextProcessorCallable", "StatusCode", "TeardownCallable",
    "TemplateContextProcessorCallable", "TemplateFilterCallable", "TemplateGlobalCallable",
    "TemplateTestCallable", "URLDefaultCallable", "URLValuePreprocessorCallable",
)  # fmt: skip

_PASSED_ON = (
    ("flask.app", "BadRequestKeyError", "werkzeug.exceptions.BadRequestKeyError"),
    ("flask.app", "BuildError", "werkzeug.routing.BuildError"),
    ("flask.app", "HTTPException", "werkzeug.exceptions.HTTPException"),
    ("flask.app", "Headers", "werkzeug.datastructures.Headers"),
    ("flask.app", "ImmutableDict", "werkzeug.datastructures.ImmutableDict"),
    ("flask.app", "InternalServerError", "werkzeug.exceptions.InternalServerError"),
    ("flask.app", "MapAdapter", "werkzeug.routing.MapAdapter"),
    ("flask.app", "RequestRedirect", "werkzeug.routing.RequestRedirect"),
    ("flask.app", "RoutingException", "werkzeug.routing.RoutingException"),
    ("flask.app", "Rule", "werkzeug.routing.Rule"),
    ("flask.cli", "import_string", "werkzeug.utils.import_string"),
    ("flask.cli", "run_simple", "werkzeug.serving.run_simple"),
    ("flask.config", "import_string", "werkzeug.utils.import_string"),
    ("flask.ctx", "HTTPException", "werkzeug.exceptions.HTTPException"),
    ("flask.globals", "LocalProxy", "werkzeug.local.LocalProxy"),
    ("flask.helpers", "BadRequest", "werkzeug.exceptions.BadRequest"),
    ("flask.helpers", "BaseResponse", "werkzeug.wrappers.Response"),
    ("flask.helpers", "NotFound", "werkzeug.exceptions.NotFound"),
    ("flask.json.provider", "http_date", "werkzeug.http.http_date"),
    ("flask.json.tag", "Markup", "markupsafe.Markup"),
    ("flask.json.tag", "http_date", "werkzeug.http.http_date"),
    ("flask.json.tag", "parse_date", "werkzeug.http.parse_date"),
    ("flask.logging", "LocalProxy", "werkzeug.local.LocalProxy"),
    ("flask.sessions", "BadSignature", "itsdangerous.BadSignature"),
    ("flask.sessions", "CallbackDict", "werkzeug.datastructures.CallbackDict"),
    ("flask.sessions", "URLSafeTimedSerializer", "itsdangerous.URLSafeTimedSerializer"),
    ("flask.signals", "Namespace", "blinker.Namespace"),
    ("flask.templating", "BaseLoader", "jinja2.BaseLoader"),
    ("flask.templating", "Template", "jinja2.Template"),
    ("flask.templating", "TemplateNotFound", "jinja2.TemplateNotFound"),
    ("flask.testing", "Client", "werkzeug.test.Client"),
    ("flask.testing", "CliRunner", "click.testing.CliRunner"),
    ("flask.testing", "Result", "click.testing.Result"),
    ("flask.wrappers", "BadRequest", "werkzeug.exceptions.BadRequest"),
    ("flask.wrappers", "HTTPException", "werkzeug.exceptions.HTTPException"),
    ("flask.wrappers", "RequestBase", "werkzeug.wrappers.Request"),
    ("flask.wrappers", "ResponseBase", "werkzeug.wrappers.Response"),
)

# Names that Flask only passed on come from where they always came from. Its types for checkers
# mean nothing to FastAPI.
LIBRARY: Mapping[str, str] = {
    **{f"flask.typing.{name}": "typing.Any" for name in _TYPES},
    "flask.typing.ResponseClass": "typing.Any",
    "flask.Markup": "markupsafe.Markup",
    "flask.escape": "markupsafe.escape",
    "flask.safe_join": "werkzeug.utils.safe_join",
    "flask.helpers.safe_join": "werkzeug.utils.safe_join",
    **{f"{module}.{name}": library for module, name, library in _PASSED_ON},
}

# What extensions import from Flask for themselves. Editors complete it at their names, too:
# `from flask_restful import Resource, request`.
TAKEN_BY_EXTENSIONS = frozenset(
    {
        "Blueprint", "Flask", "current_app", "g", "has_request_context",
        "make_response", "redirect", "request", "session", "url_for",
    }
)  # fmt: skip

_STACKS = (
    "It is a private stack that Flask 2.3 removed. Use `g` or `app.extensions` in its place; "
    "until then this part stays on Flask."
)
REFUSED: Mapping[str, str] = {
    "flask._request_ctx_stack": _STACKS,
    "flask._app_ctx_stack": _STACKS,
    "flask.globals._request_ctx_stack": _STACKS,
    "flask.globals._app_ctx_stack": _STACKS,
    "flask.ctx._request_ctx_stack": _STACKS,
    "flask.ctx._app_ctx_stack": _STACKS,
    "flask.ext": "`flask.ext` is gone since Flask 1.0. Import the extension by its own name first.",
    "flask.json.JSONEncoder": (
        "Flask 2.3 removed it. Make it a `flask.json.provider.DefaultJSONProvider` first; "
        "until then this part stays on Flask."
    ),
    "flask.json.JSONDecoder": (
        "Flask 2.3 removed it. Make it a `flask.json.provider.DefaultJSONProvider` first; "
        "until then this part stays on Flask."
    ),
}

_OWN_SERVER = (
    "It brings a server and sockets of its own: move its events to `python-socketio`'s "
    "`ASGIApp`. The app stays on Flask."
)
_OWN_VIEWS = (
    "It makes views of its own out of Flask's insides. Keep it, on Flask and mounted, or "
    "replace it first ({instead})."
)
OWN_APP = (
    "Its app is of a class of its own, made of Flask's, with views that are called in its own way. "
    "The app stays on Flask."
)
# Extensions that are refused by name, whatever is used of them, with what to do.
REFUSED_EXTENSIONS: Mapping[str, tuple[str, str]] = {
    "apiflask": ("APIFlask", OWN_APP),
    "connexion": ("Connexion", OWN_APP),
    "eve": ("Eve", OWN_APP),
    "flask_api": ("Flask-API", OWN_APP),
    "flask_openapi3": ("flask-openapi3", OWN_APP),
    "flask_socketio": ("Flask-SocketIO", _OWN_SERVER),
    "flask_sockets": ("Flask-Sockets", "Its sockets become `@app.websocket` by hand."),
    "flask_sock": ("Flask-Sock", "Its sockets become `@app.websocket` by hand."),
    "flask_admin": ("Flask-Admin", _OWN_VIEWS.format(instead="`sqladmin` is near")),
    "flask_security": ("Flask-Security", _OWN_VIEWS.format(instead="`fastapi-users` is near")),
    "flask_user": ("Flask-User", _OWN_VIEWS.format(instead="`fastapi-users` is near")),
    "flask_appbuilder": ("Flask-AppBuilder", _OWN_VIEWS.format(instead="nothing is near")),
    "flask_oauthlib": (
        "Flask-OAuthlib",
        "It is no longer maintained: move to `authlib` first. The app stays on Flask.",
    ),
    "flask_script": (
        "Flask-Script",
        "It does not work with Flask 2 either: make its commands `@app.cli.command()` first.",
    ),
}

# Libraries for testing Flask apps, with the names that they import for themselves. Tests go on with
# them, as Penna's pytest plugin gives them those names, too.
TEST_LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "flask_testing": ("flask.message_flashed", "flask.template_rendered"),
    "flask_webtest": (
        "flask.g",
        "flask.get_flashed_messages",
        "flask.message_flashed",
        "flask.request_finished",
        "flask.request_started",
        "flask.session",
        "flask.template_rendered",
    ),
    "pytest_flask": (),
}
