"""flask-smorest's `@blp.response` and `@blp.alt_response`: a schema writes the answer, and the
document tells of it."""

from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any

from werkzeug.wrappers import Response as WerkzeugResponse

from lsp_server.migrate.profiles.smorest.pieces_docs import (
    SmorestDoc,
    SmorestView,
    smorest_notes,
    smorest_of_request,
    smorest_place_content,
    smorest_schema,
    smorest_set_status,
    smorest_unpacked,
    smorest_update,
    smorest_without_none,
    smorest_wrapped,
)
from lsp_server.migrate.runtime.context import current_app
from lsp_server.migrate.runtime.json import jsonify


class SmorestResponses:
    """The part of flask-smorest's Blueprint about answers."""

    def response(
        self, status_code: Any, schema: Any = None, **described: Any
    ) -> Callable[[SmorestView], SmorestView]:
        """Write what the view returns by the schema, with this status unless it gives another.

        `described` may be content_type, description, example, examples and headers; they are for
        the document only. Outgrow it: response_model of FastAPI's route.
        """
        schema = smorest_schema(schema)
        described_response = self._described_response(status_code, schema, **described)

        def decorator(view: SmorestView) -> SmorestView:
            @wraps(view)
            def wrapper(*args: Any, **kwargs: Any) -> Any:
                returned = current_app.ensure_sync(view)(*args, **kwargs)
                return self._written_response(returned, status_code, schema)

            self._note_response(wrapper, status_code, described_response, success=True)
            return wrapper

        return decorator

    def alt_response(
        self,
        status_code: Any,
        response: str | None = None,
        *,
        schema: Any = None,
        success: bool = False,
        **described: Any,
    ) -> Callable[[SmorestView], SmorestView]:
        """Describe another answer that the view may give: by its name, or as `response` does."""
        described_response: Any = response
        if response is None:
            schema = smorest_schema(schema)
            described_response = self._described_response(status_code, schema, **described)

        def decorator(view: SmorestView) -> SmorestView:
            wrapper = smorest_wrapped(view)
            self._note_response(wrapper, status_code, described_response, success)
            return wrapper

        return decorator

    def _described_response(
        self,
        status_code: Any,
        schema: Any,
        *,
        content_type: str | None = None,
        description: str | None = None,
        example: Any = None,
        examples: Any = None,
        headers: Any = None,
    ) -> SmorestDoc:
        if description is None:
            description = HTTPStatus(int(status_code)).phrase
        described = {
            "schema": self._make_doc_response_schema(schema),
            "description": description,
            "example": example,
            "examples": examples,
            "headers": headers,
        }
        return smorest_without_none(described) | {"content_type": content_type}

    @staticmethod
    def _note_response(
        view: SmorestView, status_code: Any, described_response: Any, success: bool
    ) -> None:
        """Remember an answer; several of one status are told apart by their content type."""
        notes = smorest_notes(view)
        responses = notes.setdefault("response", {}).setdefault("responses", {})
        responses.setdefault(status_code, []).append(described_response)
        if success:
            notes.setdefault("success_status_codes", []).append(status_code)

    def _written_response(self, returned: Any, status_code: Any, schema: Any) -> Any:
        body, status, headers = smorest_unpacked(returned)
        if isinstance(body, WerkzeugResponse):
            smorest_set_status(body, status, headers)
            return body
        written = body if schema is None else schema.dump(body)
        smorest_of_request()["result_dump"] = written
        response = jsonify(self._prepare_response_content(written))
        smorest_set_status(response, status, headers)
        if status is None:
            response.status_code = status_code
        return response

    @staticmethod
    def _make_doc_response_schema(schema: Any) -> Any:
        """The schema as the document shows it; for a subclass to wrap."""
        return schema

    @staticmethod
    def _prepare_response_content(data: Any) -> Any:
        """What is sent; for a subclass to wrap."""
        return data

    def _prepare_response_doc(
        self, doc: SmorestDoc, doc_info: SmorestDoc, *, api: Any, spec: Any, **kwargs: Any
    ) -> SmorestDoc:
        """Describe the answers, and the one that stands for all errors."""
        operation = doc_info.get("response", {})
        if api.DEFAULT_ERROR_RESPONSE_NAME:
            responses = operation.setdefault("responses", {})
            responses.setdefault("default", []).append(api.DEFAULT_ERROR_RESPONSE_NAME)
        if not operation:
            return doc
        default_type = api.DEFAULT_RESPONSE_CONTENT_TYPE
        if spec.openapi_version.major < 3:
            produced = _smorest_content_types(operation["responses"], default_type)
            if produced != {default_type}:
                operation["produces"] = [*produced]
        for status, described in operation["responses"].items():
            operation["responses"][status] = _smorest_one_response(described, spec, default_type)
        merged: SmorestDoc = smorest_update(doc, operation)
        return merged


def _smorest_content_types(responses: Mapping[Any, list[Any]], default_type: str) -> set[str]:
    return {
        (isinstance(response, Mapping) and response["content_type"]) or default_type
        for described in responses.values()
        for response in described
    }


def _smorest_one_response(described: list[Any], spec: Any, default_type: str) -> Any:
    """The answers of one status in one: a named one as it is, others merged, uppermost first."""
    merged: SmorestDoc = {}
    for response in reversed(described):
        if not isinstance(response, dict):
            return response
        content_type = response.pop("content_type") or default_type
        smorest_place_content(response, spec, content_type)
        merged = smorest_update(merged, response)
    return merged
