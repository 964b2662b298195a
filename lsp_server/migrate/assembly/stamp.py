"""The comment below the helper's docstring: which pieces it holds, and whether it is unchanged.

It has a hash of everything else in the file. A file whose hash does not fit has been changed by its
owner, and is never rewritten. Line ends do not count: version control may change them.
"""

import hashlib
import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

from lsp_server.migrate.assembly.imports import WIDTH

STAMP = re.compile(
    r"^# Written by `penna run migrateToFastApi`\. sha256: (?P<hash>[0-9a-f]{64})\n"
    r"# It holds: (?P<first>.*)\n(?P<rest>(?:#   .*\n)*)",
    re.MULTILINE,
)
PLACE = "# (stamp)\n"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a file's comment says of it."""

    pieces: frozenset[str]
    is_unchanged: bool


def stamped(text: str, pieces: Iterable[str]) -> str:
    """A file's text with its comment in the place of `PLACE`."""
    assert text.count(PLACE) == 1, "one place for the stamp"
    names = textwrap.wrap(
        f"# It holds: {' '.join(sorted(pieces))}",
        WIDTH,
        subsequent_indent="#   ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    comment = "\n".join([f"# Written by `penna run migrateToFastApi`. sha256: {'0' * 64}", *names])
    whole = text.replace(PLACE, comment + "\n")
    return whole.replace("0" * 64, _hash(whole), 1)


def read_stamp(text: str) -> Stamp | None:
    """The comment in a file; None if it has none."""
    text = text.replace("\r\n", "\n")
    found = STAMP.search(text)
    if found is None:
        return None
    names = f"{found['first']} {found['rest']}".replace("#", " ").split()
    zeroed = text.replace(found["hash"], "0" * 64, 1)
    return Stamp(frozenset(names), _hash(zeroed) == found["hash"])


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
