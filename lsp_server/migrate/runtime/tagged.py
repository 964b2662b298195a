"""JSON that brings back tuples, bytes, markup, UUIDs and dates: the inside of a session cookie.

What JSON has no word for is an object with one key, a tag: {" t": [1, 2]} is the tuple (1, 2). An
object that only looks like one is wrapped into another: {" di": {" t__": ...}}.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from markupsafe import Markup
from werkzeug.http import http_date, parse_date

from lsp_server.migrate.runtime.json import json_dumps, json_loads


class TaggedJSONSerializer:
    """Writes and reads Flask's session format, byte for byte."""

    tags: dict[str, Callable[[Any], Any]] = {
        " di": lambda value: {key[:-2]: item for key, item in value.items()},
        " t": tuple,
        " b": b64decode,
        " m": Markup,
        " u": UUID,
        " d": parse_date,
    }

    def dumps(self, value: Any) -> str:
        return json_dumps(self.tag(value), separators=(",", ":"))

    def loads(self, value: str | bytes) -> Any:
        return self.untag(json_loads(value))

    def tag(self, value: Any) -> Any:
        if isinstance(value, dict):
            tagged = {key: self.tag(item) for key, item in value.items()}
            if len(tagged) == 1 and next(iter(tagged)) in self.tags:
                return {" di": {f"{key}__": item for key, item in tagged.items()}}
            return tagged
        if isinstance(value, tuple):
            return {" t": [self.tag(item) for item in value]}
        if isinstance(value, list):
            return [self.tag(item) for item in value]
        return tagged_scalar(value)

    def untag(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.untag(item) for item in value]
        if not isinstance(value, dict):
            return value
        inner = {key: self.untag(item) for key, item in value.items()}
        if len(inner) == 1:
            ((key, item),) = inner.items()
            return self.tags[key](item) if key in self.tags else inner
        return inner


def tagged_scalar(value: Any) -> Any:
    """A single value, with its tag if JSON has no word for it."""
    if isinstance(value, bytes):
        return {" b": b64encode(value).decode("ascii")}
    if callable(getattr(value, "__html__", None)):
        return {" m": str(value.__html__())}
    if isinstance(value, UUID):
        return {" u": value.hex}
    if isinstance(value, datetime):
        return {" d": http_date(value)}
    return value
