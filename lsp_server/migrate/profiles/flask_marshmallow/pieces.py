"""Flask-Marshmallow's `ma`, its schema and its fields, on marshmallow itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import marshmallow
from werkzeug.datastructures import FileStorage

from lsp_server.migrate.profiles.flask_marshmallow.pieces_schema import MarshmallowSchema
from lsp_server.migrate.profiles.flask_marshmallow.pieces_sqla import (
    HyperlinkRelated,
    SQLAlchemyAutoSchema,
    SQLAlchemySchema,
    sqlalchemy_auto_field,
)
from lsp_server.migrate.runtime.context import current_app
from lsp_server.migrate.runtime.urls import url_for

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App


class URLFor(marshmallow.fields.Field):  # type: ignore[type-arg]
    """The URL of an endpoint; a value like `"<author.id>"` is looked up in the object.

    None where such a value is None. Outgrow it: `marshmallow.fields.Method`.
    """

    _CHECK_ATTRIBUTE = False

    def __init__(
        self, endpoint: str, values: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        self.endpoint, self.values = endpoint, dict(values or {})
        super().__init__(**kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        found = {}
        for name, wanted in self.values.items():
            path = _attribute_path(wanted)
            found[name] = _value_at(obj, path) if path else wanted
            if path and found[name] is None:
                return None
        return url_for(self.endpoint, **found)


UrlFor = URLFor


class AbsoluteURLFor(URLFor):
    """The URL of an endpoint, with scheme and host."""

    def __init__(
        self, endpoint: str, values: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(endpoint, {**(values or {}), "_external": True}, **kwargs)


AbsoluteUrlFor = AbsoluteURLFor


class Hyperlinks(marshmallow.fields.Field):  # type: ignore[type-arg]
    """A dictionary or list of links, as deep as wanted; what is no `URLFor` stays as it is."""

    _CHECK_ATTRIBUTE = False

    def __init__(self, schema: Any, **kwargs: Any) -> None:
        self.schema = schema
        super().__init__(**kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return _links(self.schema, attr, obj)


class MarshmallowFile(marshmallow.fields.Field):  # type: ignore[type-arg]
    """An uploaded file; an empty sequence counts as none."""

    default_error_messages = {"invalid": "Not a valid file."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.metadata = {**self.metadata, "type": "string", "format": "binary"}

    def deserialize(
        self,
        value: Any,
        attr: str | None = None,
        data: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> Any:
        empty = isinstance(value, Sequence) and len(value) == 0
        return super().deserialize(marshmallow.missing if empty else value, attr, data, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, FileStorage):
            raise self.make_error("invalid")
        return value


class MarshmallowConfig(marshmallow.fields.Field):  # type: ignore[type-arg]
    """A value of the app's configuration."""

    _CHECK_ATTRIBUTE = False

    def __init__(self, key: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.key = key

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        if self.key not in current_app.config:
            raise ValueError(f"The key {self.key!r} is not found in the app config.")
        return current_app.config[self.key]


def _attribute_path(wanted: Any) -> str | None:
    """`author.id` for `"<author.id>"`; None for what is meant as it stands."""
    match = re.match(r"\s*<\s*(\S*)\s*>\s*", str(wanted))
    return match[1] if match else None


def _value_at(obj: Any, path: str) -> Any:
    """The object's value; None where something on the way is. Raises AttributeError."""
    value = obj
    for position, key in enumerate(path.split(".")):
        if position and value is None:
            return None
        value = _looked_up(value, key)
    if value is marshmallow.missing:
        raise AttributeError(f"{path!r} is not a valid attribute of {obj!r}")
    return value


def _looked_up(obj: Any, key: str) -> Any:
    try:
        return obj[key]
    except (KeyError, IndexError, TypeError, AttributeError):
        return getattr(obj, key, marshmallow.missing)


def _links(schema: Any, attr: Any, obj: Any) -> Any:
    if isinstance(schema, (list, tuple)):
        return [_links(each, attr, obj) for each in schema]
    if isinstance(schema, dict):
        return {key: _links(each, attr, obj) for key, each in schema.items()}
    return schema.serialize(attr, obj) if isinstance(schema, URLFor) else schema


class MarshmallowFields:
    """Flask-Marshmallow's module `fields`, as a namespace."""

    URLFor = UrlFor = URLFor
    AbsoluteURLFor = AbsoluteUrlFor = AbsoluteURLFor
    Hyperlinks = Hyperlinks
    File = MarshmallowFile
    Config = MarshmallowConfig


class Marshmallow:
    """Flask-Marshmallow's `ma`: schemas and all fields as attributes.

    Outgrow it: import from `marshmallow` and `marshmallow_sqlalchemy` what you use.
    """

    Schema = MarshmallowSchema

    def __init__(self, app: App | None = None) -> None:
        if app is not None:
            self.init_app(app)

    def init_app(self, app: App) -> None:
        """Put it among the app's extensions. The session of schemas is that of the app's `db`."""
        app.extensions["flask-marshmallow"] = self

    def __getattr__(self, name: str) -> Any:
        """Whatever field marshmallow has under that name."""
        if name in marshmallow.fields.__all__:
            return getattr(marshmallow.fields, name)
        raise AttributeError(name)

    @property
    def URLFor(self) -> type[URLFor]:
        return URLFor

    @property
    def UrlFor(self) -> type[UrlFor]:
        return UrlFor

    @property
    def AbsoluteURLFor(self) -> type[AbsoluteURLFor]:
        return AbsoluteURLFor

    @property
    def AbsoluteUrlFor(self) -> type[AbsoluteUrlFor]:
        return AbsoluteUrlFor

    @property
    def Hyperlinks(self) -> type[Hyperlinks]:
        return Hyperlinks

    @property
    def File(self) -> type[MarshmallowFile]:
        return MarshmallowFile

    @property
    def Config(self) -> type[MarshmallowConfig]:
        return MarshmallowConfig

    @property
    def SQLAlchemySchema(self) -> type[SQLAlchemySchema]:
        return SQLAlchemySchema

    @property
    def SQLAlchemyAutoSchema(self) -> type[SQLAlchemyAutoSchema]:
        return SQLAlchemyAutoSchema

    @property
    def HyperlinkRelated(self) -> type[HyperlinkRelated]:
        return HyperlinkRelated

    @property
    def auto_field(self) -> Any:
        return sqlalchemy_auto_field
