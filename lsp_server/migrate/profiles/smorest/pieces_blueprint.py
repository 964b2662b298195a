"""flask-smorest's Blueprint: a blueprint whose views are described in the Api's document."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from lsp_server.migrate.profiles.smorest.pieces_arguments import SmorestArguments
from lsp_server.migrate.profiles.smorest.pieces_docs import (
    SmorestDoc,
    SmorestView,
    smorest_docstring,
    smorest_notes,
    smorest_update,
    smorest_wrapped,
)
from lsp_server.migrate.profiles.smorest.pieces_etags import SmorestEtags
from lsp_server.migrate.profiles.smorest.pieces_pages import SmorestPagination
from lsp_server.migrate.profiles.smorest.pieces_responses import SmorestResponses
from lsp_server.migrate.runtime.blueprint import Blueprint
from lsp_server.migrate.runtime.views import MethodView


class SmorestBlueprint(
    Blueprint, SmorestArguments, SmorestResponses, SmorestPagination, SmorestEtags
):
    """flask-smorest's Blueprint. Its `route` takes a function or a MethodView.

    Outgrow it: an APIRouter, whose document FastAPI makes from the types.
    """

    DOCSTRING_INFO_DELIMITER = "---"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.description = kwargs.pop("description", "")
        super().__init__(*args, **kwargs)
        # What is known of each endpoint, by method, and under "parameters" of its path.
        self._docs: dict[str, SmorestDoc] = {}
        self._endpoints: list[str] = []
        self._prepare_doc_cbks = [
            self._prepare_arguments_doc,
            self._prepare_response_doc,
            self._prepare_pagination_doc,
            self._prepare_etag_doc,
        ]

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Any = None,
        provide_automatic_options: bool | None = None,
        *,
        parameters: list[Any] | None = None,
        tags: list[str] | None = None,
        **options: Any,
    ) -> None:
        """Add a view and remember what its decorators noted; each gets an endpoint of its own."""
        if view_func is None:
            raise TypeError("view_func must be provided")
        endpoint = endpoint or view_func.__name__
        if endpoint in self._endpoints:
            endpoint = f"{endpoint}_{len(self._endpoints)}"
        self._endpoints.append(endpoint)
        is_class = isinstance(view_func, type(MethodView))
        func = view_func.as_view(endpoint) if is_class else view_func
        super().add_url_rule(rule, endpoint, func, **options)
        self._store_endpoint_docs(endpoint, view_func, parameters, tags, **options)

    def route(  # type: ignore[override]
        self,
        rule: str,
        *,
        parameters: list[Any] | None = None,
        tags: list[str] | None = None,
        **options: Any,
    ) -> Callable[[Any], Any]:
        """Add the decorated function or MethodView."""

        def decorator(func: Any) -> Any:
            endpoint = options.pop("endpoint", None)
            self.add_url_rule(rule, endpoint, func, parameters=parameters, tags=tags, **options)
            return func

        return decorator

    def register_blueprint(self, blueprint: Any, **options: Any) -> None:
        """Nest another such blueprint, and describe its views with these."""
        name = options.get("name", blueprint.name)
        self._docs |= {f"{name}.{endpoint}": doc for endpoint, doc in blueprint._docs.items()}
        super().register_blueprint(blueprint, **options)

    def _store_endpoint_docs(
        self,
        endpoint: str,
        obj: Any,
        parameters: list[Any] | None,
        tags: list[str] | None,
        **options: Any,
    ) -> None:
        docs = self._docs.setdefault(endpoint, {})
        is_class = isinstance(obj, type(MethodView))
        allowed = options.get("methods", (obj.methods or ()) if is_class else ("GET",))
        for method in self.HTTP_METHODS:
            if method in allowed and (not is_class or method in (obj.methods or ())):
                view = getattr(obj, method.lower()) if is_class else obj
                docs[method.lower()] = self._store_view_docs(view, tags)
        docs["parameters"] = parameters

    def _store_view_docs(self, view: SmorestView, tags: list[str] | None) -> SmorestDoc:
        """The view's notes, a copy: apispec changes what it is given."""
        doc: SmorestDoc = deepcopy(getattr(view, "_apidoc", {}))
        doc["docstring"] = smorest_docstring(view.__doc__, self.DOCSTRING_INFO_DELIMITER)
        doc["tags"] = tags
        return doc

    def register_views_in_doc(
        self, api: Any, app: Any, spec: Any, *, name: str, parameters: list[Any] | None
    ) -> None:
        """Describe the views in the document of this Api; a blueprint may be in several."""
        for endpoint, docs in deepcopy(self._docs).items():
            of_path = [*(parameters or []), *(docs.pop("parameters") or [])]
            operations = {
                method: self._operation(doc, method, name, api=api, app=app, spec=spec)
                for method, doc in docs.items()
            }
            rule = next(app.url_map.iter_rules(f"{name}.{endpoint}"))
            spec.path(rule=rule, operations=operations, parameters=of_path)

    def _operation(self, doc: SmorestDoc, method: str, name: str, **where: Any) -> SmorestDoc:
        """One method of one view, described; what `doc` was given wins."""
        tags = doc.pop("tags")
        operation: SmorestDoc = {}
        for prepare in self._prepare_doc_cbks:
            operation = prepare(operation, doc, method=method, **where)
        operation.update(doc["docstring"])
        operation["tags"] = [name] if tags is None else tags
        described: SmorestDoc = smorest_update(operation, doc.get("manual_doc", {}))
        return described

    @staticmethod
    def doc(**kwargs: Any) -> Callable[[SmorestView], SmorestView]:
        """Say something about a view in the document, word for word."""

        def decorator(view: SmorestView) -> SmorestView:
            wrapper = smorest_wrapped(view)
            notes = smorest_notes(wrapper)
            notes["manual_doc"] = smorest_update(notes.get("manual_doc", {}), kwargs)
            return wrapper

        return decorator
