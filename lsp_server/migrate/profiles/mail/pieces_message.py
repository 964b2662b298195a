"""Messages and attachments of Flask-Mail, written by the standard library's `email`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from email import policy
from email.charset import Charset
from email.encoders import encode_base64
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.utils import formatdate, make_msgid
from mimetypes import guess_type
from typing import TYPE_CHECKING, Any

from lsp_server.migrate.profiles.mail.pieces_address import (
    _has_newline,
    _is_bad_subject,
    force_text,
    sanitize_address,
    sanitize_addresses,
    sanitize_subject,
)
from lsp_server.migrate.runtime.context import current_app

if TYPE_CHECKING:
    from lsp_server.migrate.profiles.mail.pieces import MailConnection


class BadHeaderError(Exception):
    """A subject or an address has a line break, which would let it write headers of its own."""


class Attachment:
    """A file that goes with a message; without a content type its name or its data tell it."""

    def __init__(
        self,
        filename: str | None = None,
        content_type: str | None = None,
        data: str | bytes | None = None,
        disposition: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        if data is None:
            raise ValueError("The 'data' argument is required.")
        if content_type is None and filename is not None:
            content_type = guess_type(filename)[0]
        if content_type is None:
            content_type = "text/plain" if isinstance(data, str) else "application/octet-stream"
        self.data = data
        self.filename = filename
        self.content_type = content_type
        self.disposition = disposition or "attachment"
        self.headers = headers or {}


class Message:
    """One mail, with Flask-Mail's attributes; the sender is `MAIL_DEFAULT_SENDER` unless given.

    Outgrow it: `email.message.EmailMessage`, which writes the same and needs no app.
    """

    def __init__(
        self,
        subject: str = "",
        recipients: list[str | tuple[str, str]] | None = None,
        body: str | None = None,
        html: str | None = None,
        alts: dict[str, str] | Iterable[tuple[str, str]] | None = None,
        sender: str | tuple[str, str] | None = None,
        cc: list[str | tuple[str, str]] | None = None,
        bcc: list[str | tuple[str, str]] | None = None,
        attachments: list[Attachment] | None = None,
        reply_to: str | tuple[str, str] | None = None,
        date: float | None = None,
        charset: str | None = None,
        extra_headers: dict[str, str] | None = None,
        mail_options: list[str] | None = None,
        rcpt_options: list[str] | None = None,
    ) -> None:
        sender = sender or current_app.extensions["mail"].default_sender
        self.sender = f"{sender[0]} <{sender[1]}>" if isinstance(sender, tuple) else sender
        self.subject = subject
        self.recipients = recipients or []
        self.body = body
        self.alts = dict(alts or {})
        self.html = html
        self.cc = cc or []
        self.bcc = bcc or []
        self.attachments = attachments or []
        self.reply_to = reply_to
        self.date = date
        self.msgId = make_msgid()
        self.charset = charset
        self.extra_headers = extra_headers
        self.mail_options = mail_options or []
        self.rcpt_options = rcpt_options or []

    @property
    def send_to(self) -> set[str | tuple[str, str]]:
        """Everybody who gets it."""
        return {*self.recipients, *(self.bcc or ()), *(self.cc or ())}

    @property
    def html(self) -> str | None:
        return self.alts.get("html")

    @html.setter
    def html(self, value: str | None) -> None:
        if value is None:
            self.alts.pop("html", None)
        else:
            self.alts["html"] = value

    def as_string(self) -> str:
        return self._message().as_string()

    def as_bytes(self) -> bytes:
        return self._message().as_bytes()

    def __str__(self) -> str:
        return self.as_string()

    def __bytes__(self) -> bytes:
        return self.as_bytes()

    def _message(self) -> MIMEBase:
        message = self._body()
        for name, value in self._headers():
            message[name] = value
        for attachment in self.attachments or ():
            message.attach(_mime_of(attachment))
        message.policy = policy.SMTP
        return message

    def _body(self) -> MIMEBase:
        if not self.alts and not self.attachments:
            return self._mimetext(self.body)
        mixed = MIMEMultipart()
        if not self.alts:
            mixed.attach(self._mimetext(self.body))
            return mixed
        alternative = MIMEMultipart("alternative")
        alternative.attach(self._mimetext(self.body))
        for subtype, content in self.alts.items():
            alternative.attach(self._mimetext(content, subtype))
        mixed.attach(alternative)
        return mixed

    def _mimetext(self, text: str | None, subtype: str = "plain") -> MIMEBase:
        name = self.charset or "utf-8"
        charset = Charset(name)
        if charset.input_charset == "utf-8":
            # Readable as it is, not in Base64.
            charset.body_encoding = None  # type: ignore[assignment]
        part = MIMENonMultipart("text", subtype, charset=name)
        part.set_payload(text, charset)  # type: ignore[arg-type]
        return part

    def _headers(self) -> Iterable[tuple[str, Any]]:
        encoding = self.charset or "utf-8"
        if self.subject:
            yield "Subject", sanitize_subject(force_text(self.subject), encoding)
        yield "From", sanitize_address(self.sender, encoding)
        yield "To", ", ".join(dict.fromkeys(sanitize_addresses(self.recipients, encoding)))
        yield "Date", formatdate(self.date, localtime=True)
        yield "Message-ID", self.msgId
        if self.cc:
            yield "Cc", ", ".join(dict.fromkeys(sanitize_addresses(self.cc, encoding)))
        if self.reply_to:
            yield "Reply-To", sanitize_address(self.reply_to, encoding)
        yield from (self.extra_headers or {}).items()

    def has_bad_headers(self) -> bool:
        """Whether an address or the subject has a line break that is no folding."""
        addresses = [self.sender, *self.recipients]
        if self.reply_to:
            addresses.append(self.reply_to)
        texts = (f"{a[0]} <{a[1]}>" if isinstance(a, tuple) else a for a in addresses)
        return any(map(_has_newline, texts)) or _is_bad_subject(self.subject or "")

    def is_bad_headers(self) -> bool:
        """The old name of `has_bad_headers`."""
        return self.has_bad_headers()

    def send(self, connection: MailConnection) -> None:
        connection.send(self)

    def add_recipient(self, recipient: str | tuple[str, str]) -> None:
        self.recipients.append(recipient)

    def attach(
        self,
        filename: str | None = None,
        content_type: str | None = None,
        data: str | bytes | None = None,
        disposition: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Add an attachment."""
        self.attachments.append(Attachment(filename, content_type, data, disposition, headers))


def _mime_of(attachment: Attachment) -> MIMEBase:
    part = MIMEBase(*attachment.content_type.split("/"))
    part.set_payload(attachment.data)
    encode_base64(part)
    if attachment.filename is not None:
        name: Any = _attachment_name(attachment.filename)
        part.add_header(
            "Content-Disposition",
            attachment.disposition,
            filename=name if name.isascii() else ("UTF8", "", name),
        )
    for key, value in attachment.headers.items():
        part.add_header(key, value)
    return part


def _attachment_name(name: str) -> str:
    """The name, without what is not ASCII if `MAIL_ASCII_ATTACHMENTS` says so."""
    if not current_app.extensions["mail"].ascii_attachments:
        return name
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"\s+", " ", plain).strip()
