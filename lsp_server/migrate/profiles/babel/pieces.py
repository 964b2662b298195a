"""Flask-Babel's Babel object, and gettext with its relatives."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast

import babel
import pytz

from lsp_server.migrate.profiles.babel.pieces_domain import BabelDomain
from lsp_server.migrate.profiles.babel.pieces_format import (
    format_currency,
    format_date,
    format_datetime,
    format_decimal,
    format_number,
    format_percent,
    format_scientific,
    format_time,
    format_timedelta,
)
from lsp_server.migrate.profiles.babel.pieces_lazy import LazyString
from lsp_server.migrate.profiles.babel.pieces_locale import (
    BabelConfiguration,
    _babel_of_request,
    get_babel,
)

BabelSelector = TypeVar("BabelSelector", bound=Callable[..., Any])


class Babel:
    """Flask-Babel's object: locale, time zone and messages of an app.

    Also the decorators of Flask-Babel 2, `localeselector` and `timezoneselector`.
    """

    default_date_formats: ClassVar[dict[str, str | None]] = {
        "time": "medium",
        "date": "medium",
        "datetime": "medium",
        **{
            f"{kind}.{length}": None
            for kind in ("time", "date", "datetime")
            for length in ("short", "medium", "full", "long")
        },
    }

    def __init__(
        self,
        app: Any = None,
        date_formats: dict[str, str | None] | None = None,
        configure_jinja: bool = True,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        self._configure_jinja = configure_jinja
        self.date_formats = date_formats
        if app is not None:
            self.init_app(app, *args, **kwargs)

    def init_app(
        self,
        app: Any,
        default_locale: str = "en",
        default_domain: str = "messages",
        default_translation_directories: str = "translations",
        default_timezone: str = "UTC",
        locale_selector: Callable[[], Any] | None = None,
        timezone_selector: Callable[[], Any] | None = None,
    ) -> None:
        """Set the app up; its BABEL_* settings win over the arguments."""
        get = app.config.get
        directories = get("BABEL_TRANSLATION_DIRECTORIES", default_translation_directories)
        app.extensions["babel"] = BabelConfiguration(
            default_locale=get("BABEL_DEFAULT_LOCALE", default_locale),
            default_timezone=get("BABEL_DEFAULT_TIMEZONE", default_timezone),
            default_domain=get("BABEL_DOMAIN", default_domain),
            default_directories=directories.split(";"),
            translation_directories=[*self._resolve_directories(directories.split(";"), app)],
            instance=self,
            locale_selector=locale_selector or self.locale_selector_func,
            timezone_selector=timezone_selector or self.timezone_selector_func,
        )
        self._configuration = app.extensions["babel"]
        if self.date_formats is None:
            self.date_formats = dict(self.default_date_formats)
        if self._configure_jinja:
            _babel_configure_jinja(app.jinja_env)

    locale_selector_func: Callable[[], Any] | None = None
    timezone_selector_func: Callable[[], Any] | None = None
    _configuration: BabelConfiguration | None = None

    def localeselector(self, f: BabelSelector) -> BabelSelector:
        """Flask-Babel 2: `f()` gives the locale of a request, or None for the default."""
        self.locale_selector_func = f
        if self._configuration is not None:
            self._configuration.locale_selector = f
        return f

    def timezoneselector(self, f: BabelSelector) -> BabelSelector:
        """Flask-Babel 2: `f()` gives the time zone of a request, or None for the default."""
        self.timezone_selector_func = f
        if self._configuration is not None:
            self._configuration.timezone_selector = f
        return f

    def list_translations(self) -> list[Any]:
        """The locales that there are messages for, and the default one."""
        found = [
            babel.Locale.parse(folder.name)
            for directory in get_babel().translation_directories
            if Path(directory).is_dir()
            for folder in Path(directory).iterdir()
            if any((folder / "LC_MESSAGES").glob("*.mo"))
        ]
        return found if self.default_locale in found else [*found, self.default_locale]

    @property
    def default_locale(self) -> Any:
        """The app's own `babel.Locale`."""
        return babel.Locale.parse(get_babel().default_locale)

    @property
    def default_timezone(self) -> Any:
        """The app's own pytz time zone."""
        return pytz.timezone(get_babel().default_timezone)

    @property
    def domain(self) -> str:
        """The name of the app's domain of messages."""
        return get_babel().default_domain

    @cached_property
    def domain_instance(self) -> BabelDomain:
        """The app's domain of messages."""
        return BabelDomain(domain=self.domain)

    @staticmethod
    def _resolve_directories(directories: Iterable[str], app: Any = None) -> Iterator[str]:
        for directory in directories:
            if Path(directory).is_absolute():
                yield directory
            elif app is not None:
                yield str(Path(app.root_path) / directory)


def _babel_configure_jinja(environment: Any) -> None:
    """Give templates `gettext` and its relatives, `{% trans %}` and the filters for formats."""
    environment.filters.update(
        datetimeformat=format_datetime,
        dateformat=format_date,
        timeformat=format_time,
        timedeltaformat=format_timedelta,
        numberformat=format_number,
        decimalformat=format_decimal,
        currencyformat=format_currency,
        percentformat=format_percent,
        scientificformat=format_scientific,
    )
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(
        gettext=lambda s: get_translations().ugettext(s),
        ngettext=lambda s, p, n: get_translations().ungettext(s, p, n),
        newstyle=True,
        pgettext=lambda c, s: get_translations().upgettext(c, s),
        npgettext=lambda c, s, p, n: get_translations().unpgettext(c, s, p, n),
    )


def get_domain() -> BabelDomain:
    """The domain of messages that this request uses."""
    known = _babel_of_request()
    if known is None:
        return BabelDomain()
    if not hasattr(known, "babel_domain"):
        known.babel_domain = get_babel().instance.domain_instance
    return cast(BabelDomain, known.babel_domain)


def get_translations() -> Any:
    """The messages that this request uses; outside of one they translate nothing."""
    return get_domain().get_translations()


def gettext(*args: Any, **kwargs: Any) -> str:
    """The text in the request's locale. Flask-Babel's `_`, too.

    Outgrow it: babel.support.Translations with a locale.
    """
    return get_domain().gettext(*args, **kwargs)


def ngettext(*args: Any, **kwargs: Any) -> str:
    """The text for a number of things."""
    return get_domain().ngettext(*args, **kwargs)


def pgettext(*args: Any, **kwargs: Any) -> str:
    """The text in a context."""
    return get_domain().pgettext(*args, **kwargs)


def npgettext(*args: Any, **kwargs: Any) -> str:
    """The text in a context for a number of things."""
    return get_domain().npgettext(*args, **kwargs)


def lazy_gettext(*args: Any, **kwargs: Any) -> LazyString:
    """The text, looked up when it is used."""
    return LazyString(gettext, *args, **kwargs)


def lazy_ngettext(*args: Any, **kwargs: Any) -> LazyString:
    """The text for a number of things, looked up when it is used."""
    return LazyString(ngettext, *args, **kwargs)


def lazy_pgettext(*args: Any, **kwargs: Any) -> LazyString:
    """The text in a context, looked up when it is used."""
    return LazyString(pgettext, *args, **kwargs)


def lazy_npgettext(*args: Any, **kwargs: Any) -> LazyString:
    """The text in a context for a number of things, looked up when it is used."""
    return LazyString(npgettext, *args, **kwargs)
