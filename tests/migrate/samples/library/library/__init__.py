"""Books by Flask-RESTX and loans by Flask-RESTful. 图书馆"""

from flask import Blueprint, Flask
from flask_restx import Api

from . import books, loans


def create_app(config=None):
    app = Flask(__name__)
    app.config["RESTX_MASK_SWAGGER"] = False
    app.config.update(config or {})

    blueprint = Blueprint("catalogue", __name__, url_prefix="/catalogue")
    api = Api(blueprint, title="Library", version="2", doc=False, validate=True)
    api.add_namespace(books.ns)
    api.add_namespace(books.authors, path="/people")

    @api.errorhandler(books.Missing)
    def missing(error):
        return {"message": str(error), "code": "missing"}, 404

    app.register_blueprint(blueprint)
    loans.init_app(app)
    return app
