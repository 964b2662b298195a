"""Flask-SQLAlchemy's `SQLAlchemy`, on plain SQLAlchemy and the app contexts of the helper.

Its API is that of 3.1. What 2.x allowed besides, and 3.x refuses, works as well: `app=` and `bind=`
arguments, and an app given to the constructor or set as `db.app` where there is no app context.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
import sqlalchemy.event as sa_event
import sqlalchemy.exc as sa_exc
import sqlalchemy.orm as sa_orm

from lsp_server.migrate.profiles.sqlalchemy.pieces_engines import (
    EngineOptions,
    apply_driver_defaults,
    configured_engines,
)
from lsp_server.migrate.profiles.sqlalchemy.pieces_model import (
    BindMixin,
    DefaultMeta,
    DefaultMetaNoName,
    ModelQuery,
    NameMixin,
    SQLAlchemyModel,
    modern_bases,
)
from lsp_server.migrate.profiles.sqlalchemy.pieces_pagination import Pagination, SelectPagination
from lsp_server.migrate.profiles.sqlalchemy.pieces_query import SQLAlchemyQuery
from lsp_server.migrate.profiles.sqlalchemy.pieces_session import SQLAlchemySession
from lsp_server.migrate.runtime.context import current_app, g, has_app_context
from lsp_server.migrate.runtime.urls import abort

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App


class SQLAlchemy:
    """Flask-SQLAlchemy's `db`: models, a session per app context, and the engines of each app.

    The names of `sqlalchemy` and `sqlalchemy.orm` are its attributes. Outgrow it: `create_engine`,
    a `sessionmaker` and a dependency that yields a session.
    """

    def __init__(
        self,
        app: App | None = None,
        *,
        metadata: sa.MetaData | None = None,
        session_options: dict[str, Any] | None = None,
        query_class: type[Any] = SQLAlchemyQuery,
        model_class: Any = SQLAlchemyModel,
        engine_options: EngineOptions | None = None,
        add_models_to_shell: bool = True,
        disable_autonaming: bool = False,
        use_native_unicode: bool = True,
    ) -> None:
        self.app = app
        self.Query = query_class
        self.session: Any = self._make_scoped_session(dict(session_options or {}))
        self.metadatas: dict[str | None, sa.MetaData] = {}
        if metadata is not None and not modern_bases(model_class):
            self._set_default_metadata(metadata)
        self.Table: Any = self._make_table_class()
        self.Model: Any = self._make_declarative_base(model_class, disable_autonaming)
        self._engine_options = engine_options or {}
        self._app_engines: WeakKeyDictionary[App, dict[str | None, sa.Engine]]
        self._app_engines = WeakKeyDictionary()
        self._add_models_to_shell = add_models_to_shell
        if app is not None:
            self.init_app(app)

    def __repr__(self) -> str:
        name = type(self).__name__
        if not has_app_context():
            return f"<{name}>"
        others = len(self.engines) - 1
        return f"<{name} {self.engine.url}" + (f" +{others}>" if others else ">")

    def init_app(self, app: App) -> None:
        """Make the engines that the app's configuration asks for, now, and remove the session
        whenever one of its contexts ends."""
        if app.extensions.get("sqlalchemy") not in (None, self):
            raise RuntimeError(
                "A 'SQLAlchemy' instance has already been registered on this Flask app."
                " Import and use that instance instead."
            )
        if "sqlalchemy" not in app.extensions:
            app.extensions["sqlalchemy"] = self
            app.teardown_appcontext(self._teardown_session)
            if self._add_models_to_shell:
                app.shell_context_processor(self._models_for_shell)
        self._make_engines(app)
        app.config.setdefault("SQLALCHEMY_RECORD_QUERIES", False)
        app.config.setdefault("SQLALCHEMY_TRACK_MODIFICATIONS", False)

    def _make_engines(self, app: App) -> None:
        engines = self._app_engines.setdefault(app, {})
        for engine in engines.values():
            engine.dispose()
        engines.clear()
        for key, options in configured_engines(app, self._engine_options).items():
            self._make_metadata(key)
            self._apply_driver_defaults(options, app)
            engines[key] = self._make_engine(key, options, app)

    def _apply_driver_defaults(self, options: EngineOptions, app: App) -> None:
        apply_driver_defaults(options, app)

    def _make_engine(self, bind_key: str | None, options: EngineOptions, app: App) -> sa.Engine:
        return sa.engine_from_config(options, prefix="")

    def _models_for_shell(self) -> dict[str, Any]:
        mappers = self.Model._sa_registry.mappers
        return {mapper.class_.__name__: mapper.class_ for mapper in mappers} | {"db": self}

    def _make_scoped_session(self, options: dict[str, Any]) -> Any:
        scope = options.pop("scopefunc", self._session_scope)
        return sa_orm.scoped_session(self._make_session_factory(options), scope)

    def _make_session_factory(self, options: dict[str, Any]) -> Any:
        options.setdefault("class_", SQLAlchemySession)
        options.setdefault("query_cls", self.Query)
        return sa_orm.sessionmaker(db=self, **options)

    def _session_scope(self) -> Hashable:
        """The app context, by its `g`; the thread, where there is an app but no context."""
        if self.app is not None and not has_app_context():
            return ("thread", threading.get_ident())
        return id(g._get_current_object())

    def _teardown_session(self, error: BaseException | None) -> None:
        self.session.remove()

    def _set_default_metadata(self, metadata: sa.MetaData) -> None:
        metadata.info["bind_key"] = None
        self.metadatas[None] = metadata

    def _make_metadata(self, bind_key: str | None) -> sa.MetaData:
        """The metadata of a bind key, made with the default's naming convention."""
        if bind_key not in self.metadatas:
            convention = None
            if bind_key is not None:
                convention = self._make_metadata(None).naming_convention
            info = {"bind_key": bind_key}
            self.metadatas[bind_key] = sa.MetaData(naming_convention=convention, info=info)
        return self.metadatas[bind_key]

    def _make_table_class(self) -> type[sa.Table]:
        make_metadata = self._make_metadata

        class Table(sa.Table):
            """SQLAlchemy's, which needs no metadata: `bind_key` chooses it."""

            def __new__(cls, *args: Any, bind_key: str | None = None, **kwargs: Any) -> Any:
                complete = not args or (len(args) > 1 and isinstance(args[1], sa.MetaData))
                if not complete:
                    args = (args[0], make_metadata(bind_key), *args[1:])
                return super().__new__(cls, *args, **kwargs)

        return Table

    def _make_declarative_base(self, model_class: Any, disable_autonaming: bool) -> Any:
        modern = modern_bases(model_class)
        if len(modern) > 1:
            raise ValueError(
                "Only one declarative base can be passed to SQLAlchemy."
                f" Got: {model_class.__bases__}"
            )
        model: Any = model_class
        if modern:
            model = self._modern_base(model_class, disable_autonaming)
        elif not isinstance(model_class, sa_orm.DeclarativeMeta):
            model = sa_orm.declarative_base(
                metadata=self._make_metadata(None),
                cls=model_class,
                name="Model",
                metaclass=DefaultMetaNoName if disable_autonaming else DefaultMeta,
            )
        if None in self.metadatas:
            model.metadata = self.metadatas[None]
        else:
            self._set_default_metadata(model.metadata)
        model.query_class = self.Query
        model.query = ModelQuery()
        model.__fsa__ = self
        return model

    def _modern_base(self, model_class: Any, disable_autonaming: bool) -> Any:
        """An abstract class below a `DeclarativeBase`, whose subclasses are the models."""
        names = () if disable_autonaming else (NameMixin,)
        bases = (BindMixin, *names, model_class, SQLAlchemyModel)
        return type(model_class)("Model", bases, {"__abstract__": True, "__fsa__": self})

    @property
    def metadata(self) -> sa.MetaData:
        """The metadata of the models without a bind key."""
        return self.metadatas[None]

    def get_app(self, reference_app: App | None = None) -> App:
        """The app that is meant: the given one, the context's, or the constructor's."""
        if reference_app is not None:
            return reference_app
        if self.app is not None and not has_app_context():
            return self.app
        app: App = current_app._get_current_object()
        return app

    @property
    def engines(self) -> Mapping[str | None, sa.Engine]:
        """The engines of the app, by bind key."""
        return self._engines_of(self.get_app())

    def _engines_of(self, app: App) -> Mapping[str | None, sa.Engine]:
        if app not in self._app_engines:
            raise RuntimeError(
                "The current Flask app is not registered with this 'SQLAlchemy' instance. Did you"
                " forget to call 'init_app', or did you create multiple 'SQLAlchemy' instances?"
            )
        return self._app_engines[app]

    @property
    def engine(self) -> sa.Engine:
        """The engine of the models without a bind key."""
        return self.engines[None]

    def get_engine(self, bind_key: Any = None, bind: str | None = None) -> sa.Engine:
        """The engine of a bind key; before 3.0 the arguments were an app and a bind key."""
        if bind_key is None or isinstance(bind_key, str):
            return self.engines[bind_key if bind is None else bind]
        return self._engines_of(bind_key)[bind]

    def get_binds(self, app: App | None = None) -> dict[sa.Table, sa.Engine]:
        """The engine of every table."""
        engines = self._engines_of(self.get_app(app))
        tables = {key: data.tables.values() for key, data in self.metadatas.items()}
        return {table: engines[key] for key in engines for table in tables.get(key, ())}

    def get_or_404(
        self, entity: Any, ident: Any, *, description: str | None = None, **kwargs: Any
    ) -> Any:
        """The row with this primary key, or 404."""
        return self._or_404(self.session.get(entity, ident, **kwargs), description)

    def first_or_404(self, statement: Any, *, description: str | None = None) -> Any:
        """The first value of the first row, or 404."""
        return self._or_404(self.session.execute(statement).scalar(), description)

    def one_or_404(self, statement: Any, *, description: str | None = None) -> Any:
        """The value of the only row; 404 if there is none, or more than one."""
        try:
            return self.session.execute(statement).scalar_one()
        except (sa_exc.NoResultFound, sa_exc.MultipleResultsFound):
            abort(404, description=description)

    def _or_404(self, value: Any, description: str | None) -> Any:
        if value is None:
            abort(404, description=description)
        return value

    def paginate(
        self,
        select: Any,
        *,
        page: int | None = None,
        per_page: int | None = None,
        max_per_page: int | None = None,
        error_out: bool = True,
        count: bool = True,
    ) -> Pagination:
        """One page of the rows of a `select`."""
        return SelectPagination(
            select=select,
            session=self.session(),
            page=page,
            per_page=per_page,
            max_per_page=max_per_page,
            error_out=error_out,
            count=count,
        )

    def create_all(
        self, bind_key: Any = "__all__", app: App | None = None, *, bind: Any = "__all__"
    ) -> None:
        """Create the tables that are missing."""
        self._call_for_binds("create_all", bind if bind_key == "__all__" else bind_key, app)

    def drop_all(
        self, bind_key: Any = "__all__", app: App | None = None, *, bind: Any = "__all__"
    ) -> None:
        """Drop all tables."""
        self._call_for_binds("drop_all", bind if bind_key == "__all__" else bind_key, app)

    def reflect(
        self, bind_key: Any = "__all__", app: App | None = None, *, bind: Any = "__all__"
    ) -> None:
        """Load the tables' definitions from the database."""
        self._call_for_binds("reflect", bind if bind_key == "__all__" else bind_key, app)

    def _call_for_binds(self, operation: str, bind_key: Any, app: App | None) -> None:
        keys: Iterable[str | None] = bind_key
        if bind_key == "__all__":
            keys = list(self.metadatas)
        elif bind_key is None or isinstance(bind_key, str):
            keys = [bind_key]
        engines = self._engines_of(self.get_app(app))
        for key in keys:
            if key not in engines:
                message = f"Bind key '{key}' is not in 'SQLALCHEMY_BINDS' config."
                missing = "'SQLALCHEMY_DATABASE_URI' config is not set. " if key is None else ""
                raise sa_exc.UnboundExecutionError(missing + message)
            getattr(self.metadatas[key], operation)(bind=engines[key])

    def _with_query_class(self, options: dict[str, Any]) -> dict[str, Any]:
        options.setdefault("query_class", self.Query)
        if "backref" in options:
            backref = options["backref"]
            name, backwards = (backref, {}) if isinstance(backref, str) else backref
            backwards.setdefault("query_class", self.Query)
            options["backref"] = (name, backwards)
        return options

    def relationship(self, *args: Any, **kwargs: Any) -> Any:
        """SQLAlchemy's, with our query class where it is dynamic."""
        return sa_orm.relationship(*args, **self._with_query_class(kwargs))

    def dynamic_loader(self, argument: Any, **kwargs: Any) -> Any:
        """SQLAlchemy's, with our query class."""
        return sa_orm.dynamic_loader(argument, **self._with_query_class(kwargs))

    def __getattr__(self, name: str) -> Any:
        """Whatever `sqlalchemy` and `sqlalchemy.orm` have under that name."""
        if name == "relation":
            return self.relationship
        if name == "event":
            return sa_event
        for module in () if name.startswith("_") else (sa, sa_orm):
            if hasattr(module, name):
                return getattr(module, name)
        raise AttributeError(name)
