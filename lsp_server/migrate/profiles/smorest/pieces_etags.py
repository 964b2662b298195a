"""flask-smorest's `@blp.etag`: which version of a thing was sent, and which is to be changed."""

import hashlib
import warnings
from functools import wraps
from http import HTTPStatus
from typing import Any, ClassVar

from lsp_server.migrate.profiles.smorest.pieces_docs import (
    SmorestDoc,
    SmorestNotModified,
    SmorestPreconditionFailed,
    SmorestPreconditionRequired,
    SmorestView,
    smorest_current_api,
    smorest_notes,
    smorest_of_request,
    smorest_schema,
    smorest_update,
)
from lsp_server.migrate.runtime.context import current_app, request
from lsp_server.migrate.runtime.views import MethodView

SMOREST_IF_NONE_MATCH: dict[str, Any] = {
    "name": "If-None-Match",
    "in": "header",
    "description": "Tag to check against",
    "schema": {"type": "string"},
}
SMOREST_IF_MATCH: dict[str, Any] = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "Tag to check against",
    "schema": {"type": "string"},
}
SMOREST_ETAG_HEADER: dict[str, Any] = {
    "description": "Tag for the returned entry",
    "schema": {"type": "string"},
}


def _smorest_etag_of_request() -> dict[str, Any]:
    notes: dict[str, Any] = smorest_of_request().setdefault("etag", {})
    return notes


class SmorestEtags:
    """The part of flask-smorest's Blueprint about versions."""

    # The order in which a document shows them.
    HTTP_METHODS: ClassVar[list[str]] = [
        "OPTIONS",
        "HEAD",
        "GET",
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
    ]
    METHODS_CHECKING_NOT_MODIFIED: ClassVar[list[str]] = ["GET", "HEAD"]
    METHODS_NEEDING_CHECK_ETAG: ClassVar[list[str]] = ["PUT", "PATCH", "DELETE"]
    METHODS_ALLOWING_SET_ETAG: ClassVar[list[str]] = ["GET", "HEAD", "POST", "PUT", "PATCH"]
    ETAG_INCLUDE_HEADERS: ClassVar[list[str]] = ["X-Pagination"]

    def etag(self, obj: Any) -> Any:
        """Send and check versions in a view, or in all methods of a MethodView."""
        return self._decorate_view_func_or_method_view(self._etag_view, obj)

    def _etag_view(self, view: SmorestView) -> SmorestView:
        @wraps(view)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            enabled = self._is_etag_enabled()
            if enabled:
                self._check_precondition()
            response = current_app.ensure_sync(view)(*args, **kwargs)
            if enabled:
                self._verify_check_etag()
                self._set_etag_in_response(response)
            return response

        smorest_notes(wrapper)["etag"] = True
        return wrapper

    def _decorate_view_func_or_method_view(self, decorator: Any, obj: Any) -> Any:
        if not isinstance(obj, type(MethodView)):
            return decorator(obj)
        for method in self.HTTP_METHODS:
            if method in (obj.methods or ()):
                setattr(obj, method.lower(), decorator(getattr(obj, method.lower())))
        return obj

    @staticmethod
    def _generate_etag(etag_data: Any, extra_data: Any = None) -> str:
        """The version of data: a hash of its JSON, as the app writes it."""
        if extra_data:
            etag_data = (etag_data, extra_data)
        written = current_app.json.dumps(etag_data, sort_keys=True)
        return hashlib.sha1(written.encode()).hexdigest()

    def _check_precondition(self) -> None:
        if request.method in self.METHODS_NEEDING_CHECK_ETAG and not request.if_match:
            raise SmorestPreconditionRequired

    def check_etag(self, etag_data: Any, etag_schema: Any = None) -> None:
        """Answer 412 unless the request is about this version. The view must call it."""
        if request.method not in self.METHODS_NEEDING_CHECK_ETAG:
            warnings.warn(f"ETag cannot be checked on {request.method} request.", stacklevel=2)
        if not self._is_etag_enabled():
            return
        if etag_schema is not None:
            etag_data = smorest_schema(etag_schema).dump(etag_data)
        new_etag = self._generate_etag(etag_data)
        _smorest_etag_of_request()["etag_checked"] = True
        if new_etag not in request.if_match:
            raise SmorestPreconditionFailed

    def _is_etag_enabled(self) -> bool:
        return not smorest_current_api.config.get("ETAG_DISABLED", False)

    def _verify_check_etag(self) -> None:
        """Warn the developer whose view forgot to call check_etag."""
        checked = _smorest_etag_of_request().get("etag_checked")
        if request.method in self.METHODS_NEEDING_CHECK_ETAG and not checked:
            warnings.warn(
                f"ETag not checked in endpoint {request.endpoint} on {request.method} request.",
                stacklevel=3,
            )

    def _check_not_modified(self, etag: str) -> None:
        is_read = request.method in self.METHODS_CHECKING_NOT_MODIFIED
        if is_read and etag in request.if_none_match:
            raise SmorestNotModified

    def set_etag(self, etag_data: Any, etag_schema: Any = None) -> None:
        """Say which version is sent, and answer 304 if the client has it."""
        if request.method not in self.METHODS_ALLOWING_SET_ETAG:
            warnings.warn(f"ETag cannot be set on {request.method} request.", stacklevel=2)
        if not self._is_etag_enabled():
            return
        if etag_schema is not None:
            etag_data = smorest_schema(etag_schema).dump(etag_data)
        new_etag = self._generate_etag(etag_data)
        self._check_not_modified(new_etag)
        _smorest_etag_of_request()["etag"] = new_etag

    def _set_etag_in_response(self, response: Any) -> None:
        if request.method not in self.METHODS_ALLOWING_SET_ETAG:
            return
        new_etag = _smorest_etag_of_request().get("etag")
        if new_etag is None:
            headers = ((k, v) for k, v in response.headers if k in self.ETAG_INCLUDE_HEADERS)
            new_etag = self._generate_etag(smorest_of_request()["result_dump"], tuple(headers))
            self._check_not_modified(new_etag)
        response.set_etag(new_etag)

    def _prepare_etag_doc(
        self,
        doc: SmorestDoc,
        doc_info: SmorestDoc,
        *,
        api: Any,
        spec: Any,
        method: str,
        **kwargs: Any,
    ) -> SmorestDoc:
        if not doc_info.get("etag", False) or api.config.get("ETAG_DISABLED", False):
            return doc
        method = method.upper()
        statuses: list[int] = []
        if method in self.METHODS_CHECKING_NOT_MODIFIED:
            statuses += [304]
            doc.setdefault("parameters", []).append("IF_NONE_MATCH")
        if method in self.METHODS_NEEDING_CHECK_ETAG:
            statuses += [412, 428]
            doc.setdefault("parameters", []).append("IF_MATCH")
        if method in self.METHODS_ALLOWING_SET_ETAG:
            header = SMOREST_ETAG_HEADER if spec.openapi_version.major < 3 else "ETAG"
            for status in doc_info.get("success_status_codes", []):
                doc["responses"][status].setdefault("headers", {})["ETag"] = header
        if not statuses:
            return doc
        responses = {status: HTTPStatus(status).name for status in statuses}
        merged: SmorestDoc = smorest_update(doc, {"responses": responses})
        return merged
