"""Bootstrap-Flask's objects, with the macros and static files of its installed distribution.

The distribution stays installed for its data; its code is found, but never imported.
"""

from __future__ import annotations

import warnings
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from wtforms import BooleanField, HiddenField

from lsp_server.migrate.runtime.blueprint import Blueprint
from lsp_server.migrate.runtime.context import current_app
from lsp_server.migrate.runtime.urls import url_for

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App

BOOTSTRAP_CDN = "https://cdn.jsdelivr.net/npm"
BOOTSTRAP_SETTINGS: dict[str, Any] = {
    "BOOTSTRAP_SERVE_LOCAL": False,
    "BOOTSTRAP_BTN_STYLE": "primary",
    "BOOTSTRAP_BTN_SIZE": "md",
    "BOOTSTRAP_BOOTSWATCH_THEME": None,
    "BOOTSTRAP_ICON_SIZE": "1em",
    "BOOTSTRAP_ICON_COLOR": None,
    "BOOTSTRAP_ICON_USE_FONT": False,
    "BOOTSTRAP_MSG_CATEGORY": "primary",
    "BOOTSTRAP_TABLE_VIEW_TITLE": "View",
    "BOOTSTRAP_TABLE_EDIT_TITLE": "Edit",
    "BOOTSTRAP_TABLE_DELETE_TITLE": "Delete",
    "BOOTSTRAP_TABLE_NEW_TITLE": "New",
    "BOOTSTRAP_FORM_GROUP_CLASSES": "mb-3",
    "BOOTSTRAP_FORM_INLINE_CLASSES": "row row-cols-lg-auto g-3 align-items-center",
}
# What the macros ask forms, pages and requests for. Only names that occur in the project are in the
# helper, and the macros are no part of it: here they occur.
BOOTSTRAP_ASKS_FOR = (
    *("hidden_tag", "endpoint", "iter_pages"),
    *("has_prev", "has_next", "prev_num", "next_num"),
)


class BootstrapFiles:
    """What `Bootstrap4` and `Bootstrap5` share: templates, static files, and the head's elements.

    Outgrow it: copy the distribution's folder `flask_bootstrap/templates` into your own, and write
    the elements into your base template.
    """

    bootstrap_version = ""
    jquery_version: str | None = None
    popper_version = ""
    icons_version = "1.13.1"
    popper_name = ""
    static_folder = ""
    bootstrap_css_integrity: str | None = None
    bootstrap_js_integrity: str | None = None
    jquery_integrity: str | None = None
    popper_integrity: str | None = None

    def __init__(self, app: App | None = None) -> None:
        if app is not None:
            self.init_app(app)

    def init_app(self, app: App) -> None:
        """Give the app the macros, the static files at `/bootstrap/static` and `bootstrap`."""
        app.extensions["bootstrap"] = self
        self.asks_for = BOOTSTRAP_ASKS_FOR
        folder = bootstrap_folder()
        blueprint = Blueprint(
            "bootstrap",
            __name__,
            static_folder=folder / "static" / self.static_folder,
            static_url_path=f"/bootstrap{app.static_url_path}",
            template_folder=folder / "templates",
        )
        app.include_router(blueprint)
        app.jinja_env.globals.update(
            {
                "bootstrap": self,
                "bootstrap_is_hidden_field": _is_hidden_field,
                "get_table_titles": _table_titles,
                "warn": warnings.warn,
                "raise": _raise_in_template,
            }
        )
        app.jinja_env.add_extension("jinja2.ext.do")
        for name, default in BOOTSTRAP_SETTINGS.items():
            app.config.setdefault(name, default)

    def load_css(
        self,
        version: str | None = None,
        bootstrap_sri: str | None = None,
        bootswatch_theme: str | None = None,
    ) -> Markup:
        """The `link` element of the style sheet."""
        version = version or self.bootstrap_version
        theme = bootswatch_theme or current_app.config["BOOTSTRAP_BOOTSWATCH_THEME"]
        integrity = self._integrity("bootstrap_css", version, bootstrap_sri)
        if _serves_local():
            path = f"css/bootswatch/{theme.lower()}" if theme else "css"
            url = url_for("bootstrap.static", filename=f"{path}/bootstrap.min.css")
        else:
            path = f"bootswatch@{version}/dist/{theme.lower()}" if theme else ""
            path = path or f"bootstrap@{version}/dist/css"
            url = f"{BOOTSTRAP_CDN}/{path}/bootstrap.min.css"
        attributes = "" if theme else _integrity_attributes(integrity)
        return Markup('<link rel="stylesheet" href="{}"{}>').format(url, attributes)

    def load_icon_font_css(self) -> Markup:
        """The `link` element of the icons' font."""
        if _serves_local():
            url = url_for("bootstrap.static", filename="css/font/bootstrap-icons.min.css")
        else:
            name = f"bootstrap-icons@{self.icons_version}/font/bootstrap-icons.min.css"
            url = f"{BOOTSTRAP_CDN}/{name}"
        return Markup('<link rel="stylesheet" href="{}">').format(url)

    def load_js(
        self,
        version: str | None = None,
        jquery_version: str | None = None,
        popper_version: str | None = None,
        with_jquery: bool = True,
        with_popper: bool = True,
        bootstrap_sri: str | None = None,
        jquery_sri: str | None = None,
        popper_sri: str | None = None,
        nonce: str | None = None,
    ) -> Markup:
        """The `script` elements of Bootstrap, Popper, and for version 4 jQuery."""
        version = version or self.bootstrap_version
        wanted: list[tuple[str, str | None, str | None, bool]]
        wanted = [("popper", popper_version or self.popper_version, popper_sri, with_popper)]
        if version.startswith("4"):
            jquery = jquery_version or self.jquery_version
            wanted.insert(0, ("jquery", jquery, jquery_sri, with_jquery))
        wanted.append(("bootstrap_js", version, bootstrap_sri, True))
        scripts = [
            self._script(name, number, sri, nonce) if included else Markup("")
            for name, number, sri, included in wanted
        ]
        return Markup("\n        ").join(scripts)

    def _script(self, name: str, version: str | None, sri: str | None, nonce: str | None) -> Markup:
        package, path = {
            "bootstrap_js": ("bootstrap", "js/bootstrap.min.js"),
            "jquery": ("jquery", "jquery.min.js"),
            "popper": (self.popper_name, "umd/popper.min.js"),
        }[name]
        url = f"{BOOTSTRAP_CDN}/{package}@{version}/dist/{path}"
        if _serves_local():
            url = url_for("bootstrap.static", filename=path)
        attributes = _integrity_attributes(self._integrity(name, version, sri))
        if nonce:
            attributes += Markup(' nonce="{}"').format(nonce)
        return Markup('<script src="{}"{}></script>').format(url, attributes)

    def _integrity(self, name: str, version: str | None, given: str | None) -> str | None:
        """The hash that was given; our own for our own version, where a CDN serves it."""
        own = getattr(self, f"{name.removesuffix('_js').removesuffix('_css')}_version")
        if given is not None or version != own or _serves_local():
            return given
        known: str | None = getattr(self, f"{name}_integrity")
        return known


