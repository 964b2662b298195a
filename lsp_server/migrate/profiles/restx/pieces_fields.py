"""Flask-RESTX's fields for structure: what others extend, and what holds other fields."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from lsp_server.migrate.profiles.restful.pieces_shared import (
    rest_follow,
    rest_is_list_like,
    rest_item_or_attribute,
)
from lsp_server.migrate.profiles.restx.pieces_errors import RestxRestError, restx_not_none
from lsp_server.migrate.profiles.restx.pieces_marshalling import restx_marshal
from lsp_server.migrate.profiles.restx.pieces_mask import RestxMaskError
from lsp_server.migrate.runtime.values import called


@called("MarshallingError")
class RestxMarshallingError(RestxRestError):
    """A value that cannot be written as its field wants it."""

    def __init__(self, underlying_exception: object) -> None:
        super().__init__(str(underlying_exception))


def restx_look_up(key: Any, source: Any, default: Any = None) -> Any:
    """An item, by number, too, or an attribute, else the default."""
    if isinstance(source, list | tuple):
        try:
            return source[int(key)]
        except (IndexError, TypeError, ValueError):
            pass
    return rest_item_or_attribute(key, source, default)


def restx_get_value(key: Any, obj: Any, default: Any = None) -> Any:
    """The value at a key, an attribute, an index, a dotted path, or of a function."""
    return rest_follow(key, obj, default, restx_look_up)


class RestxRaw:
    """A value as it is; the class that other fields extend."""

    __schema_type__: ClassVar[Any] = "object"
    __schema_format__: ClassVar[Any] = None
    __schema_example__: ClassVar[Any] = None

    def __init__(
        self,
        default: Any = None,
        attribute: Any = None,
        title: str | None = None,
        description: str | None = None,
        required: Any = None,
        readonly: bool | None = None,
        example: Any = None,
        mask: Any = None,
        nullable: bool | None = None,
        **kwargs: Any,
    ) -> None:
        self.attribute = attribute
        self.default = default
        self.title = title
        self.description = description
        self.required = required
        self.readonly = readonly
        self.example = self.__schema_example__ if example is None else example
        self.mask = mask
        self.nullable = nullable

    def format(self, value: Any) -> Any:
        """The value as it is written."""
        return value

    def restx_value(self, key: Any, obj: Any) -> Any:
        return restx_get_value(key if self.attribute is None else self.attribute, obj)

    def output(self, key: Any, obj: Any, **kwargs: Any) -> Any:
        """The object's value, written; the default where there is none."""
        value = self.restx_value(key, obj)
        if value is None:
            default = self._v("default")
            return self.format(default) if default else default
        try:
            data = self.format(value)
        except RestxMarshallingError as error:
            raise RestxMarshallingError(
                f'Unable to marshal field "{key}" value "{value}": {error}'
            ) from error
        return self.mask.apply(data) if self.mask else data

    def _v(self, key: str) -> Any:
        """An attribute, or what it returns."""
        value = getattr(self, key)
        return value() if callable(value) else value

    @cached_property
    def __schema__(self) -> dict[str, Any]:
        return restx_not_none(self.schema())

    def schema(self) -> dict[str, Any]:
        """The field in the specification; what is None is left out there."""
        return {
            "type": self.__schema_type__,
            "format": self.__schema_format__,
            "title": self.title,
            "description": self.description,
            "readOnly": self.readonly,
            "default": self._v("default"),
            "example": self.example,
        }

    def restx_models(self) -> list[Any]:
        """The models within the field."""
        return []

    def restx_masked(self, mask: Any) -> Any:
        """The field under a mask; one that holds no others takes none."""
        if type(self) is not RestxRaw:
            raise RestxMaskError("Mask is inconsistent with model")
        return RestxRaw(default=self.default, attribute=self.attribute, mask=mask)


