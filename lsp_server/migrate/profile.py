"""What the migration knows about one extension: whose names its own definitions stand in for.

A profile is a value, listed by hand in `profiles/__init__.py`. There is no discovery and no
registration by import.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ByDesign:
    """What checks do not count as a difference. All are patterns.

    Attributes:
        texts: Parts of bodies (DOTALL), left out on both sides.
        endpoints: Endpoints whose answers are not compared at all.
        unordered: Endpoints whose JSON objects may have their keys in any order.
        gone: Endpoints of the extension's own that the new app does not have.
    """

    texts: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    unordered: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    def and_also(self, other: ByDesign) -> ByDesign:
        """What either of them leaves out."""
        return ByDesign(
            self.texts + other.texts,
            self.endpoints + other.endpoints,
            self.unordered + other.unordered,
            self.gone + other.gone,
        )

    def lets_go(self, endpoint: str) -> bool:
        """Whether the new app need not serve it."""
        return any(re.search(pattern, endpoint) for pattern in self.gone)


@dataclass(frozen=True, slots=True)
class Profile:
    """One extension, the names it exports, and the definitions that replace them.

    Attributes:
        distribution: What is installed: `flask-sqlalchemy`.
        modules: What is imported: `("flask_sqlalchemy",)`.
        exports: The full name in the extension, to the name in the helper:
            `{"flask_sqlalchemy.SQLAlchemy": "SQLAlchemy"}`; names in submodules, too.
        pieces: The modules that hold the definitions.
        dependencies: Requirements of the pieces beside the core's: `("sqlalchemy>=2",)`.
        refused: The full name, to one sentence that says why and what to do; a part of the
            project that uses it stays on Flask.
        beside: Full names that nothing replaces and that work beside the new app, as an extension
            without a profile does: another distribution may have the same module.
        libraries: Names that the extension passes on, or has a copy of, to the full name in their
            library: `{"flask_restx._http.HTTPStatus": "http.HTTPStatus"}`.
        notes: Sentences for the report, told whenever the profile is used.
        differs: What differs in answers by design, and is told in a note.
    """

    distribution: str
    modules: tuple[str, ...]
    exports: Mapping[str, str]
    pieces: tuple[str, ...]
    dependencies: tuple[str, ...]
    refused: Mapping[str, str]
    beside: frozenset[str] = frozenset()
    libraries: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    differs: ByDesign = field(default_factory=ByDesign)
