"""Schemas of SQLAlchemy models, whose session is that of the current app's `db`."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import marshmallow
import marshmallow_sqlalchemy
from werkzeug.local import LocalProxy

from lsp_server.migrate.profiles.flask_marshmallow.pieces_schema import MarshmallowSchema
from lsp_server.migrate.runtime.context import current_app
from lsp_server.migrate.runtime.urls import url_for


def _current_db_session() -> Any:
    return current_app.extensions["sqlalchemy"].session


class AppSessionMixin:
    """Options of a schema that names no `sqla_session`."""

    def __init__(self, meta: Any, *args: Any, **kwargs: Any) -> None:
        if not hasattr(meta, "sqla_session"):
            meta.sqla_session = LocalProxy(_current_db_session)
        super().__init__(meta, *args, **kwargs)  # type: ignore[call-arg]


class SQLAlchemySchemaOpts(AppSessionMixin, marshmallow_sqlalchemy.SQLAlchemySchemaOpts):
    """Options of `SQLAlchemySchema`."""


class SQLAlchemySchema(marshmallow_sqlalchemy.SQLAlchemySchema, MarshmallowSchema):  # type: ignore[type-arg]
    """A schema of a model, whose fields are written out."""

    OPTIONS_CLASS = SQLAlchemySchemaOpts


class SQLAlchemyAutoSchemaOpts(AppSessionMixin, marshmallow_sqlalchemy.SQLAlchemyAutoSchemaOpts):
    """Options of `SQLAlchemyAutoSchema`."""


class SQLAlchemyAutoSchema(marshmallow_sqlalchemy.SQLAlchemyAutoSchema, MarshmallowSchema):  # type: ignore[type-arg]
    """A schema of a model, whose fields are the model's."""

    OPTIONS_CLASS = SQLAlchemyAutoSchemaOpts


def sqlalchemy_auto_field(*args: Any, **kwargs: Any) -> Any:
    """A field as the model has it."""
    return marshmallow_sqlalchemy.auto_field(*args, **kwargs)


class HyperlinkRelated(marshmallow_sqlalchemy.fields.Related):
    """A related row, written as the URL of its endpoint and read from one."""

    def __init__(
        self, endpoint: str, url_key: str = "id", external: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.endpoint, self.url_key, self.external = endpoint, url_key, external

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:
        if value is None:
            return None
        key = super()._serialize(value, attr, obj)  # type: ignore[no-untyped-call]
        return url_for(self.endpoint, _external=self.external, **{self.url_key: key})

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        path = urlsplit(value).path if self.external else value
        endpoint, found = current_app.url_map.bind("").match(path)
        if endpoint != self.endpoint:
            raise marshmallow.ValidationError(
                f'Parsed endpoint "{endpoint}" from URL "{path}"; expected "{self.endpoint}"'
            )
        if self.url_key not in found:
            raise marshmallow.ValidationError(
                f'URL pattern "{self.url_key}" not found in {found!r}'
            )
        return super()._deserialize(found[self.url_key], *args, **kwargs)  # type: ignore[no-untyped-call]
