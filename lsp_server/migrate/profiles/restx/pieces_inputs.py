"""Flask-RESTX's types of arguments; each raises ValueError, with a message for the client.

`__schema__` of a type is what the specification says of it.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timezone
from email.utils import mktime_tz, parsedate_tz
from typing import Any

import aniso8601

from lsp_server.migrate.profiles.restful.pieces_shared_inputs import (
    RestIntRange,
    RestRegex,
    rest_date,
    rest_interval,
    rest_natural,
    rest_positive,
)
from lsp_server.migrate.profiles.restx.pieces_inputs_hosts import (
    RestxEmail,
    RestxURL,
    restx_ip,
    restx_ipv4,
    restx_ipv6,
    restx_schema,
    restx_url,
)


class RestxRegex(RestRegex):
    """Text that a pattern is found in."""

    def __init__(self, pattern: str) -> None:
        super().__init__(pattern)

    @property
    def __schema__(self) -> dict[str, Any]:
        return {"type": "string", "pattern": self.pattern}


class RestxIntRange(RestIntRange):
    """An integer from low to high, both included."""

    @property
    def __schema__(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@restx_schema(type="string", format="iso8601-interval")
def restx_iso8601interval(value: str, argument: str = "argument") -> tuple[datetime, datetime]:
    """The two moments of an ISO 8601 interval in UTC."""
    if not value:
        raise ValueError("Expected a valid ISO8601 date/time interval.")
    return rest_interval(value, argument)


@restx_schema(type="string", format="date")
def restx_date_input(value: str) -> datetime:
    """A date as `2013-01-31`, at midnight."""
    return rest_date(value)


@restx_schema(type="integer", minimum=0)
def restx_natural(value: Any, argument: str = "argument") -> int:
    """0, 1, 2, 3, ..."""
    return rest_natural(value, argument)


@restx_schema(type="integer", minimum=0, exclusiveMinimum=True)
def restx_positive(value: Any, argument: str = "argument") -> int:
    """1, 2, 3, ..."""
    return rest_positive(value, argument)


@restx_schema(type="boolean")
def restx_boolean(value: Any) -> bool:
    """true, on, 1, false or 0 in any case; what is empty is false."""
    if isinstance(value, bool):
        return value
    if value is None:
        raise ValueError("boolean type must be non-null")
    if not value:
        return False
    word = str(value).lower()
    if word in ("true", "1", "on"):
        return True
    if word in ("false", "0"):
        return False
    raise ValueError(f"Invalid literal for boolean(): {word}")


def restx_datetime_from_rfc822(value: str) -> datetime:
    """A moment in UTC, from RFC 822's form; a date alone is its midnight."""
    try:
        written = value if re.search(r"\d{2}:\d{2}", value) else f"{value} 00:00:00"
        parsed = parsedate_tz(written)
        stamp = mktime_tz(parsed)  # type: ignore[arg-type]
        if parsed is not None and parsed[-1] is None:
            # Without a zone the time is the machine's own, and is called UTC all the same.
            return datetime.fromtimestamp(stamp).replace(tzinfo=timezone.utc)
        return datetime.fromtimestamp(stamp, timezone.utc)
    except Exception:
        # Whatever is wrong with it, it is no date.
        raise ValueError(f'Invalid date literal "{value}"') from None


@restx_schema(type="string", format="date-time")
def restx_datetime_from_iso8601(value: str) -> datetime:
    """A moment, from ISO 8601's form; a date alone is its midnight."""
    try:
        return restx_iso8601(value)
    except Exception:
        raise ValueError(f'Invalid date literal "{value}"') from None


def restx_iso8601(value: str) -> datetime:
    try:
        moment: datetime = aniso8601.parse_datetime(value)
    except ValueError:
        day = aniso8601.parse_date(value)
        return datetime(day.year, day.month, day.day)
    return moment


@restx_schema(type="string", format="date")
def restx_date_from_iso8601(value: str) -> date:
    """A date, from ISO 8601's form."""
    return restx_datetime_from_iso8601(value).date()


class RestxInputs:
    """`flask_restx.inputs`."""

    ipv4 = restx_ipv4
    ipv6 = restx_ipv6
    ip = restx_ip
    URL = RestxURL
    url = restx_url
    email = RestxEmail
    regex = RestxRegex
    int_range = RestxIntRange
    iso8601interval = restx_iso8601interval
    date = restx_date_input
    natural = restx_natural
    positive = restx_positive
    boolean = restx_boolean
    datetime_from_rfc822 = restx_datetime_from_rfc822
    datetime_from_iso8601 = restx_datetime_from_iso8601
    date_from_iso8601 = restx_date_from_iso8601
