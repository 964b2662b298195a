"""Models: their base class, which table they get, under what name and in which metadata.

A model without `__tablename__` is named after its class, `UserProfile` after `user_profile`, unless
it shares its parent's table. Both styles of declarative base do this with the same functions: the
metaclass of the old one, and `__init_subclass__` of the new one.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

import sqlalchemy as sa
import sqlalchemy.orm as sa_orm

from lsp_server.migrate.profiles.sqlalchemy.pieces_query import SQLAlchemyQuery


class ModelQuery:
    """`Model.query`: a new query of the model, in the session of the app context."""

    def __get__(self, instance: object, owner: Any) -> Any:
        return owner.query_class(owner, session=owner.__fsa__.session())


class SQLAlchemyModel:
    """What `db.Model` is made of: `query`, `query_class` and a readable `repr`.

    Outgrow it: a plain `DeclarativeBase` of SQLAlchemy.
    """

    __fsa__: ClassVar[Any]
    query_class: ClassVar[Any] = SQLAlchemyQuery
    query: ClassVar[Any] = ModelQuery()

    def __repr__(self) -> str:
        state: Any = sa.inspect(self)
        if state.transient:
            identity = f"(transient {id(self)})"
        elif state.pending:
            identity = f"(pending {id(self)})"
        else:
            identity = ", ".join(str(part) for part in state.identity)
        return f"<{type(self).__name__} {identity}>"


def camel_to_snake_case(name: str) -> str:
    """`HTTPServerError` to `http_server_error`: a capital after a small letter or digit starts a
    word, and so does one before a small letter."""
    starts = r"(?<=[a-z0-9])(?=[A-Z])|(?!^)(?=[A-Z][a-z])"
    return re.sub(starts, "_", name).lower().lstrip("_")


def should_set_tablename(cls: type) -> bool:
    """Whether a class is a model that lacks a table's name of its own.

    A name from a mixin, an abstract base or a `declared_attr` is kept. A concrete parent's is not:
    whether its table is shared is seen when the columns are known.
    """
    if cls.__dict__.get("__abstract__", False) or not _is_model(cls):
        return False
    for base in cls.__mro__:
        if "__tablename__" in base.__dict__:
            break
    else:
        return True
    if isinstance(base.__dict__["__tablename__"], sa_orm.declared_attr):
        return False
    return base is not cls and _is_concrete(base)


def _is_model(cls: type) -> bool:
    bases = (sa_orm.DeclarativeBase, sa_orm.DeclarativeBaseNoMeta)
    if issubclass(cls, bases):
        return not any(base in bases for base in cls.__bases__)
    return any(isinstance(base, sa_orm.DeclarativeMeta) for base in cls.__mro__[1:])


def _is_concrete(base: type) -> bool:
    if base.__dict__.get("__abstract__", False):
        return False
    mapped = isinstance(base, (sa_orm.DeclarativeMeta, type(sa_orm.DeclarativeBase)))
    return mapped or issubclass(base, sa_orm.DeclarativeBaseNoMeta)


def choose_model_metadata(cls: Any) -> None:
    """Give a class the metadata of its `__bind_key__`, unless it says which it wants."""
    if "metadata" in cls.__dict__ or "__table__" in cls.__dict__:
        return
    metadata = cls.__fsa__._make_metadata(getattr(cls, "__bind_key__", None))
    if metadata is not getattr(cls, "metadata", None):
        cls.metadata = metadata


def make_model_table(cls: Any, *args: Any, **kwargs: Any) -> sa.Table | None:
    """The table of a model; None for one without a primary key below one with a table: that is
    single-table inheritance."""
    schema = kwargs.get("schema")
    key = args[0] if schema is None else f"{schema}.{args[0]}"
    inherits = any("__table__" in base.__dict__ for base in cls.__mro__[1:-1])
    if not inherits or key in cls.metadata.tables or any(map(_is_primary_key, args)):
        return sa.Table(*args, **kwargs)
    if "__tablename__" in cls.__dict__:
        del cls.__tablename__
    return None


def _is_primary_key(argument: object) -> bool:
    if isinstance(argument, sa.Column):
        return argument.primary_key
    return isinstance(argument, sa.PrimaryKeyConstraint)


def forget_shared_table(cls: Any) -> None:
    """Where no table was made, let the parent's be seen."""
    own = cls.__dict__
    if "__tablename__" not in own and "__table__" in own and own["__table__"] is None:
        del cls.__table__


class BindMetaMixin(type):
    """Metaclass: models choose their metadata by `__bind_key__`."""

    def __init__(cls, name: str, bases: tuple[type, ...], d: dict[str, Any], **kwargs: Any) -> None:
        choose_model_metadata(cls)
        super().__init__(name, bases, d, **kwargs)


class NameMetaMixin(type):
    """Metaclass: models get a table's name."""

    def __init__(cls, name: str, bases: tuple[type, ...], d: dict[str, Any], **kwargs: Any) -> None:
        if should_set_tablename(cls):
            cls.__tablename__ = camel_to_snake_case(cls.__name__)
        super().__init__(name, bases, d, **kwargs)
        forget_shared_table(cls)

    def __table_cls__(cls, *args: Any, **kwargs: Any) -> sa.Table | None:
        return make_model_table(cls, *args, **kwargs)


class DefaultMeta(BindMetaMixin, NameMetaMixin, sa_orm.DeclarativeMeta):
    """The metaclass of `db.Model`."""


class DefaultMetaNoName(BindMetaMixin, sa_orm.DeclarativeMeta):
    """The metaclass of `db.Model` with `disable_autonaming`."""


class BindMixin:
    """Base of models in SQLAlchemy 2's style: they choose their metadata by `__bind_key__`."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if hasattr(cls, "__bind_key__"):
            choose_model_metadata(cls)
        super().__init_subclass__(**kwargs)


class NameMixin:
    """Base of models in SQLAlchemy 2's style: they get a table's name."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if should_set_tablename(cls):
            named: Any = cls
            named.__tablename__ = camel_to_snake_case(cls.__name__)
        super().__init_subclass__(**kwargs)
        forget_shared_table(cls)

    @classmethod
    def __table_cls__(cls, *args: Any, **kwargs: Any) -> sa.Table | None:
        return make_model_table(cls, *args, **kwargs)


def modern_bases(model_class: type) -> list[type]:
    """Those bases that make a class a declarative base in SQLAlchemy 2's style."""
    modern = (sa_orm.DeclarativeBase, sa_orm.DeclarativeBaseNoMeta)
    return [base for base in model_class.__bases__ if issubclass(base, modern)]
