"""Flask-Marshmallow: marshmallow itself, with links, `jsonify` and the session of `db`."""

from lsp_server.migrate.profile import Profile

_FOLDER = "lsp_server.migrate.profiles.flask_marshmallow"

PROFILE = Profile(
    distribution="flask-marshmallow",
    modules=("flask_marshmallow",),
    exports={
        "flask_marshmallow.Marshmallow": "Marshmallow",
        "flask_marshmallow.Schema": "MarshmallowSchema",
        "flask_marshmallow.schema.Schema": "MarshmallowSchema",
        "flask_marshmallow.fields": "MarshmallowFields",
        "flask_marshmallow.fields.URLFor": "URLFor",
        "flask_marshmallow.fields.UrlFor": "UrlFor",
        "flask_marshmallow.fields.AbsoluteURLFor": "AbsoluteURLFor",
        "flask_marshmallow.fields.AbsoluteUrlFor": "AbsoluteUrlFor",
        "flask_marshmallow.fields.Hyperlinks": "Hyperlinks",
        "flask_marshmallow.fields.File": "MarshmallowFile",
        "flask_marshmallow.fields.Config": "MarshmallowConfig",
        "flask_marshmallow.sqla.SQLAlchemySchema": "SQLAlchemySchema",
        "flask_marshmallow.sqla.SQLAlchemyAutoSchema": "SQLAlchemyAutoSchema",
        "flask_marshmallow.sqla.SQLAlchemySchemaOpts": "SQLAlchemySchemaOpts",
        "flask_marshmallow.sqla.SQLAlchemyAutoSchemaOpts": "SQLAlchemyAutoSchemaOpts",
        "flask_marshmallow.sqla.HyperlinkRelated": "HyperlinkRelated",
        "flask_marshmallow.sqla.auto_field": "sqlalchemy_auto_field",
        "flask_marshmallow.validate.FileSize": "MarshmallowFileSize",
        "flask_marshmallow.validate.FileType": "FileType",
    },
    pieces=(
        f"{_FOLDER}.pieces",
        f"{_FOLDER}.pieces_schema",
        f"{_FOLDER}.pieces_sqla",
        f"{_FOLDER}.pieces_validate",
    ),
    dependencies=("marshmallow>=3.18", "marshmallow-sqlalchemy>=0.29"),
    refused={
        "flask_marshmallow.pprint": (
            "`pprint` is gone from marshmallow: use `pprint.pprint` of the standard library."
        ),
        "flask_marshmallow.exceptions": (
            "Import `marshmallow.exceptions` instead of `flask_marshmallow.exceptions`."
        ),
    },
    notes=(
        "Schemas of models use the session of the current app's `db`; Flask-Marshmallow did so"
        " only for those that were defined after `ma.init_app(app)`.",
    ),
)
