"""The query that `Model.query` and dynamic relationships return."""

from __future__ import annotations

from typing import Any

import sqlalchemy.exc as sa_exc
import sqlalchemy.orm as sa_orm

from lsp_server.migrate.profiles.sqlalchemy.pieces_pagination import Pagination, QueryPagination
from lsp_server.migrate.runtime.urls import abort


class SQLAlchemyQuery(sa_orm.Query[Any]):
    """SQLAlchemy's query with Flask-SQLAlchemy's methods that answer 404.

    Outgrow it: `db.session.execute(db.select(Model))`.
    """

    def get_or_404(self, ident: Any, description: str | None = None) -> Any:
        """The row with this primary key, or 404."""
        return _found_or_404(self.get(ident), description)

    def first_or_404(self, description: str | None = None) -> Any:
        """The first row, or 404."""
        return _found_or_404(self.first(), description)

    def one_or_404(self, description: str | None = None) -> Any:
        """The only row; 404 if there is none, or more than one."""
        try:
            return self.one()
        except (sa_exc.NoResultFound, sa_exc.MultipleResultsFound):
            abort(404, description=description)

    def paginate(
        self,
        page: int | None = None,
        per_page: int | None = None,
        error_out: bool = True,
        max_per_page: int | None = None,
        count: bool = True,
    ) -> Pagination:
        """One page of the rows."""
        return QueryPagination(
            query=self,
            page=page,
            per_page=per_page,
            max_per_page=max_per_page,
            error_out=error_out,
            count=count,
        )


def _found_or_404(found: Any, description: str | None) -> Any:
    if found is None:
        abort(404, description=description)
    return found
