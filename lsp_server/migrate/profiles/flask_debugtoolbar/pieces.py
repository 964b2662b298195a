"""Flask-DebugToolbar's object, which keeps the app's settings and shows no toolbar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App

_PANELS = (
    "versions.VersionDebugPanel",
    "timer.TimerDebugPanel",
    "headers.HeaderDebugPanel",
    "request_vars.RequestVarsDebugPanel",
    "config_vars.ConfigVarsDebugPanel",
    "template.TemplateDebugPanel",
    "sqlalchemy.SQLAlchemyDebugPanel",
    "logger.LoggingPanel",
    "route_list.RouteListDebugPanel",
    "profiler.ProfilerDebugPanel",
    "g.GDebugPanel",
)


class DebugToolbarExtension:
    """Sets what Flask-DebugToolbar sets in `app.config`, as other code may read it.

    Outgrow it: delete it, and the `DEBUG_TB_*` settings with it.
    """

    def __init__(self, app: App | None = None) -> None:
        self.app = app
        if app is not None:
            self.init_app(app)

    def init_app(self, app: App) -> None:
        """Give the app the default settings. Raises RuntimeError as the toolbar did, if it is
        enabled and the app has no secret key."""
        for key, value in self._default_config(app).items():
            app.config.setdefault(key, value)
        if app.config["DEBUG_TB_ENABLED"] and not app.config.get("SECRET_KEY"):
            raise RuntimeError(
                "The Flask-DebugToolbar requires the 'SECRET_KEY' config var to be set"
            )

    @staticmethod
    def _default_config(app: App) -> dict[str, Any]:
        return {
            "DEBUG_TB_ENABLED": app.debug,
            "DEBUG_TB_HOSTS": (),
            "DEBUG_TB_ROUTES_HOST": None,
            "DEBUG_TB_INTERCEPT_REDIRECTS": True,
            "DEBUG_TB_PANELS": tuple(f"flask_debugtoolbar.panels.{name}" for name in _PANELS),
            "SQLALCHEMY_RECORD_QUERIES": app.debug,
        }