class Bootstrap4(BootstrapFiles):
    """Bootstrap 4."""

    bootstrap_version = "4.6.2"
    jquery_version = "3.5.1"
    popper_version = "1.16.1"
    popper_name = "popper.js"
    static_folder = "bootstrap4"
    bootstrap_css_integrity = (
        "sha384-xOolHFLEh07PJGoPkLv1IbcEPTNtaed2xpHsD9ESMhqIYd0nLMwNLD69Npy4HI+N"
    )
    bootstrap_js_integrity = (
        "sha384-+sLIOodYLS7CIrQpBjl+C7nPvqq+FbNUBDunl/OZv93DB7Ln/533i8e/mZXLi/P+"
    )
    jquery_integrity = "sha256-9/aliU8dGd2tb6OSsuzixeV4y/faTqgFtohetphbbj0="
    popper_integrity = "sha384-9/reFTGAW83EW2RDu2S0VKaIzap3H66lZH81PoYlFhbGU+6BZp6G7niu735Sk7lN"


class Bootstrap5(BootstrapFiles):
    """Bootstrap 5."""

    bootstrap_version = "5.3.8"
    popper_version = "2.11.8"
    popper_name = "@popperjs/core"
    static_folder = "bootstrap5"
    bootstrap_css_integrity = (
        "sha384-sRIl4kxILFvY47J16cr9ZwB07vP4J8+LH7qKQnuqkuIAvNWLzeN8tE5YBujZqJLB"
    )
    bootstrap_js_integrity = (
        "sha384-G/EV+4j2dNv+tEPo3++6LCgdCROaejBqfUeNjuKAiuXbjrxilcCdDz6ZAVfHWe1Y"
    )
    popper_integrity = "sha384-I7E8VVD/ismYTF4hNIPjVp/Zjvgyol6VFvRkX/vR+Vc4jQkC+hVqc2pM8ODewa9r"


class SwitchField(BooleanField):
    """A checkbox that the macros draw as a switch."""

    def __init__(self, label: str | None = None, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)


def bootstrap_folder() -> Path:
    """Where Bootstrap-Flask is installed. Raises RuntimeError where it is not."""
    spec = PathFinder.find_spec("flask_bootstrap")
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent
        if (folder / "templates" / "bootstrap5").is_dir():
            return folder
    raise RuntimeError(
        "Install bootstrap-flask 2: its templates and static files are used, though not its code."
    )


def _serves_local() -> bool:
    local: bool = current_app.config["BOOTSTRAP_SERVE_LOCAL"]
    return local


def _integrity_attributes(integrity: str | None) -> Markup:
    if not integrity:
        return Markup("")
    return Markup(' integrity="{}" crossorigin="anonymous"').format(integrity)


def _is_hidden_field(field: Any) -> bool:
    return isinstance(field, HiddenField)


def _raise_in_template(message: str) -> None:
    raise RuntimeError(message)


def _table_titles(data: Any, primary_key: str, primary_key_title: str) -> list[tuple[str, str]]:
    """The columns of a table of models, with their titles; the first is the primary key's."""
    if not data:
        return []
    columns = [key for key in data[0].__table__.columns.keys() if not key.startswith("_")]  # noqa: SIM118
    titles = [(key, key.replace("_", " ").title()) for key in columns]
    return [(primary_key, primary_key_title), *titles[1:]]
