"""Flask-WTF and what stands in for it: forms, uploads and CSRF tokens that both sides accept."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import wtforms
from fastapi import APIRouter, Request
from itsdangerous import URLSafeTimedSerializer

from lsp_server.migrate.profiles.babel import PROFILE as BABEL
from lsp_server.migrate.profiles.wtf import PROFILE
from tests.migrate.profiles.pairs import Pair, stand_in


@pytest.fixture
def no_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both apps draw the same random value, so that their cookies can be compared."""
    monkeypatch.setattr("os.urandom", lambda n: bytes(range(n)))


PNG = b"\x89PNG\r\n\x1a\n"


def desk(flask: Any, wtf: Any) -> Any:
    """Forms of all kinds, each view shows what its form made of the request."""
    app = flask.Flask(__name__)
    app.secret_key = "dev"

    class NoteForm(wtf.FlaskForm):
        title = wtforms.StringField("Title", validators=[wtforms.validators.DataRequired()])
        count = wtforms.IntegerField("Count", default=1)
        kind = wtforms.HiddenField(default="note")
        secret = wtforms.HiddenField()
        send = wtforms.SubmitField("Send")

    class OldForm(wtf.Form):
        title = wtforms.StringField()

        def validate(self) -> bool:
            return bool(self.title.data == "old")

    class UploadForm(wtf.FlaskForm):
        one = wtf.file.FileField(
            validators=[wtf.file.FileRequired(), wtf.file.FileAllowed(["png", "jpg"])]
        )
        many = wtf.file.MultipleFileField(
            validators=[wtf.file.file_size(max_size=10, min_size=2, message=None)]
        )

    class ImagesForm(wtf.FlaskForm):
        many = wtf.file.MultipleFileField(
            validators=[wtf.file.file_required("Choose!"), wtf.file.file_allowed(Images())]
        )

    def shown(form: Any) -> Any:
        valid = form.validate_on_submit()
        data = {name: str(value) for name, value in form.data.items() if name != "csrf_token"}
        files = [getattr(f, "filename", None) for f in form.data.get("many") or ()]
        errors = form.errors
        return flask.jsonify(
            valid=valid, submitted=form.is_submitted(), data=data, files=files, errors=errors
        )

    @app.route("/note", methods=["GET", "POST", "PUT"])
    def note() -> Any:
        return shown(NoteForm(title="preset"))

    @app.route("/note/prefixed", methods=["GET", "POST"])
    def prefixed() -> Any:
        return shown(NoteForm(prefix="n"))

    @app.route("/note/empty", methods=["POST"])
    def empty() -> Any:
        return shown(NoteForm(formdata=None))

    @app.route("/note/open", methods=["POST"])
    def opened() -> Any:
        return shown(NoteForm(meta={"csrf": False}))

    @app.route("/note/extra", methods=["POST"])
    def extra() -> Any:
        def refuse(form: Any, field: Any) -> None:
            raise wtforms.ValidationError("never")

        form = NoteForm()
        return flask.jsonify(form.validate_on_submit(extra_validators={"title": [refuse]}))

    @app.route("/old", methods=["POST"])
    def old() -> Any:
        return flask.jsonify(OldForm(title="x").title.data)

    @app.route("/upload", methods=["POST"])
    def upload() -> Any:
        return shown(UploadForm())

    @app.route("/images", methods=["POST"])
    def images() -> Any:
        return shown(ImagesForm())

    @app.route("/html")
    def html() -> Any:
        form = NoteForm()
        return flask.render_template_string(
            "<form>{{ form.hidden_tag() }}|{{ form.hidden_tag('kind', 'title', 'no') }}|"
            "{{ form.title.label }}{{ form.title(class='中') }}{{ form.csrf_token }}</form>",
            form=form,
        )

    @app.route("/token")
    def token() -> Any:
        signed = wtf.csrf.generate_csrf()
        same = [wtf.csrf.generate_csrf() == signed, flask.g.csrf_token == signed]
        return flask.jsonify(token=signed, raw=flask.session["csrf_token"], same=same)

    @app.route("/check", methods=["POST"])
    def check() -> Any:
        try:
            wtf.csrf.validate_csrf(flask.request.form.get("token"), time_limit=1)
        except wtforms.ValidationError as error:
            return str(error)
        return "valid"

    return app


