"""Flask-Babel's formatting of dates and numbers, in the request's locale and time zone."""

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import babel.dates
import babel.numbers
import pytz

from lsp_server.migrate.profiles.babel.pieces_locale import get_babel, get_locale, get_timezone


def to_user_timezone(datetime: Any) -> Any:
    """The moment in the user's time zone; one that has none is taken for UTC."""
    if datetime.tzinfo is None:
        datetime = datetime.replace(tzinfo=pytz.UTC)
    zone = get_timezone()
    return zone.normalize(datetime.astimezone(zone))


def to_utc(datetime: Any) -> Any:
    """The moment in UTC, without a time zone; one that has none is taken for the user's."""
    if datetime.tzinfo is None:
        datetime = get_timezone().localize(datetime)
    return datetime.astimezone(pytz.UTC).replace(tzinfo=None)


def _babel_format(kind: str, format: str | None) -> str | None:
    """The format asked for, after the app's own `Babel.date_formats`."""
    formats = get_babel().instance.date_formats
    if format is None:
        format = formats[kind]
    if format in ("short", "medium", "full", "long"):
        return formats[f"{kind}.{format}"] or format
    return format


def format_datetime(datetime: Any = None, format: str | None = None, rebase: bool = True) -> str:
    """Date and time in the request's locale; `rebase` means in its time zone, too.

    Outgrow it: babel.dates.format_datetime with a locale.
    """
    format = _babel_format("datetime", format)
    return _babel_in_locale(babel.dates.format_datetime, datetime, format, **_babel_zone(rebase))


def format_date(date: Any = None, format: str | None = None, rebase: bool = True) -> str:
    """A date in the request's locale."""
    if rebase and isinstance(date, datetime):
        date = to_user_timezone(date)
    return _babel_in_locale(babel.dates.format_date, date, _babel_format("date", format))


def format_time(time: Any = None, format: str | None = None, rebase: bool = True) -> str:
    """A time of day in the request's locale."""
    format = _babel_format("time", format)
    return _babel_in_locale(babel.dates.format_time, time, format, **_babel_zone(rebase))


def _babel_zone(rebase: bool) -> dict[str, Any]:
    return {"tzinfo": get_timezone()} if rebase else {}


def _babel_in_locale(formatter: Callable[..., str], *args: Any, **options: Any) -> str:
    return formatter(*args, locale=get_locale(), **options)


def format_timedelta(
    datetime_or_timedelta: Any,
    granularity: str = "second",
    add_direction: bool = False,
    threshold: float = 0.85,
) -> str:
    """A span, or the time since a moment in UTC, in the words of the request's locale."""
    if isinstance(datetime_or_timedelta, datetime):
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        datetime_or_timedelta = now - datetime_or_timedelta
    return _babel_in_locale(
        babel.dates.format_timedelta,
        datetime_or_timedelta,
        granularity,
        threshold=threshold,
        add_direction=add_direction,
    )


def format_number(number: Any) -> str:
    """A number in the request's locale."""
    return _babel_in_locale(babel.numbers.format_decimal, number)


def format_decimal(number: Any, format: str | None = None) -> str:
    """A decimal number in the request's locale."""
    return _babel_in_locale(babel.numbers.format_decimal, number, format=format)


def format_currency(
    number: Any,
    currency: str,
    format: str | None = None,
    currency_digits: bool = True,
    format_type: str = "standard",
) -> str:
    """An amount of money in the request's locale."""
    return _babel_in_locale(
        babel.numbers.format_currency,
        number,
        currency,
        format=format,
        currency_digits=currency_digits,
        format_type=format_type,
    )


def format_percent(number: Any, format: str | None = None) -> str:
    """A share in the request's locale."""
    return _babel_in_locale(babel.numbers.format_percent, number, format=format)


def format_scientific(number: Any, format: str | None = None) -> str:
    """A number with an exponent, in the request's locale."""
    return _babel_in_locale(babel.numbers.format_scientific, number, format=format)
