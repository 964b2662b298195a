"""Flask-Mail and what stands in for it write the same mails and send them to the same people."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.charset import BASE64, CHARSETS, SHORTEST
from typing import Any

import pytest

from lsp_server.migrate.profiles.mail import PROFILE
from tests.migrate.profiles.pairs import Pair, stand_in


def office(flask: Any, ext: Any) -> Any:
    """An app that mails what a test tells it to."""
    app = flask.Flask(__name__)
    app.extensions["office"] = ext.Mail()

    @app.route("/send", methods=["POST"])
    def send() -> Any:
        with app.extensions["office"].record_messages() as outbox:
            app.extensions["office"].send_message(**flask.request.get_json())
        return flask.jsonify([str(message.subject) for message in outbox])

    return app


def pair_of(**config: Any) -> Pair:
    pair = Pair(office, PROFILE, **{"MAIL_DEFAULT_SENDER": "me@example.com", **config})
    for app in (pair.old, pair.new):
        app.extensions["office"].init_app(app)
    return pair


def mails(make: Callable[[Any], Any], **config: Any) -> list[bytes]:
    """The mail that `make` makes of each extension, without what is random."""
    import flask_mail

    pair = pair_of(**config)
    texts = []
    for app, ext in ((pair.old, flask_mail), (pair.new, stand_in(PROFILE))):
        with app.app_context():
            message = make(ext)
            message.msgId, message.date = "<id@here>", 1_700_000_000.0
            texts.append(neutral(message.as_bytes()))
            assert neutral(bytes(message)) == texts[-1]
            assert neutral(str(message).encode()).replace(b"\r\n", b"\n").split()
    return texts


def neutral(mail: bytes) -> bytes:
    """Boundaries are random, and Flask-Mail's recipients in no order."""
    found = re.findall(rb'boundary="([^"]+)"', mail)
    for number, boundary in enumerate(found):
        mail = mail.replace(boundary, b"B%d" % number)
    return re.sub(rb"(?m)^(To|Cc): (.*)$", in_order, mail)


def in_order(match: re.Match[bytes]) -> bytes:
    return match[1] + b": " + b", ".join(sorted(match[2].strip().split(b", ")))


MAILS: dict[str, Callable[[Any], Any]] = {
    "plain": lambda m: m.Message("Hi", ["you@example.com"], "text\n.\nmore"),
    "chinese": lambda m: m.Message("你好，世界", ["you@例子.中国", ("李雷", "l@x.cn")], "正文"),
    "latin": lambda m: m.Message("Grüße", ["a@b.c"], "Grüße", charset="iso-8859-1"),
    "mismatch": lambda m: m.Message("中", ["a@b.c"], "ab", charset="iso-8859-1"),
    "utf8 by its other name": lambda m: m.Message("中", ["a@b.c"], "中", charset="UTF8"),
    "html": lambda m: m.Message("Hi", ["a@b.c"], "text", "<b>粗</b>"),
    "html alone": lambda m: m.Message("Hi", ["a@b.c"], html="<b>x</b>"),
    "alternatives": lambda m: m.Message(
        "Hi", ["a@b.c"], "text", alts={"html": "<b>x</b>", "calendar": "BEGIN:VCALENDAR"}
    ),
    "all headers": lambda m: m.Message(
        "S", ["a@b.c", "Zoë <z@b.c>"], "t", cc=["c@c.c"], bcc=["b@b.b"], reply_to=("R", "r@r.r"),
        sender=("Jörg", "j@ö.de"), extra_headers={"X-A": "1"}, mail_options=["BODY=8BITMIME"],
    ),
    "no at": lambda m: m.Message("S", ["höst"], "t"),
    "no subject": lambda m: m.Message(recipients=["a@b.c", "a@b.c"], body=""),
    "folded": lambda m: m.Message("a\r\n b", ["a@b.c"], "t"),
}  # fmt: skip


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_is_written_byte_for_byte(name: str) -> None:
    old, new = mails(MAILS[name])
    assert new == old


@pytest.mark.parametrize("ascii_only", [True, False])
def test_attachments_are_written_byte_for_byte(ascii_only: bool) -> None:
    def make(m: Any) -> Any:
        message = m.Message("S", body="text", attachments=[m.Attachment("a.txt", data="text")])
        message.add_recipient("a@b.c")
        message.attach(
            "résumé  简历.pdf", "application/pdf", b"%PDF", "inline", {"Content-ID": "1"}
        )
        message.attach(data=b"\0\1")
        message.attach(data="text")
        return message

    old, new = mails(make, MAIL_ASCII_ATTACHMENTS=ascii_only)
    assert new == old
    old, new = mails(lambda m: with_html(make(m)))
    assert new == old