class Images:
    """What Flask-Uploads calls a set."""

    def file_allowed(self, storage: Any, basename: str) -> bool:
        return len(storage) > 0 and basename.startswith("img")


def token_of(pair: Pair) -> list[str]:
    """A fresh token of each app, and both sessions know it."""
    return [client.get("/token").get_json()["token"] for client in pair.clients]


def post_with_token(pair: Pair, path: str, name: str = "csrf_token", **data: Any) -> Any:
    """What each app answers to its own token."""
    answers = []
    for client, token in zip(pair.clients, token_of(pair), strict=True):
        answers.append(client.post(path, data={**data, name: token}))
    assert answers[0].get_json() == answers[1].get_json()
    assert answers[0].status_code == answers[1].status_code
    return answers[1].get_json()


def test_a_form_is_empty_until_it_is_sent_and_has_errors_without_a_token(no_chance: None) -> None:
    pair = Pair(desk, PROFILE)
    pair.script([("GET", "/note"), ("GET", "/note?title=x"), ("POST", "/note")])
    answer = pair.same("/note", "POST", data={"title": "买菜", "count": "3"}).get_json()
    assert answer["errors"] == {"csrf_token": ["The CSRF token is missing."]}
    pair.script([("PUT", "/note", {"data": {"count": "three"}}), ("POST", "/note/empty")])


def test_a_form_with_its_token_is_valid() -> None:
    pair = Pair(desk, PROFILE)
    answer = post_with_token(pair, "/note", title="买菜\r\n", count="3")
    assert answer["valid"] is True and answer["data"]["count"] == "3"
    assert post_with_token(pair, "/note", title="")["valid"] is False
    assert post_with_token(pair, "/note/prefixed", "n-csrf_token", **{"n-title": "x"})["valid"]
    assert post_with_token(pair, "/note/extra", title="x") is False


def test_a_form_without_csrf_takes_fields_json_and_nothing() -> None:
    pair = Pair(desk, PROFILE, WTF_CSRF_ENABLED=False)
    pair.script([("POST", "/note", {"json": {"title": "js", "count": "7"}}), ("POST", "/note")])
    pair.script([("POST", "/note", {"data": {"title": "x"}}), ("PUT", "/note")])
    pair.script([("POST", "/note/open", {"data": {"title": "x"}}), ("GET", "/html")])
    pair.script([("POST", "/note", {"data": b"{", "content_type": "application/json"})])
    pair.script([("POST", "/note", {"data": b"[1]", "content_type": "application/json"})])


def test_a_form_that_overrides_validate_in_the_old_way_still_validates() -> None:
    app, Old = Pair(desk, PROFILE, WTF_CSRF_ENABLED=False).new, old_form(stand_in(PROFILE))
    for title in ("old", "new"):
        with app.test_request_context("/", method="POST", data={"title": title}):
            assert Old().validate_on_submit() is (title == "old")


def old_form(wtf: Any) -> Any:
    class Old(wtf.Form):
        title = wtforms.StringField()

        def validate(self) -> bool:
            return bool(super().validate()) and bool(self.title.data == "old")

    return Old


def test_uploads_are_chosen_checked_and_measured() -> None:
    pair = Pair(desk, PROFILE, WTF_CSRF_ENABLED=False)
    for one, many in (
        (None, []),
        (("a.png", PNG), []),
        (("a.PNG", PNG), [("1", b"123"), ("2", b"123456789a")]),
        (("a.gif", PNG), [("1", b"1")]),
        (("", b""), [("1", b"x" * 11), ("", b"")]),
        (("图.jpg", b""), [("1", b"")]),
    ):
        data: dict[str, Any] = {"many": [(io.BytesIO(body), name) for name, body in many]}
        if one:
            data["one"] = (io.BytesIO(one[1]), one[0])
        answers = [
            client.post("/upload", data=copied(data), content_type="multipart/form-data")
            for client in pair.clients
        ]
        assert without_objects(answers[0]) == without_objects(answers[1])
    for names in ([], ["img1"], ["img1", "other"]):
        answers = [
            client.post(
                "/images",
                data={"many": [(io.BytesIO(b"x"), name) for name in names]},
                content_type="multipart/form-data",
            )
            for client in pair.clients
        ]
        assert without_objects(answers[0]) == without_objects(answers[1])


