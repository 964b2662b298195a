"""Which name of Flask's is which name in the helper, and the modules that define them.

A name that is not here has no equivalent; code that uses it stays on Flask.
"""

from collections.abc import Mapping

# Where the definitions are, innermost first: no module imports one that comes after it.
PIECES = tuple(
    f"lsp_server.migrate.runtime.{name}"
    for name in (
        "values",
        "versions",
        "signals",
        "context",
        "config",
        "coroutines",
        "json",
        "request",
        "response",
        "tagged",
        "sessions",
        "flashing",
        "urls",
        "files",
        "places",
        "errors",
        "routing",
        "scaffold",
        "logs",
        "cli",
        "views",
        "templating",
        "environ",
        "native",
        "dispatch",
        "pipeline",
        "blueprint",
        "testing",
        "state",
        "serving",
        "flask_group",
        "app",
    )
)

_SAME = {
    "flask": (
        "Blueprint Config Request Response abort after_this_request appcontext_popped "
        "appcontext_pushed appcontext_tearing_down before_render_template "
        "copy_current_request_context current_app flash g get_flashed_messages "
        "get_template_attribute got_request_exception has_app_context has_request_context jsonify "
        "make_response message_flashed redirect render_template render_template_string request "
        "request_finished request_started request_tearing_down send_file send_from_directory "
        "session stream_template stream_template_string stream_with_context template_rendered "
        "url_for"
    ),
    # A module has the names that it imports, too: editors complete `from flask.app import g`.
    "flask.app": (
        "AppContext Environment Request RequestContext Response SecureCookieSessionInterface "
        "SessionInterface appcontext_tearing_down current_app g get_flashed_messages "
        "got_request_exception request request_ctx request_finished request_started "
        "request_tearing_down send_from_directory session"
    ),
    "flask.blueprints": "AppGroup Blueprint BlueprintSetupState current_app send_from_directory",
    "flask.cli": (
        "AppGroup FlaskGroup NoAppException ScriptInfo current_app load_dotenv pass_script_info "
        "routes_command run_command shell_command with_appcontext"
    ),
    "flask.config": "Config ConfigAttribute",
    "flask.ctx": (
        "AppContext RequestContext after_this_request appcontext_popped appcontext_pushed "
        "copy_current_request_context has_app_context has_request_context"
    ),
    "flask.globals": "app_ctx current_app g request request_ctx session",
    "flask.helpers": (
        "abort current_app flash get_flashed_messages get_template_attribute make_response "
        "message_flashed redirect request request_ctx send_file send_from_directory session "
        "stream_with_context url_for"
    ),
    "flask.json": "current_app jsonify",
    "flask.json.provider": "DefaultJSONProvider JSONProvider",
    "flask.json.tag": "TaggedJSONSerializer",
    "flask.logging": "create_logger default_handler has_level_handler request wsgi_errors_stream",
    "flask.sessions": (
        "NullSession SecureCookieSession SecureCookieSessionInterface SessionInterface "
        "SessionMixin TaggedJSONSerializer session_json_serializer"
    ),
    "flask.signals": (
        "appcontext_popped appcontext_pushed appcontext_tearing_down before_render_template "
        "got_request_exception message_flashed request_finished request_started "
        "request_tearing_down template_rendered"
    ),
    "flask.templating": (
        "DispatchingJinjaLoader Environment before_render_template current_app render_template "
        "render_template_string request stream_template stream_template_string "
        "stream_with_context template_rendered"
    ),
    "flask.testing": "EnvironBuilder FlaskClient FlaskCliRunner ScriptInfo SessionMixin",
    "flask.sansio.blueprints": "Blueprint BlueprintSetupState",
    "flask.sansio.scaffold": "Scaffold setupmethod",
    "flask.views": "MethodView View current_app request",
    "flask.wrappers": "Request Response current_app",
}

_OTHER = {
    "flask.Flask": "App",
    "flask.__version__": "FLASK_VERSION",
    "flask.app.Flask": "App",
    "flask.app.App": "App",
    "flask.sansio.app.App": "App",
    "flask.blueprints.SansioBlueprint": "Blueprint",
    "flask.app.get_debug_flag": "debug_flag",
    "flask.cli.cli": "flask_command",
    "flask.cli.get_debug_flag": "debug_flag",
    "flask.cli.main": "flask_main",
    "flask.json": "JSON",
    "flask.wrappers.json": "JSON",
    "flask.json.tag.dumps": "json_dumps",
    "flask.json.tag.loads": "json_loads",
    "flask.json.dump": "json_dump",
    "flask.json.dumps": "json_dumps",
    "flask.json.load": "json_load",
    "flask.json.loads": "json_loads",
    "flask.ctx._AppCtxGlobals": "AppGlobals",
    "flask.helpers.get_debug_flag": "debug_flag",
    "flask.helpers.get_root_path": "find_root_path",
}

EXPORTS: Mapping[str, str] = {
    **{f"{module}.{name}": name for module, names in _SAME.items() for name in names.split()},
    **_OTHER,
}