def test_text_is_readable_whether_or_not_flask_mail_is_imported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Importing Flask-Mail changes how the whole process writes UTF-8.
    monkeypatch.setitem(CHARSETS, "utf-8", (SHORTEST, BASE64, "utf-8"))
    app = pair_of().new
    with app.app_context():
        mail = stand_in(PROFILE).Message("S", ["a@b.c"], "正文").as_bytes()
    assert "正文".encode() in mail and b"Content-Transfer-Encoding: 8bit" in mail


def with_html(message: Any) -> Any:
    message.html = "<p>"
    return message


def test_an_attachment_needs_data() -> None:
    with pytest.raises(ValueError, match="'data' argument is required"):
        stand_in(PROFILE).Attachment("a.txt")


@pytest.mark.parametrize(
    "bad",
    [
        {"subject": "a\nBcc: x@y.z"},
        {"subject": "a\r\nBcc: x@y.z"},
        {"subject": "a\r\n"},
        {"subject": "a\r\n \t"},
        {"sender": "a@b.c\r\nBcc: x@y.z"},
        {"sender": ("n\nX: y", "a@b.c")},
        {"recipients": ["a@b.c\n"]},
        {"reply_to": "a@b.c\r"},
    ],
)
def test_headers_cannot_be_smuggled_in(bad: dict[str, Any]) -> None:
    import flask_mail

    pair = pair_of(TESTING=True)
    for app, ext in ((pair.old, flask_mail), (pair.new, stand_in(PROFILE))):
        with app.app_context():
            message = ext.Message(**{"recipients": ["x@y.z"], **bad})
            assert message.has_bad_headers()
            with pytest.raises(ext.BadHeaderError):
                app.extensions["mail"].send(message)


def test_what_is_sent_while_testing_is_recorded_and_sent_to_nobody() -> None:
    pair = Pair(office, PROFILE, TESTING=True)
    for app in (pair.old, pair.new):
        app.extensions["office"].init_app(app)
    mail = {"subject": "你好", "recipients": ["a@b.c"], "sender": "me@x.y", "body": "b"}
    assert pair.same("/send", "POST", json=mail).get_json() == ["你好"]
    for wrong in ({**mail, "recipients": []}, {**mail, "sender": None}):
        for client in pair.clients:
            with pytest.raises(AssertionError):
                client.post("/send", json=wrong)


class Server:
    """What `smtplib.SMTP` is replaced by: it writes down what it is told."""

    log: list[Any]

    def __init__(self, host: str, port: int) -> None:
        self.log.append(("connect", type(self).__name__, host, port))

    def __getattr__(self, name: str) -> Any:
        def note(*args: Any) -> None:
            self.log.append((name, *(neutral_argument(one) for one in args)))

        return note


def neutral_argument(value: Any) -> Any:
    if isinstance(value, bytes):
        return re.sub(rb"(?m)^(Message-ID|Date): .*\r\n", b"", neutral(value))
    return sorted(value) if isinstance(value, list) else value


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"MAIL_SERVER": "mail.example", "MAIL_PORT": 587, "MAIL_USE_TLS": True, "MAIL_DEBUG": 1},
        {"MAIL_USE_SSL": True, "MAIL_USERNAME": "u", "MAIL_PASSWORD": "p", "MAIL_MAX_EMAILS": 2},
        {"MAIL_SUPPRESS_SEND": True},
        {"MAIL_DEFAULT_SENDER": ("Me", "me@x.y")},
    ],
)
def test_the_server_is_told_the_same(
    config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    import flask_mail

    logs = []
    pair = pair_of(**config)
    for app, ext in ((pair.old, flask_mail), (pair.new, stand_in(PROFILE))):
        log: list[Any] = []
        monkeypatch.setattr("smtplib.SMTP", type("SMTP", (Server,), {"log": log}))
        monkeypatch.setattr("smtplib.SMTP_SSL", type("SMTP_SSL", (Server,), {"log": log}))
        with app.app_context():
            mail = app.extensions["office"]
            mail.send(ext.Message("one", ["a@b.c"], "中", bcc=["secret@b.c"]))
            with mail.connect() as connection:
                for number in range(3):
                    connection.send(ext.Message(str(number), ["a@b.c"]), envelope_from="bounce@x.y")
                connection.send_message("last", ["a@b.c"])
        logs.append(log)
    assert logs[0] == logs[1]
    assert bool(logs[1]) is not config.get("MAIL_SUPPRESS_SEND", False)


def test_an_app_without_mail_says_so() -> None:
    pair = Pair(office, PROFILE)
    mail = stand_in(PROFILE).Mail()
    with pair.new.app_context(), pytest.raises(RuntimeError, match="init_app was not called"):
        mail.connect()
    assert mail.suppress is None
    assert stand_in(PROFILE).Mail(pair.new).server == "127.0.0.1"
