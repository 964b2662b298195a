"""Types of arguments that Flask-RESTful and Flask-RESTX have alike; each raises ValueError."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from typing import Any

import aniso8601


class RestRegex:
    """Text that a pattern is found in."""

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern = pattern
        self.re = re.compile(pattern, flags)

    def __call__(self, value: str) -> str:
        if not self.re.search(value):
            raise ValueError(f'Value does not match pattern: "{self.pattern}"')
        return value

    def __deepcopy__(self, memo: Any) -> RestRegex:
        return type(self)(self.pattern)


def rest_integer(value: Any) -> int:
    """An integer."""
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ValueError(f"{value} is not a valid integer") from None


def rest_natural(value: Any, argument: str = "argument") -> int:
    """0, 1, 2, 3, ..."""
    number = rest_integer(value)
    if number < 0:
        raise ValueError(f"Invalid {argument}: {number}. {argument} must be a non-negative integer")
    return number


def rest_positive(value: Any, argument: str = "argument") -> int:
    """1, 2, 3, ..."""
    number = rest_integer(value)
    if number < 1:
        raise ValueError(f"Invalid {argument}: {number}. {argument} must be a positive integer")
    return number


class RestIntRange:
    """An integer from low to high, both included."""

    def __init__(self, low: int, high: int, argument: str = "argument") -> None:
        self.low = low
        self.high = high
        self.argument = argument

    def __call__(self, value: Any) -> int:
        number = rest_integer(value)
        if not self.low <= number <= self.high:
            raise ValueError(
                f"Invalid {self.argument}: {number}. {self.argument} must be within the range"
                f" {self.low} - {self.high}"
            )
        return number


def rest_date(value: str) -> datetime:
    """A date as `2013-01-31`, at midnight."""
    return datetime.strptime(value, "%Y-%m-%d")


def rest_interval(value: str, argument: str = "argument") -> tuple[datetime, datetime]:
    """The two moments of an ISO 8601 interval in UTC; of one date or time, its span."""
    try:
        start, end = rest_interval_ends(value)
        return rest_in_utc(start), rest_in_utc(rest_end_of(start, value) if end is None else end)
    except ValueError:
        raise ValueError(
            f"Invalid {argument}: {value}. {argument} must be a valid ISO8601 date/time interval."
        ) from None


def rest_interval_ends(value: str) -> tuple[date, date | None]:
    """Start and end as they were written; the end is None where only one moment was."""
    try:
        start, end = sorted(aniso8601.parse_interval(value))
        return start, end
    except ValueError:
        pass
    try:
        return aniso8601.parse_datetime(value), None
    except ValueError:
        return aniso8601.parse_date(value), None


def rest_end_of(start: date, written: str) -> date:
    """Where the day, hour, minute or second ends that the text names."""
    if not isinstance(start, datetime):
        return start + timedelta(days=1)
    clock = re.sub("[+-].+", "", written.split("T")[1])
    steps = (timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1))
    return start + steps[min(clock.count(":"), 2)]


def rest_in_utc(moment: date) -> datetime:
    """A date or a naive time is taken to be UTC; an aware one is converted."""
    if not isinstance(moment, datetime):
        return datetime(moment.year, moment.month, moment.day, tzinfo=timezone.utc)
    if moment.tzinfo is None:
        return moment.replace(tzinfo=timezone.utc)
    return moment.astimezone(timezone.utc)
