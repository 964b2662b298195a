"""Flask-Login and what stands in for it answer alike, and each reads the other's cookies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lsp_server.migrate.profiles.login import PROFILE
from tests.migrate.profiles.pairs import Pair, stand_in

NAMES = {"1": "Ann", "2": "李雷", "7": "sleeper"}


def shop(flask: Any, login: Any) -> Any:
    """Users, guarded views, and a page that shows all that is known of the visitor."""
    app = flask.Flask(__name__)
    app.secret_key = "s3cret-für-alle"
    manager = login.LoginManager(app)
    manager.login_view = "enter"
    manager.refresh_view = "again"

    class User(login.UserMixin):
        def __init__(self, id: str) -> None:
            self.id = id

        @property
        def is_active(self) -> bool:
            return self.id != "7"

    @manager.user_loader
    def load(user_id: str) -> User | None:
        return User(user_id) if user_id in NAMES else None

    @app.route("/enter", methods=["GET", "POST"])
    def enter() -> Any:
        form = flask.request.form
        if flask.request.method == "GET":
            return flask.jsonify(flask.get_flashed_messages(with_categories=True))
        seconds = form.get("seconds", type=int)
        done = login.login_user(
            User(form["id"]),
            remember="remember" in form,
            duration=timedelta(seconds=seconds) if seconds else None,
            force="force" in form,
            fresh="stale" not in form,
        )
        return str(done)

    @app.route("/again", methods=["GET", "POST"])
    def again() -> str:
        if flask.request.method == "POST":
            login.confirm_login()
        return "again"

    @app.route("/leave")
    def leave() -> str:
        return str(login.logout_user())

    @app.route("/secret", methods=["GET", "OPTIONS", "POST"], provide_automatic_options=False)
    @login.login_required
    def secret() -> str:
        return f"for {login.current_user.get_id()}"

    @app.route("/vault/<path:what>")
    @login.fresh_login_required
    def vault(what: str) -> str:
        return f"{what} of {login.current_user.id}"

    @app.route("/later")
    @login.login_required
    async def later() -> str:
        return f"later, {login.current_user.id}"

    @app.route("/who")
    def who() -> Any:
        user = login.current_user
        return flask.jsonify(
            id=user.get_id(),
            flags=[user.is_authenticated, user.is_active, user.is_anonymous],
            fresh=login.login_fresh(),
            remembered=login.login_remembered(),
            session=dict(flask.session),
        )

    @app.route("/page")
    def page() -> Any:
        return flask.render_template_string(
            "{% if current_user.is_authenticated %}Hello {{ current_user.id }}{% else %}Who?"
            "{% endif %}"
        )

    @app.route("/public")
    def public() -> str:
        return "public"

    return app


def enter(id: str = "1", **more: str) -> tuple[str, str, dict[str, Any]]:
    return "POST", "/enter", {"data": {"id": id, **more}}


def test_who_is_not_logged_in_is_sent_to_the_login_page_with_the_way_back() -> None:
    pair = Pair(shop, PROFILE)
    answer = pair.same("/secret?a=1&b=%E4%B8%AD")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/enter?next=%2Fsecret%3Fa%3D1%26b%3D%E4%B8%AD"
    pair.script([("GET", "/vault/gold%20bar"), ("POST", "/secret"), ("OPTIONS", "/secret")])
    assert pair.same("/enter").get_json()[0] == ["message", "Please log in to access this page."]


def test_who_logs_in_gets_in_and_who_leaves_is_out() -> None:
    pair = Pair(shop, PROFILE)
    pair.script([("GET", "/who"), ("GET", "/page"), enter(), ("GET", "/who"), ("GET", "/page")])
    assert pair.same("/secret").text == "for 1"
    pair.script([("GET", "/vault/x"), ("GET", "/later"), ("GET", "/public"), enter("2")])
    pair.script([("GET", "/who"), ("GET", "/leave"), ("GET", "/who"), ("GET", "/secret")])
    assert pair.same("/leave").text == "True"


def test_a_user_who_is_unknown_or_asleep_does_not_get_in() -> None:
    pair = Pair(shop, PROFILE)
    assert pair.same("/enter", "POST", data={"id": "7"}).text == "False"
    pair.script([("GET", "/who"), enter("7", force="1"), ("GET", "/who"), ("GET", "/secret")])
    pair.script([enter("404"), ("GET", "/who"), ("GET", "/secret")])


def test_the_remember_me_cookie_is_the_same_and_brings_a_stale_login_back() -> None:
    pair = Pair(shop, PROFILE)
    cookies = pair.same("/enter", "POST", data={"id": "2", "remember": "1"}).headers
    assert any(value.startswith("remember_token=2|") for value in cookies.getlist("Set-Cookie"))
    pair.script([("GET", "/who"), ("GET", "/vault/x")])
    forget_session(pair)
    assert pair.same("/who").get_json()["fresh"] is False
    answer = pair.same("/vault/x")
    assert answer.headers["Location"] == "/again?next=%2Fvault%2Fx"
    pair.script([("GET", "/secret"), ("POST", "/again"), ("GET", "/vault/x"), ("GET", "/who")])
    pair.script([("GET", "/leave"), ("GET", "/who")])
    assert pair.clients[1].get_cookie("remember_token") is None


def test_a_wrong_remember_me_cookie_is_nobody() -> None:
    pair = Pair(shop, PROFILE)
    for cookie in ("2|abc", "2", "|", "", "2|" + "0" * 128, "中|1"):
        for client in pair.clients:
            client.set_cookie("remember_token", cookie)
        pair.script([("GET", "/who"), ("GET", "/secret")])


@pytest.mark.parametrize("seconds", ["", "90"])
def test_the_remember_me_cookie_lives_as_long_as_asked_for(seconds: str) -> None:
    pair = Pair(shop, PROFILE, REMEMBER_COOKIE_DURATION=timedelta(minutes=10))
    for client in pair.clients:
        client.post("/enter", data={"id": "1", "remember": "1", "seconds": seconds})
        cookie = client.get_cookie("remember_token")
        left = cookie.expires - datetime.now(UTC)
        assert abs(left - timedelta(seconds=int(seconds or 600))) < timedelta(seconds=20)


def test_the_config_names_and_restricts_the_remember_me_cookie() -> None:
    pair = Pair(
        shop,
        PROFILE,
        REMEMBER_COOKIE_NAME="me",
        REMEMBER_COOKIE_DURATION=3600,
        REMEMBER_COOKIE_DOMAIN="localhost",
        REMEMBER_COOKIE_PATH="/",
        REMEMBER_COOKIE_SECURE=True,
        REMEMBER_COOKIE_HTTPONLY=False,
        REMEMBER_COOKIE_SAMESITE="Strict",
        REMEMBER_COOKIE_REFRESH_EACH_REQUEST=True,
    )
    pair.script([("GET", "/who"), enter(remember="1"), ("GET", "/who"), ("GET", "/public")])
    forget_session(pair)
    pair.script([("GET", "/who"), ("GET", "/secret"), ("GET", "/leave"), ("GET", "/who")])


def test_a_duration_that_is_none_says_so() -> None:
    pair = Pair(shop, PROFILE, REMEMBER_COOKIE_DURATION="a day", TESTING=True)
    for client in pair.clients:
        with pytest.raises(Exception, match="REMEMBER_COOKIE_DURATION must be"):
            client.post("/enter", data={"id": "1", "remember": "1"})


@pytest.mark.parametrize("mode", ["basic", "strong", None])
def test_a_session_of_another_browser_is_protected_as_configured(mode: str | None) -> None:
    pair = Pair(shop, PROFILE, SESSION_PROTECTION=mode)
    other = {"headers": {"User-Agent": "Another/1.0"}}
    pair.script([enter(remember="1"), ("GET", "/who", other), ("GET", "/vault/x", other)])
    pair.script([("GET", "/secret", other), ("GET", "/who", other)])
    behind = {"headers": {"X-Forwarded-For": "10.0.0.1, 10.0.0.2"}}
    pair.script([("GET", "/who", behind), enter(), ("GET", "/who", behind)])
    method, path, data = enter()
    pair.script([(method, path, {**data, **behind}), ("GET", "/who", behind)])
    near = {"X-Forwarded-For": "10.0.0.1"}
    assert pair.same("/who", headers=near).get_json()["id"] == "1"


def test_the_config_keeps_the_way_back_in_the_session() -> None:
    pair = Pair(shop, PROFILE, USE_SESSION_FOR_NEXT=True)
    assert pair.same("/secret?x=1").headers["Location"] == "/enter"
    assert pair.same("/who").get_json()["session"]["next"] == "/secret?x=1"


def test_the_config_names_the_host_of_redirects_and_opens_all_doors() -> None:
    pair = Pair(shop, PROFILE, FORCE_HOST_FOR_REDIRECTS="good.example")
    assert pair.same("/secret").headers["Location"].startswith("//good.example/enter?")
    pair.script([("GET", "/secret", {"headers": {"Host": "evil.example"}})])
    for app in (pair.old, pair.new):
        app.config["LOGIN_DISABLED"] = True
    pair.script([("GET", "/secret"), ("GET", "/who")])


@pytest.mark.parametrize("remember", [{}, {"remember": "1"}])
def test_who_was_logged_in_before_the_migration_is_logged_in_after_it(
    remember: dict[str, str],
) -> None:
    pair = Pair(shop, PROFILE)
    pair.script([enter("2", **remember)])
    pair.swap()
    assert pair.same("/vault/x").text == "x of 2"
    if remember:
        forget_session(pair)
        assert pair.same("/secret").text == "for 2"


def club(flask: Any, login: Any) -> Any:
    """A manager made first, its own handlers, a blueprint with a login page of its own, signals."""
    app = flask.Flask(__name__)
    app.secret_key = b"bytes"
    manager = login.LoginManager()
    manager.login_view = "https://login.example/?a=1"
    manager.login_message = "Halt!"
    manager.login_message_category = "warning"
    manager.localize_callback = str.upper
    manager.blueprint_login_views = {"members": "/members/enter"}
    manager.session_protection = "strong"

    class Guest(login.AnonymousUserMixin):
        name = "guest"

    class User(login.UserMixin):
        def __init__(self, id: int) -> None:
            self.id = id
            self.name = f"n{id}"

    manager.anonymous_user = Guest

    @manager.request_loader
    def load(request: Any) -> Any:
        key = request.headers.get("X-Key")
        return User(int(key)) if key and key.isdigit() else None

    members = flask.Blueprint("members", __name__, url_prefix="/members")

    @members.route("/")
    @login.login_required
    def home() -> str:
        return f"member {login.current_user.name}"

    @members.route("/enter")
    def enter() -> Any:
        return flask.jsonify(flask.get_flashed_messages(with_categories=True))

    @app.route("/")
    @login.login_required
    def index() -> str:
        return f"{login.current_user.name} {login.current_user == User(5)}"

    @app.route("/name")
    def name() -> Any:
        return str(login.current_user.name)

    @app.route("/fresh")
    @login.fresh_login_required
    def fresh() -> str:
        return "fresh"

    @app.route("/set/<view>")
    def set_view(view: str) -> str:
        login.set_login_view(f"/{view}", members if view == "m" else None)
        return repr((manager.login_view, manager.blueprint_login_views))

    app.register_blueprint(members)
    manager.init_app(app)
    app.extensions["club"] = manager
    return app


def test_a_request_loader_messages_and_login_pages_of_blueprints() -> None:
    pair = Pair(club, PROFILE)
    key = {"headers": {"X-Key": "5"}}
    pair.script([("GET", "/"), ("GET", "/", key), ("GET", "/members/"), ("GET", "/members/", key)])
    pair.script(
        [("GET", "/name"), ("GET", "/name", key), ("GET", "/fresh", key), ("GET", "/fresh")]
    )
    assert pair.same("/members/enter").get_json()[0] == ["warning", "HALT!"]
    assert pair.same("/").headers["Location"] == (
        "https://login.example/?a=1&next=http%3A%2F%2Flocalhost%2F"
    )


def test_login_pages_can_be_set_later() -> None:
    pair = Pair(club, PROFILE)
    pair.script([("GET", "/set/m"), ("GET", "/members/"), ("GET", "/")])


def test_handlers_answer_in_place_of_the_login_page() -> None:
    pair = Pair(shop, PROFILE)
    for app in (pair.old, pair.new):
        app.login_manager.unauthorized_handler(lambda: ("go away", 401, {"X-Why": "no"}))
        app.login_manager.needs_refresh_handler(lambda: ("too old", 403))
    pair.script([("GET", "/secret"), enter(stale="1"), ("GET", "/vault/x"), ("GET", "/secret")])


def test_without_a_login_page_it_is_a_401() -> None:
    pair = Pair(shop, PROFILE)
    for app in (pair.old, pair.new):
        app.login_manager.login_view = app.login_manager.refresh_view = None
    pair.script([("GET", "/secret"), enter(stale="1"), ("GET", "/vault/x")])


def test_without_a_loader_it_says_what_is_missing() -> None:
    pair = Pair(shop, PROFILE, TESTING=True)
    for app, client in zip((pair.old, pair.new), pair.clients, strict=True):
        app.login_manager._user_callback = None
        with pytest.raises(Exception, match="user_loader"):
            client.get("/secret")


def test_signals_tell_the_same_story() -> None:
    import flask_login

    stories = []
    pair = Pair(shop, PROFILE)
    for login, app, client in zip(
        (flask_login, stand_in(PROFILE)), (pair.old, pair.new), pair.clients, strict=True
    ):
        story: list[tuple[str, bool, str | None]] = []
        keep = [listen(getattr(login, name), name, app, story) for name in SIGNALS]
        for method, path, *options in STORY:
            client.open(path, method=method, **(options[0] if options else {}))
        client.delete_cookie("session")
        client.get("/secret")
        stories.append(story)
        assert len(keep) == len(SIGNALS)
    assert stories[0] == stories[1]
    assert {name for name, _, _ in stories[1]} >= {"user_logged_in", "user_loaded_from_cookie"}


SIGNALS = [
    name.rpartition(".")[2] for name in PROFILE.exports if name.startswith("flask_login.signals.")
]
SIGNALS.remove("user_loaded_from_header")
STORY: list[Any] = [
    ("GET", "/secret"),
    enter("1", remember="1", stale="1"),
    ("GET", "/vault/x"),
    ("POST", "/again"),
    ("GET", "/who", {"headers": {"User-Agent": "Other"}}),
    ("GET", "/leave"),
    enter("2", remember="1"),
]


def listen(signal: Any, name: str, app: Any, story: list[tuple[str, bool, str | None]]) -> Any:
    def note(sender: Any, user: Any = None) -> None:
        story.append((name, sender is app, None if user is None else user.get_id()))

    signal.connect(note)
    return note


def test_the_rest_of_the_functions_and_classes_agree() -> None:
    import flask_login

    results = [probe(login, make) for login, make in ((flask_login, 0), (stand_in(PROFILE), 1))]
    assert results[0] == results[1]


def probe(login: Any, which: int) -> list[Any]:
    pair = Pair(shop, PROFILE)
    app = (pair.old, pair.new)[which]

    class User(login.UserMixin):
        id = 3

    class Nameless(login.UserMixin):
        pass

    seen: list[Any] = [
        User() == User(), User() != User(), User() == 3, User() != 3, len({User(), User()}),
        User().get_id(), User().is_authenticated,
    ]  # fmt: skip
    with pytest.raises(NotImplementedError):
        Nameless().get_id()
    with app.test_request_context("/"):
        seen += [
            login.encode_cookie("用户"),
            login.encode_cookie("1", key="other"),
            login.decode_cookie(login.encode_cookie("a|b")),
            login.decode_cookie("nothing"),
            login.make_next_param("http://a/x", "http://a/y?z=1#f"),
            login.make_next_param("http://a/x", "https://a/y"),
            login.make_next_param("/x", "https://b/y"),
            login.login_url("enter", "http://localhost/secret?q=中 文"),
            login.login_url("/enter?next=old&x=", "/new", next_field="next"),
            login.login_url("https://o/enter"),
        ]
    assert login.current_user._get_current_object() is None
    for name in ("COOKIE_NAME", "COOKIE_DURATION", "LOGIN_MESSAGE", "REFRESH_MESSAGE"):
        seen.append(getattr(login, name))
    return seen


@pytest.mark.parametrize("fresh", [True, False])
def test_a_client_of_tests_can_be_logged_in(fresh: bool) -> None:
    pair = Pair(shop, PROFILE)
    import flask_login

    answers = []
    for app, login in ((pair.old, flask_login), (pair.new, stand_in(PROFILE))):
        app.test_client_class = login.FlaskLoginClient
        app.login_manager.session_protection = None
        user = app.login_manager._user_callback("2")
        clients = app.test_client(), app.test_client(user=user, fresh_login=fresh)
        answers.append([c.get(path).text for c in clients for path in ("/who", "/vault/x")])
    assert answers[0] == answers[1]
    assert ("x of 2" in answers[1]) is fresh


def test_a_view_that_is_still_flask_is_guarded_by_the_same_manager() -> None:
    import flask
    import flask_login

    from lsp_server.migrate.runtime.flask_beside import flask_beside

    pair = Pair(shop, PROFILE)
    for app, beside in ((pair.old, pair.old), (pair.new, flask_beside(pair.new))):

        @beside.route("/still")
        @flask_login.fresh_login_required
        def still() -> str:
            return f"still {flask_login.current_user.id}"

        @beside.route("/still/enter", methods=["POST"])
        def still_enter() -> str:
            current: Any = flask.current_app
            user = current.login_manager._user_callback("2")
            return str(flask_login.login_user(user, remember=True))

        @beside.route("/still/leave")
        def still_leave() -> str:
            return str(flask_login.logout_user())

        assert app.login_manager
    pair.script([("GET", "/still"), enter("1"), ("GET", "/still"), ("GET", "/still/leave")])
    pair.script([("GET", "/secret"), ("POST", "/still/enter"), ("GET", "/secret")])
    forget_session(pair)
    pair.script([("GET", "/still"), ("GET", "/who"), ("GET", "/leave"), ("GET", "/still")])


def forget_session(pair: Pair) -> None:
    """As if the browser had been closed."""
    for client in pair.clients:
        client.delete_cookie("session")
