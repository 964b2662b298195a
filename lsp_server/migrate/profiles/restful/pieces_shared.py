"""How Flask-RESTful and Flask-RESTX find values in objects and write some of them out.

Both extensions marshal by the same rules; where one differs, its own module says so.
"""

from __future__ import annotations

from calendar import timegm
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from email.utils import formatdate
from functools import update_wrapper
from typing import Any
from urllib.parse import urlparse, urlunparse

from werkzeug.wrappers import Response as WerkzeugResponse

from lsp_server.migrate.runtime.context import current_app, request
from lsp_server.migrate.runtime.response import make_response
from lsp_server.migrate.runtime.urls import url_for

RestLookUp = Callable[[Any, Any, Any], Any]


def rest_is_list_like(value: Any) -> bool:
    """Whether a value can be gone through and is no text."""
    return not hasattr(value, "strip") and hasattr(value, "__iter__")


def rest_item_or_attribute(key: Any, source: Any, default: Any = None) -> Any:
    """An item of a mapping, sequence or row, else an attribute, else the default."""
    if rest_is_list_like(source):
        try:
            return source[key]
        except (IndexError, TypeError, KeyError):
            pass
    return getattr(source, key, default)


def rest_follow(key: Any, source: Any, default: Any, look_up: RestLookUp) -> Any:
    """The value at an index, at the end of a dotted path, or as a function of the source says."""
    if isinstance(key, int):
        return look_up(key, source, default)
    if callable(key):
        return key(source)
    for part in key.split("."):
        source = look_up(part, source, default)
    return source


def rest_as_mapping(source: Any) -> Any:
    """What keyword arguments are taken from: `__marshallable__()`, itself, or its `__dict__`."""
    if source is None:
        return None
    if hasattr(source, "__marshallable__"):
        return source.__marshallable__()
    return source if hasattr(source, "__getitem__") else dict(source.__dict__)


def rest_url(endpoint: str | None, absolute: bool, scheme: str | None, source: Any) -> str:
    """The URL of an endpoint with the source's values, without its query.

    Raises:
        TypeError: The source is no mapping.
    """
    values = rest_as_mapping(source)
    target: Any = request.endpoint if endpoint is None else endpoint
    url = urlparse(url_for(target, _external=absolute, **values))
    if not absolute:
        return urlunparse(("", "", url.path, "", "", ""))
    return urlunparse((url.scheme if scheme is None else scheme, url.netloc, url.path, "", "", ""))


def rest_instance(field: Any) -> Any:
    """A field, where its class may stand for it."""
    return field() if isinstance(field, type) else field


def rest_rfc822(moment: datetime) -> str:
    """A moment as RFC 822 has it: `Sat, 01 Jan 2011 00:00:00 -0000`."""
    return formatdate(timegm(moment.utctimetuple()))


def rest_precision(decimals: int) -> Decimal:
    """The smallest step of a number with so many decimals."""
    return Decimal("0." + "0" * (decimals - 1) + "1")


def rest_fixed(value: Any, precision: Decimal) -> str | None:
    """A number in steps of the precision, half to even; None where it is no normal number."""
    number = Decimal(value)
    if not number.is_normal() and number != Decimal():
        return None
    return str(number.quantize(precision, rounding=ROUND_HALF_EVEN))


def rest_joined(values: Any, upper: bool = False) -> str:
    """A header's value from one text or several."""
    if isinstance(values, str):
        return values
    return ", ".join(value.upper() if upper else value for value in values)


def rest_crossdomain(
    origin: Any = None,
    methods: Any = None,
    headers: Any = None,
    expose_headers: Any = None,
    max_age: float | timedelta = 21600,
    attach_to_all: bool = True,
    automatic_options: bool = True,
    credentials: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The `crossdomain` decorator: CORS headers on one view. Outgrow it: `CORSMiddleware`."""
    seconds = max_age.total_seconds() if isinstance(max_age, timedelta) else max_age
    allowed = None if methods is None else ", ".join(sorted(name.upper() for name in methods))
    origins = rest_joined(origin)
    fixed = {
        "Access-Control-Allow-Credentials": "true" if credentials else None,
        "Access-Control-Allow-Headers": None if headers is None else rest_joined(headers, True),
        "Access-Control-Expose-Headers": (
            None if expose_headers is None else rest_joined(expose_headers, True)
        ),
    }

    def answer(view: Callable[..., Any], args: Any, kwargs: Any) -> WerkzeugResponse:
        if automatic_options and request.method == "OPTIONS":
            response: WerkzeugResponse = current_app.make_default_options_response()
        else:
            response = make_response(view(*args, **kwargs))
        if not attach_to_all and request.method != "OPTIONS":
            return response
        response.headers["Access-Control-Allow-Origin"] = origins
        response.headers["Access-Control-Allow-Methods"] = (
            current_app.make_default_options_response().headers["allow"]
            if allowed is None
            else allowed
        )
        response.headers["Access-Control-Max-Age"] = str(seconds)
        response.headers.update({name: value for name, value in fixed.items() if value is not None})
        return response

    def decorator(view: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> WerkzeugResponse:
            return answer(view, args, kwargs)

        view.provide_automatic_options = False  # type: ignore[attr-defined]
        return update_wrapper(wrapped, view)

    return decorator


class RestCors:
    """The module `cors` of both extensions."""

    crossdomain = rest_crossdomain
