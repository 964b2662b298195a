"""Flask-RESTful's fields: how values are written out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lsp_server.migrate.profiles.restful.pieces import restful_marshal
from lsp_server.migrate.profiles.restful.pieces_shared import (
    rest_as_mapping,
    rest_fixed,
    rest_follow,
    rest_is_list_like,
    rest_item_or_attribute,
    rest_precision,
    rest_rfc822,
    rest_url,
)
from lsp_server.migrate.runtime.values import called


@called("MarshallingException")
class RestfulMarshallingException(Exception):
    """A value that cannot be written as its field wants it."""

    def __init__(self, underlying_exception: object) -> None:
        super().__init__(str(underlying_exception))


def restful_get_value(key: Any, obj: Any, default: Any = None) -> Any:
    """The value at a key, an attribute, an index, a dotted path, or of a function."""
    return rest_follow(key, obj, default, rest_item_or_attribute)


class RestfulRaw:
    """A value as it is; the class that other fields extend."""

    def __init__(self, default: Any = None, attribute: Any = None) -> None:
        self.attribute = attribute
        self.default = default

    def format(self, value: Any) -> Any:
        """The value as it is written."""
        return value

    def rest_value(self, key: Any, obj: Any) -> Any:
        return restful_get_value(key if self.attribute is None else self.attribute, obj)

    def output(self, key: Any, obj: Any) -> Any:
        """The object's value, written; the default where there is none."""
        value = self.rest_value(key, obj)
        return self.default if value is None else self.format(value)


class RestfulNested(RestfulRaw):
    """An object within the object, written with fields of its own."""

    def __init__(self, nested: Any, allow_null: bool = False, **kwargs: Any) -> None:
        self.nested = nested
        self.allow_null = allow_null
        super().__init__(**kwargs)

    def output(self, key: Any, obj: Any) -> Any:
        value = self.rest_value(key, obj)
        if value is None:
            if self.allow_null:
                return None
            if self.default is not None:
                return self.default
        return restful_marshal(value, self.nested)


class RestfulList(RestfulRaw):
    """A list whose elements are all written by one field."""

    def __init__(self, cls_or_instance: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        fits = issubclass if isinstance(cls_or_instance, type) else isinstance
        if not fits(cls_or_instance, RestfulRaw):
            raise RestfulMarshallingException(
                "The type of the list elements must be a subclass of flask_restful.fields.Raw"
            )
        is_class = isinstance(cls_or_instance, type)
        self.container = cls_or_instance() if is_class else cls_or_instance

    def format(self, value: Any) -> Any:
        values = list(value) if isinstance(value, set) else value
        return [
            self.container.output(index, item if self.rest_is_source(item) else values)
            for index, item in enumerate(values)
        ]

    def rest_is_source(self, item: Any) -> bool:
        """Whether the element's field reads from the element, and not from the list by index."""
        if isinstance(self.container, RestfulNested) or type(self.container) is RestfulRaw:
            return False
        attribute = self.container.attribute
        return isinstance(item, dict) or bool(attribute and hasattr(item, attribute))

    def output(self, key: Any, obj: Any) -> Any:
        value = self.rest_value(key, obj)
        if rest_is_list_like(value) and not isinstance(value, dict):
            return self.format(value)
        if value is None:
            return self.default
        return [restful_marshal(value, self.container.nested)]


class RestfulString(RestfulRaw):
    """A value as text."""

    def format(self, value: Any) -> Any:
        try:
            return str(value)
        except ValueError as error:
            raise RestfulMarshallingException(error) from error


class RestfulInteger(RestfulRaw):
    """A value as an integer; 0 where there is none."""

    def __init__(self, default: Any = 0, **kwargs: Any) -> None:
        super().__init__(default=default, **kwargs)

    def format(self, value: Any) -> Any:
        try:
            return self.default if value is None else int(value)
        except ValueError as error:
            raise RestfulMarshallingException(error) from error


class RestfulBoolean(RestfulRaw):
    """A value as true or false; what is empty is false."""

    def format(self, value: Any) -> Any:
        return bool(value)


class RestfulFloat(RestfulRaw):
    """A value as a floating point number."""

    def format(self, value: Any) -> Any:
        try:
            return float(value)
        except ValueError as error:
            raise RestfulMarshallingException(error) from error


class RestfulArbitrary(RestfulRaw):
    """A number of any precision, as text."""

    def format(self, value: Any) -> Any:
        return str(Decimal(value))


class RestfulFixed(RestfulRaw):
    """A number with a fixed count of decimals, as text."""

    def __init__(self, decimals: int = 5, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.precision = rest_precision(decimals)

    def format(self, value: Any) -> Any:
        written = rest_fixed(value, self.precision)
        if written is None:
            raise RestfulMarshallingException("Invalid Fixed precision number.")
        return written


class RestfulFormattedString(RestfulRaw):
    """A format string, filled with the object's values."""

    def __init__(self, src_str: Any) -> None:
        super().__init__()
        self.src_str = str(src_str)

    def output(self, key: Any, obj: Any) -> Any:
        try:
            return self.src_str.format(**rest_as_mapping(obj))
        except (TypeError, IndexError) as error:
            raise RestfulMarshallingException(error) from error


class RestfulUrl(RestfulRaw):
    """The URL of an endpoint with the object's values; of the request's own by default."""

    def __init__(
        self,
        endpoint: str | None = None,
        absolute: bool = False,
        scheme: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.endpoint = endpoint
        self.absolute = absolute
        self.scheme = scheme

    def output(self, key: Any, obj: Any) -> Any:
        try:
            return rest_url(self.endpoint, self.absolute, self.scheme, obj)
        except TypeError as error:
            raise RestfulMarshallingException(error) from error


class RestfulDateTime(RestfulRaw):
    """A moment as RFC 822 or ISO 8601 has it."""

    def __init__(self, dt_format: str = "rfc822", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dt_format = dt_format

    def format(self, value: Any) -> Any:
        try:
            if self.dt_format == "rfc822":
                return rest_rfc822(value)
            if self.dt_format == "iso8601":
                return value.isoformat()
        except AttributeError as error:
            raise RestfulMarshallingException(error) from error
        raise RestfulMarshallingException(f"Unsupported date format {self.dt_format}")


class RestfulFields:
    """`flask_restful.fields`."""

    MarshallingException = RestfulMarshallingException
    Raw = RestfulRaw
    Nested = RestfulNested
    List = RestfulList
    String = RestfulString
    Integer = RestfulInteger
    Boolean = RestfulBoolean
    Float = RestfulFloat
    Arbitrary = RestfulArbitrary
    Fixed = RestfulFixed
    Price = RestfulFixed
    FormattedString = RestfulFormattedString
    Url = RestfulUrl
    DateTime = RestfulDateTime
    get_value = restful_get_value
    to_marshallable_type = rest_as_mapping
    is_indexable_but_not_string = rest_is_list_like
