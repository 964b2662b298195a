"""Flask-RESTX's fields for values: text, numbers, dates, URLs; and all of its fields together."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from lsp_server.migrate.profiles.restful.pieces_shared import (
    rest_as_mapping,
    rest_fixed,
    rest_is_list_like,
    rest_precision,
    rest_rfc822,
    rest_url,
)
from lsp_server.migrate.profiles.restx.pieces_errors import restx_camel_to_dash
from lsp_server.migrate.profiles.restx.pieces_fields import (
    RestxList,
    RestxMarshallingError,
    RestxNested,
    RestxRaw,
    restx_get_value,
)
from lsp_server.migrate.profiles.restx.pieces_fields_kinds import RestxPolymorph, RestxWildcard
from lsp_server.migrate.profiles.restx.pieces_inputs import (
    restx_boolean,
    restx_date_from_iso8601,
    restx_datetime_from_iso8601,
    restx_datetime_from_rfc822,
)


class RestxStringMixin:
    """What may be said of a text: its length and pattern."""

    __schema_type__: ClassVar[Any] = "string"
    _v: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.min_length = kwargs.pop("min_length", None)
        self.max_length = kwargs.pop("max_length", None)
        self.pattern = kwargs.pop("pattern", None)
        super().__init__(*args, **kwargs)

    def schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = super().schema()  # type: ignore[misc]
        schema["minLength"] = self._v("min_length")
        schema["maxLength"] = self._v("max_length")
        schema["pattern"] = self._v("pattern")
        return schema


class RestxMinMaxMixin:
    """What may be said of a quantity: its bounds."""

    _v: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.minimum = kwargs.pop("min", None)
        self.exclusiveMinimum = kwargs.pop("exclusiveMin", None)
        self.maximum = kwargs.pop("max", None)
        self.exclusiveMaximum = kwargs.pop("exclusiveMax", None)
        super().__init__(*args, **kwargs)

    def schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = super().schema()  # type: ignore[misc]
        for name in ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"):
            schema[name] = self._v(name)
        return schema


class RestxNumberMixin(RestxMinMaxMixin):
    """What may be said of a number: its bounds and steps."""

    __schema_type__: ClassVar[Any] = "number"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.multiple = kwargs.pop("multiple", None)
        super().__init__(*args, **kwargs)

    def schema(self) -> dict[str, Any]:
        schema = super().schema()
        schema["multipleOf"] = self._v("multiple")
        return schema


class RestxString(RestxStringMixin, RestxRaw):
    """A value as text."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.enum = kwargs.pop("enum", None)
        self.discriminator = kwargs.pop("discriminator", None)
        super().__init__(*args, **kwargs)
        self.required = self.discriminator or self.required

    def format(self, value: Any) -> Any:
        try:
            return str(value)
        except ValueError as error:
            raise RestxMarshallingError(error) from error

    def schema(self) -> dict[str, Any]:
        enum = self._v("enum")
        schema = super().schema()
        if enum:
            schema["enum"] = enum
            if schema["example"] is None:
                schema["example"] = enum[0]
        return schema


class RestxInteger(RestxNumberMixin, RestxRaw):
    """A value as an integer."""

    __schema_type__: ClassVar[Any] = "integer"

    def format(self, value: Any) -> Any:
        try:
            return self.default if value is None else int(value)
        except (ValueError, TypeError) as error:
            raise RestxMarshallingError(error) from error


class RestxFloat(RestxNumberMixin, RestxRaw):
    """A value as a floating point number."""

    def format(self, value: Any) -> Any:
        try:
            return self.default if value is None else float(value)
        except (ValueError, TypeError) as error:
            raise RestxMarshallingError(error) from error


class RestxArbitrary(RestxNumberMixin, RestxRaw):
    """A number of any precision, as text."""

    def format(self, value: Any) -> Any:
        return str(Decimal(value))


