"""Flask-RESTful 0.3.

`pieces_shared*` hold what Flask-RESTX does in the same way; its profile takes them, too.
"""

from lsp_server.migrate.profile import Profile

_PIECES = "lsp_server.migrate.profiles.restful"

_TOP = {
    "Api": "RestfulApi",
    "Resource": "RestfulResource",
    "abort": "restful_abort",
    "marshal": "restful_marshal",
    "marshal_with": "restful_marshal_with",
    "marshal_with_field": "restful_marshal_with_field",
    "output_json": "restful_output_json",
    "unpack": "restful_unpack",
    "fields": "RestfulFields",
    "inputs": "RestfulInputs",
    "reqparse": "RestfulReqparse",
}
_FIELDS = {
    "MarshallingException": "RestfulMarshallingException",
    "Raw": "RestfulRaw",
    "Nested": "RestfulNested",
    "List": "RestfulList",
    "String": "RestfulString",
    "Integer": "RestfulInteger",
    "Boolean": "RestfulBoolean",
    "Float": "RestfulFloat",
    "Arbitrary": "RestfulArbitrary",
    "Fixed": "RestfulFixed",
    "Price": "RestfulFixed",
    "FormattedString": "RestfulFormattedString",
    "Url": "RestfulUrl",
    "DateTime": "RestfulDateTime",
    "get_value": "restful_get_value",
    "marshal": "restful_marshal",
    "to_marshallable_type": "rest_as_mapping",
    "is_indexable_but_not_string": "rest_is_list_like",
}
_INPUTS = {
    "url": "restful_url_input",
    "boolean": "restful_boolean",
    "natural": "rest_natural",
    "positive": "rest_positive",
    "date": "rest_date",
    "iso8601interval": "rest_interval",
    "datetime_from_rfc822": "restful_datetime_from_rfc822",
    "datetime_from_iso8601": "restful_datetime_from_iso8601",
    "regex": "RestRegex",
    "int_range": "RestIntRange",
}
_REQPARSE = {
    "Argument": "RestfulArgument",
    "Namespace": "RestNamespace",
    "RequestParser": "RestfulRequestParser",
}

PROFILE = Profile(
    distribution="flask-restful",
    modules=("flask_restful",),
    exports={
        **{f"flask_restful.{name}": piece for name, piece in _TOP.items()},
        **{f"flask_restful.fields.{name}": piece for name, piece in _FIELDS.items()},
        **{f"flask_restful.inputs.{name}": piece for name, piece in _INPUTS.items()},
        # What the inputs were called before 0.3.
        "flask_restful.types": "RestfulInputs",
        **{f"flask_restful.types.{name}": piece for name, piece in _INPUTS.items()},
        **{f"flask_restful.reqparse.{name}": piece for name, piece in _REQPARSE.items()},
        "flask_restful.representations.json.output_json": "restful_output_json",
        "flask_restful.utils.cors": "RestCors",
        "flask_restful.utils.cors.crossdomain": "rest_crossdomain",
        "flask_restful.utils.http_status_message": "restful_status_message",
        "flask_restful.utils.unpack": "restful_unpack",
    },
    pieces=(
        f"{_PIECES}.pieces_shared",
        f"{_PIECES}.pieces_shared_api",
        f"{_PIECES}.pieces_shared_inputs",
        f"{_PIECES}.pieces_shared_reqparse",
        f"{_PIECES}.pieces",
        f"{_PIECES}.pieces_fields",
        f"{_PIECES}.pieces_inputs",
        f"{_PIECES}.pieces_reqparse",
    ),
    dependencies=("aniso8601>=0.82",),
    refused={
        "flask_restful.utils.crypto": (
            "It unpickles what it decrypts; keep it on Flask, or encrypt with `cryptography`."
        ),
    },
    notes=(
        "Moments that an argument was converted to carry `timezone.utc` in place of `pytz.UTC`.",
    ),
)
