from datetime import datetime, timezone

from flask import Blueprint, make_response
from flask_restful import Api, Resource, fields, marshal_with, reqparse
from flask_restful import abort as give_up
from flask_restful.inputs import date

bp = Blueprint("loans", __name__)
api = Api(bp, errors={"TooMany": {"message": "Too many loans", "status": 409}})

LOANS = {}


class TooMany(Exception):
    pass


class Upper(fields.Raw):
    def format(self, value):
        return value.upper()


loan_fields = {
    "reader": Upper(attribute="who"),
    "since": fields.DateTime(dt_format="iso8601"),
    "until": fields.DateTime,
    "fee": fields.Fixed(decimals=2, default="0.00"),
    "self": fields.Url("loans.loan"),
    "book": {
        "id": fields.Integer(attribute="book_id"),
        "label": fields.FormattedString("#{book_id}"),
    },
}

parser = reqparse.RequestParser(bundle_errors=True)
parser.add_argument("who", required=True, trim=True, location="form", help="Who? {error_msg}")
parser.add_argument("book_id", type=int, required=True, location="form")
parser.add_argument("until", type=date, location="form")
parser.add_argument("fee", choices=("1", "2.5"), location="form")


class Loan(Resource):
    method_decorators = [marshal_with(loan_fields)]

    def get(self, id):
        return LOANS.get(id) or give_up(404, message="No loan {}".format(id))

    def put(self, id):
        if len(LOANS) > 1:
            raise TooMany
        args = parser.parse_args()
        LOANS[id] = {"id": id, "since": datetime(2024, 2, 29, tzinfo=timezone.utc), **args}
        return LOANS[id], 201, {"Location": api.url_for(Loan, id=id)}


api.add_resource(Loan, "/loans/<string:id>", "/l/<string:id>")


@api.representation("text/csv")
def csv(data, code, headers=None):
    made = make_response(",".join(map(str, data)) + "\r\n", code)
    made.headers.extend(headers or {})
    return made


def init_app(app):
    app.register_blueprint(bp, url_prefix="/desk")