class RestxFixed(RestxNumberMixin, RestxRaw):
    """A number with a fixed count of decimals, as text."""

    def __init__(self, decimals: int = 5, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.precision = rest_precision(decimals)

    def format(self, value: Any) -> Any:
        written = rest_fixed(value, self.precision)
        if written is None:
            raise RestxMarshallingError("Invalid Fixed precision number.")
        return written


class RestxBoolean(RestxRaw):
    """A value as true or false, as the input `boolean` reads it."""

    __schema_type__: ClassVar[Any] = "boolean"

    def format(self, value: Any) -> Any:
        return restx_boolean(value)


class RestxDateTime(RestxMinMaxMixin, RestxRaw):
    """A moment as ISO 8601 or RFC 822 has it."""

    __schema_type__: ClassVar[Any] = "string"
    __schema_format__: ClassVar[Any] = "date-time"

    def __init__(self, dt_format: str = "iso8601", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dt_format = dt_format

    def parse(self, value: Any) -> Any:
        """A moment, from text or a date."""
        if value is None or isinstance(value, datetime):
            return value
        if isinstance(value, str):
            iso = self.dt_format == "iso8601"
            return restx_datetime_from_iso8601(value) if iso else restx_datetime_from_rfc822(value)
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day)
        raise ValueError("Unsupported DateTime format")

    def format(self, value: Any) -> Any:
        try:
            moment = self.parse(value)
            if self.dt_format == "iso8601":
                return self.format_iso8601(moment)
            if self.dt_format == "rfc822":
                return self.format_rfc822(moment)
        except (AttributeError, ValueError) as error:
            raise RestxMarshallingError(error) from error
        raise RestxMarshallingError(f"Unsupported date format {self.dt_format}")

    def format_rfc822(self, dt: Any) -> str:
        """A moment as RFC 822 has it."""
        return rest_rfc822(dt)

    def format_iso8601(self, dt: Any) -> str:
        """A moment as ISO 8601 has it."""
        written: str = dt.isoformat()
        return written

    def _for_schema(self, name: str) -> Any:
        value = self.parse(self._v(name))
        return self.format(value) if value else None

    def schema(self) -> dict[str, Any]:
        schema = super().schema()
        for name in ("default", "minimum", "maximum"):
            schema[name] = self._for_schema(name)
        return schema


class RestxDate(RestxDateTime):
    """A date as ISO 8601 has it."""

    __schema_format__: ClassVar[Any] = "date"

    def __init__(self, **kwargs: Any) -> None:
        kwargs.pop("dt_format", None)
        super().__init__(dt_format="iso8601", **kwargs)

    def parse(self, value: Any) -> Any:
        """A date, from text or a moment."""
        if isinstance(value, str):
            return restx_date_from_iso8601(value)
        if isinstance(value, datetime):
            return value.date()
        if value is None or isinstance(value, date):
            return value
        raise ValueError("Unsupported Date format")


class RestxUrl(RestxStringMixin, RestxRaw):
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

    def output(self, key: Any, obj: Any, **kwargs: Any) -> Any:
        try:
            return rest_url(self.endpoint, self.absolute, self.scheme, obj)
        except TypeError as error:
            raise RestxMarshallingError(error) from error


class RestxFormattedString(RestxStringMixin, RestxRaw):
    """A format string, filled with the object's values."""

    def __init__(self, src_str: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.src_str = str(src_str)

    def output(self, key: Any, obj: Any, **kwargs: Any) -> Any:
        try:
            return self.src_str.format(**rest_as_mapping(obj))
        except (TypeError, IndexError) as error:
            raise RestxMarshallingError(error) from error


class RestxClassName(RestxString):
    """The name of the object's class; `object` for a dict."""

    def __init__(self, dash: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dash = dash

    def output(self, key: Any, obj: Any, **kwargs: Any) -> Any:
        name = obj.__class__.__name__
        if name == "dict":
            return "object"
        return restx_camel_to_dash(name) if self.dash else name


class RestxFields:
    """`flask_restx.fields`."""

    MarshallingError = RestxMarshallingError
    Raw = RestxRaw
    Nested = RestxNested
    List = RestxList
    Polymorph = RestxPolymorph
    Wildcard = RestxWildcard
    StringMixin = RestxStringMixin
    MinMaxMixin = RestxMinMaxMixin
    NumberMixin = RestxNumberMixin
    String = RestxString
    Integer = RestxInteger
    Float = RestxFloat
    Arbitrary = RestxArbitrary
    Fixed = RestxFixed
    Boolean = RestxBoolean
    DateTime = RestxDateTime
    Date = RestxDate
    Url = RestxUrl
    FormattedString = RestxFormattedString
    ClassName = RestxClassName
    get_value = restx_get_value
    to_marshallable_type = rest_as_mapping
    is_indexable_but_not_string = rest_is_list_like
