"""What the tests use of Flask, so that it is there afterwards, too.

Tests stay as they are and get the names of the helper from the pytest plugin. What they import
counts, and what they write as a dotted name, in code or in a string, such as the one in
`patch("flask_login.utils._get_user")`. So does what a library for tests imports for itself, where
any module imports it: a base class of test cases may lie beside the app.
Names of an extension that the app does not use are left out: there is nothing to test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from lsp_server.migrate.core import TEST_LIBRARIES
from lsp_server.migrate.exports import Exports
from lsp_server.migrate.source import Source, imported_name

if TYPE_CHECKING:
    from lsp_server.migrate.plan import Plan
    from lsp_server.migrate.reading import Reading

_DOTTED = re.compile(r"\bflask\w*(?:\.\w+)+")
# `patch("shop.app.run")`, `patch.object(app, "run")`, `monkeypatch.setattr(app, "run", ...)`.
_RUN_BY_NAME = r"""["'](?!subprocess\b|asyncio\b)[\w.]+\.run["']"""
_RUN_OF_OBJECT = r"""(?:object|setattr|spy)\([^()\n]*,\s*["']run["']"""
_PATCHED_RUN = re.compile(f"{_RUN_BY_NAME}|{_RUN_OF_OBJECT}")


def names_in_tests(plan: Plan) -> frozenset[str]:
    """The helper's names for what the tests use."""
    sources = plan.reading.code.sources
    used = [full for source in sources.values() for full in _of_libraries(source)]
    found = map(Exports(plan.profiles).helper, used)
    return frozenset(name for name in found if name is not None) | set(_held(plan).values())


def renamed_in_tests(plan: Plan) -> dict[str, str]:
    """The full names in tests that the helper calls by another name, which it cannot tell."""
    held = _held(plan).items()
    return {full: name for full, name in sorted(held) if full.rpartition(".")[2] != name}


def _held(plan: Plan) -> dict[str, str]:
    """The full names in tests, with the helper's names for them."""
    exports, sources = Exports(plan.profiles), plan.reading.code.sources
    used = (full for path in plan.tests for full in _full_names(sources[path]))
    found = ((full, exports.helper(full)) for full in used)
    return {full: name for full, name in found if name is not None}


def run_is_patched(reading: Reading) -> bool:
    """Whether a test puts something in the place of a method `run`, as an app's is one."""
    sources = reading.code.sources
    return any(_PATCHED_RUN.search(sources[path].text) for path in reading.tests)


def without_patched_run(reading: Reading) -> Reading:
    """The reading, in which `app.run` stays where a test puts something in its place."""
    if not run_is_patched(reading):
        return reading
    uses = {
        path: tuple(
            replace(u, becomes="", decision="H") if u.feature == "run" else u for u in found
        )
        for path, found in reading.uses.items()
    }
    return replace(reading, uses=uses)


def _full_names(source: Source) -> Iterator[str]:
    yield from map(imported_name, source.facts.imports)
    for dotted in _DOTTED.findall(source.text):
        parts = dotted.split(".")
        yield from (".".join(parts[:length]) for length in range(2, len(parts) + 1))


def _of_libraries(source: Source) -> Iterator[str]:
    """What the libraries for tests that a module imports need of Flask."""
    for binding in source.facts.imports:
        yield from TEST_LIBRARIES.get(imported_name(binding).partition(".")[0], ())
