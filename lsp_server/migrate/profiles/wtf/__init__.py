"""Flask-WTF 1.x: forms with the request's data and CSRF tokens, on WTForms as it is."""

from __future__ import annotations

from itertools import product

from lsp_server.migrate.profile import Profile

_PACKAGE = "lsp_server.migrate.profiles.wtf"
_PLACES = ("", "recaptcha.")
_RECAPTCHA = ("Recaptcha", "RecaptchaField", "RecaptchaWidget")

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
        **{f"flask_wtf.{place}{name}": name for place, name in product(_PLACES, _RECAPTCHA)},
        "flask_wtf.recaptcha.fields.RecaptchaField": "RecaptchaField",
        "flask_wtf.recaptcha.validators.Recaptcha": "Recaptcha",
        "flask_wtf.recaptcha.widgets.RecaptchaWidget": "RecaptchaWidget",
    },
    pieces=(
        f"{_PACKAGE}.pieces",
        f"{_PACKAGE}.pieces_csrf",
        f"{_PACKAGE}.pieces_file",
        f"{_PACKAGE}.pieces_i18n",
        f"{_PACKAGE}.pieces_recaptcha",
    ),
    dependencies=("wtforms>=3",),
    refused={},
)
