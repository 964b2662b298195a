import flask_restx
from flask import request
from flask_restx import Namespace, Resource, fields, reqparse
from flask_restx.inputs import int_range, positive

ns = Namespace("books", description="The books")
authors = Namespace("authors")

author = ns.model("Author", {"name": fields.String(required=True), "born": fields.Integer(min=1)})
book = ns.model(
    "Book",
    {
        "id": fields.Integer(readonly=True),
        "title": fields.String(required=True, max_length=20),
        "author": fields.Nested(author, skip_none=True),
        "tags": fields.List(fields.String, attribute="labels"),
        "url": fields.Url("catalogue.books_book", absolute=False),
    },
)
listed = ns.clone("Listed", book, {"stars": fields.Float(default=None)})

BOOKS = {
    1: {"id": 1, "title": "Ulysses", "author": {"name": "Joyce", "born": None}, "labels": ["a"]},
    2: {"id": 2, "title": "红楼梦", "author": {"name": "曹雪芹"}, "labels": [], "stars": "4.5"},
}

paging = reqparse.RequestParser()
paging.add_argument("page", type=positive, default=1, location="args", help="Bad page.")
paging.add_argument("size", type=int_range(1, 2, "size"), default=2, location="args")
paging.add_argument("tag", action="split", location="args")


class Missing(Exception):
    pass


@ns.route("/")
class Books(Resource):
    @ns.expect(paging)
    @ns.marshal_list_with(listed, envelope="books")
    def get(self):
        args = paging.parse_args()
        found = [b for b in BOOKS.values() if not args.tag or set(args.tag) & set(b["labels"])]
        start = (args["page"] - 1) * args["size"]
        return found[start : start + args["size"]], 200, {"X-Total": str(len(found))}

    @ns.expect(book)
    @ns.marshal_with(book, code=201)
    def post(self):
        """Add a book."""
        number = max(BOOKS) + 1
        BOOKS[number] = {"labels": ["new"], **ns.payload, "id": number}
        return BOOKS[number], 201


@ns.route("/<int:id>")
@ns.response(404, "There is none")
class Book(Resource):
    @ns.marshal_with(book)
    def get(self, id):
        if id not in BOOKS:
            raise Missing("No book %d" % id)
        return BOOKS[id]

    def delete(self, id):
        if BOOKS.pop(id, None) is None:
            flask_restx.abort(410, "Gone", id=id)
        return "", 204


@authors.route("/", "/all")
class Authors(flask_restx.Resource):
    @authors.doc(params={"q": "A part of the name"})
    def get(self):
        q = request.args.get("q", "")
        names = sorted(b["author"]["name"] for b in BOOKS.values() if b.get("author"))
        return flask_restx.marshal([{"name": n} for n in names if q in n], author, skip_none=True)
