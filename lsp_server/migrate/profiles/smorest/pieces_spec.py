"""flask-smorest's view of paths and fields, as plugins and functions for apispec."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import marshmallow
import werkzeug.routing
from apispec import BasePlugin
from webargs.fields import DelimitedList

SmorestParamSchema = Callable[[Any], dict[str, Any]]

_SMOREST_PATH_VARIABLE = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")


class SmorestUpload(marshmallow.fields.Field):  # type: ignore[type-arg]
    """A file in a form; `format` is for the document. In flask-smorest its name is Upload.

    Outgrow it: FastAPI's UploadFile.
    """

    def __init__(self, format: str = "binary", **kwargs: Any) -> None:
        self.format = format
        super().__init__(**kwargs)


def smorest_describe_upload(self: Any, field: Any, **kwargs: Any) -> dict[str, Any]:
    """How a document shows a file."""
    if not isinstance(field, SmorestUpload):
        return {}
    if self.openapi_version.major < 3:
        return {"type": "file"}
    return {"type": "string", "format": field.format}


def smorest_describe_delimited_list(self: Any, field: Any, **kwargs: Any) -> dict[str, Any]:
    """How a document shows a list in one parameter."""
    if not isinstance(field, DelimitedList):
        return {}
    if self.openapi_version.major < 3:
        return {"collectionFormat": "csv"}
    return {"explode": False, "style": "form"}


def _smorest_string(converter: Any) -> dict[str, Any]:
    """The lengths stand in the converter's expression only: `[^/]{1,}`."""
    shortest, *longest = re.findall(r"{([^}]*)}", converter.regex)[0].split(",")
    schema = {"type": "string", "minLength": int(shortest)}
    if not longest:
        return schema | {"maxLength": int(shortest)}
    return schema | ({"maxLength": int(longest[0])} if longest[0] else {})


def _smorest_number(kind: str, converter: Any) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": kind}
    if converter.max is not None:
        schema["maximum"] = converter.max
    if converter.min is not None:
        schema["minimum"] = converter.min
    if not converter.signed:
        schema["minimum"] = max(schema.get("minimum", 0), 0)
    return schema


def _smorest_integer(converter: Any) -> dict[str, Any]:
    return _smorest_number("integer", converter)


def _smorest_float(converter: Any) -> dict[str, Any]:
    return _smorest_number("number", converter)


def _smorest_any(converter: Any) -> dict[str, Any]:
    """The words stand in the converter's expression only, escaped: `(?:a|b\\-c)`."""
    words = converter.regex[3:-1].split("|")
    return {"type": "string", "enum": [re.sub(r"\\(.)", r"\1", word) for word in words]}


def _smorest_uuid(converter: Any) -> dict[str, Any]:
    return {"type": "string", "format": "uuid"}


def _smorest_other(converter: Any) -> dict[str, Any]:
    return {"type": "string"}


class SmorestPaths(BasePlugin):
    """Tells apispec of the app's rules. In flask-smorest its name is FlaskPlugin."""

    def __init__(self) -> None:
        super().__init__()
        self.openapi_version: Any = None
        self.converter_mapping: dict[type, SmorestParamSchema] = {
            werkzeug.routing.BaseConverter: _smorest_other,
            werkzeug.routing.AnyConverter: _smorest_any,
            werkzeug.routing.UnicodeConverter: _smorest_string,
            werkzeug.routing.IntegerConverter: _smorest_integer,
            werkzeug.routing.FloatConverter: _smorest_float,
            werkzeug.routing.UUIDConverter: _smorest_uuid,
        }

    def init_spec(self, spec: Any) -> None:
        """Remember which OpenAPI it is."""
        super().init_spec(spec)
        self.openapi_version = spec.openapi_version

    @staticmethod
    def flaskpath2openapi(path: str) -> str:
        """`/a/<int:n>` is `/a/{n}`."""
        return _SMOREST_PATH_VARIABLE.sub(r"{\1}", path)

    def register_converter(self, converter: type, func: SmorestParamSchema) -> None:
        """Describe the variables of this converter by `func(converter)`."""
        self.converter_mapping[converter] = func

    def rule_to_params(self, rule: Any) -> list[dict[str, Any]]:
        """The rule's variables, described."""
        defaults = rule.defaults or ()
        names = _SMOREST_PATH_VARIABLE.findall(rule.rule)
        return [self._described(rule, name) for name in names if name not in defaults]

    def _described(self, rule: Any, name: str) -> dict[str, Any]:
        converter = rule._converters[name]
        known = next(c for c in type(converter).__mro__ if c in self.converter_mapping)
        schema = self.converter_mapping[known](converter)
        param: dict[str, Any] = {"in": "path", "name": name, "required": True}
        return param | (schema if self.openapi_version.major < 3 else {"schema": schema})

    def path_helper(  # type: ignore[override]
        self, rule: Any, operations: Any, parameters: list[Any], **kwargs: Any
    ) -> str:
        """The rule's path; its variables join the parameters, where the app's own words win."""
        for param in self.rule_to_params(rule):
            told = next((p for p in parameters if _smorest_is_path(p, param["name"])), None)
            if told is None:
                parameters.append(param)
            else:
                told.update({**param, **told})
        return self.flaskpath2openapi(rule.rule)


def _smorest_is_path(parameter: Any, name: str) -> bool:
    return (
        isinstance(parameter, Mapping) and parameter["in"] == "path" and parameter["name"] == name
    )
