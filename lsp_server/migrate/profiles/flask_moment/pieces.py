"""Flask-Moment: elements that moment.js fills in the browser, and the script that does it."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from lsp_server.migrate.runtime.context import current_app

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App

MOMENT_VERSION = "2.29.4"
MOMENT_SRI = (
    "sha512-42PE0rd+wZ2hNXftlM78BSehIGzezNeQuzihiBCvUEB3CVx"
    "HvsShF86wBWwQORNxNINlBPuq7rG4WWhNiTVHFg=="
)
MOMENT_CDN = "https://cdnjs.cloudflare.com/ajax/libs/moment.js"
MOMENT_SCRIPT = """\
function flask_moment_render(elem) {
    const data = elem.dataset;
    const second = data.timestamp2 && moment(data.timestamp2);
    const given = [data.format, second, data.nosuffix, data.units].filter(Boolean);
    elem.textContent = moment(data.timestamp)[data.function](...given);
    elem.classList.remove("flask-moment");
    elem.style.display = "";
}
function flask_moment_render_all() {
    for (const elem of document.querySelectorAll(".flask-moment")) {
        flask_moment_render(elem);
        if (elem.dataset.refresh > 0)
            setInterval(flask_moment_render, Number(elem.dataset.refresh), elem);
    }
}
document.addEventListener("DOMContentLoaded", flask_moment_render_all);"""


class moment:
    """A time for moment.js: templates call `moment(time).fromNow()`.

    Outgrow it: `<time datetime=...>` and `Intl.RelativeTimeFormat`.
    """

    def __init__(self, timestamp: datetime | str | None = None, local: bool = False) -> None:
        self.timestamp = (
            datetime.now(timezone.utc).replace(tzinfo=None) if timestamp is None else timestamp
        )
        self.local = local

    @classmethod
    def include_moment(
        cls,
        version: str | None = MOMENT_VERSION,
        local_js: str | None = None,
        no_js: bool | None = None,
        sri: str | None = None,
        with_locales: bool = True,
    ) -> Markup:
        """The script elements for the page's head."""
        if version == MOMENT_VERSION and local_js is None and with_locales is True and sri is None:
            sri = MOMENT_SRI
        source = local_js
        if source is None and version is not None:
            source = f"{MOMENT_CDN}/{version}/{_moment_file(version, with_locales)}"
        element = Markup("")
        if not no_js and source is not None:
            integrity = Markup(' integrity="{}" crossorigin="anonymous"').format(sri) if sri else ""
            element = Markup('<script src="{}"{}></script>\n').format(source, integrity)
        return element + _moment_script(f"\n<script>\n{cls.flask_moment_js()}\n</script>\n")

    @staticmethod
    def locale(
        language: str = "en", auto_detect: bool = False, customization: Any = None
    ) -> Markup:
        """The script element that sets the language."""
        if auto_detect:
            return Markup(
                "<script>\nvar locale = window.navigator.userLanguage ||"
                " window.navigator.language;\nmoment.locale(locale);\n</script>"
            )
        options = f", {customization}" if customization else ""
        return _moment_script(f'<script>\nmoment.locale("{language}"{options});\n</script>')

    @staticmethod
    def lang(language: str) -> Markup:
        """The script element that sets the language."""
        return moment.locale(language)

    @staticmethod
    def flask_moment_js() -> str:
        """The script that fills the elements in."""
        setting = ""
        if "MOMENT_DEFAULT_FORMAT" in current_app.config:
            setting = f'\nmoment.defaultFormat = "{current_app.config["MOMENT_DEFAULT_FORMAT"]}";'
        return f'moment.locale("en");{setting}\n{MOMENT_SCRIPT}'

    def format(self, fmt: str | None = None, refresh: bool | int = False) -> Markup:
        """The time in a format of moment.js; `refresh`: anew, every so many minutes."""
        return self._render("format", refresh, format=fmt)

    def fromNow(self, no_suffix: bool = False, refresh: bool | int = False) -> Markup:
        """How long ago, or how long until."""
        return self._render("fromNow", refresh, nosuffix=no_suffix)

    def fromTime(
        self, timestamp: datetime | str, no_suffix: bool = False, refresh: bool | int = False
    ) -> Markup:
        """How long before or after another time."""
        other = self._iso(timestamp)
        return self._render("from", refresh, timestamp2=other, nosuffix=no_suffix)

    def toNow(self, no_suffix: bool = False, refresh: bool | int = False) -> Markup:
        """The other way round."""
        return self._render("toNow", refresh, nosuffix=no_suffix)

    def toTime(
        self, timestamp: datetime | str, no_suffix: bool = False, refresh: bool | int = False
    ) -> Markup:
        """The other way round, for another time."""
        other = self._iso(timestamp)
        return self._render("to", refresh, timestamp2=other, nosuffix=no_suffix)

    def calendar(self, refresh: bool | int = False) -> Markup:
        """As a day and time: "yesterday at ..."."""
        return self._render("calendar", refresh)

    def valueOf(self, refresh: bool | int = False) -> Markup:
        """As milliseconds since 1970."""
        return self._render("valueOf", refresh)

    def unix(self, refresh: bool | int = False) -> Markup:
        """As seconds since 1970."""
        return self._render("unix", refresh)

    def diff(self, timestamp: datetime | str, units: str, refresh: bool | int = False) -> Markup:
        """The difference to another time, in a unit."""
        return self._render("diff", refresh, timestamp2=self._iso(timestamp), units=units)

    def _iso(self, timestamp: datetime | str) -> str:
        if isinstance(timestamp, str):
            return timestamp
        return timestamp.strftime("%Y-%m-%dT%H:%M:%S" + ("" if self.local else "Z"))

    def _render(self, function: str, refresh: bool | int, **data: Any) -> Markup:
        time = self._iso(self.timestamp)
        if "nosuffix" in data:
            data["nosuffix"] = int(data["nosuffix"])
        values = Markup("").join(
            Markup(' data-{}="{}"').format(name, value) for name, value in data.items() if value
        )
        return Markup(
            '<span class="flask-moment" data-timestamp="{}" data-function="{}"{}'
            ' data-refresh="{}" style="display: none">{}</span>'
        ).format(time, function, values, int(refresh) * 60000, time)


def _moment_script(text: str) -> Markup:
    """JavaScript of the app's developers and our own; within a script nothing is escaped."""
    return Markup(text)


def _moment_file(version: str, with_locales: bool) -> str:
    if not with_locales:
        return "moment.min.js"
    numbers = [int(part) if part.isdigit() else 0 for part in version.split(".")]
    return f"moment-with-{'locales' if numbers >= [2, 8, 0] else 'langs'}.min.js"


class Moment:
    """Flask-Moment's object: gives templates `moment`."""

    def __init__(self, app: App | None = None) -> None:
        if app is not None:
            self.init_app(app)

    def init_app(self, app: App) -> None:
        """Give the app's templates `moment`."""
        app.extensions["moment"] = moment
        app.context_processor(self.context_processor)

    @staticmethod
    def context_processor() -> dict[str, Any]:
        """What templates get."""
        return {"moment": current_app.extensions["moment"]}

    def flask_moment_js(self) -> str:
        """The script that fills the elements in."""
        return moment.flask_moment_js()

    def create(self, timestamp: datetime | str | None = None) -> moment:
        """A time for moment.js."""
        return moment(timestamp)