def copied(data: dict[str, Any]) -> dict[str, Any]:
    """A client reads the files that it sends, so each gets its own."""
    files = [(io.BytesIO(stream.getvalue()), name) for stream, name in data["many"]]
    one = data.get("one")
    return {"many": files} | ({"one": (io.BytesIO(one[0].getvalue()), one[1])} if one else {})


def without_objects(answer: Any) -> Any:
    return re.sub(r"FileStorage: [^>]*", "~", answer.text)


def test_a_large_upload_is_measured_on_disk_and_a_pipe_is_refused() -> None:
    wtf = stand_in(PROFILE)
    field = wtforms.Form()
    with Path(__file__).open("rb") as stream:
        upload = Upload(stream)
        wtf.file.FileSize(max_size=10**6)(field, upload)
        with pytest.raises(wtforms.ValidationError, match="between 0 and 5 bytes"):
            wtf.file.FileSize(max_size=5)(field, upload)
    with pytest.raises(TypeError, match="not seekable"):
        wtf.file.FileSize(max_size=5)(field, Upload(Pipe()))


class Pipe(io.RawIOBase):
    def seekable(self) -> bool:
        return False


class Upload:
    """A field with one upload."""

    def __init__(self, stream: Any) -> None:
        from werkzeug.datastructures import FileStorage

        self.data = FileStorage(stream, filename="big.bin")

    def gettext(self, text: str) -> str:
        return text


def test_the_hidden_fields_and_the_token_are_rendered_alike(no_chance: None) -> None:
    pair = Pair(desk, PROFILE)
    assert pair.same("/html").text.count("csrf_token") == 4


def without_tokens(text: str) -> str:
    return re.sub(r"[\w-]{50,}\.[\w-]{6}\.[\w-]{27}", "TOKEN", text)


def test_tokens_have_the_format_that_the_other_side_accepts() -> None:
    pair = Pair(desk, PROFILE)
    for client in pair.clients:
        answer = client.get("/token").get_json()
        signer = URLSafeTimedSerializer("dev", salt="wtf-csrf-token")
        assert signer.loads(answer["token"]) == answer["raw"]
        assert answer["same"] == [True, True] and re.fullmatch("[0-9a-f]{40}", answer["raw"])
    old, new = token_of(pair)
    pair.swap()
    assert [client.post("/check", data={"token": token}).text for client, token in zip(
        pair.clients, (new, old), strict=True)] == ["valid", "valid"]  # fmt: skip


def test_a_bad_token_is_refused_with_the_same_reason() -> None:
    pair = Pair(desk, PROFILE)
    assert pair.same("/check", "POST", data={"token": ""}).text == "The CSRF token is missing."
    text = pair.same("/check", "POST", data={"token": "x"}).text
    assert text == "The CSRF session token is missing."
    tokens = token_of(pair)
    assert pair.same("/check", "POST", data={"token": "令牌"}).text == "The CSRF token is invalid."
    signer = URLSafeTimedSerializer("dev", salt="wtf-csrf-token")
    other = {"token": signer.dumps("0" * 40)}
    assert pair.same("/check", "POST", data=other).text == "The CSRF tokens do not match."
    for client, token in zip(pair.clients, tokens, strict=True):
        wait_for_expiry(client, token)


def wait_for_expiry(client: Any, token: str) -> None:
    from unittest.mock import patch

    from itsdangerous import TimestampSigner

    now = TimestampSigner("x").get_timestamp()
    with patch.object(TimestampSigner, "get_timestamp", lambda self: now + 60):
        answer = client.post("/check", data={"token": token})
    assert answer.text == "The CSRF token has expired."


def guarded(flask: Any, wtf: Any) -> Any:
    """An app that is protected as a whole, but for a view, a blueprint and a name."""
    app = desk(flask, wtf)
    csrf = wtf.csrf.CSRFProtect()
    free = flask.Blueprint("free", __name__, url_prefix="/free")
    app.extensions["guard"] = csrf

    @free.route("/", methods=["POST"])
    def home() -> str:
        return "free"

    @app.route("/hook", methods=["POST"])
    @csrf.exempt
    def hook() -> str:
        return "hook"

    @app.route("/by-name", methods=["POST"])
    def by_name() -> str:
        return "by name"

    @app.route("/safe")
    def safe() -> Any:
        return flask.render_template_string("{{ csrf_token() }}|{{ csrf_meta_tag() }}")

    @app.route("/by-hand", methods=["POST"])
    def by_hand() -> str:
        csrf.protect()
        return "protected"

    csrf.exempt(f"{__name__}.by_name")
    assert csrf.exempt(free) is free
    app.register_blueprint(free)
    csrf.init_app(app)
    return app


