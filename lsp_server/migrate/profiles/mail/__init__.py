"""Flask-Mail: messages, attachments and an outbox for tests."""

from __future__ import annotations

from lsp_server.migrate.profile import Profile

_PACKAGE = "lsp_server.migrate.profiles.mail"
_SAME = (
    "Attachment",
    "BadHeaderError",
    "Mail",
    "Message",
    "email_dispatched",
    "force_text",
    "sanitize_address",
    "sanitize_addresses",
    "sanitize_subject",
)

PROFILE = Profile(
    distribution="flask-mail",
    modules=("flask_mail",),
    exports={
        **{f"flask_mail.{name}": name for name in _SAME},
        "flask_mail.Connection": "MailConnection",
    },
    pieces=(
        f"{_PACKAGE}.pieces",
        f"{_PACKAGE}.pieces_address",
        f"{_PACKAGE}.pieces_message",
    ),
    dependencies=(),
    refused={},
)