class RestxNested(RestxRaw):
    """An object within the object, written with a model of its own."""

    __schema_type__: ClassVar[Any] = None

    def __init__(
        self,
        model: Any,
        allow_null: bool = False,
        skip_none: bool = False,
        as_list: bool = False,
        **kwargs: Any,
    ) -> None:
        self.model = model
        self.as_list = as_list
        self.allow_null = allow_null
        self.skip_none = skip_none
        super().__init__(**kwargs)

    @property
    def nested(self) -> Any:
        """The model with its parents' fields."""
        return getattr(self.model, "resolved", self.model)

    def output(self, key: Any, obj: Any, ordered: bool = False, **kwargs: Any) -> Any:
        value = self.restx_value(key, obj)
        if value is None:
            if self.allow_null:
                return None
            if self.default is not None:
                return self.default
        return restx_marshal(value, self.nested, skip_none=self.skip_none, ordered=ordered)

    def schema(self) -> dict[str, Any]:
        schema = super().schema()
        ref: dict[str, Any] = {"$ref": f"#/definitions/{self.nested.name}"}
        if self.nullable:
            schema.pop("type")
            shape = {"type": "array", "items": ref} if self.as_list else ref
            schema["anyOf"] = [shape, {"type": "null"}]
        elif self.as_list:
            schema["type"] = "array"
            schema["items"] = ref
        elif any(schema.values()):
            schema["allOf"] = [ref]
        else:
            schema.update(ref)
        return schema

    def restx_models(self) -> list[Any]:
        return [self.nested]

    def clone(self, mask: Any = None) -> Any:
        """The field with the part of its model that a mask wants."""
        kwargs = dict(self.__dict__)
        model = kwargs.pop("model")
        if mask:
            model = mask.apply(getattr(model, "resolved", model))
        return type(self)(model, **kwargs)

    def restx_masked(self, mask: Any) -> Any:
        return self.clone(mask)


def restx_container(cls_or_instance: Any, holder: str) -> Any:
    """The field that a list's or wildcard's values are written by.

    Raises:
        RestxMarshallingError: It is no field.
    """
    fits = issubclass if isinstance(cls_or_instance, type) else isinstance
    if not fits(cls_or_instance, RestxRaw):
        raise RestxMarshallingError(
            f"The type of the {holder} elements must be a subclass of fields.Raw"
        )
    return cls_or_instance() if isinstance(cls_or_instance, type) else cls_or_instance


class RestxList(RestxRaw):
    """A list whose elements are all written by one field."""

    def __init__(self, cls_or_instance: Any, **kwargs: Any) -> None:
        self.min_items = kwargs.pop("min_items", None)
        self.max_items = kwargs.pop("max_items", None)
        self.unique = kwargs.pop("unique", None)
        super().__init__(**kwargs)
        self.container = restx_container(cls_or_instance, "list")

    def format(self, value: Any) -> Any:
        values = list(value) if isinstance(value, set) else value
        if values is None:
            return []
        return [
            self.container.output(index, item if self.restx_is_source(item) else values)
            for index, item in enumerate(values)
        ]

    def restx_is_source(self, item: Any) -> bool:
        """Whether the element's field reads from the element, and not from the list by index."""
        if isinstance(self.container, RestxNested) or type(self.container) is RestxRaw:
            return False
        attribute = self.container.attribute
        return isinstance(item, dict) or bool(attribute and hasattr(item, attribute))

    def output(self, key: Any, obj: Any, ordered: bool = False, **kwargs: Any) -> Any:
        value = self.restx_value(key, obj)
        if rest_is_list_like(value) and not isinstance(value, dict):
            return self.format(value)
        if value is None:
            return self._v("default")
        return [restx_marshal(value, self.container.nested)]

    def schema(self) -> dict[str, Any]:
        schema = super().schema()
        schema["minItems"] = self._v("min_items")
        schema["maxItems"] = self._v("max_items")
        schema["uniqueItems"] = self._v("unique")
        schema["type"] = "array"
        schema["items"] = self.container.__schema__
        return schema

    def restx_models(self) -> list[Any]:
        return list(self.container.restx_models())

    def clone(self, mask: Any = None) -> Any:
        """The field with its elements under a mask."""
        kwargs = dict(self.__dict__)
        container = kwargs.pop("container")
        return type(self)(mask.apply(container) if mask else container, **kwargs)

    def restx_masked(self, mask: Any) -> Any:
        return self.clone(mask)
