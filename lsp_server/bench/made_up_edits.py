"""Edits made up by rule, for a machine that has no second version of anything.

They say of drafts what they would save if people edited so, and are named as made up wherever
they are shown. The same text always gets the same edits.
"""

import hashlib
import keyword
import re
from collections.abc import Iterator

SHARES = (0.03, 0.12, 0.4)
"""Of a text's lines."""

WORD = re.compile(r"\b[a-z_]{3,}\b")
KEYWORDS = frozenset({*keyword.kwlist, "self", "cls"})


def edits(text: str) -> Iterator[str]:
    """The text after a small, a middling and a large edit: lines changed, added and left out."""
    lines = text.splitlines(keepends=True)
    for share in SHARES:
        n = max(1, round(share * len(lines)))
        chosen = sorted(range(1, len(lines)), key=lambda at: _drawn(share, at, lines[at]))[:n]
        yield "".join(_edited(line, at) if at in chosen else line for at, line in enumerate(lines))


def _edited(line: str, at: int) -> str:
    indent = line[: len(line) - len(line.lstrip())].strip("\r\n")
    match at % 3:
        case 0:
            return f"{indent}# Checked by step {at}.\n{line}"
        case 1 if line.strip().startswith("#"):
            return ""
        case _:
            return _renamed(line)


def _renamed(line: str) -> str:
    """Another name for the line's longest name; a line without names gets a remark."""
    names = [name for name in WORD.findall(line) if name not in KEYWORDS]
    if not names:
        return line.rstrip("\r\n") + "  # See above.\n"
    longest = max(names, key=len)
    return re.sub(rf"\b{longest}\b", f"new_{longest}", line)


def _drawn(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
