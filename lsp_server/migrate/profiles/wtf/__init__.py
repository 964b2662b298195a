"""Flask-WTF 1.x: forms with the request's data and CSRF tokens, on WTForms as it is."""

from __future__ import annotations

from lsp_server.migrate.profile import Profile

_PACKAGE = "lsp_server.migrate.profiles.wtf"

_RECAPTCHA = (
    "It asks Google and shows its widget; this part stays on Flask. Call the service yourself, or"
    " take another one, before you migrate it."
)

PROFILE = Profile(
    distribution="flask-wtf",
    modules=("flask_wtf",),
    exports={
        "flask_wtf.FlaskForm": "FlaskForm",
        "flask_wtf.form.FlaskForm": "FlaskForm",
        # Before version 1.0 it was the name of FlaskForm; no app can depend on what it was later.
        "flask_wtf.Form": "FlaskForm",
        "flask_wtf.form.Form": "FlaskForm",
        "flask_wtf.form.SUBMIT_METHODS": "WTF_SUBMIT_METHODS",
        "flask_wtf.CSRFProtect": "CSRFProtect",
        "flask_wtf.CsrfProtect": "CSRFProtect",
        "flask_wtf.csrf.CSRFProtect": "CSRFProtect",
        "flask_wtf.csrf.CsrfProtect": "CSRFProtect",
        "flask_wtf.csrf.CSRFError": "CSRFError",
        "flask_wtf.csrf.csrf_meta_tag": "csrf_meta_tag",
        "flask_wtf.csrf.generate_csrf": "generate_csrf",
        "flask_wtf.csrf.same_origin": "same_origin",
        "flask_wtf.csrf.validate_csrf": "validate_csrf",
        "flask_wtf.csrf._FlaskFormCSRF": "FlaskFormCSRF",
        "flask_wtf.file.FileAllowed": "FileAllowed",
        "flask_wtf.file.FileField": "FileField",
        "flask_wtf.file.FileRequired": "FileRequired",
        "flask_wtf.file.FileSize": "FileSize",
        "flask_wtf.file.MultipleFileField": "MultipleFileField",
        "flask_wtf.file.file_allowed": "file_allowed",
        "flask_wtf.file.file_required": "file_required",
        "flask_wtf.file.file_size": "file_size",
        "flask_wtf.i18n.Translations": "WtfTranslations",
    },
    pieces=(
        f"{_PACKAGE}.pieces",
        f"{_PACKAGE}.pieces_csrf",
        f"{_PACKAGE}.pieces_file",
        f"{_PACKAGE}.pieces_i18n",
    ),
    dependencies=("wtforms>=3",),
    refused={
        f"flask_wtf.{place}{name}": _RECAPTCHA
        for place in ("", "recaptcha.")
        for name in ("Recaptcha", "RecaptchaField", "RecaptchaWidget")
    },
)
