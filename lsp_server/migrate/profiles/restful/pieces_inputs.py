"""Flask-RESTful's own types of arguments; each raises ValueError, with a message for the client."""

from __future__ import annotations

import re
from datetime import datetime, timezone
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

RESTFUL_URL = re.compile(
    r"^(?:http|ftp)s?://"
    r"(?:[^:@]+?:[^:@]*?@|)"  # name and password
    r"(?:(?:[A-Z0-9](?:[A-Z0-9-]{0,61}[A-Z0-9])?\.)+(?:[A-Z]{2,6}\.?|[A-Z0-9-]{2,}\.?)"  # domain
    r"|localhost"
    r"|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}"  # IPv4
    r"|\[?[A-F0-9]*:[A-F0-9:]+\]?)"  # IPv6
    r"(?::\d+)?(?:/?|[/?]\S+)$",
    re.IGNORECASE,
)


def restful_url_input(value: str) -> str:
    """A URL; where only its scheme is missing, the message says so."""
    if RESTFUL_URL.search(value):
        return value
    message = f"{value} is not a valid URL"
    if RESTFUL_URL.search("http://" + value):
        message += f". Did you mean: http://{value}"
    raise ValueError(message)


def restful_boolean(value: Any) -> bool:
    """true, false, 1 or 0 in any case; a boolean of a JSON body as it is."""
    if isinstance(value, bool):
        return value
    if not value:
        raise ValueError("boolean type must be non-null")
    word = value.lower()
    if word in ("true", "1"):
        return True
    if word in ("false", "0"):
        return False
    raise ValueError(f"Invalid literal for boolean(): {word}")


def restful_datetime_from_rfc822(datetime_str: str) -> datetime:
    """A moment in UTC, from RFC 822's form."""
    return datetime.fromtimestamp(mktime_tz(parsedate_tz(datetime_str)), timezone.utc)  # type: ignore[arg-type]


def restful_datetime_from_iso8601(datetime_str: str) -> datetime:
    """A moment, from ISO 8601's form."""
    moment: datetime = aniso8601.parse_datetime(datetime_str)
    return moment


class RestfulInputs:
    """`flask_restful.inputs`."""

    url = restful_url_input
    boolean = restful_boolean
    natural = rest_natural
    positive = rest_positive
    date = rest_date
    iso8601interval = rest_interval
    datetime_from_rfc822 = restful_datetime_from_rfc822
    datetime_from_iso8601 = restful_datetime_from_iso8601
    regex = RestRegex
    int_range = RestIntRange
