"""The messages of WTForms in the language that Babel chose for the request, if the app uses it."""

from __future__ import annotations

from gettext import NullTranslations, translation

from wtforms.i18n import messages_path

from lsp_server.migrate.runtime.context import current_app, request


class WtfTranslations:
    """WTForms' own catalogues; English where the app has no Babel."""

    def gettext(self, string: str) -> str:  # called by WTForms
        catalog = _wtf_catalog()
        return string if catalog is None else catalog.gettext(string)

    def ngettext(self, singular: str, plural: str, n: int) -> str:  # called by WTForms
        catalog = _wtf_catalog()
        if catalog is None:
            return singular if n == 1 else plural
        return catalog.ngettext(singular, plural, n)


def _wtf_catalog() -> NullTranslations | None:
    """The request's catalogue, loaded once."""
    if not request or "babel" not in current_app.extensions:
        return None
    catalog: NullTranslations | None = getattr(request, "wtforms_translations", None)
    if catalog is None:
        languages = [str(current_app.extensions["babel"].current_locale())]
        catalog = translation("wtforms", messages_path(), languages, fallback=True)
        request.wtforms_translations = catalog  # type: ignore[attr-defined]
    return catalog
