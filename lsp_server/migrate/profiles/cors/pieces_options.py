"""Flask-CORS's options: where they come from, what they may be, and what they become.

A pattern is a compiled expression, or a text that has to be equal. A text with a character that is
common in expressions is one; which that are is Flask-CORS's own rule.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from lsp_server.migrate.runtime.context import current_app

_cors_log = logging.getLogger("flask_cors")

CORS_DEFAULTS: Mapping[str, Any] = {
    "origins": "*",
    "methods": ["GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"],
    "allow_headers": "*",
    "expose_headers": None,
    "supports_credentials": False,
    "max_age": None,
    "send_wildcard": False,
    "automatic_options": True,
    "vary_header": True,
    "resources": r"/*",
    "intercept_exceptions": True,
    "always_send": True,
    "allow_private_network": False,
}


@dataclass(frozen=True)
class CorsOptions:
    """The options of one resource, ready to be compared with a request."""

    origins: list[str | re.Pattern[str]]
    allow_headers: list[str | re.Pattern[str]]
    allow_all_origins: bool
    methods: str | None
    expose_headers: str | None
    max_age: str | int | None
    supports_credentials: bool
    send_wildcard: bool
    automatic_options: bool
    vary_header: bool
    always_send: bool
    allow_private_network: bool


def _cors_settings(app: Any, *given: Mapping[str, Any]) -> dict[str, Any]:
    """The defaults, the app's `CORS_*` config and what is given; the last one wins."""
    config = getattr(app, "config", {})
    keys = {name: f"CORS_{name.upper()}" for name in CORS_DEFAULTS}
    settings = dict(CORS_DEFAULTS)
    settings.update({n: config[key] for n, key in keys.items() if config.get(key) is not None})
    for one in given:
        settings.update(one)
    for name in settings.keys() - CORS_DEFAULTS.keys():
        _cors_log.warning("Unknown option passed to Flask-CORS: %s", name)
    return settings


def _cors_options(*given: Mapping[str, Any], app: Any = None) -> CorsOptions:
    """The options that result; ValueError for what the standard forbids."""
    settings = _cors_settings(app or current_app, *given)
    origins = _cors_texts(settings["origins"])
    allow_all, credentials = ".*" in origins, bool(settings["supports_credentials"])
    if allow_all and credentials and settings["send_wildcard"]:
        raise ValueError("supports_credentials cannot be used with an origin of '*'.")
    methods, max_age = _comma_list(settings["methods"]), settings["max_age"]
    if isinstance(max_age, timedelta):
        max_age = str(int(max_age.total_seconds()))
    return CorsOptions(
        origins=[_cors_pattern(origin, re.IGNORECASE) for origin in origins],
        allow_headers=[
            _cors_pattern(header, re.IGNORECASE)
            for header in _cors_texts(settings["allow_headers"])
        ],
        allow_all_origins=allow_all,
        methods=None if methods is None else methods.upper(),
        expose_headers=_comma_list(settings["expose_headers"]),
        max_age=max_age,
        supports_credentials=credentials,
        send_wildcard=bool(settings["send_wildcard"]),
        automatic_options=bool(settings["automatic_options"]),
        vary_header=bool(settings["vary_header"]),
        always_send=bool(settings["always_send"]),
        allow_private_network=bool(settings["allow_private_network"]),
    )


def _cors_resources(
    resources: Any,
) -> list[tuple[str | re.Pattern[str], Mapping[str, Any]]]:
    """Patterns of paths, each with its own options, the most specific first."""
    if isinstance(resources, dict):
        pairs = [(_any_for_star(path), options) for path, options in resources.items()]
        pairs.sort(key=lambda pair: _specificity(pair[0]))
    elif isinstance(resources, str | re.Pattern | Iterable):
        pairs = [(path, {}) for path in _cors_texts(resources)]
    else:
        raise ValueError("Unexpected value for resources argument.")
    return [(_cors_pattern(path), options) for path, options in pairs]


def _specificity(path: str | re.Pattern[str]) -> tuple[int, int, int]:
    """Texts before compiled expressions before others, then those with more and longer parts."""
    text = path.pattern if isinstance(path, re.Pattern) else path
    kind = 1 if isinstance(path, re.Pattern) else 2 if _is_like_a_regex(path) else 0
    return kind, -text.count("/"), -len(text)


def _cors_texts(value: Any) -> list[Any]:
    """One or several patterns as a list."""
    several = isinstance(value, Iterable) and not isinstance(value, str)
    return [_any_for_star(one) for one in (value if several else [value])]


def _any_for_star(pattern: Any) -> Any:
    return ".*" if pattern == "*" else pattern


def _cors_pattern(pattern: Any, flags: int = 0) -> Any:
    if not isinstance(pattern, str) or not _is_like_a_regex(pattern):
        return pattern
    try:
        return re.compile(pattern, flags)
    except re.error as error:
        raise ValueError(f"{pattern!r} in the CORS options is no regular expression.") from error


def _is_like_a_regex(text: str) -> bool:
    return any(character in text for character in r"*\]?$^[]()")


def _comma_list(value: Any) -> str | None:
    """As a header has it, sorted."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Iterable):
        return ", ".join(str(one) for one in sorted(value))
    return str(value)
