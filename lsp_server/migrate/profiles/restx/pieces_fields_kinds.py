"""Flask-RESTX's fields that choose as they go: by a value's class, or by what names there are."""

from __future__ import annotations

import fnmatch
import inspect
import re
from collections.abc import Iterator
from typing import Any

from lsp_server.migrate.profiles.restx.pieces_fields import (
    RestxNested,
    RestxRaw,
    restx_container,
)
from lsp_server.migrate.profiles.restx.pieces_marshalling import restx_items, restx_marshal


class RestxPolymorph(RestxNested):
    """An object within the object, written with the model that belongs to its class."""

    def __init__(self, mapping: Any, required: Any = False, **kwargs: Any) -> None:
        self.mapping = mapping
        parent = self.resolve_ancestor(list(mapping.values()))
        super().__init__(parent, allow_null=not required, **kwargs)

    def output(self, key: Any, obj: Any, ordered: bool = False, **kwargs: Any) -> Any:
        value = self.restx_value(key, obj)
        if value is None:
            if self.allow_null:
                return None
            if self.default is not None:
                return self.default
        name = value.__class__.__name__
        candidates = [model for cls, model in self.mapping.items() if type(value) is cls]
        if not candidates:
            raise ValueError(f"Unknown class: {name}")
        return restx_marshal(value, candidates[0].resolved, mask=self.mask, ordered=ordered)

    def resolve_ancestor(self, models: list[Any]) -> Any:
        """The one model that all of them inherit from."""
        shared = set.intersection(*(model.ancestors for model in models))
        if len(shared) != 1:
            names = ", ".join(model.name for model in models)
            raise ValueError(f"Unable to determine the common ancestor for: {names}")
        return models[0].get_parent(shared.pop())

    def restx_models(self) -> list[Any]:
        return list(self.mapping.values())

    def clone(self, mask: Any = None) -> Any:
        """The field with its models under a mask."""
        kwargs = dict(self.__dict__)
        mapping = kwargs.pop("mapping")
        for name in ("allow_null", "model"):
            kwargs.pop(name, None)
        kwargs["mask"] = mask
        return RestxPolymorph(mapping, **kwargs)


class RestxWildcard(RestxRaw):
    """Whatever other names an object has that match a pattern, all written by one field."""

    def __init__(self, cls_or_instance: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.container = restx_container(cls_or_instance, "wildcard")
        self.reset()

    def reset(self) -> None:
        """Begin with an object anew."""
        self.exclude: set[Any] = set()
        self._flat: list[tuple[Any, Any]] | None = None
        self._obj: Any = None
        self._cache: set[Any] = set()
        self._last: Any = None

    @property
    def key(self) -> Any:
        """The name that the last value stood under."""
        return self._last

    def _flatten(self, obj: Any) -> list[tuple[Any, Any]]:
        """The names and values of an object that are left to be written."""
        if obj is None:
            return []
        if obj != self._obj or self._flat is None:
            members = obj.items() if isinstance(obj, dict) else restx_members(obj)
            self._flat = list(members)
            self._cache = set()
            self._obj = obj
        return self._flat

    def restx_next(self, pattern: str, obj: Any, ordered: bool) -> Any:
        """The next value whose name matches: from the object's start if ordered, else its end."""
        left = self._flatten(obj)
        matches = re.compile(fnmatch.translate(pattern), re.IGNORECASE).match
        while left:
            key, value = left.pop(0) if ordered else left.pop()
            if key not in self._cache and key not in self.exclude and matches(key):
                self._cache.add(key)
                self._last = key
                return value
        return None

    def output(self, key: Any, obj: Any, ordered: bool = False, **kwargs: Any) -> Any:
        value = self.restx_next(key, obj, ordered)
        if value is None:
            return None if self.default is None else self.container.format(self.default)
        if isinstance(self.container, RestxNested):
            skip_none = self.container.skip_none
            return restx_marshal(value, self.container.nested, skip_none=skip_none, ordered=ordered)
        return self.container.format(value)

    def restx_items_with_wildcards(
        self, data: Any, fields: Any, skip_none: bool, ordered: bool
    ) -> Iterator[tuple[Any, Any]]:
        """The items of all fields; a wildcard takes no name that stood since the one before it."""
        taken: set[Any] = set()
        for key, field in fields.items():
            if not isinstance(field, RestxWildcard):
                taken.add(key)
                yield from restx_items(data, {key: field}, skip_none, ordered)
                continue
            field.reset()
            field.exclude = field.exclude | taken
            taken = set()
            yield from field.restx_matches(key, data, ordered)

    def restx_matches(self, pattern: str, data: Any, ordered: bool) -> Iterator[tuple[Any, Any]]:
        """The wildcard's items, until it has none left or one equals its default."""
        value = self.output(pattern, data, ordered=ordered)
        yield self.key or pattern, value
        while True:
            value = self.output(pattern, data, ordered=ordered)
            if value is None or value == self.container.format(self.default):
                return
            yield self.key, value

    def restx_models(self) -> list[Any]:
        return list(self.container.restx_models())

    def schema(self) -> dict[str, Any]:
        schema = super().schema()
        schema["type"] = "object"
        schema["additionalProperties"] = self.container.__schema__
        return schema


def restx_members(obj: Any) -> list[tuple[str, Any]]:
    """An object's own attributes: neither methods nor Python's."""
    return [
        (name, value)
        for name, value in inspect.getmembers(obj)
        if not inspect.isroutine(value) and not (name.startswith("__") and name.endswith("__"))
    ]