def test_unsafe_requests_need_a_token_unless_they_are_exempt(no_chance: None) -> None:
    pair = Pair(guarded, PROFILE)
    answer = pair.same("/note", "POST", data={"title": "x"})
    assert answer.status_code == 400 and b"The CSRF token is missing." in answer.data
    pair.script([("POST", "/free/"), ("POST", "/hook"), ("POST", "/by-name"), ("GET", "/note")])
    pair.script([("PUT", "/note"), ("OPTIONS", "/note"), ("POST", "/nowhere"), ("POST", "/safe")])
    pair.script([("POST", "/note", {"headers": {"X-CSRFToken": "x"}})])
    assert post_with_token(pair, "/note", title="x")["valid"] is True
    assert post_with_token(pair, "/note", "n-csrf_token", title="x")["valid"] is True


def test_scripts_send_the_token_in_a_header() -> None:
    pair = Pair(guarded, PROFILE)
    for name in ("X-CSRFToken", "X-CSRF-Token"):
        for client, token in zip(pair.clients, token_of(pair), strict=True):
            answer = client.post("/note", json={"title": "x"}, headers={name: token})
            assert answer.get_json()["valid"] is True
    texts = [without_tokens(client.get("/safe").text) for client in pair.clients]
    assert texts[0] == texts[1] == 'TOKEN|<meta name="csrf-token" content="TOKEN">'


def test_on_https_the_referrer_must_be_the_same_host() -> None:
    pair = Pair(guarded, PROFILE)
    tokens = token_of(pair)
    for referrer in (None, "https://evil.example/", "http://localhost/x", "https://localhost/x"):
        headers = {"Referer": referrer} if referrer else {}
        answers = [
            client.post(
                "/note",
                data={"csrf_token": token, "title": "x"},
                headers=headers,
                base_url="https://localhost",
            )
            for client, token in zip(pair.clients, tokens, strict=True)
        ]
        assert answers[0].data == answers[1].data
        assert answers[1].status_code == (200 if referrer == "https://localhost/x" else 400)


def test_the_config_says_what_is_checked_and_how(no_chance: None) -> None:
    for config in (
        {"WTF_CSRF_ENABLED": False},
        {"WTF_CSRF_CHECK_DEFAULT": False},
        {"WTF_CSRF_METHODS": ["PUT"]},
        {"WTF_CSRF_FIELD_NAME": "tok", "WTF_CSRF_SECRET_KEY": "other"},
        {"WTF_CSRF_HEADERS": ["X-Tok"], "WTF_CSRF_META_NAME": "<t>"},
    ):
        pair = Pair(configured(config), PROFILE)
        pair.script([("POST", "/note", {"data": {"title": "x"}}), ("PUT", "/note")])
        pair.script([("POST", "/hook"), ("POST", "/by-hand"), ("GET", "/note")])
        texts = [without_tokens(client.get("/safe").text) for client in pair.clients]
        assert texts[0] == texts[1]


def configured(config: dict[str, Any]) -> Any:
    def make(flask: Any, wtf: Any) -> Any:
        real = flask.Flask

        def flask_with_config(name: str) -> Any:
            app = real(name)
            app.config.update(config)
            return app

        return guarded(Renamed(flask, flask_with_config), wtf)

    return make


class Renamed:
    """The namespace `flask` with another `Flask`."""

    def __init__(self, flask: Any, make: Any) -> None:
        self._flask, self.Flask = flask, make

    def __getattr__(self, name: str) -> Any:
        return getattr(self._flask, name)


def test_an_error_handler_answers_for_a_missing_token() -> None:
    pair = Pair(guarded, PROFILE)
    import flask_wtf.csrf

    for app, error in (
        (pair.old, flask_wtf.csrf.CSRFError),
        (pair.new, stand_in(PROFILE).csrf.CSRFError),
    ):
        app.register_error_handler(error, lambda e: (f"{e.description}|{e.code}", 418))
    assert pair.same("/note", "POST").text == "The CSRF token is missing.|400"


def test_the_old_error_handler_decorator_still_answers() -> None:
    pair = Pair(guarded, PROFILE)
    pair.new.extensions["csrf"].error_handler(lambda reason: (f"no: {reason}", 403))
    answer = pair.clients[1].post("/note")
    assert (answer.status_code, answer.text) == (403, "no: The CSRF token is missing.")


