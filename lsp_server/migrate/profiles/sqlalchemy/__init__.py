"""Flask-SQLAlchemy: plain SQLAlchemy with `db`, its models, queries, sessions and engines."""

from lsp_server.migrate.profile import Profile

_FOLDER = "lsp_server.migrate.profiles.sqlalchemy"

PROFILE = Profile(
    distribution="flask-sqlalchemy",
    modules=("flask_sqlalchemy",),
    exports={
        "flask_sqlalchemy.SQLAlchemy": "SQLAlchemy",
        "flask_sqlalchemy.extension.SQLAlchemy": "SQLAlchemy",
        "flask_sqlalchemy.Model": "SQLAlchemyModel",
        "flask_sqlalchemy.model.Model": "SQLAlchemyModel",
        # What tests patch the `__get__` of, so that `Model.query` asks no database.
        "flask_sqlalchemy._QueryProperty": "ModelQuery",
        "flask_sqlalchemy.model._QueryProperty": "ModelQuery",
        "flask_sqlalchemy.model.DefaultMeta": "DefaultMeta",
        "flask_sqlalchemy.DefaultMeta": "DefaultMeta",
        "flask_sqlalchemy.model.DefaultMetaNoName": "DefaultMetaNoName",
        "flask_sqlalchemy.model.BindMetaMixin": "BindMetaMixin",
        "flask_sqlalchemy.model.NameMetaMixin": "NameMetaMixin",
        "flask_sqlalchemy.model.BindMixin": "BindMixin",
        "flask_sqlalchemy.model.NameMixin": "NameMixin",
        "flask_sqlalchemy.model.camel_to_snake_case": "camel_to_snake_case",
        "flask_sqlalchemy.model.should_set_tablename": "should_set_tablename",
        "flask_sqlalchemy.BaseQuery": "SQLAlchemyQuery",
        "flask_sqlalchemy.query.Query": "SQLAlchemyQuery",
        "flask_sqlalchemy.session.Session": "SQLAlchemySession",
        "flask_sqlalchemy.SignallingSession": "SQLAlchemySession",
        "flask_sqlalchemy.Pagination": "ListedPagination",
        "flask_sqlalchemy.pagination.Pagination": "Pagination",
        "flask_sqlalchemy.pagination.SelectPagination": "SelectPagination",
        "flask_sqlalchemy.pagination.QueryPagination": "QueryPagination",
        "flask_sqlalchemy.get_debug_queries": "get_recorded_queries",
        "flask_sqlalchemy.record_queries.get_recorded_queries": "get_recorded_queries",
        "flask_sqlalchemy.models_committed": "models_committed",
        "flask_sqlalchemy.before_models_committed": "before_models_committed",
        "flask_sqlalchemy.track_modifications.models_committed": "models_committed",
        "flask_sqlalchemy.track_modifications.before_models_committed": "before_models_committed",
    },
    pieces=(
        f"{_FOLDER}.pieces",
        f"{_FOLDER}.pieces_engines",
        f"{_FOLDER}.pieces_model",
        f"{_FOLDER}.pieces_pagination",
        f"{_FOLDER}.pieces_query",
        f"{_FOLDER}.pieces_recording",
        f"{_FOLDER}.pieces_session",
        f"{_FOLDER}.pieces_tracking",
    ),
    dependencies=("sqlalchemy>=2",),
    refused={
        "flask_sqlalchemy.get_state": (
            "`get_state` was internal and is gone since Flask-SQLAlchemy 3.0:"
            " use `db.engines` or `app.extensions['sqlalchemy']`."
        ),
        "flask_sqlalchemy.__version__": (
            "`flask_sqlalchemy.__version__` has no counterpart:"
            " ask `importlib.metadata.version('sqlalchemy')` instead."
        ),
    },
    notes=(
        "A relative SQLite path is relative to the instance folder, as since Flask-SQLAlchemy 3.0;"
        " before, it was relative to the app's own folder: move the database file or make the path"
        " absolute if the app used Flask-SQLAlchemy 2.",
        "Flask-SQLAlchemy 2's `apply_driver_hacks`, `SQLALCHEMY_COMMIT_ON_TEARDOWN` and"
        " `SQLALCHEMY_POOL_*` have no effect, as since 3.0: use `SQLALCHEMY_ENGINE_OPTIONS`.",
    ),
)
