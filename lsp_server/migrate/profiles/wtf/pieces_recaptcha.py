"""Flask-WTF's reCAPTCHA: a field with Google's widget, and Google's word on the answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import urlencode
from urllib.request import urlopen

from markupsafe import Markup
from wtforms import Field, ValidationError
from wtforms.widgets import html_params

from lsp_server.migrate.runtime.context import current_app, request

RECAPTCHA_SCRIPT = "https://www.google.com/recaptcha/api.js"
RECAPTCHA_SERVER = "https://www.google.com/recaptcha/api/siteverify"
RECAPTCHA_ERRORS = {
    "missing-input-secret": "The secret parameter is missing.",
    "invalid-input-secret": "The secret parameter is invalid or malformed.",
    "missing-input-response": "The response parameter is missing.",
    "invalid-input-response": "The response parameter is invalid or malformed.",
}


class RecaptchaWidget:
    """The widget's script and its place, as the app's `RECAPTCHA_...` settings say."""

    def recaptcha_html(self, public_key: str, nonce: Any = None, **kwargs: Any) -> Markup:
        config = current_app.config
        if config.get("RECAPTCHA_HTML"):
            return Markup(config["RECAPTCHA_HTML"])
        script = config.get("RECAPTCHA_SCRIPT") or RECAPTCHA_SCRIPT
        if config.get("RECAPTCHA_PARAMETERS"):
            script += f"?{urlencode(config['RECAPTCHA_PARAMETERS'])}"
        secret = nonce() if callable(nonce) else nonce
        allowed = Markup(' nonce="{}"').format(secret) if secret else ""
        data = {**config.get("RECAPTCHA_DATA_ATTRS", {}), "sitekey": public_key}
        attributes = {
            "class": config.get("RECAPTCHA_DIV_CLASS") or "g-recaptcha",
            **{f"data-{name}": value for name, value in data.items()},
            **kwargs,
        }
        return Markup(
            f"\n<script src='{script}' async defer{allowed}></script>\n"
            f"<div {html_params(**attributes)}></div>\n"
        )

    def __call__(self, field: RecaptchaField, error: Any = None, **kwargs: Any) -> Markup:
        if not current_app.config.get("RECAPTCHA_ENABLED", True):
            return Markup("<!-- recaptcha disabled -->")
        if "RECAPTCHA_PUBLIC_KEY" not in current_app.config:
            raise RuntimeError("The app's config needs a RECAPTCHA_PUBLIC_KEY.")
        kwargs.setdefault("id", field.id)
        key = current_app.config["RECAPTCHA_PUBLIC_KEY"]
        return self.recaptcha_html(key, nonce=field.nonce, **kwargs)


class Recaptcha:
    """Asks Google about the answer; not while the app is being tested."""

    def __init__(self, message: str | None = None) -> None:
        self.message = message or RECAPTCHA_ERRORS["missing-input-response"]

    def __call__(self, form: Any, field: RecaptchaField) -> bool | None:
        if current_app.testing or not current_app.config.get("RECAPTCHA_ENABLED", True):
            return True
        given: Any = request.get_json() if request.is_json else request.form
        response = given.get("g-recaptcha-response", "")
        if not response:
            raise ValidationError(field.gettext(self.message))
        if not self._validate_recaptcha(response, request.remote_addr):
            field.recaptcha_error = "incorrect-captcha-sol"
            raise ValidationError(field.gettext(self.message))
        return None

    def _validate_recaptcha(self, response: str, remote_addr: str | None) -> bool:
        config = current_app.config
        if "RECAPTCHA_PRIVATE_KEY" not in config:
            raise RuntimeError("The app's config needs a RECAPTCHA_PRIVATE_KEY.")
        asked = {
            "secret": config["RECAPTCHA_PRIVATE_KEY"],
            "remoteip": remote_addr,
            "response": response,
        }
        server = config.get("RECAPTCHA_VERIFY_SERVER") or RECAPTCHA_SERVER
        answer = urlopen(server, urlencode(asked).encode())
        if answer.code != 200:
            return False
        told = json.loads(answer.read())
        if told["success"]:
            return True
        for error in told.get("error-codes", ()):
            if error in RECAPTCHA_ERRORS:
                raise ValidationError(RECAPTCHA_ERRORS[error])
        return False


class RecaptchaField(Field):
    """A field whose value is Google's word; it has no data of its own.

    Outgrow it: ask the service in a dependency of the route.
    """

    widget: ClassVar[Any] = RecaptchaWidget()
    recaptcha_error: str | None = None

    def __init__(
        self,
        label: str = "",
        validators: Any = None,
        nonce: str | Callable[[], str] | None = None,
        **kwargs: Any,
    ) -> None:
        self.nonce = nonce
        super().__init__(label, validators or [Recaptcha()], **kwargs)
