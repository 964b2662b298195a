"""Two APIs in one app, with everything that flask-smorest lets an app change."""

from typing import Any, ClassVar

import marshmallow as ma
from werkzeug.routing import BaseConverter


class Color(ma.fields.String):
    pass


class Size(ma.fields.Integer):
    pass


class ThingSchema(ma.Schema):
    color = Color()
    size = Size(metadata={"description": "In cm"})


class CodeConverter(BaseConverter):
    regex = "[A-Z]{3}"


def smorest_custom_app(flask: Any, ext: Any, folder: Any) -> Any:
    """The app; `folder` has a template for the page of Swagger UI."""
    app = flask.Flask("smorest_custom", root_path=str(folder))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.url_map.converters["code"] = CodeConverter
    for version in ("V1_", "V2_"):
        settings = {
            "API_TITLE": f"Things {version}",
            "OPENAPI_VERSION": "3.0.3",
            "OPENAPI_URL_PREFIX": version.lower(),
            "OPENAPI_SWAGGER_UI_PATH": "swagger",
            "OPENAPI_SWAGGER_UI_URL": "https://example/",
        }
        app.config.update({version + key: value for key, value in settings.items()})
    app.config["V2_ETAG_DISABLED"] = True
    first = _api(ext)(app, config_prefix="v1", spec_kwargs={"version": "1"})
    second = ext.Api(config_prefix=" v2 ", spec_kwargs={"version": "2"})
    for api in (first, second):
        api.register_field(Color, "string", "color")
        api.register_converter(CodeConverter, lambda converter: {"type": "string", "x-code": 1})
    second.init_app(app, spec_kwargs={"version": "2.1", "title": "never told"})
    second.register_field(Size, ma.fields.Float)
    first.register_blueprint(_things(flask, ext, "one"))
    second.register_blueprint(_things(flask, ext, "two"), url_prefix="/second", name="renamed")
    return app


def _api(ext: Any) -> Any:
    class Api(ext.Api):
        DEFAULT_ERROR_RESPONSE_NAME = None

        class ERROR_SCHEMA(ma.Schema):
            oops = ma.fields.String()

        def handle_http_exception(self, error: Any) -> Any:
            payload, code, headers = super().handle_http_exception(error)
            return {"oops": payload, "code": code}, code, headers

    return Api


def _things(flask: Any, ext: Any, name: str) -> Any:
    class Blueprint(ext.Blueprint):
        DEFAULT_PAGINATION_PARAMETERS: ClassVar[dict[str, int]] = {
            "page": 1,
            "page_size": 2,
            "max_page_size": 3,
        }
        DOCSTRING_INFO_DELIMITER = "%%"

        @staticmethod
        def _make_doc_response_schema(schema: Any) -> Any:
            if schema is None:
                return None
            wrapping = f"{'Many' if schema.many else 'One'}Of{name.title()}"
            return ma.Schema.from_dict({"data": ma.fields.Nested(schema)}, name=wrapping)

        @staticmethod
        def _prepare_response_content(data: Any) -> Any:
            return None if data is None else {"data": data}

        def _set_pagination_metadata(self, page_params: Any, result: Any, headers: Any) -> Any:
            flask.g.total = page_params.item_count
            return result, {**(headers or {}), "X-Total": str(page_params.item_count)}

        def _document_pagination_metadata(self, spec: Any, resp_doc: Any) -> None:
            resp_doc["headers"] = {"X-Total": {"schema": {"type": "integer"}}}

    blp = Blueprint(name, name, url_prefix=f"/{name}")
    blp.PAGINATION_HEADER_NAME = "X-Page" if name == "one" else None

    @blp.route("/<code:code>")
    @blp.etag
    @blp.response(200, ThingSchema(many=True))
    @blp.paginate(ext.Page)
    def things(code: str) -> Any:
        """All of a code

        And more.
        %% not this
        """
        return [{"color": f"{code}{n}", "size": n} for n in range(5)], {"X-Code": code}

    @blp.route("/<code:code>/nothing")
    @blp.response(200)
    def nothing(code: str) -> None:
        if code == "BAD":
            ext.abort(400, errors={"code": "bad"})
        blp.set_etag({"n": 1})

    @blp.route("/forgotten", methods=["PUT"])
    @blp.etag
    @blp.response(200, ThingSchema)
    def forgotten() -> Any:
        return {"color": "red"}

    @blp.before_request
    def refuse() -> Any:
        return ({"refused": True}, 403) if "refuse" in flask.request.args else None

    return blp
