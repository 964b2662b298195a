"""Flask-RESTX 1.3."""

from lsp_server.migrate.profile import ByDesign, Profile

_SHARED = "lsp_server.migrate.profiles.restful"
_PIECES = "lsp_server.migrate.profiles.restx"

_TOP = {
    "Api": "RestxApi",
    "Resource": "RestxResource",
    "Namespace": "RestxNamespace",
    "abort": "restx_abort",
    "apidoc": "RestxApidoc",
    "apidoc.apidoc": "restx_apidoc",
    "apidoc.ui_for": "restx_ui_for",
    "cors": "RestCors",
    "cors.crossdomain": "rest_crossdomain",
    "errors.abort": "restx_abort",
    "marshal": "restx_marshal",
    "marshal_with": "restx_marshal_with",
    "marshal_with_field": "restx_marshal_with_field",
    "Mask": "RestxMask",
    "Model": "RestxModel",
    "OrderedModel": "RestxOrderedModel",
    "SchemaModel": "RestxSchemaModel",
    "RestError": "RestxRestError",
    "SpecsError": "RestxSpecsError",
    "ValidationError": "RestxValidationError",
    "Swagger": "RestxSwagger",
    "fields": "RestxFields",
    "inputs": "RestxInputs",
    "reqparse": "RestxReqparse",
}
# What a module has of another stands with both: editors complete `flask_restx.api.Resource`.
_MODULES = {
    "api": ("Api", "Namespace", "Resource", "Swagger", "SwaggerView", "output_json", "unpack"),
    "errors": ("RestError", "SpecsError", "ValidationError"),
    "marshalling": ("marshal", "marshal_with", "marshal_with_field"),
    "mask": ("Mask", "MaskError", "ParseError"),
    "model": ("Model", "ModelBase", "OrderedModel", "RawModel", "SchemaModel"),
    "namespace": (
        "Model",
        "Namespace",
        "OrderedModel",
        "RequestParser",
        "SchemaModel",
        "abort",
        "marshal",
        "marshal_with",
        "merge",
    ),
    "representations": ("output_json",),
    "resource": ("Resource",),
    "swagger": ("Swagger",),
    "utils": ("camel_to_dash", "default_id", "merge", "not_none", "unpack"),
    "fields": (
        "Arbitrary",
        "Boolean",
        "ClassName",
        "Date",
        "DateTime",
        "Fixed",
        "Float",
        "FormattedString",
        "Integer",
        "List",
        "MarshallingError",
        "MinMaxMixin",
        "Nested",
        "NumberMixin",
        "Polymorph",
        "Raw",
        "String",
        "StringMixin",
        "Url",
        "Wildcard",
        "get_value",
        "marshal",
    ),
    "inputs": (
        "URL",
        "boolean",
        "date_from_iso8601",
        "datetime_from_iso8601",
        "datetime_from_rfc822",
        "email",
        "int_range",
        "ip",
        "ipv4",
        "ipv6",
        "iso8601interval",
        "natural",
        "positive",
        "regex",
        "url",
    ),
    "reqparse": ("Argument", "RequestParser", "abort", "marshal"),
}
# Where a name in the helper is not the name in the extension behind `Restx` or `restx_`.
_RENAMED = {
    "fields.to_marshallable_type": "rest_as_mapping",
    "fields.is_indexable_but_not_string": "rest_is_list_like",
    "inputs.date": "restx_date_input",
    "inputs.email": "RestxEmail",
    "inputs.int_range": "RestxIntRange",
    "inputs.regex": "RestxRegex",
    "inputs.url": "restx_url",
    "mask.apply": "restx_apply_mask",
    "reqparse.ParseResult": "RestNamespace",
}
_NO_FILES = "Take `apidoc.apidoc`; the files of the page come from their makers."


def restx_exports(module: str) -> dict[str, str]:
    """The names of Flask-RESTX under its own module or that of what it grew out of."""
    inner = {
        f"{part}.{name}": f"Restx{name}" if name[0].isupper() else f"restx_{name}"
        for part, names in _MODULES.items()
        for name in names
    }
    return {f"{module}.{name}": piece for name, piece in {**_TOP, **inner, **_RENAMED}.items()}


def restx_libraries(module: str) -> dict[str, str]:
    """What it has a copy of, from when Python 2 had none."""
    places = ("_http", "api", "errors", "model", "namespace", "reqparse", "swagger", "utils")
    return {f"{module}.{place}.HTTPStatus": "http.HTTPStatus" for place in places}


PROFILE = Profile(
    distribution="flask-restx",
    modules=("flask_restx",),
    exports=restx_exports("flask_restx"),
    pieces=(
        f"{_SHARED}.pieces_shared",
        f"{_SHARED}.pieces_shared_api",
        f"{_SHARED}.pieces_shared_inputs",
        f"{_SHARED}.pieces_shared_reqparse",
        f"{_PIECES}.pieces_errors",
        f"{_PIECES}.pieces_mask",
        f"{_PIECES}.pieces_marshalling",
        f"{_PIECES}.pieces_model",
        f"{_PIECES}.pieces_inputs_hosts",
        f"{_PIECES}.pieces_inputs",
        f"{_PIECES}.pieces_fields",
        f"{_PIECES}.pieces_fields_kinds",
        f"{_PIECES}.pieces_fields_values",
        f"{_PIECES}.pieces_reqparse",
        f"{_PIECES}.pieces_namespace",
        f"{_PIECES}.pieces_swagger_parts",
        f"{_PIECES}.pieces_swagger_answers",
        f"{_PIECES}.pieces_swagger",
        f"{_PIECES}.pieces_doc_page",
        f"{_PIECES}.pieces_error_answers",
        f"{_PIECES}.pieces",
    ),
    dependencies=("aniso8601>=0.82", "jsonschema>=4.18"),
    refused={
        "flask_restx.apidoc.Apidoc": _NO_FILES,
        "flask_restx.postman": "A Postman collection is not made; Postman imports `swagger.json`.",
        "flask_restx.schemas": "Check `swagger.json` in a test with `openapi-spec-validator`.",
    },
    libraries=restx_libraries("flask_restx"),
    notes=(
        "The documentation page is FastAPI's Swagger UI, and takes its files from cdn.jsdelivr.net"
        " (`/swaggerui/...` redirects there): the page's HTML differs, `swagger.json` does not.",
        "In `swagger.json` the methods of a path stand in the alphabet's order; in Flask-RESTX it"
        " changed with every start, and with it the order of the definitions.",
        "JSON is written by Python's `json`; where `ujson` was installed, Flask-RESTX wrote by it.",
        "`api.as_postman()` is not there; Postman imports `swagger.json`.",
    ),
    differs=ByDesign(
        endpoints=(r"(^|\.)doc$", r"^restx_doc\.static$"), unordered=(r"(^|\.)specs$",)
    ),
)
