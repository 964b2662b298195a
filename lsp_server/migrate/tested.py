"""Names of Flask that only the tests use, so that the helper holds them, too.

Tests stay as they are and get the names of the helper from the pytest plugin. What they import
counts, and what they write as a dotted name, in code or in a string, such as the one in
`patch("flask_login.utils._get_user")`.
Names of an extension that the app does not use are left out: there is nothing to test.
"""

import re
from collections.abc import Iterator

from lsp_server.migrate.exports import Exports
from lsp_server.migrate.names import Source, imported_name
from lsp_server.migrate.plan import Plan

_DOTTED = re.compile(r"\bflask\w*(?:\.\w+)+")


def names_in_tests(plan: Plan) -> frozenset[str]:
    """The helper's names for what the tests use."""
    exports = Exports(plan.profiles)
    sources = (plan.reading.code.sources[path] for path in plan.tests)
    found = (exports.helper(full) for source in sources for full in _full_names(source))
    return frozenset(name for name in found if name is not None)


def _full_names(source: Source) -> Iterator[str]:
    yield from map(imported_name, source.facts.imports)
    for dotted in _DOTTED.findall(source.text):
        parts = dotted.split(".")
        yield from (".".join(parts[:length]) for length in range(2, len(parts) + 1))
