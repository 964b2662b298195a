"""flask-smorest's `@blp.arguments`: a schema reads the request, and the document tells of it."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, ClassVar

from lsp_server.migrate.profiles.smorest.pieces_docs import (
    SmorestDoc,
    SmorestView,
    smorest_notes,
    smorest_update,
    smorest_without_none,
    smorest_wrapped,
)
from lsp_server.migrate.profiles.webargs.pieces import WebargsParser


class SmorestArguments:
    """The part of flask-smorest's Blueprint about arguments."""

    ARGUMENTS_PARSER: ClassVar[Any] = WebargsParser()

    DEFAULT_LOCATION_CONTENT_TYPE_MAPPING: ClassVar[dict[str, str]] = {
        "json": "application/json",
        "form": "application/x-www-form-urlencoded",
        "files": "multipart/form-data",
    }

    def arguments(
        self,
        schema: Any,
        *,
        location: str = "json",
        content_type: str | None = None,
        required: bool = True,
        description: str | None = None,
        example: Any = None,
        examples: Any = None,
        **kwargs: Any,
    ) -> Callable[[SmorestView], SmorestView]:
        """Read arguments by the schema and pass them on; `kwargs` go to webargs' use_args.

        Outgrow it: a Pydantic model as a parameter of the view.
        """
        parameter = {"in": location, "required": required, "schema": schema}
        parameter |= smorest_without_none(
            {
                "content_type": content_type,
                "example": example,
                "examples": examples,
                "description": description,
            }
        )
        status = kwargs.get("error_status_code", self.ARGUMENTS_PARSER.DEFAULT_VALIDATION_STATUS)

        def decorator(view: SmorestView) -> SmorestView:
            wrapper = smorest_wrapped(view)
            notes = smorest_notes(wrapper).setdefault("arguments", {})
            notes.setdefault("parameters", []).append(parameter)
            notes.setdefault("responses", {})[status] = HTTPStatus(status).name
            read = self.ARGUMENTS_PARSER.use_args(schema, location=location, **kwargs)
            decorated: SmorestView = read(wrapper)
            return decorated

        return decorator

    def _prepare_arguments_doc(
        self, doc: SmorestDoc, doc_info: SmorestDoc, *, api: Any, spec: Any, **kwargs: Any
    ) -> SmorestDoc:
        """Describe the arguments. It comes first: those after it add to the parameters."""
        operation = doc_info.get("arguments")
        if not operation:
            return doc
        body = self._body_parameter(operation["parameters"])
        if body is not None:
            content_type = (
                body.pop("content_type", None)
                or self.DEFAULT_LOCATION_CONTENT_TYPE_MAPPING[body["in"]]
            )
            if spec.openapi_version.major >= 3:
                self._document_request_body(operation, body, content_type)
            elif content_type != api.DEFAULT_REQUEST_BODY_CONTENT_TYPE:
                operation["consumes"] = [content_type]
        merged: SmorestDoc = smorest_update(doc, operation)
        return merged

    def _body_parameter(self, parameters: list[Any]) -> SmorestDoc | None:
        """The first argument that is the request's body; there can be only one."""
        places = self.DEFAULT_LOCATION_CONTENT_TYPE_MAPPING
        bodies = (p for p in parameters if isinstance(p, dict) and p["in"] in places)
        return next(bodies, None)

    @staticmethod
    def _document_request_body(operation: SmorestDoc, body: SmorestDoc, content_type: str) -> None:
        """OpenAPI 3 has the body apart from the parameters."""
        content = {x: body.pop(x) for x in ("schema", "example", "examples") if x in body}
        operation["requestBody"] = {
            **{x: body[x] for x in ("description", "required") if x in body},
            "content": {content_type: content},
        }
        operation["parameters"].remove(body)
        if not operation["parameters"]:
            del operation["parameters"]
