"""Flask-Mail's sending: the config's server by `smtplib`, or nobody while the app is tested."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from blinker import Namespace

from lsp_server.migrate.profiles.mail.pieces_address import sanitize_address, sanitize_addresses
from lsp_server.migrate.profiles.mail.pieces_message import BadHeaderError, Message
from lsp_server.migrate.runtime.context import app_ctx, current_app

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App

_mail_signals = Namespace()

email_dispatched = _mail_signals.signal("email-dispatched")


class MailConnection:
    """A connection for several messages: `with mail.connect() as connection`."""

    def __init__(self, mail: MailState) -> None:
        self.mail = mail
        self.host: smtplib.SMTP | None = None
        self.num_emails = 0

    def __enter__(self) -> MailConnection:
        self.host = None if self.mail.suppress else self.configure_host()
        self.num_emails = 0
        return self

    def __exit__(self, *error: object) -> None:
        if self.host is not None:
            self.host.quit()

    def configure_host(self) -> smtplib.SMTP:
        """Connect, with TLS and a login as the config says."""
        mail = self.mail
        make = smtplib.SMTP_SSL if mail.use_ssl else smtplib.SMTP
        host: smtplib.SMTP = make(mail.server, mail.port)
        host.set_debuglevel(int(mail.debug))
        if mail.use_tls:
            host.starttls()
        if mail.username and mail.password:
            host.login(mail.username, mail.password)
        return host

    def send(self, message: Message, envelope_from: str | tuple[str, str] | None = None) -> None:
        """Send one message; raises BadHeaderError for one that smuggles headers in."""
        assert message.send_to, "No recipients have been added"
        assert message.sender, (
            "The message does not specify a sender and a default sender has not been configured"
        )
        if message.has_bad_headers():
            raise BadHeaderError
        if message.date is None:
            message.date = time.time()
        if self.host is not None:
            self.host.sendmail(
                sanitize_address(envelope_from or message.sender),
                sanitize_addresses(message.send_to),
                message.as_bytes(),
                message.mail_options,
                message.rcpt_options,
            )
        email_dispatched.send(app_ctx.app, message=message)
        self._count()

    def _count(self) -> None:
        # Servers limit the messages of one connection: MAIL_MAX_EMAILS.
        self.num_emails += 1
        if self.num_emails == self.mail.max_emails:
            self.num_emails = 0
            if self.host:
                self.host.quit()
                self.host = self.configure_host()

    def send_message(self, *args: Any, **kwargs: Any) -> None:
        """Send a message with these arguments."""
        self.send(Message(*args, **kwargs))


class MailSender:
    """What both the extension and `app.extensions["mail"]` can do."""

    app: App | None = None

    @contextmanager
    def record_messages(self) -> Iterator[list[Message]]:
        """Within it, all messages that are sent are also in the list; for tests."""
        outbox: list[Message] = []

        def record(app: App, message: Message) -> None:
            outbox.append(message)

        with email_dispatched.connected_to(record):
            yield outbox

    def send(self, message: Message) -> None:
        """Send one message by a connection of its own; with TESTING it is sent to nobody."""
        with self.connect() as connection:
            message.send(connection)

    def send_message(self, *args: Any, **kwargs: Any) -> None:
        """Send a message with these arguments."""
        self.send(Message(*args, **kwargs))

    def connect(self) -> MailConnection:
        """A connection for several messages."""
        app = self.app or current_app
        try:
            return MailConnection(app.extensions["mail"])
        except KeyError as error:
            raise RuntimeError("Mail.init_app was not called for this app.") from error


class MailState(MailSender):
    """One app's settings."""

    def __init__(self, config: Mapping[str, Any], debug: bool | int, testing: bool) -> None:
        self.server: str = config.get("MAIL_SERVER", "127.0.0.1")
        self.username: str | None = config.get("MAIL_USERNAME")
        self.password: str | None = config.get("MAIL_PASSWORD")
        self.port: int = config.get("MAIL_PORT", 25)
        self.use_tls: bool = config.get("MAIL_USE_TLS", False)
        self.use_ssl: bool = config.get("MAIL_USE_SSL", False)
        self.default_sender: Any = config.get("MAIL_DEFAULT_SENDER")
        self.debug = int(config.get("MAIL_DEBUG", debug))
        self.max_emails: int | None = config.get("MAIL_MAX_EMAILS")
        self.suppress: bool = config.get("MAIL_SUPPRESS_SEND", testing)
        self.ascii_attachments: bool = config.get("MAIL_ASCII_ATTACHMENTS", False)


class Mail(MailSender):
    """Flask-Mail's extension, with its config keys; settings are read when it meets the app.

    Outgrow it: `smtplib` in a background task, with the settings in a class of your own.
    """

    state: MailState | None = None

    def __init__(self, app: App | None = None) -> None:
        self.app = app
        if app is not None:
            self.state = self.init_app(app)

    def init_mail(
        self, config: Mapping[str, Any], debug: bool | int = False, testing: bool = False
    ) -> MailState:
        """The settings in a config."""
        return MailState(config, debug, testing)

    def init_app(self, app: App) -> MailState:
        """Read the app's settings; they are its `extensions["mail"]`."""
        state = self.init_mail(app.config, app.debug, app.testing)
        app.extensions["mail"] = state
        return state

    def __getattr__(self, name: str) -> Any:
        return getattr(self.state, name, None)
