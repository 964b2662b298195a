"""Flask-Marshmallow's API, with the extension and with our pieces."""

from __future__ import annotations

import io
import tempfile
from types import SimpleNamespace
from typing import Any

import marshmallow
import pytest
from werkzeug.datastructures import FileStorage

from lsp_server.migrate.profiles.flask_marshmallow import PROFILE
from lsp_server.migrate.profiles.sqlalchemy import PROFILE as SQLALCHEMY
from tests.migrate.profiles.stories import Kit, answer, told_twice


def _app(kit: Kit) -> tuple[Any, Any]:
    app = kit["flask.Flask"]("shop")
    app.config["GREETING"] = "你好"
    ma = kit["flask_marshmallow.Marshmallow"](app)

    @app.route("/books/<int:id>")
    def book(id: int) -> Any:
        return str(id)

    @app.route("/authors/<name>/<int:id>")
    def author(name: str, id: int) -> Any:
        return name

    return app, ma


def test_links_are_looked_up_in_the_object() -> None:
    def story(kit: Kit) -> Any:
        app, ma = _app(kit)

        class BookSchema(ma.Schema):  # type: ignore[name-defined]
            id = ma.Integer()
            url = ma.URLFor("book", values={"id": "<id>", "page": 2, "none": None})
            far = ma.AbsoluteURLFor("book", values={"id": " < id > "})
            bare = ma.AbsoluteUrlFor("book", {"id": 1})
            author = ma.UrlFor("author", values={"name": "<author.name>", "id": "<author.id>"})
            links = ma.Hyperlinks(
                {
                    "self": ma.URLFor("book", values={"id": "<id>"}),
                    "all": [ma.URLFor("book", values={"id": "<id>"}), {"text": "x"}],
                }
            )
            greeting = ma.Config("GREETING")

        def dump(book: Any) -> Any:
            try:
                return BookSchema().dump(book)
            except Exception as error:  # noqa: BLE001 - both must raise the same
                return type(error).__name__, str(error).partition(" of ")[0]

        ann = {"name": "Ann B", "id": 7}
        books = [
            {"id": 1, "author": ann},
            SimpleNamespace(id=2, author=SimpleNamespace(**ann)),
            {"id": 3, "author": None},
            {"id": None, "author": ann},
            {"id": 4},
            {"id": "x", "author": ann},
        ]
        with app.test_request_context("/"):
            return [dump(book) for book in books]

    told = told_twice(story, PROFILE)
    assert told[0]["author"] == "/authors/Ann%20B/7"
    assert told[2]["author"] is None
    assert told[4][0] == "AttributeError"


def test_schemas_answer_json() -> None:
    def story(kit: Kit) -> Any:
        app, ma = _app(kit)

        base: Any = kit["flask_marshmallow.Schema"]

        class Book(base):
            id = ma.Integer(required=True)
            title = ma.String()

        @app.route("/one")
        def one() -> Any:
            return Book().jsonify({"id": 1, "title": "中"}), 201

        @app.route("/many")
        def many() -> Any:
            return Book(many=True).jsonify([{"id": 1}, {"id": 2}])

        @app.route("/load", methods=["POST"])
        def load() -> Any:
            try:
                return Book().jsonify(Book().load(kit["flask.request"].get_json()))
            except marshmallow.ValidationError as error:
                return error.messages, 422

        client = app.test_client()
        bodies: list[Any] = [{"id": 5}, {"title": 1}, [], {"id": "x", "more": 1}]
        answers = [answer(client.post("/load", json=body)) for body in bodies]
        return [answer(client.get(path)) for path in ("/one", "/many")] + answers

    told = told_twice(story, PROFILE)
    assert [status for status, _, _ in told] == [201, 200, 200, 422, 422, 422]


