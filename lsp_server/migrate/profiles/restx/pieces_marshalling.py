"""Flask-RESTX's marshalling: what the fields let through of an object, under a mask."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

from lsp_server.migrate.profiles.restful.pieces_shared import rest_instance
from lsp_server.migrate.profiles.restx.pieces_errors import restx_unpack
from lsp_server.migrate.profiles.restx.pieces_mask import RestxMask, restx_apply_mask
from lsp_server.migrate.runtime.context import current_app, has_app_context, request


def restx_marshal(
    data: Any,
    fields: Any,
    envelope: str | None = None,
    skip_none: bool = False,
    mask: Any = None,
    ordered: bool = False,
) -> Any:
    """What the fields let through of an object, or of each object of a list.

    With a wildcard among the fields, mask and inherited fields are left out of account, as
    Flask-RESTX does.
    """
    mapping = OrderedDict if ordered else dict
    mask = mask or getattr(fields, "__mask__", None)
    chosen = getattr(fields, "resolved", fields)
    if mask:
        chosen = restx_apply_mask(chosen, mask, skip=True)
    if isinstance(data, list | tuple):
        out: Any = [
            restx_marshal(item, chosen, skip_none=skip_none, ordered=ordered) for item in data
        ]
        return mapping([(envelope, out)]) if envelope else out
    items: Iterable[tuple[Any, Any]] = restx_items(data, chosen, skip_none, ordered)
    for field in chosen.values():
        if hasattr(field, "restx_items_with_wildcards"):
            items = field.restx_items_with_wildcards(data, fields, skip_none, ordered)
            break
    if skip_none:
        items = ((key, value) for key, value in items if value is not None and value != {})
    out = mapping(items)
    return mapping([(envelope, out)]) if envelope else out


def restx_items(
    data: Any, fields: Any, skip_none: bool, ordered: bool
) -> Iterator[tuple[Any, Any]]:
    for key, field in fields.items():
        if isinstance(field, dict):
            yield key, restx_marshal(data, field, skip_none=skip_none, ordered=ordered)
        else:
            yield key, rest_instance(field).output(key, data, ordered=ordered)


class restx_marshal_with:
    """A decorator: marshal what a method returns, under the mask that the client sent."""

    def __init__(
        self,
        fields: Any,
        envelope: str | None = None,
        skip_none: bool = False,
        mask: Any = None,
        ordered: bool = False,
    ) -> None:
        self.fields = fields
        self.envelope = envelope
        self.skip_none = skip_none
        self.ordered = ordered
        self.mask = RestxMask(mask, skip=True)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            returned = function(*args, **kwargs)
            mask: Any = self.mask
            if has_app_context():
                mask = request.headers.get(current_app.config["RESTX_MASK_HEADER"]) or mask
            data, code, headers = restx_unpack(returned)
            marshalled = restx_marshal(
                data, self.fields, self.envelope, self.skip_none, mask, self.ordered
            )
            return (marshalled, code, headers) if isinstance(returned, tuple) else marshalled

        return wrapper


class restx_marshal_with_field:
    """A decorator: write what a method returns with one field."""

    def __init__(self, field: Any) -> None:
        self.field = rest_instance(field)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            returned = function(*args, **kwargs)
            data, code, headers = restx_unpack(returned)
            written = self.field.format(data)
            return (written, code, headers) if isinstance(returned, tuple) else written

        return wrapper
