"""Flask-RESTX's field masks: a client names the fields that it wants, as `{id,owner{name}}`."""

from __future__ import annotations

import re
from collections import OrderedDict
from inspect import isclass
from typing import Any

from lsp_server.migrate.profiles.restx.pieces_errors import RestxRestError
from lsp_server.migrate.runtime.values import called

RESTX_MASK_TOKEN = re.compile(r"\{|\}|\,|[\w_:\-\*]+")


@called("MaskError")
class RestxMaskError(RestxRestError):
    """A mask that cannot be applied."""


@called("ParseError")
class RestxParseError(RestxMaskError):
    """A mask that cannot be read."""


class RestxMask(OrderedDict[str, Any]):
    """The fields that are wanted: True for a whole one, a mask of its own for a part of one."""

    def __init__(self, mask: Any = None, skip: bool = False, **kwargs: Any) -> None:
        self.skip = skip
        if isinstance(mask, str):
            super().__init__()
            self.parse(mask)
        elif isinstance(mask, dict):
            super().__init__(mask, **kwargs)
        else:
            super().__init__(**kwargs)

    def parse(self, mask: str) -> None:
        """Read a mask; what belongs to no mask is passed over.

        Raises:
            RestxParseError: A bracket or comma stands where none may.
        """
        if not mask:
            return
        fields: RestxMask = self
        outer: list[RestxMask] = []
        previous: str | None = None
        for sign in RESTX_MASK_TOKEN.findall(self.clean(mask)):
            if sign == "{":
                fields = self.restx_open(fields, previous, outer)
            elif sign == "}":
                if not outer:
                    raise RestxParseError("Unexpected closing bracket")
                fields = outer.pop()
            elif sign != ",":
                fields[sign] = True
            elif previous in (",", "{", None):
                raise RestxParseError("Unexpected comma")
            previous = sign
        if outer:
            raise RestxParseError("Missing closing bracket")

    def restx_open(self, fields: RestxMask, name: str | None, outer: list[RestxMask]) -> RestxMask:
        """The mask within the field whose name stood before the bracket."""
        if name is None or name not in fields:
            raise RestxParseError("Unexpected opening bracket")
        inner = fields[name] = RestxMask(skip=self.skip)
        outer.append(fields)
        return inner

    def clean(self, mask: str) -> str:
        """The mask without the brackets around it."""
        mask = mask.replace("\n", "").strip()
        if mask[0] != "{":
            return mask
        if mask[-1] != "}":
            raise RestxParseError("Missing closing bracket")
        return mask[1:-1]

    def apply(self, data: Any) -> Any:
        """The wanted part of data, of each element of a list, or of a model's fields.

        Raises:
            RestxMaskError: A part is asked of a field that has none.
        """
        if isinstance(data, list | tuple | set):
            return [self.apply(item) for item in data]
        if hasattr(data, "restx_masked"):
            field: Any = data() if isclass(data) else data
            return field.restx_masked(self)
        if not isinstance(data, dict) and hasattr(data, "__dict__"):
            data = data.__dict__
        return self.filter_data(data)

    def filter_data(self, data: Any) -> dict[str, Any]:
        """The wanted items of a mapping."""
        wanted: dict[str, Any] = {}
        for name, content in self.items():
            if name == "*":
                continue
            if not isinstance(content, RestxMask):
                if not self.skip or name in data:
                    wanted[name] = data.get(name)
            elif data.get(name) is not None:
                wanted[name] = content.apply(data.get(name))
            elif not self.skip:
                wanted[name] = None
        if "*" in self:
            wanted.update((key, value) for key, value in data.items() if key not in wanted)
        return wanted

    def __str__(self) -> str:
        parts = (f"{k}{v}" if isinstance(v, RestxMask) else k for k, v in self.items())
        return f"{{{','.join(parts)}}}"


def restx_apply_mask(data: Any, mask: Any, skip: bool = False) -> Any:
    """The wanted part of data."""
    return RestxMask(mask, skip).apply(data)
