"""flask-smorest's `@blp.paginate`: a page of what the view returns, and X-Pagination about it."""

import json
import warnings
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, ClassVar

import marshmallow

from lsp_server.migrate.profiles.smorest.pieces_docs import (
    SmorestDoc,
    SmorestView,
    smorest_notes,
    smorest_unpacked,
)
from lsp_server.migrate.profiles.webargs.pieces import WebargsParser
from lsp_server.migrate.runtime.context import current_app, request


class PaginationParameters:
    """Which page is wanted, and, once known, of how many items."""

    def __init__(self, page: int, page_size: int) -> None:
        self.page = page
        self.page_size = page_size
        self.item_count: int | None = None

    @property
    def first_item(self) -> int:
        """The number of the page's first item, from 0."""
        return (self.page - 1) * self.page_size

    @property
    def last_item(self) -> int:
        """The number of the page's last item, from 0."""
        return self.first_item + self.page_size - 1

    def __repr__(self) -> str:
        return f"{type(self).__name__}(page={self.page!r},page_size={self.page_size!r})"


class SmorestPage:
    """A page of a list; for a subclass to page through something else.

    In flask-smorest its name is Page.
    """

    def __init__(self, collection: Any, page_params: PaginationParameters) -> None:
        self.collection = collection
        self.page_params = page_params
        self.page_params.item_count = self.item_count

    @property
    def items(self) -> list[Any]:
        """The page's items."""
        first, last = self.page_params.first_item, self.page_params.last_item
        return list(self.collection[first : last + 1])

    @property
    def item_count(self) -> int:
        """How many items there are on all pages."""
        return len(self.collection)

    def __repr__(self) -> str:
        name = type(self).__name__
        return f"{name}(collection={self.collection!r},page_params={self.page_params!r})"


def _smorest_count(description: str) -> Any:
    return marshmallow.fields.Int(metadata={"description": description})


class PaginationMetadataSchema(marshmallow.Schema):
    """What X-Pagination tells."""

    total = _smorest_count("Total number of items.")
    total_pages = _smorest_count("Total number of pages.")
    first_page = _smorest_count("First available page number.")
    last_page = _smorest_count("Last available page number.")
    page = _smorest_count("Current page number.")
    previous_page = _smorest_count("Previous page number.")
    next_page = _smorest_count("Next page number.")


SMOREST_PAGINATION_HEADER: dict[str, Any] = {
    "description": "Pagination metadata",
    "schema": PaginationMetadataSchema,
}


def _smorest_page_schema(first: int, size: int, max_size: int) -> Any:
    """The schema of `?page=` and `?page_size=` with these defaults."""
    between = marshmallow.validate.Range

    class PaginationParametersSchema(marshmallow.Schema):
        class Meta:
            unknown = marshmallow.EXCLUDE

        page = marshmallow.fields.Integer(load_default=first, validate=between(min=1))
        page_size = marshmallow.fields.Integer(
            load_default=size, validate=between(min=1, max=max_size)
        )

        @marshmallow.post_load
        def make_paginator(self, data: dict[str, int], **kwargs: Any) -> PaginationParameters:
            return PaginationParameters(**data)

    return PaginationParametersSchema


class SmorestPagination:
    """The part of flask-smorest's Blueprint about pages."""

    PAGINATION_ARGUMENTS_PARSER: ClassVar[Any] = WebargsParser()

    # None: no header is sent.
    PAGINATION_HEADER_NAME: str | None = "X-Pagination"

    DEFAULT_PAGINATION_PARAMETERS: ClassVar[dict[str, int]] = {
        "page": 1,
        "page_size": 10,
        "max_page_size": 100,
    }

    def paginate(
        self,
        pager: Any = None,
        *,
        page: int | None = None,
        page_size: int | None = None,
        max_page_size: int | None = None,
    ) -> Callable[[SmorestView], SmorestView]:
        """Cut a page out of what the view returns, or, without a pager, tell the view which one.

        Outgrow it: query parameters with limits, and a response model with the counts in it.
        """
        given = {"page": page, "page_size": page_size, "max_page_size": max_page_size}
        limits = self.DEFAULT_PAGINATION_PARAMETERS | {
            name: value for name, value in given.items() if value is not None
        }
        schema = _smorest_page_schema(limits["page"], limits["page_size"], limits["max_page_size"])
        status = self.PAGINATION_ARGUMENTS_PARSER.DEFAULT_VALIDATION_STATUS

        def decorator(view: SmorestView) -> SmorestView:
            @wraps(view)
            def wrapper(*args: Any, **kwargs: Any) -> Any:
                return self._paged(view, pager, schema, args, kwargs)

            smorest_notes(wrapper)["pagination"] = {
                "parameters": {"in": "query", "schema": schema},
                "response": {status: HTTPStatus(status).name},
            }
            return wrapper

        return decorator

    def _paged(
        self, view: SmorestView, pager: Any, schema: Any, args: Any, kwargs: dict[str, Any]
    ) -> Any:
        wanted = self.PAGINATION_ARGUMENTS_PARSER.parse(schema, request, location="query")
        if pager is None:
            kwargs["pagination_parameters"] = wanted
        returned = current_app.ensure_sync(view)(*args, **kwargs)
        result, status, headers = smorest_unpacked(returned)
        if pager is not None:
            result = pager(result, page_params=wanted).items
        if self.PAGINATION_HEADER_NAME is None:
            return result, status, headers
        if wanted.item_count is None:
            warnings.warn(f"item_count not set in endpoint {request.endpoint}.", stacklevel=3)
        else:
            result, headers = self._set_pagination_metadata(wanted, result, headers)
        return result, status, headers

    @staticmethod
    def _make_pagination_metadata(page: int, page_size: int, item_count: int) -> Any:
        """What is told about the page; for a subclass to tell something else."""
        pages = (item_count + page_size - 1) // page_size
        told = {"total": item_count, "total_pages": pages}
        if pages:
            told |= {"first_page": 1, "last_page": pages}
        if pages and page <= pages:
            told["page"] = page
            told |= {"previous_page": page - 1} if page > 1 else {}
            told |= {"next_page": page + 1} if page < pages else {}
        return PaginationMetadataSchema().dump(told)

    def _set_pagination_metadata(
        self, page_params: PaginationParameters, result: Any, headers: Any
    ) -> tuple[Any, Any]:
        """Tell it in a header; for a subclass to tell it elsewhere."""
        headers = {} if headers is None else headers
        headers[self.PAGINATION_HEADER_NAME] = json.dumps(
            self._make_pagination_metadata(
                page_params.page,
                page_params.page_size,
                page_params.item_count,  # type: ignore[arg-type]
            )
        )
        return result, headers

    def _document_pagination_metadata(self, spec: Any, resp_doc: SmorestDoc) -> None:
        """Describe the header; for a subclass to describe what it does instead."""
        is_oas_3 = spec.openapi_version.major >= 3
        header = "PAGINATION" if is_oas_3 else SMOREST_PAGINATION_HEADER
        resp_doc.setdefault("headers", {})[self.PAGINATION_HEADER_NAME] = header

    def _prepare_pagination_doc(
        self, doc: SmorestDoc, doc_info: SmorestDoc, *, spec: Any, **kwargs: Any
    ) -> SmorestDoc:
        operation = doc_info.get("pagination")
        if operation:
            doc.setdefault("parameters", []).append(operation["parameters"])
            doc.setdefault("responses", {}).update(operation["response"])
            for status in doc_info.get("success_status_codes", []):
                self._document_pagination_metadata(spec, doc["responses"][status])
        return doc
