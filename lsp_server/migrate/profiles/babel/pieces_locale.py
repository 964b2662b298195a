"""Flask-Babel's locale and time zone of a request, on Babel and pytz.

They are found once and kept in `g`, as everything else that holds for one request only.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import babel
import pytz

from lsp_server.migrate.runtime.context import current_app, g


@dataclass
class BabelConfiguration:
    """How one app wants its texts, dates and numbers."""

    default_locale: str
    default_timezone: str
    default_domain: str
    default_directories: list[str]
    translation_directories: list[str]
    instance: Any
    locale_selector: Callable[[], Any] | None = None
    timezone_selector: Callable[[], Any] | None = None

    def current_locale(self) -> Any:
        """The request's locale, for pieces that know of Babel only when they meet it in an app."""
        return get_locale()


def get_babel(app: Any = None) -> BabelConfiguration:
    """The configuration of this app, or of the current one."""
    return cast(BabelConfiguration, (app or current_app).extensions["babel"])


def _babel_of_request() -> SimpleNamespace | None:
    """What is known for this request or context; None outside of one."""
    if not g:
        return None
    if not hasattr(g, "_flask_babel"):
        g._flask_babel = SimpleNamespace()
    return cast(SimpleNamespace, g._flask_babel)


def get_locale() -> Any:
    """The request's `babel.Locale`, or None outside of a context.

    Outgrow it: a dependency that parses Accept-Language.
    """
    known = _babel_of_request()
    if known is None:
        return None
    if getattr(known, "babel_locale", None) is None:
        known.babel_locale = _babel_selected_locale(get_babel())
    return known.babel_locale


def _babel_selected_locale(configuration: BabelConfiguration) -> Any:
    selected = configuration.locale_selector and configuration.locale_selector()
    if selected is None:
        return configuration.instance.default_locale
    return babel.Locale.parse(selected)


def get_timezone() -> Any:
    """The request's pytz time zone."""
    known = _babel_of_request()
    zone = getattr(known, "babel_tzinfo", None)
    if zone is None:
        zone = _babel_selected_timezone(get_babel())
        known.babel_tzinfo = zone  # type: ignore[union-attr]
    return zone


def _babel_selected_timezone(configuration: BabelConfiguration) -> Any:
    selected = configuration.timezone_selector and configuration.timezone_selector()
    if selected is None:
        return configuration.instance.default_timezone
    return pytz.timezone(selected) if isinstance(selected, str) else selected


def refresh() -> None:
    """Forget locale and time zone, so that what the request changed holds at once."""
    known = _babel_of_request()
    for key in ("babel_locale", "babel_tzinfo", "babel_translations"):
        if hasattr(known, key):
            delattr(known, key)
    if known is not None and hasattr(known, "forced_babel_locale"):
        known.babel_locale = known.forced_babel_locale


@contextmanager
def force_locale(locale: Any) -> Iterator[None]:
    """Have another locale within a `with`."""
    known = _babel_of_request()
    if known is None:
        yield
        return
    before = {key: getattr(known, key, None) for key in ("babel_translations", "babel_locale")}
    try:
        known.babel_locale = babel.Locale.parse(locale)
        known.forced_babel_locale = known.babel_locale
        known.babel_translations = None
        yield
    finally:
        if hasattr(known, "forced_babel_locale"):
            del known.forced_babel_locale
        for key, value in before.items():
            setattr(known, key, value)