def test_models_have_schemas() -> None:
    def story(kit: Kit) -> Any:
        app = kit["flask.Flask"]("shop")
        app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
        db = kit["flask_sqlalchemy.SQLAlchemy"](app)
        ma = kit["flask_marshmallow.Marshmallow"](app)

        class Author(db.Model):  # type: ignore[name-defined]
            id = db.Column(db.Integer, primary_key=True)
            name = db.Column(db.String(20), nullable=False)
            books = db.relationship("Book", backref="author")

        class Book(db.Model):  # type: ignore[name-defined]
            id = db.Column(db.Integer, primary_key=True)
            author_id = db.Column(db.ForeignKey("author.id"))

        class BookSchema(ma.SQLAlchemyAutoSchema):  # type: ignore[name-defined]
            class Meta:
                model = Book
                include_fk = True
                load_instance = True

            author = ma.HyperlinkRelated("author")

        class AuthorSchema(ma.SQLAlchemySchema):  # type: ignore[name-defined]
            class Meta:
                model = Author
                load_instance = True

            id = ma.auto_field()
            name = ma.auto_field()
            books = ma.Nested(BookSchema, many=True, exclude=("author",))

        @app.route("/authors/<int:id>")
        def author(id: int) -> Any:
            return AuthorSchema().jsonify(db.get_or_404(Author, id))

        @app.route("/books/<int:id>")
        def book(id: int) -> Any:
            return BookSchema().jsonify(db.get_or_404(Book, id))

        @app.route("/<kind>", methods=["POST"])
        def add(kind: str) -> Any:
            schema: Any = {"authors": AuthorSchema, "books": BookSchema}[kind]()
            try:
                row = schema.load(kit["flask.request"].get_json())
            except marshmallow.ValidationError as error:
                return error.messages, 422
            db.session.add(row)
            db.session.commit()
            return schema.jsonify(row)

        with app.app_context():
            db.create_all()
        client = app.test_client()
        posts = [
            ("/authors", {"name": "Ann"}),
            ("/authors", {"name": None}),
            ("/authors", {"id": 1, "name": "Bea"}),
            ("/books", {"author": "/authors/1"}),
            ("/books", {"author": "/books/1"}),
        ]
        told = [answer(client.post(path, json=body)) for path, body in posts]
        return told + [answer(client.get(path)) for path in ("/authors/1", "/books/1", "/books/9")]

    told = told_twice(story, SQLALCHEMY, PROFILE)
    assert [status for status, _, _ in told] == [200, 422, 200, 200, 422, 200, 200, 404]


def test_the_namespace_has_the_fields() -> None:
    def story(kit: Kit) -> Any:
        _, ma = _app(kit)
        fields = kit["flask_marshmallow.fields"]
        names = ("URLFor", "UrlFor", "AbsoluteURLFor", "AbsoluteUrlFor", "Hyperlinks")
        with pytest.raises(AttributeError):
            _ = ma.Nonsense
        same = [getattr(ma, name) is getattr(fields, name) for name in names]
        return same, ma.File is fields.File, ma.Email is marshmallow.fields.Email

    assert told_twice(story, PROFILE)[2]


def _upload(size: int, name: str | None = "a.PNG", spooled: bool = False) -> FileStorage:
    stream: Any = tempfile.SpooledTemporaryFile(max_size=10) if spooled else io.BytesIO()  # noqa: SIM115
    stream.write(b"x" * size)
    stream.seek(0)
    return FileStorage(stream, filename=name)


def test_files_are_checked() -> None:
    def story(kit: Kit) -> Any:
        size, kind = (
            kit[f"flask_marshmallow.validate.{name}"] for name in ("FileSize", "FileType")
        )
        field = kit["flask_marshmallow.fields.File"]
        validators = [
            size(min="1 KiB"),
            size(max="1 kB"),
            size(max="8 kb", max_inclusive=False),
            size(min="1000 B", max="1 MiB", min_inclusive=False),
            size(min="2 kB", error="{input.filename}: {min}"),
            kind([".png"]),
            kind([".JPG"], error="no: {extensions}"),
        ]
        told: list[Any] = []
        for length in (0, 999, 1000, 1024, 3000):
            for validate in validators:
                for spooled in (False, True):
                    file = _upload(length, spooled=spooled)
                    try:
                        told.append(validate(file) is file)
                    except marshmallow.ValidationError as error:
                        told.append(error.messages)
                    file.close()
        attempts: list[Any] = [
            lambda: size(min="x"),
            lambda: size(max="1e+.5 B"),
            lambda: size(min="1 B")("text"),
            lambda: kind([".png"])(None),
            lambda: kind([".png"])(_upload(1, None)),
            lambda: kind([".png"])(_upload(1, "png")),
            lambda: field(required=True).deserialize([]),
            lambda: field().deserialize("text"),
        ]
        for attempt in attempts:
            with pytest.raises((ValueError, TypeError, marshmallow.ValidationError)) as raised:
                attempt()
            told.append((type(raised.value).__name__, str(raised.value)))
        told.append(repr(validators[0]).partition("(")[2])
        told.append(sorted(field().metadata.items()))
        return told

    assert ["Must be greater than or equal to 1 KiB."] in told_twice(story, PROFILE)
