"""Flask-SQLAlchemy's API, with the extension and with our pieces."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import sqlalchemy as sa
import sqlalchemy.orm as sa_orm

from lsp_server.migrate.profiles.sqlalchemy import PROFILE
from tests.migrate.profiles.stories import HelperKit, Kit, answer, told_twice

pytestmark = pytest.mark.filterwarnings(
    "ignore:The Query.get.. method is considered legacy:sqlalchemy.exc.LegacyAPIWarning"
)


def _app(kit: Kit, tmp_path: Path, **config: Any) -> Any:
    instance = tmp_path / type(kit).__name__
    app = kit["flask.Flask"]("shop", instance_path=str(instance))
    app.config.update({"SQLALCHEMY_DATABASE_URI": "sqlite://", "TESTING": True, **config})
    return app


def _notes(kit: Kit, app: Any, rows: int = 0) -> tuple[Any, Any]:
    db = kit["flask_sqlalchemy.SQLAlchemy"](app)

    class Note(db.Model):  # type: ignore[name-defined]
        id = db.Column(db.Integer, primary_key=True)
        text = db.Column(db.String(50), nullable=False)

    with app.app_context():
        db.create_all()
        db.session.add_all(Note(text=f"№ {number}") for number in range(1, rows + 1))
        db.session.commit()
    return db, Note


def test_tables_are_named_after_their_classes(tmp_path: Path) -> None:
    def story(kit: Kit) -> Any:
        app = _app(kit, tmp_path, SQLALCHEMY_BINDS={"other": "sqlite://"})
        db = kit["flask_sqlalchemy.SQLAlchemy"](app)

        class Fixed:
            __tablename__ = "fixed"
            id = db.Column(db.Integer, primary_key=True)

        class Computed:
            id = db.Column(db.Integer, primary_key=True)

            @sa_orm.declared_attr  # type: ignore[arg-type]
            def __tablename__(cls) -> str:
                return f"{cls.__name__}s"  # type: ignore[attr-defined]

        def model(name: str, *bases: Any, **body: Any) -> Any:
            return type(db.Model)(name, bases or (db.Model,), body)

        def column() -> Any:
            return db.Column(db.Integer, primary_key=True)

        abstract = model("Abstract", __abstract__=True, id=column())
        named = model("NamedAbstract", __abstract__=True, __tablename__="given", id=column())
        user = model(
            "UserProfile",
            id=column(),
            kind=db.Column(db.String),
            __mapper_args__={"polymorphic_on": "kind", "polymorphic_identity": "user"},
        )
        bound = model("Bound", __bind_key__="other", id=column())
        own = db.Table("own", db.Column("id", db.Integer, primary_key=True), bind_key="other")
        models = [
            user,
            model("SharesTable", user, __mapper_args__={"polymorphic_identity": "shares"}),
            model(
                "JoinedTable",
                user,
                id=db.Column(db.ForeignKey("user_profile.id"), primary_key=True),
                __mapper_args__={"polymorphic_identity": "joined"},
            ),
            model("HTTPServerError", id=column()),
            model("OAuth2Token", id=column()),
            model("_Private", id=column()),
            model("Ünïcode", id=column()),
            model("Concrete", abstract),
            model("FromNamed", named),
            model("FromFixed", Fixed, db.Model),
            model("FromComputed", Computed, db.Model),
            bound,
            model("BelowBound", bound, id=db.Column(db.ForeignKey("bound.id"), primary_key=True)),
            model("OwnTable", __table__=own),
            model("OwnName", __tablename__="Mine", id=column()),
        ]
        return [
            (m.__name__, m.__tablename__, m.__table__.name, m.__table__.metadata.info)
            for m in models
        ]

    told = told_twice(story, PROFILE)
    names = {name: table for name, _, table, _ in told}
    assert names["SharesTable"] == "user_profile"
    assert names["HTTPServerError"] == "http_server_error"


@pytest.mark.parametrize("style", ["meta", "no meta", "own repr"])
@pytest.mark.parametrize("bind_key", [None, "other"])
@pytest.mark.parametrize("disable_autonaming", [False, True])
def test_a_declarative_base_of_sqlalchemy_2_is_a_model(
    style: str, bind_key: str | None, disable_autonaming: bool, tmp_path: Path
) -> None:
    def story(kit: Kit) -> Any:
        body: dict[str, Any] = {"__repr__": lambda self: "mine"} if style == "own repr" else {}
        base = sa_orm.DeclarativeBaseNoMeta if style == "no meta" else sa_orm.DeclarativeBase
        app = _app(kit, tmp_path, SQLALCHEMY_BINDS={"other": "sqlite://"})
        db = kit["flask_sqlalchemy.SQLAlchemy"](
            app, model_class=type("Base", (base,), body), disable_autonaming=disable_autonaming
        )
        body = {"__tablename__": "big"} if disable_autonaming else {}
        if bind_key is not None:
            body["__bind_key__"] = bind_key

        class BigThing(db.Model):  # type: ignore[name-defined]
            locals().update(body)
            id: sa_orm.Mapped[int] = sa_orm.mapped_column(primary_key=True)
            name: sa_orm.Mapped[str]

        with app.app_context():
            db.create_all()
            db.session.add(BigThing(name="a"))
            db.session.commit()
            thing = db.first_or_404(db.select(BigThing))
            tables = [sa.inspect(engine).get_table_names() for engine in db.engines.values()]
            page = [each.name for each in BigThing.query.paginate()]
            return BigThing.__tablename__, repr(thing), tables, page, db.metadata is None

    assert told_twice(story, PROFILE)[3] == ["a"]


def test_dataclasses_are_models() -> None:
    app = HelperKit([PROFILE])["flask.Flask"]("shop")
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"

    class Base(sa_orm.MappedAsDataclass, sa_orm.DeclarativeBase):
        pass

    db = HelperKit([PROFILE])["flask_sqlalchemy.SQLAlchemy"](app, model_class=Base)

    class BigThing(db.Model):  # type: ignore[name-defined]
        id: sa_orm.Mapped[int] = sa_orm.mapped_column(init=False, primary_key=True)
        name: sa_orm.Mapped[str] = sa_orm.mapped_column(default="a")

    with app.app_context():
        db.create_all()
        db.session.add(BigThing())
        db.session.commit()
        assert repr(BigThing.query.one()).endswith("BigThing(id=1, name='a')")


def test_a_row_says_what_it_is(tmp_path: Path) -> None:
    def story(kit: Kit) -> Any:
        app = _app(kit, tmp_path)
        db, note = _notes(kit, app)
        with app.app_context():
            row = note(text="a")
            told = [repr(row).replace(str(id(row)), "ID")]
            db.session.add(row)
            told.append(repr(row).replace(str(id(row)), "ID"))
            db.session.flush()
            return [*told, repr(row), repr(db)]

    assert told_twice(story, PROFILE)[2:] == ["<Note 1>", "<SQLAlchemy sqlite://>"]


PAGES = [
    "",
    "?page=2",
    "?page=0",
    "?page=-1",
    "?page=x",
    "?page=",
    "?page=99",
    "?per_page=3",
    "?per_page=0",
    "?per_page=-5",
    "?per_page=x",
    "?per_page=1000&page=1",
    "?page=3&per_page=7",
    "?page=2&page=3",
    "?page=1.5",
    "?page=%E4%B8%AD",
    "?page=١",
]


@pytest.mark.parametrize("error_out", [True, False])
@pytest.mark.parametrize("kind", ["select", "query"])
def test_pages_are_the_same(kind: str, error_out: bool, tmp_path: Path) -> None:
    def story(kit: Kit) -> Any:
        app = _app(kit, tmp_path)
        db, note = _notes(kit, app, rows=45)

        @app.route("/notes")
        def notes() -> Any:
            options: dict[str, Any] = {"error_out": error_out, "max_per_page": 30}
            if kind == "select":
                page = db.paginate(db.select(note).order_by(note.id), **options)
            else:
                page = note.query.order_by(note.id).paginate(**options)
            return {
                "items": [each.text for each in page],
                "numbers": list(page.iter_pages()),
                "edges": [page.first, page.last, page.pages, page.total, page.page, page.per_page],
                "around": [page.has_prev, page.prev_num, page.has_next, page.next_num],
                "next": [each.id for each in page.next().items],
                "prev": [each.id for each in page.prev().items],
            }

        client = app.test_client()
        return [answer(client.get(f"/notes{query}")) for query in PAGES]

    statuses = {status for status, _, _ in told_twice(story, PROFILE)}
    assert statuses == ({200, 404} if error_out else {200})


def test_pagers_leave_out_the_same_pages() -> None:
    edges = [(2, 2, 4, 2), (0, 0, 0, 0), (1, 1, 2, 1), (10, 0, 0, 2), (0, 3, 3, 0), (3, 5, 5, 3)]

    def story(kit: Kit) -> Any:
        base: Any = kit["flask_sqlalchemy.pagination.Pagination"]

        class Counted(base):
            def _query_items(self) -> list[int]:
                return [1]

            def _query_count(self) -> int:
                total: int = self._query_args["total"]
                return total

        names = ("left_edge", "left_current", "right_current", "right_edge")
        return [
            list(
                Counted(page=page, per_page=1, total=total).iter_pages(
                    **dict(zip(names, edge, strict=True))
                )
            )
            for total in (0, 1, 2, 5, 12, 40)
            for page in (1, 2, 3, 6, 12, 39, 40, 41, 60)
            for edge in edges
        ]

    assert [1, 2, None, 4, 5, 6, 7, 8, 9, 10, None, 39, 40] in told_twice(story, PROFILE)


def test_what_is_missing_answers_404(tmp_path: Path) -> None:
    def story(kit: Kit) -> Any:
        app = _app(kit, tmp_path)
        db, note = _notes(kit, app, rows=2)
        first = db.select(note).order_by(note.id)
        none = first.where(note.id > 2)
        finders: dict[str, Any] = {
            "get": lambda: note.query.get_or_404(1),
            "get-none": lambda: note.query.get_or_404(3, description="没有"),
            "first": lambda: note.query.order_by(note.id).first_or_404(),
            "first-none": lambda: note.query.filter(note.id > 2).first_or_404("none"),
            "one": lambda: note.query.filter_by(id=2).one_or_404(),
            "one-many": lambda: note.query.one_or_404(description="many"),
            "db-get": lambda: db.get_or_404(note, 1),
            "db-get-none": lambda: db.get_or_404(note, 3, description="<b>"),
            "db-first": lambda: db.first_or_404(first),
            "db-first-none": lambda: db.first_or_404(none),
            "db-one-none": lambda: db.one_or_404(none),
            "db-one-many": lambda: db.one_or_404(first, description="many"),
        }

        @app.route("/<name>")
        def find(name: str) -> Any:
            return finders[name]().text

        client = app.test_client()
        return [answer(client.get(f"/{name}")) for name in finders]

    assert {status for status, _, _ in told_twice(story, PROFILE)} == {200, 404}


def test_each_bind_key_has_its_database(tmp_path: Path) -> None:
    def story(kit: Kit) -> Any:
        folder = tmp_path / type(kit).__name__
        binds = {"other": "sqlite:///other.db", "third": {"url": "sqlite://", "echo": False}}
        app = _app(
            kit, tmp_path, SQLALCHEMY_DATABASE_URI="sqlite:///main.db", SQLALCHEMY_BINDS=binds
        )
        db = kit["flask_sqlalchemy.SQLAlchemy"](app)

        class Here(db.Model):  # type: ignore[name-defined]
            id = db.Column(db.Integer, primary_key=True)

        class There(db.Model):  # type: ignore[name-defined]
            __bind_key__ = "other"
            id = db.Column(db.Integer, primary_key=True)

        loose = db.Table("loose", db.Column("n", db.Integer), bind_key="third")
        with app.app_context():
            db.create_all(["other", None])
            db.create_all("third")
            db.session.add_all([Here(), There(), There()])
            db.session.execute(loose.insert().values(n=7))
            db.session.commit()
            third = {"bind": db.engines["third"]}
            told: list[Any] = [
                [sa.inspect(engine).get_table_names() for engine in db.engines.values()],
                (Here.query.count(), There.query.count()),
                db.session.execute(db.select(loose), bind_arguments=third).all(),
                db.session.execute(db.update(There).values(id=There.id + 10)).rowcount,
                sorted(path.name for path in folder.glob("*.db")),
                [str(engine.url).replace(str(folder), "") for engine in db.engines.values()],
                repr(db).replace(str(folder), ""),
            ]
            db.session.commit()
            db.drop_all()
            db.metadatas["other"].clear()
            db.reflect("other")
            told.append([sorted(data.tables) for data in db.metadatas.values()])
            for key in ("nowhere", ["nowhere"]):
                with pytest.raises((sa.exc.UnboundExecutionError, KeyError)) as error:
                    db.create_all(key)
                told.append(str(error.value))
            return told

    told = told_twice(story, PROFILE)
    assert told[1] == (1, 2)
    assert told[4] == ["main.db", "other.db"]


def test_engine_options_come_from_both_places(tmp_path: Path) -> None:
    def story(kit: Kit) -> Any:
        told: list[Any] = []
        for uri in ("sqlite://", "sqlite:///file:x.db?uri=true", "sqlite:////tmp/absolute.db"):
            app = _app(
                kit,
                tmp_path,
                SQLALCHEMY_DATABASE_URI=uri,
                SQLALCHEMY_ENGINE_OPTIONS={"connect_args": {"timeout": 3}},
                SQLALCHEMY_BINDS={"b": "sqlite://"},
                SQLALCHEMY_ECHO="debug",
            )
            make = kit["flask_sqlalchemy.SQLAlchemy"]
            db = make(app, engine_options={"hide_parameters": True})
            with app.app_context():
                for engine in db.engines.values():
                    url = str(engine.url).replace(app.instance_path, "")
                    told.append((url, engine.pool.__class__.__name__, engine.echo))
                    told.append((engine.hide_parameters,))
            told.append(sorted(key for key in app.config if key.startswith("SQLALCHEMY")))
        return told

    assert ("sqlite://", "StaticPool", "debug") in told_twice(story, PROFILE)


def test_an_app_without_a_database_is_told_so(tmp_path: Path) -> None:
    def story(kit: Kit) -> Any:
        make = kit["flask_sqlalchemy.SQLAlchemy"]
        told = []
        attempts: list[Any] = [
            lambda: make(_app(kit, tmp_path, SQLALCHEMY_DATABASE_URI=None)),
            lambda: make().engines,
        ]
        for attempt in attempts:
            with pytest.raises(Exception) as error:
                attempt()
            told.append((type(error.value), str(error.value).split("\n")[0]))
        app = _app(kit, tmp_path)
        make(app)
        with pytest.raises(RuntimeError) as error:
            make().init_app(app)
        told.append((RuntimeError, str(error.value)))
        with app.app_context(), pytest.raises(RuntimeError) as error:
            _ = make().engine
        return [*told, (RuntimeError, str(error.value))]

    told = told_twice(story, PROFILE)
    assert "must be set" in told[0][1]


def test_a_session_belongs_to_its_app_context(tmp_path: Path) -> None:
    def story(kit: Kit) -> Any:
        app = _app(kit, tmp_path, SQLALCHEMY_DATABASE_URI="sqlite:///shared.db")
        db, note = _notes(kit, app)
        with app.app_context():
            outer = db.session()
            pending = note(text="never")
            db.session.add(pending)
            with app.app_context():
                inner = db.session()
                seen = pending in db.session
            told = [outer is inner, seen, outer is db.session(), pending in db.session]
        with app.app_context():
            return [*told, note.query.filter_by(text="never").count()]

    assert told_twice(story, PROFILE) == [False, False, True, True, 0]


def test_requests_in_threads_do_not_share_sessions(tmp_path: Path) -> None:
    def story(kit: Kit) -> Any:
        app = _app(kit, tmp_path, SQLALCHEMY_DATABASE_URI="sqlite:///threads.db", TESTING=False)
        db, note = _notes(kit, app)
        both = threading.Barrier(2)

        @app.route("/<text>", methods=["POST"])
        def add(text: str) -> Any:
            row = note(text=text)
            db.session.add(row)
            both.wait(10)
            seen = sorted(each.text for each in db.session.new)
            both.wait(10)
            if text == "b":
                both.wait(10)
            db.session.commit()
            if text == "a":
                both.wait(10)
            return {"seen": seen, "text": row.text}

        answers: dict[str, Any] = {}

        def post(text: str) -> None:
            answers[text] = answer(app.test_client().post(f"/{text}"))

        threads = [threading.Thread(target=post, args=(text,)) for text in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with app.app_context():
            return answers["a"], answers["b"], sorted(row.text for row in note.query)

    assert told_twice(story, PROFILE)[2] == ["a", "b"]


def test_a_failed_request_leaves_nothing_behind(tmp_path: Path) -> None:
    def story(kit: Kit) -> Any:
        app = _app(kit, tmp_path, TESTING=False)
        db, note = _notes(kit, app)

        @app.route("/add/<text>")
        def add(text: str) -> Any:
            db.session.add(note(text=text))
            db.session.flush()
            raise ValueError(text)

        @app.route("/count")
        def count() -> Any:
            return str(note.query.count())

        client = app.test_client()
        return [answer(client.get(path)) for path in ("/add/a", "/count", "/add/b", "/count")]

    assert told_twice(story, PROFILE)[1][2] == "0"


def test_relationships_use_our_query(tmp_path: Path) -> None:
    def story(kit: Kit) -> Any:
        app = _app(kit, tmp_path)
        db = kit["flask_sqlalchemy.SQLAlchemy"](app)

        class Person(db.Model):  # type: ignore[name-defined]
            id = db.Column(db.Integer, primary_key=True)
            pets = db.relationship(
                "Pet", lazy="dynamic", backref=db.backref("owner", lazy="joined")
            )

        class Pet(db.Model):  # type: ignore[name-defined]
            id = db.Column(db.Integer, primary_key=True)
            owner_id = db.Column(db.ForeignKey("person.id"))

        with app.app_context():
            db.create_all()
            person = Person()
            db.session.add_all([person, Pet(owner=person), Pet(owner=person)])
            db.session.commit()
            page = person.pets.order_by(Pet.id).paginate(per_page=1)
            found = person.pets.filter_by(id=2).first_or_404()
            return page.total, [repr(each) for each in page], repr(found), repr(found.owner)

    assert told_twice(story, PROFILE)[0] == 2


def test_own_classes_take_the_place_of_ours(tmp_path: Path) -> None:
    def story(kit: Kit) -> Any:
        query: Any = kit["flask_sqlalchemy.query.Query"]
        model: Any = kit["flask_sqlalchemy.model.Model"]

        class Searching(query):
            def texts(self) -> list[str]:
                return [each.text for each in self]

        class Keyed(model):
            id = sa.Column(sa.Integer, primary_key=True)

            def __repr__(self) -> str:
                return f"row {self.id}"

        app = _app(kit, tmp_path)
        convention = {"pk": "pk_%(table_name)s"}
        db = kit["flask_sqlalchemy.SQLAlchemy"](
            model_class=Keyed,
            query_class=Searching,
            metadata=sa.MetaData(naming_convention=convention),
            session_options={"expire_on_commit": False, "autoflush": False},
        )

        class Note(db.Model):  # type: ignore[name-defined]
            text = db.Column(db.String)

        class Elsewhere(db.Model):  # type: ignore[name-defined]
            __bind_key__ = "elsewhere"

        db.init_app(app)
        with app.app_context():
            db.create_all(None)
            db.session.add(Note(text="a"))
            unseen = Note.query.texts()
            db.session.commit()
            return (
                unseen,
                Note.query.texts(),
                repr(Note.query.one()),
                [table.primary_key.name for table in (Note.__table__, Elsewhere.__table__)],
                isinstance(Note, kit["flask_sqlalchemy.model.DefaultMeta"]),
            )

    told = told_twice(story, PROFILE)
    assert told[:2] == ([], ["a"])
    assert told[3] == ["pk_note", "pk_elsewhere"]


def test_a_session_of_ones_own_chooses_the_engine_in_any_manner_of_calling(tmp_path: Path) -> None:
    def story(kit: Kit) -> Any:
        session: Any = kit["flask_sqlalchemy.session.Session"]
        asked: list[str] = []

        class Routing(session):
            def get_bind(self, mapper: Any = None, clause: Any = None, **options: Any) -> Any:
                asked.append("write" if isinstance(clause, sa.UpdateBase) else "read")
                return session.get_bind(self, mapper, clause, None, **options)

        app = _app(kit, tmp_path, SQLALCHEMY_BINDS={"other": "sqlite://"})
        db = kit["flask_sqlalchemy.SQLAlchemy"](app, session_options={"class_": Routing})

        class There(db.Model):  # type: ignore[name-defined]
            __bind_key__ = "other"
            id = db.Column(db.Integer, primary_key=True)

        with app.app_context():
            db.create_all()
            db.session.execute(sa.insert(There.__table__))
            return asked, db.session.scalars(db.select(There.id)).all()

    assert told_twice(story, PROFILE)[1] == [1]


def test_tests_may_patch_what_model_query_is(tmp_path: Path) -> None:
    def story(kit: Kit) -> Any:
        _, note = _notes(kit, _app(kit, tmp_path))
        with patch.object(kit["flask_sqlalchemy.model._QueryProperty"], "__get__") as get:
            get.return_value.filter_by.return_value.first.return_value = "found"
            return note.query.filter_by(text="a").first()

    assert told_twice(story, PROFILE) == "found"


def test_signals_tell_what_a_commit_changed(tmp_path: Path) -> None:
    def story(kit: Kit) -> Any:
        app = _app(kit, tmp_path, SQLALCHEMY_TRACK_MODIFICATIONS=True)
        db, note = _notes(kit, app)
        told: list[Any] = []

        def committed(sender: Any, changes: Any) -> None:
            told.append(("after", sender is app, [(row.text, what) for row, what in changes]))

        def committing(sender: Any, changes: Any) -> None:
            told.append(("before", sender is app, [(row.text, what) for row, what in changes]))

        kit["flask_sqlalchemy.track_modifications.models_committed"].connect(committed)
        before = kit["flask_sqlalchemy.track_modifications.before_models_committed"]
        before.connect(committing, app)
        with app.app_context():
            row = note(text="a")
            db.session.add(row)
            db.session.flush()
            row.text = "b"
            db.session.commit()
            row.text = "c"
            db.session.flush()
            db.session.rollback()
            db.session.commit()
            db.session.delete(row)
            told.append("deleted")
            app.config["SQLALCHEMY_TRACK_MODIFICATIONS"] = False
            db.session.commit()
        return told

    assert told_twice(story, PROFILE)[0][2] == [("b", "insert"), ("b", "update")]


def test_queries_are_recorded_where_wanted(tmp_path: Path) -> None:
    def story(kit: Kit) -> Any:
        recorded = kit["flask_sqlalchemy.record_queries.get_recorded_queries"]
        told: list[Any] = []
        for wanted in (True, False):
            app = _app(kit, tmp_path, SQLALCHEMY_RECORD_QUERIES=wanted)
            app.import_name = __name__
            _, note = _notes(kit, app, rows=1)
            with app.app_context():
                note.query.filter_by(text="中").all()
                told += [
                    (query.statement, query.parameters, query.duration >= 0, query.location)
                    for query in recorded()
                ]
                other = sa.create_engine("sqlite://")
                with other.connect() as connection:
                    connection.execute(sa.text("select 1"))
                told.append(len(recorded()))
            with app.app_context():
                told.append(len(recorded()))
        return told

    told = told_twice(story, PROFILE)
    assert told[0][0].startswith("SELECT")
    assert told[1:] == [1, 0, 0, 0]


def test_the_shell_has_the_models(tmp_path: Path) -> None:
    def story(kit: Kit) -> Any:
        app = _app(kit, tmp_path)
        _notes(kit, app)
        with app.app_context():
            return sorted(set(app.make_shell_context()) & {"Note", "db"})

    assert told_twice(story, PROFILE) == ["Note", "db"]


def test_what_version_2_allowed_still_works(tmp_path: Path) -> None:
    kit = HelperKit([PROFILE])
    app = _app(kit, tmp_path, SQLALCHEMY_BINDS={"other": "sqlite://"})
    db = kit["flask_sqlalchemy.SQLAlchemy"](app, use_native_unicode=False)

    class Note(db.Model):  # type: ignore[name-defined]
        id = db.Column(db.Integer, primary_key=True)

    class There(db.Model):  # type: ignore[name-defined]
        __bind_key__ = "other"
        id = db.Column(db.Integer, primary_key=True)

    db.create_all(bind="other")
    db.create_all(app=app)
    db.session.add_all([Note(), Note(), Note()])
    db.session.commit()
    page = Note.query.order_by(Note.id).paginate(2, 2, False)
    assert [each.id for each in page.items] == [3]
    assert db.get_app() is app
    assert db.get_engine(app, "other") is db.get_engine(bind="other")
    assert db.get_binds() == {Note.__table__: db.engine, There.__table__: db.get_engine("other")}
    listed = kit["flask_sqlalchemy.Pagination"](Note.query.order_by(Note.id), 1, 2, 3, [1, 2])
    assert (listed.pages, list(listed), listed.has_next) == (2, [1, 2], True)
    assert [each.id for each in listed.next().items] == [3]
    db.session.remove()
