"""Flask-Babel's Domain: the messages of an app or a part of it, in the request's locale."""

from typing import Any, cast

import babel.support

from lsp_server.migrate.profiles.babel.pieces_lazy import LazyString
from lsp_server.migrate.profiles.babel.pieces_locale import (
    _babel_of_request,
    get_babel,
    get_locale,
)


class BabelDomain:
    """Where the messages of one domain are: `<directory>/<locale>/LC_MESSAGES/<domain>.mo`.

    In Flask-Babel its name is Domain. Outgrow it: babel.support.Translations.
    """

    def __init__(
        self,
        translation_directories: str | list[str] | None = None,
        domain: str = "messages",
    ) -> None:
        if isinstance(translation_directories, str):
            translation_directories = [translation_directories]
        self._translation_directories = translation_directories
        self.domain = domain.split(";")
        self.cache: dict[tuple[str, str], babel.support.NullTranslations] = {}

    def __repr__(self) -> str:
        return f"<Domain({self._translation_directories!r}, {self.domain!r})>"

    @property
    def translation_directories(self) -> list[str]:
        """The domain's own directories, or the app's."""
        if self._translation_directories is not None:
            return self._translation_directories
        return get_babel().translation_directories

    def as_default(self) -> None:
        """Use this domain for the rest of the request."""
        known = _babel_of_request()
        if known is None:
            raise RuntimeError("No request context")
        known.babel_domain = self

    def get_translations_cache(self, ctx: Any) -> dict[Any, Any]:
        """Where loaded messages are kept."""
        return self.cache

    def get_translations(self) -> babel.support.NullTranslations:
        """The messages in the request's locale; those that translate nothing outside of one."""
        known = _babel_of_request()
        if known is None:
            return babel.support.NullTranslations()
        cache = self.get_translations_cache(known)
        locale = get_locale()
        key = (str(locale), self.domain[0])
        if key not in cache:
            cache[key] = self._load_translations(locale)
        return cast(babel.support.NullTranslations, cache[key])

    def _load_translations(self, locale: Any) -> babel.support.Translations:
        merged = babel.support.Translations()
        for index, directory in enumerate(self.translation_directories):
            domain = self.domain[0] if len(self.domain) == 1 else self.domain[index]
            catalog = babel.support.Translations.load(directory, [locale], domain)
            merged.merge(cast(babel.support.Translations, catalog))
            # merge() takes the messages and leaves the rule for plurals behind.
            if hasattr(catalog, "plural"):
                merged.plural = catalog.plural
        return merged

    def gettext(self, string: str, **variables: Any) -> str:
        """The text in the request's locale, with its %-variables filled in."""
        return _babel_fill(self.get_translations().ugettext(string), variables)

    def ngettext(self, singular: str, plural: str, num: int, **variables: Any) -> str:
        """The text for that number of things; the number is a variable, too."""
        variables.setdefault("num", num)
        return _babel_fill(self.get_translations().ungettext(singular, plural, num), variables)

    def pgettext(self, context: str, string: str, **variables: Any) -> str:
        """The text in a context, where the same words may mean something else."""
        return _babel_fill(self.get_translations().upgettext(context, string), variables)

    def npgettext(
        self, context: str, singular: str, plural: str, num: int, **variables: Any
    ) -> str:
        """The text in a context for that number of things."""
        variables.setdefault("num", num)
        text = self.get_translations().unpgettext(context, singular, plural, num)
        return _babel_fill(text, variables)

    def lazy_gettext(self, string: str, **variables: Any) -> LazyString:
        """The text, looked up when it is used."""
        return LazyString(self.gettext, string, **variables)

    def lazy_ngettext(self, singular: str, plural: str, num: int, **variables: Any) -> LazyString:
        """The text for a number of things, looked up when it is used."""
        return LazyString(self.ngettext, singular, plural, num, **variables)

    def lazy_pgettext(self, context: str, string: str, **variables: Any) -> LazyString:
        """The text in a context, looked up when it is used."""
        return LazyString(self.pgettext, context, string, **variables)


def _babel_fill(text: str, variables: dict[str, Any]) -> str:
    return text % variables if variables else text
