"""What a project's declared dependencies become: names that go, requirements that come.

Names are compared as PEP 503 normalises them. A requirement that is there already is left as it
is, unless no version fits both it and what the helper needs: then it is replaced, and told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

FLASK = "flask"


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of the declarations.

    Attributes:
        remove: Normalised names that nothing needs any more.
        add: Requirements by normalised name, in the order in which they are added.
        floors: Requirements that what is added brings along: not added, but a declaration that
            contradicts one is replaced by it.
        leaders: Normalised names; what is added is put where one of these was declared.
    """

    remove: frozenset[str]
    add: Mapping[str, Requirement]
    floors: Mapping[str, Requirement]
    leaders: frozenset[str] = frozenset({FLASK})

    def corrected(self, declared: Requirement) -> Requirement | None:
        """What a declaration must become, if it cannot stay as it is."""
        name = canonicalize_name(declared.name)
        needed = self.add.get(name) or self.floors.get(name)
        if needed is None or declared.url or compatible(declared.specifier, needed.specifier):
            return None
        changed = Requirement(str(declared))
        changed.specifier = needed.specifier
        return changed


@dataclass(frozen=True, slots=True)
class Changed:
    """One file's new text.

    Attributes:
        text: The text, changed or not.
        has_leader: Whether what is added has, or had already, its place in this file.
        replaced: What was declared and contradicted, and what stands there now.
    """

    path: PurePosixPath
    text: str
    has_leader: bool
    replaced: tuple[tuple[str, str], ...] = ()


def parse(text: str) -> Requirement | None:
    """A requirement as PEP 508 writes it; None if it is none."""
    try:
        return Requirement(text)
    except InvalidRequirement:
        return None


def compatible(declared: SpecifierSet, needed: SpecifierSet) -> bool:
    """Whether some version can fit both.

    The versions that are tried are those that either mentions, and the ones around them.
    """
    both = declared & needed
    if not str(declared) or not str(needed):
        return True
    tried = (version for clause in both for version in _around(clause.version))
    return any(both.contains(version, prereleases=True) for version in tried)


def _around(text: str) -> list[Version]:
    """The version, the next patch, minor and major one, and one far above them."""
    try:
        version = Version(text.removesuffix(".*"))
    except InvalidVersion:
        return []
    major, minor, micro = version.major, version.minor, version.micro
    nexts = (f"{major}.{minor}.{micro + 1}", f"{major}.{minor + 1}", f"{major + 1}", "99999")
    return [version, *map(Version, nexts)]
