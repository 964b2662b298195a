"""Flask-RESTX's models: fields that answers are written by and payloads checked with."""

from __future__ import annotations

import json
import re
import warnings
from collections import OrderedDict
from collections.abc import Sequence
from copy import deepcopy
from functools import cached_property
from http import HTTPStatus
from typing import Any, ClassVar

from jsonschema.exceptions import ValidationError as JsonSchemaError
from jsonschema.validators import validator_for

from lsp_server.migrate.profiles.restful.pieces_shared import rest_instance
from lsp_server.migrate.profiles.restx.pieces_errors import restx_abort, restx_not_none
from lsp_server.migrate.profiles.restx.pieces_mask import RestxMask


class RestxModelBase:
    """A named schema. Outgrow it: a Pydantic model."""

    _schema: Any

    def __init__(self, name: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.__apidoc__: dict[str, Any] = {"name": name}
        self.name = name
        self.__parents__: Sequence[Any] = []

        def inherit(name: str, *parents: Any) -> Any:
            return type(self).inherit(name, self, *parents)

        # Called on a model, `inherit` puts that model first; called on the class, nothing.
        self.__dict__["inherit"] = inherit

    @property
    def ancestors(self) -> set[str]:
        """The names of this model and of all that it inherits from."""
        return {self.name}.union(*(parent.ancestors for parent in self.__parents__))

    def get_parent(self, name: str) -> Any:
        """The ancestor of that name.

        Raises:
            ValueError: There is none.
        """
        if self.name == name:
            return self
        for parent in self.__parents__:
            if name in parent.ancestors:
                return parent.get_parent(name)
        raise ValueError(f"Parent {name} not found")

    @property
    def __schema__(self) -> dict[str, Any]:
        schema: dict[str, Any] = self._schema
        if not self.__parents__:
            return schema
        refs = [{"$ref": f"#/definitions/{parent.name}"} for parent in self.__parents__]
        return {"allOf": [*refs, schema]}

    @classmethod
    def inherit(cls, name: str, *parents: Any) -> Any:
        """A model with the last argument's fields, that is all that the others are, too."""
        model = cls(name, parents[-1])
        model.__parents__ = parents[:-1]
        return model

    def validate(self, data: Any, resolver: Any = None, format_checker: Any = None) -> None:
        """Check a payload; what is wrong with it ends the request.

        `resolver` holds the schemas of all models by name.
        """
        schema = self.__schema__
        if resolver and '"$ref"' in json.dumps(schema):
            base = {"$id": "http://localhost/schema.json", "definitions": dict(resolver)}
            schema = {**base, **schema}
        validator = validator_for(schema)(schema, format_checker=format_checker)
        try:
            validator.validate(data)
        except JsonSchemaError:
            restx_abort(
                HTTPStatus.BAD_REQUEST,
                message="Input payload validation failed",
                errors=dict(self.format_error(error) for error in validator.iter_errors(data)),
            )

    def format_error(self, error: Any) -> tuple[str, str]:
        """The dotted path of what is wrong, and what is."""
        path = list(error.path)
        if error.validator == "required":
            missing = re.match(r"u?'(?P<name>.*)' is a required property", error.message, re.I)
            assert missing is not None, "jsonschema names the missing property"
            path.append(missing.group("name"))
        return ".".join(str(part) for part in path), error.message


class RestxRawModel(RestxModelBase):
    """Fields by name."""

    wrapper: ClassVar[Any] = dict

    def __init__(self, name: str, *args: Any, **kwargs: Any) -> None:
        mask = kwargs.pop("mask", None)
        self.__mask__ = RestxMask(mask) if mask and not isinstance(mask, RestxMask) else mask
        self.__strict__ = kwargs.pop("strict", False)
        super().__init__(name, *args, **kwargs)

        def clone(name: str, *parents: Any) -> Any:
            return type(self).clone(name, self, *parents)

        # As `inherit`.
        self.__dict__["clone"] = clone

    @property
    def _schema(self) -> dict[str, Any]:
        fields = {name: rest_instance(field) for name, field in self.restx_fields()}
        properties = self.wrapper()
        discriminator = None
        for name, field in fields.items():
            properties[name] = field.__schema__
            if getattr(field, "discriminator", False):
                discriminator = name
        definition: dict[str, Any] = {
            "required": sorted(name for name, field in fields.items() if field.required) or None,
            "properties": properties,
            "discriminator": discriminator,
            "x-mask": str(self.__mask__) if self.__mask__ else None,
            "type": "object",
            "additionalProperties": False if self.__strict__ else None,
        }
        return restx_not_none(definition)

    def restx_fields(self) -> Any:
        return self.items()  # type: ignore[attr-defined]

    @cached_property
    def resolved(self) -> Any:
        """The model's own fields and those of its parents, as they are marshalled."""
        resolved: Any = deepcopy(self)
        for parent in self.__parents__:
            resolved.update(parent.resolved)
        candidates = [field for field in resolved.values() if getattr(field, "discriminator", None)]
        if len(candidates) > 1:
            raise ValueError("There can only be one discriminator by schema")
        if candidates:
            candidates[0].default = self.name
        return resolved

    def extend(self, name: str, fields: Any) -> Any:
        """`clone`'s older name."""
        warnings.warn(
            "extend is is deprecated, use clone instead", DeprecationWarning, stacklevel=2
        )
        several = fields if isinstance(fields, list | tuple) else (fields,)
        return self.clone(name, *several)

    @classmethod
    def clone(cls, name: str, *parents: Any) -> Any:
        """A model with copies of all the fields."""
        fields = cls.wrapper()
        for parent in parents:
            fields.update(deepcopy(parent))
        return cls(name, fields)

    def __deepcopy__(self, memo: Any) -> Any:
        fields = [(key, deepcopy(value, memo)) for key, value in self.restx_fields()]
        model = type(self)(self.name, fields, mask=self.__mask__, strict=self.__strict__)
        model.__parents__ = self.__parents__
        return model

    def __str__(self) -> str:
        return f"Model({self.name},{{{','.join(key for key, _ in self.restx_fields())}}})"


class RestxModel(RestxRawModel, dict[str, Any]):
    """Fields by name, as `api.model` makes them."""


class RestxOrderedModel(RestxRawModel, OrderedDict[str, Any]):
    """Fields by name and in order, as `api.model` makes them on an ordered API."""

    wrapper: ClassVar[Any] = OrderedDict


class RestxSchemaModel(RestxModelBase):
    """A model that is written as JSON schema."""

    def __init__(self, name: str, schema: Any = None) -> None:
        super().__init__(name)
        self._schema = schema or {}

    def __str__(self) -> str:
        return f"SchemaModel({self.name},{self._schema})"
