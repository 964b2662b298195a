"""Flask-WTF's form: WTForms with the request's data, its CSRF token and its translations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

import wtforms
from markupsafe import Markup
from werkzeug.datastructures import CombinedMultiDict, ImmutableMultiDict
from wtforms.meta import DefaultMeta as WtfDefaultMeta
from wtforms.widgets import HiddenInput

from lsp_server.migrate.profiles.wtf.pieces_csrf import FlaskFormCSRF
from lsp_server.migrate.profiles.wtf.pieces_i18n import WtfTranslations
from lsp_server.migrate.runtime.context import current_app, request, session

WTF_SUBMIT_METHODS = {"POST", "PUT", "PATCH", "DELETE"}
_WTF_FROM_REQUEST = object()


class FlaskForm(wtforms.Form):
    """A form of the request's data, with a CSRF token.

    The data are the uploads and fields of a POST, PUT, PATCH or DELETE request, or its JSON;
    `formdata=None` leaves them aside. Flask-WTF's config keys are preserved. Outgrow it: a
    `wtforms.Form` that is given the form data, and a Pydantic model where a script posts JSON.
    """

    class Meta(WtfDefaultMeta):
        csrf_class = FlaskFormCSRF
        csrf_context = session  # For a `csrf_class` of your own.

        @cached_property
        def csrf(self) -> bool:
            return bool(current_app.config.get("WTF_CSRF_ENABLED", True))

        @cached_property
        def csrf_secret(self) -> Any:
            return current_app.config.get("WTF_CSRF_SECRET_KEY", current_app.secret_key)

        @cached_property
        def csrf_field_name(self) -> str:
            return str(current_app.config.get("WTF_CSRF_FIELD_NAME", "csrf_token"))

        @cached_property
        def csrf_time_limit(self) -> Any:
            return current_app.config.get("WTF_CSRF_TIME_LIMIT", 3600)

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            return _submitted_data() if formdata is _WTF_FROM_REQUEST else formdata

        def get_translations(self, form: Any) -> Any:
            if not current_app.config.get("WTF_I18N_ENABLED", True):
                return super().get_translations(form)
            return WtfTranslations()

    def __init__(self, formdata: Any = _WTF_FROM_REQUEST, **kwargs: Any) -> None:
        super().__init__(formdata=formdata, **kwargs)

    def is_submitted(self) -> bool:
        """Whether there is a request that sends a form: POST, PUT, PATCH or DELETE."""
        return _is_form_submitted()

    def validate_on_submit(self, extra_validators: Any = None) -> Any:
        """Whether the form was submitted and is valid."""
        if not self.is_submitted():
            return False
        # A form's own `validate` may still be without the argument, as in WTForms 2.
        if extra_validators is None:
            return self.validate()
        return self.validate(extra_validators=extra_validators)

    def hidden_tag(self, *fields: Any) -> Markup:
        """All hidden inputs, or those of the given fields and names that are hidden."""
        return Markup("\n").join(self._hidden_fields(fields or self))

    def _hidden_fields(self, fields: Iterable[Any]) -> Iterator[Any]:
        for field in fields:
            found = getattr(self, field, None) if isinstance(field, str) else field
            if found is not None and isinstance(found.widget, HiddenInput):
                yield found


def _is_form_submitted() -> bool:
    return bool(request) and request.method in WTF_SUBMIT_METHODS


def _submitted_data() -> Any:
    """What the request sends to a form; None if it sends nothing."""
    if not _is_form_submitted():
        return None
    if request.files:
        return CombinedMultiDict((request.files, request.form))
    if request.form:
        return request.form
    if request.is_json:
        return ImmutableMultiDict(request.get_json())
    return None
