"""Flask-Babel 4, and the decorators of 2, on Babel, pytz and Jinja's own extension."""

from lsp_server.migrate.profile import Profile

_HERE = "lsp_server.migrate.profiles.babel"

_NAMES = (
    "Babel",
    "BabelConfiguration",
    "LazyString",
    "force_locale",
    "format_currency",
    "format_date",
    "format_datetime",
    "format_decimal",
    "format_number",
    "format_percent",
    "format_scientific",
    "format_time",
    "format_timedelta",
    "get_babel",
    "get_domain",
    "get_locale",
    "get_timezone",
    "get_translations",
    "gettext",
    "lazy_gettext",
    "lazy_ngettext",
    "lazy_npgettext",
    "lazy_pgettext",
    "ngettext",
    "npgettext",
    "pgettext",
    "refresh",
    "to_user_timezone",
    "to_utc",
)

PROFILE = Profile(
    distribution="flask-babel",
    modules=("flask_babel",),
    exports={
        **{f"flask_babel.{name}": name for name in _NAMES},
        "flask_babel._": "gettext",
        "flask_babel.Domain": "BabelDomain",
        "flask_babel.speaklater.LazyString": "LazyString",
    },
    pieces=(
        f"{_HERE}.pieces_lazy",
        f"{_HERE}.pieces_locale",
        f"{_HERE}.pieces_format",
        f"{_HERE}.pieces_domain",
        f"{_HERE}.pieces",
    ),
    dependencies=("babel>=2.12", "pytz>=2022.7"),
    refused={},
    notes=(
        "Translations are extracted with `pybabel extract -F babel.cfg -k lazy_gettext -k _ .` as "
        "before; the helper file holds no texts of its own.",
    ),
)
