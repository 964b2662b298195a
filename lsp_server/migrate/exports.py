"""Every name that the migration knows, of Flask and of the extensions that have a profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lsp_server.migrate import core, flask_names
from lsp_server.migrate.profile import Profile
from lsp_server.migrate.profiles import PROFILES

# Extensions whose names do not begin with `flask_`.
OTHER_EXTENSIONS = {
    "flasgger": "flasgger",
    "apifairy": "APIFairy",
    "flask_restplus": "Flask-RESTPlus",
    "secure_cookie": "secure-cookie",
    "dash": "dash",
}
NO_PROFILE = (
    "Nothing is known of it that could replace it: it stays, on a Flask app beside the new one."
)


@dataclass(frozen=True, slots=True)
class Exports:
    """The tables of the core and of some profiles, asked by full names."""

    profiles: Sequence[Profile] = PROFILES
    helpers: frozenset[str] = frozenset({"flask_compat"})

    def helper(self, full: str) -> str | None:
        """The name that the helper has for it."""
        tables = (flask_names.EXPORTS, *(each.exports for each in self.profiles))
        found = next((table[full] for table in tables if full in table), None)
        return found or self._passed_on(full)

    def _passed_on(self, full: str) -> str | None:
        """The name of what an extension imports from Flask for itself: `flask_restful.request`."""
        module, _, name = full.rpartition(".")
        if name not in core.TAKEN_BY_EXTENSIONS or self.is_module(full):
            return None
        of_extension = self.profile(module) is not None and self.is_module(module)
        return flask_names.EXPORTS[f"flask.{name}"] if of_extension else None

    def library(self, full: str) -> str | None:
        """The full name in another library; Flask or an extension only passed it on."""
        tables = (core.LIBRARY, *(each.libraries for each in self.profiles))
        return next((table[full] for table in tables if full in table), None)

    def profile(self, full: str) -> Profile | None:
        """The profile whose extension has that name or module."""
        return next((each for each in self.profiles if _below(full, each.modules)), None)

    def replaced(self, full: str) -> bool:
        """Whether the name is of Flask, or of an extension with a profile."""
        return _below(full, ("flask",)) or self.profile(full) is not None

    def is_module(self, full: str) -> bool:
        """Whether names are imported below it: `flask`, `flask.views`, `flask_login`."""
        of_flask = (*flask_names.EXPORTS, *core.LIBRARY)
        if any(_below(name, (full,)) and name != full for name in of_flask):
            return True
        tables = (each.exports for each in self.profiles)
        if any(name.startswith(f"{full}.") for table in tables for name in table):
            return True
        return any(full in each.modules for each in self.profiles)

    def refusal(self, full: str) -> tuple[str, str] | None:
        """Who refuses a name and why, where nothing replaces it; None for foreign names."""
        reason = self._named_refusal(full)
        if reason is not None:
            return reason
        top, *below = full.split(".")
        if not self.helpers.isdisjoint((top, *below)) or top in core.TEST_LIBRARIES:
            return None
        if top in core.REFUSED_EXTENSIONS:
            return core.REFUSED_EXTENSIONS[top]
        if any(_below(full, tuple(each.beside)) for each in self.profiles):
            return _title(top), NO_PROFILE
        if self.replaced(full):
            known = self.helper(full) or self.library(full) or self.is_module(full)
            return None if known else (f"`{full}`", "It has no counterpart in the helper.")
        if top in OTHER_EXTENSIONS:
            return OTHER_EXTENSIONS[top], NO_PROFILE
        is_extension = is_named_for_flask(top) or _for_flask(below)
        return (_title(top), NO_PROFILE) if is_extension else None

    def is_gone(self, full: str) -> bool:
        """Whether Flask itself had the name once, so that importing it fails with Flask, too."""
        return _below(full, tuple(core.REFUSED))

    def _named_refusal(self, full: str) -> tuple[str, str] | None:
        tables = (core.REFUSED, *(each.refused for each in self.profiles))
        parts = full.split(".")
        for length in range(len(parts), 0, -1):
            name = ".".join(parts[:length])
            for table in tables:
                if name in table:
                    return f"`{name}`", table[name]
        return None


def is_named_for_flask(top: str) -> bool:
    """Whether a library says that it is for Flask: `flask_cors`, `prometheus_flask_exporter`."""
    return "flask" in top.split("_")


def _below(full: str, modules: Sequence[str]) -> bool:
    return any(full == module or full.startswith(f"{module}.") for module in modules)


def _for_flask(below: Sequence[str]) -> bool:
    """Whether a library's module is its part for Flask: `authlib.integrations.flask_client`."""
    return any(name == "flask" or name.startswith("flask_") for name in below[:-1])


def _title(module: str) -> str:
    """`flask_rest_api` as people write it: Flask-Rest-Api."""
    return "-".join(part.capitalize() for part in module.split("_"))
