"""Pages of a query's rows, with Flask-SQLAlchemy's arithmetic.

The page and its size come from the caller, or else from `?page=` and `?per_page=` of the request.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import ceil
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import sqlalchemy.orm as sa_orm

from lsp_server.migrate.runtime.context import has_request_context, request
from lsp_server.migrate.runtime.urls import abort

if TYPE_CHECKING:
    from typing import Self


class Pagination:
    """One page of the rows of a query: what `paginate` returns.

    A page that is not there answers 404, unless `error_out` is false. Outgrow it: `limit` and
    `offset` on a `select`, with `page: int = Query(1, ge=1)` in the view's signature.
    """

    def __init__(
        self,
        page: int | None = None,
        per_page: int | None = None,
        max_per_page: int | None = 100,
        error_out: bool = True,
        count: bool = True,
        **query_args: Any,
    ) -> None:
        self._query_args = query_args
        self.page = self._positive(_page_argument(page, "page", 1, error_out), 1, error_out)
        size = _page_argument(per_page, "per_page", 20, error_out)
        size = size if max_per_page is None else min(size, max_per_page)
        self.per_page = self._positive(size, 20, error_out)
        self.max_per_page = max_per_page
        self.items = self._query_items()
        if error_out and not self.items and self.page != 1:
            abort(404)
        self.total: int | None = self._query_count() if count else None

    @staticmethod
    def _positive(number: int, default: int, error_out: bool) -> int:
        if number >= 1:
            return number
        if error_out:
            abort(404)
        return default

    @property
    def _query_offset(self) -> int:
        return (self.page - 1) * self.per_page

    def _query_items(self) -> list[Any]:
        raise NotImplementedError

    def _query_count(self) -> int:
        raise NotImplementedError

    @property
    def first(self) -> int:
        """The number of the first row on this page, counted from one; 0 if there is none."""
        return self._query_offset + 1 if self.items else 0

    @property
    def last(self) -> int:
        """The number of the last row on this page."""
        return max(self.first, self.first + len(self.items) - 1)

    @property
    def pages(self) -> int:
        """How many pages there are; 0 if nothing was counted."""
        return ceil(self.total / self.per_page) if self.total else 0

    @property
    def has_prev(self) -> bool:
        """Whether this is not the first page."""
        return self.page > 1

    @property
    def prev_num(self) -> int | None:
        """The number of the page before."""
        return self.page - 1 if self.has_prev else None

    def prev(self, error_out: bool = False) -> Self:
        """The page before, queried."""
        return self._neighbour(self.page - 1, error_out=error_out)

    @property
    def has_next(self) -> bool:
        """Whether this is not the last page."""
        return self.page < self.pages

    @property
    def next_num(self) -> int | None:
        """The number of the page after."""
        return self.page + 1 if self.has_next else None

    def next(self, error_out: bool = False) -> Self:
        """The page after, queried."""
        return self._neighbour(self.page + 1, error_out=error_out, max_per_page=self.max_per_page)

    def _neighbour(self, page: int, **options: Any) -> Self:
        per_page, arguments = self.per_page, self._query_args
        found = type(self)(page=page, per_page=per_page, count=False, **options, **arguments)
        found.total = self.total
        return found

    def iter_pages(
        self,
        left_edge: int = 2,
        left_current: int = 2,
        right_current: int = 4,
        right_edge: int = 2,
    ) -> Iterator[int | None]:
        """The page numbers of a pager, with None where some are left out."""
        end = self.pages + 1
        stretches = (
            (1, 1 + left_edge),
            (self.page - left_current, self.page + right_current + 1),
            (end - right_edge, end),
        )
        reached = 1
        for start, stop in stretches:
            start, stop = max(start, reached), min(stop, end)
            if start > reached:
                yield None
            yield from range(start, stop)
            if stop == end:
                return
            reached = stop

    def __iter__(self) -> Iterator[Any]:
        yield from self.items


class SelectPagination(Pagination):
    """A page of the rows of a `select`: what `db.paginate` returns."""

    def _query_items(self) -> list[Any]:
        statement = self._query_args["select"].limit(self.per_page).offset(self._query_offset)
        return list(self._query_args["session"].execute(statement).unique().scalars())

    def _query_count(self) -> int:
        statement = self._query_args["select"].options(sa_orm.lazyload("*")).order_by(None)
        counted = sa.select(sa.func.count()).select_from(statement.subquery())
        return int(self._query_args["session"].execute(counted).scalar())


class QueryPagination(Pagination):
    """A page of the rows of a `Query`: what `Model.query.paginate` returns."""

    def _query_items(self) -> list[Any]:
        page: Iterable[Any] = self._query_args["query"].limit(self.per_page)
        return list(page.offset(self._query_offset).all())  # type: ignore[attr-defined]

    def _query_count(self) -> int:
        return int(self._query_args["query"].order_by(None).count())


class ListedPagination(QueryPagination):
    """`flask_sqlalchemy.Pagination` as it was before 3.0: of rows that were queried already.

    Outgrow it: `Model.query.paginate`.
    """

    def __init__(self, query: Any, page: int, per_page: int, total: int, items: list[Any]) -> None:
        self.query, self._query_args = query, {"query": query}
        self.page, self.per_page, self.total, self.items = page, per_page, total, items
        self.max_per_page = None

    def _neighbour(self, page: int, **options: Any) -> Any:
        return self.query.paginate(page=page, per_page=self.per_page, **options)


def _page_argument(given: int | None, name: str, default: int, error_out: bool) -> int:
    if given is not None:
        return given
    if not has_request_context():
        return default
    try:
        return int(request.args.get(name, default))
    except (TypeError, ValueError):
        if error_out:
            abort(404)
        return default