def test_a_protection_of_ones_own_decides_what_answers_a_missing_token() -> None:
    def make(flask: Any, wtf: Any) -> Any:
        class Lenient(wtf.csrf.CSRFProtect):
            def _error_response(self, reason: str) -> None:
                flask.g.reason = reason

        app = flask.Flask(__name__)
        app.secret_key = "dev"
        Lenient(app)
        app.post("/")(lambda: flask.g.reason)
        return app

    assert Pair(make, PROFILE).same("/", "POST").text == "The CSRF token is missing."


def test_a_protection_in_the_style_before_1_3_decides_which_requests_are_checked() -> None:
    def make(flask: Any, wtf: Any) -> Any:
        class ForBrowsers(wtf.csrf.CSRFProtect):
            def protect(self) -> None:
                if "Authorization" not in flask.request.headers:
                    super().protect()

        app = flask.Flask(__name__)
        app.secret_key = "dev"
        ForBrowsers(app)
        app.post("/")(lambda: "done")
        return app

    client = Pair(make, PROFILE).clients[1]
    assert client.post("/").status_code == 400
    assert client.post("/", headers={"Authorization": "Bearer x"}).text == "done"


def test_without_a_secret_key_it_says_what_is_missing() -> None:
    pair = Pair(desk, PROFILE, TESTING=True)
    for app, client in zip((pair.old, pair.new), pair.clients, strict=True):
        app.secret_key = None
        with pytest.raises(RuntimeError, match="A secret key is required to use CSRF"):
            client.get("/token")


def test_a_session_value_that_no_token_can_hold_is_replaced() -> None:
    pair = Pair(desk, PROFILE)
    for app, wtf in ((pair.new, stand_in(PROFILE)),):
        with app.test_request_context("/"):
            from lsp_server.migrate.runtime.context import session

            session["csrf_token"] = {1, 2}
            assert (
                URLSafeTimedSerializer("dev", salt="wtf-csrf-token").loads(wtf.csrf.generate_csrf())
                == session["csrf_token"]
            )


def translated(flask: Any, wtf: Any) -> Any:
    """Forms in the language that the query names."""
    import flask_babel

    app = desk(flask, wtf)
    flask_babel.Babel(app, locale_selector=lambda: flask.request.args.get("lang"))

    class LengthForm(wtf.FlaskForm):
        text = wtforms.StringField(validators=[wtforms.validators.Length(min=2)])
        one = wtforms.StringField(validators=[wtforms.validators.Length(max=1)])

    @app.route("/length", methods=["POST"])
    def length() -> Any:
        with flask_babel.force_locale(flask.request.args.get("force") or "en"):
            form = LengthForm()
        form.validate()
        return flask.jsonify(form.errors)

    return app


def test_messages_are_in_the_language_that_babel_chose() -> None:
    pair = Pair(translated, PROFILE, (BABEL,), WTF_CSRF_ENABLED=False)
    errors = pair.same("/note?lang=de", "POST", data={"count": "x"}).get_json()["errors"]
    assert errors["count"] == ["Keine gültige, ganze Zahl."]
    for lang in ("", "fr", "zh_CN", "zh_Hans_CN", "zh_TW", "pt", "xx", "en"):
        pair.same(f"/note?lang={lang}" if lang else "/note", "POST", data={"count": "x"})
        pair.same(f"/length?lang={lang or 'en'}", "POST", data={"text": "x", "one": "xx"})
    pair.same("/length?lang=de&force=fr", "POST", data={"text": "x", "one": "xx"})
    pair.new.config["WTF_I18N_ENABLED"] = pair.old.config["WTF_I18N_ENABLED"] = False
    pair.same("/note?lang=de", "POST")


