"""One API on flask-smorest, built of whatever `flask` and `ext` are: the real ones, or ours."""

from typing import Any

import marshmallow as ma
from webargs.fields import DelimitedList


class PetSchema(ma.Schema):
    id = ma.fields.Int(dump_only=True)
    name = ma.fields.String(required=True, validate=ma.validate.Length(min=1))
    born = ma.fields.Date()
    tags = ma.fields.List(ma.fields.String())


class PetQuerySchema(ma.Schema):
    name = ma.fields.String(metadata={"description": "Part of the name"})
    tag = ma.fields.List(ma.fields.String())
    ids = DelimitedList(ma.fields.Int())


class NoteSchema(ma.Schema):
    note = ma.fields.String(metadata={"description": "A word about it"})


class HeaderSchema(ma.Schema):
    token = ma.fields.String(required=True, data_key="X-Token")


def smorest_app(flask: Any, ext: Any, config: dict[str, Any]) -> Any:
    """The app with its Api."""
    app = flask.Flask("smorest_app")
    app.config.update(
        {
            "API_TITLE": "Pets 宠物",
            "API_VERSION": "v1",
            "OPENAPI_VERSION": "3.0.2",
            "OPENAPI_URL_PREFIX": "/",
            "OPENAPI_REDOC_PATH": "/redoc",
            "OPENAPI_REDOC_URL": "https://example/redoc.js",
            "OPENAPI_SWAGGER_UI_PATH": "swagger",
            "OPENAPI_SWAGGER_UI_URL": "https://example/swagger/",
            "OPENAPI_SWAGGER_UI_CONFIG": {"deepLinking": False},
            "OPENAPI_RAPIDOC_PATH": "/rapidoc",
            "OPENAPI_RAPIDOC_URL": "https://example/rapidoc.js",
            "OPENAPI_RAPIDOC_CONFIG": {"theme": "dark"},
            "PROPAGATE_EXCEPTIONS": False,
        }
        | config
    )
    api = ext.Api(app, spec_kwargs={"info": {"description": "All pets"}})
    has_examples = app.config["OPENAPI_VERSION"] != "2.0"
    pets = _pets(flask, ext, {"example": {"name": "Rex"}} if has_examples else {})
    shop = _shop(flask, ext)
    _nested(flask, ext, shop)
    api.register_blueprint(pets)
    told = [{"in": "path", "name": "shop", "schema": {"type": "string"}}]
    api.register_blueprint(shop, url_prefix="/shops/<int:shop>", parameters=told)
    return app


def _pets(flask: Any, ext: Any, example: dict[str, Any]) -> Any:
    blp = ext.Blueprint("pets", "pets", url_prefix="/pets", description="Operations on pets")
    store: dict[int, dict[str, Any]] = {
        n: {"id": n, "name": f"Pet {n}", "tags": ["a", "b"][: n % 3]} for n in range(1, 24)
    }

    @blp.route("/")
    class Pets(flask.views.MethodView):
        @blp.etag
        @blp.arguments(PetQuerySchema, location="query")
        @blp.response(200, PetSchema(many=True))
        @blp.paginate(ext.Page, page_size=5)
        def get(self, query: Any) -> Any:
            """List pets

            Those whose name has the query in it.
            ---
            Nobody reads this.
            """
            return [pet for pet in store.values() if query.get("name", "") in pet["name"]]

        @blp.arguments(PetSchema, description="The new pet", **example)
        @blp.response(201, PetSchema, description="The pet as it was stored")
        @blp.alt_response(409, schema=PetSchema, description="There is one of that name")
        @blp.doc(summary="Add a pet", operationId="addPet")
        def post(self, new: Any) -> Any:
            if any(pet["name"] == new["name"] for pet in store.values()):
                ext.abort(409, message="There is one.", errors={"name": new["name"]})
            pet = {"id": max(store) + 1, **new}
            store[pet["id"]] = pet
            return pet, {"X-Made": "yes"}

    @blp.route("/<int(min=1):pet_id>")
    @blp.etag
    class Pet(flask.views.MethodView):
        @blp.response(200, PetSchema)
        @blp.alt_response(404, "NOT_FOUND")
        def get(self, pet_id: int) -> Any:
            if pet_id not in store:
                ext.abort(404, message=f"No pet {pet_id}", headers={"X-Why": "gone"})
            return store[pet_id]

        @blp.arguments(PetSchema)
        @blp.response(200, PetSchema)
        def put(self, changed: Any, pet_id: int) -> Any:
            blp.check_etag(store[pet_id], PetSchema)
            store[pet_id].update(changed)
            blp.set_etag(store[pet_id], PetSchema)
            return store[pet_id]

        @blp.response(204)
        def delete(self, pet_id: int) -> None:
            blp.check_etag(store[pet_id], PetSchema())
            del store[pet_id]

    return blp


def _shop(flask: Any, ext: Any) -> Any:
    blp = ext.Blueprint("shop", "shop")
    photo = ext.fields.Upload(required=True, format="base64")
    photos = ma.Schema.from_dict({"photo": photo}, name="PhotosSchema")

    @blp.route("/pages")
    @blp.response(200, PetSchema(many=True))
    @blp.paginate(page=2, page_size=3, max_page_size=4)
    def pages(pagination_parameters: Any, shop: int) -> Any:
        wanted = pagination_parameters
        wanted.item_count = 10
        numbers = range(wanted.first_item, min(wanted.last_item, 9) + 1)
        return [{"id": n, "name": repr(wanted)} for n in numbers]

    @blp.route("/headers/<string(length=2):code>", tags=["Other"])
    @blp.arguments(HeaderSchema, location="headers", error_status_code=403)
    @blp.response(202)
    def headers(given: Any, shop: int, code: str) -> Any:
        return {"given": given, "code": code, "api": ext.current_api.spec.title}

    @blp.route("/upload/<any(cat, 'great-dane'):kind>/<float:x>/<uuid:u>", methods=["POST"])
    @blp.arguments(photos, location="files")
    @blp.arguments(NoteSchema, location="query", as_kwargs=True)
    @blp.response(200, content_type="text/plain", examples={"one": {"value": 1}})
    def upload(files: Any, kind: str, note: str = "", **path: Any) -> Any:
        photo = files["photo"]
        return (
            flask.Response(f"{photo.filename}: {photo.read()!r}, {note}, {kind}"),
            201,
            {"X": "1"},
        )

    @blp.route("/path/<path:rest>", methods=["GET", "PATCH"], endpoint="rest")
    @blp.alt_response(200, content_type="text/csv", description="As a table", success=True)
    @blp.response(200, ma.Schema.from_dict({"rest": ma.fields.Str()}, name="RestSchema"))
    def path(rest: str, shop: int) -> Any:
        """Show the rest"""
        if rest == "broken":
            raise ZeroDivisionError
        return {"rest": rest}

    return blp


def _nested(flask: Any, ext: Any, shop: Any) -> None:
    blp = ext.Blueprint("staff", "staff", url_prefix="/staff")

    @blp.route("/async")
    @blp.response(200, example={"a": 1}, headers={"X-H": {"schema": {"type": "string"}}})
    async def in_loop(shop: int) -> Any:
        return {"shop": shop}

    @blp.route("/tuple")
    @blp.response(200)
    def status_and_headers(shop: int) -> Any:
        return [shop], 203, {"X-Shop": str(shop)}

    shop.register_blueprint(blp)
