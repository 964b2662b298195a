"""The session: one per app context, bound to the engine of each statement's bind key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
import sqlalchemy.exc as sa_exc
import sqlalchemy.orm as sa_orm


class SQLAlchemySession(sa_orm.Session):
    """A session that finds the engine by the metadata of the table: `db.session` in a context."""

    def __init__(self, db: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._db = db

    def get_bind(
        self,
        mapper: Any = None,
        clause: Any = None,
        bind: sa.Engine | sa.Connection | None = None,
        **kwargs: Any,
    ) -> sa.Engine | sa.Connection:
        if bind is not None:
            return bind
        engines: Mapping[str | None, sa.Engine] = self._db.engines
        for table in (_mapped_table(mapper), _changed_table(clause)):
            if table is not None and "bind_key" in table.metadata.info:
                return _engine_of(table.metadata.info["bind_key"], engines)
        if None in engines:
            return engines[None]
        return super().get_bind(mapper, clause=clause, bind=bind, **kwargs)


def _mapped_table(mapper: Any) -> sa.Table | None:
    if mapper is None:
        return None
    try:
        table = sa.inspect(mapper).local_table
    except sa_exc.NoInspectionAvailable as error:
        if isinstance(mapper, type):
            raise sa_orm.exc.UnmappedClassError(mapper) from error
        raise
    return _changed_table(table)


def _changed_table(clause: Any) -> sa.Table | None:
    table = clause.table if isinstance(clause, sa.UpdateBase) else clause
    return table if isinstance(table, sa.Table) else None


def _engine_of(key: str | None, engines: Mapping[str | None, sa.Engine]) -> sa.Engine:
    if key not in engines:
        raise sa_exc.UnboundExecutionError(f"Bind key '{key}' is not in 'SQLALCHEMY_BINDS' config.")
    return engines[key]