def test_what_is_still_flask_shares_the_token_and_can_be_exempt(no_chance: None) -> None:
    import flask
    import flask_wtf

    from lsp_server.migrate.runtime.flask_beside import flask_beside

    class Form(flask_wtf.FlaskForm):
        text = wtforms.StringField()

    pair = Pair(guarded, PROFILE)
    for app, beside in ((pair.old, pair.old), (pair.new, flask_beside(pair.new))):
        free, held = flask.Blueprint("open", "x"), flask.Blueprint("held", "x")

        @free.route("/open", methods=["POST"])
        def opened() -> str:
            return "open"

        @held.route("/held", methods=["GET", "POST"])
        def kept() -> Any:
            form = Form()
            return flask.jsonify(form.validate_on_submit(), form.errors, str(form.csrf_token))

        @held.route("/hooked", methods=["POST"])
        @app.extensions["guard"].exempt
        def hooked() -> str:
            return "hooked"

        app.extensions["guard"].exempt(free)
        beside.register_blueprint(free)
        beside.register_blueprint(held)
    pair.script([("POST", "/open"), ("POST", "/held"), ("GET", "/held"), ("POST", "/hooked")])
    answers = [
        client.post("/held", data={"csrf_token": token, "text": "x"}).get_json()[:2]
        for client, token in zip(pair.clients, token_of(pair), strict=True)
    ]
    assert answers == [[True, {}], [True, {}]]


def test_native_routes_are_checked_too_and_read_the_whole_body() -> None:
    app = Pair(guarded, PROFILE).new
    router = APIRouter()

    @router.post("/native")
    async def native(request: Request) -> str:
        return (await request.body()).decode()

    app.include_router(router)
    client = app.test_client()
    token = client.get("/token").get_json()["token"]
    assert client.post("/native", data={"a": "1"}).status_code == 400
    for text in ("中", "x" * 700_000):
        answer = client.post("/native", data={"a": text, "csrf_token": token})
        assert answer.status_code == 200 and "csrf_token=" in answer.get_json()
        assert len(answer.get_json()) > len(text)
    headers = {"X-CSRFToken": token}
    assert client.post("/native", data=b"raw", headers=headers).get_json() == "raw"
    assert client.post("/native", data=b"", headers=headers).get_json() == ""


def human(flask: Any, wtf: Any) -> Any:
    """A form that asks whether a human sent it."""
    app = flask.Flask(__name__)
    app.secret_key = "dev"

    class Form(wtf.FlaskForm):
        name = wtforms.StringField()
        plain = wtf.RecaptchaField()
        other = wtf.recaptcha.RecaptchaField(
            "Other", validators=[wtf.recaptcha.Recaptcha("Who?")], nonce=lambda: '"<n>'
        )

    @app.route("/", methods=["GET", "POST"])
    def index() -> Any:
        form = Form(meta={"csrf": False})
        valid = form.validate_on_submit()
        return flask.jsonify(valid, form.errors, form.plain(), form.other(class_="x", data_theme=1))

    return app


@pytest.mark.parametrize(
    "answer",
    [
        {"success": True},
        {"success": False, "error-codes": ["other", "invalid-input-secret"]},
        {"success": False},
        None,
    ],
)
def test_a_recaptcha_is_what_google_says(answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def urlopen(url: str, data: bytes) -> Any:
        asked.append((url, data))
        text = json.dumps(answer).encode()
        return SimpleNamespace(code=200 if answer else 500, read=lambda: text)

    pair = Pair(human, PROFILE, RECAPTCHA_PUBLIC_KEY="p", RECAPTCHA_PRIVATE_KEY="s")
    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    pieces = "lsp_server.migrate.profiles.wtf.pieces_recaptcha"
    monkeypatch.setattr(f"{pieces}.urlopen", urlopen)
    sent = {"name": "Ann", "g-recaptcha-response": "x"}
    pair.script(
        [
            ("GET", "/"),
            ("POST", "/", {"data": {"name": "Ann"}}),
            ("POST", "/", {"data": sent}),
            ("POST", "/", {"json": sent}),
        ]
    )
    assert len(asked) == 8
    assert asked[0] == asked[4]


@pytest.mark.parametrize(
    "config",
    [
        {"RECAPTCHA_ENABLED": False},
        {"RECAPTCHA_HTML": "<b></b>"},
        {
            "RECAPTCHA_SCRIPT": "https://example.com/x.js",
            "RECAPTCHA_PARAMETERS": {"hl": "de", "r": "a b"},
            "RECAPTCHA_DIV_CLASS": "cf",
            "RECAPTCHA_DATA_ATTRS": {"theme": "dark"},
        },
    ],
)
def test_a_recaptcha_looks_as_it_is_set(config: Any) -> None:
    pair = Pair(human, PROFILE, RECAPTCHA_PUBLIC_KEY="p", TESTING=True, **config)
    pair.script([("GET", "/"), ("POST", "/", {"data": {"name": "Ann"}})])
