"""The new code of a module put into its text, so that untouched lines stay byte for byte.

libcst gives back what it was given but for byte order marks and form feeds, which it is not
given. Lines that the rules did not touch are taken from the text itself.
"""

from __future__ import annotations

from difflib import SequenceMatcher

from lsp_server.migrate.source import BOM, FEEDS, parsable


def merged(text: str, new_code: str) -> str:
    """`text`, in which the lines that the rules changed are those of `new_code`."""
    old_code = parsable(text)
    if old_code == text:
        return new_code
    lines, old = _split(text), _split(old_code)
    assert len(lines) == len(old), "what parsing leaves out are no line ends"
    new = _split(new_code)
    result: list[str] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            result.extend(lines[start:end])
        else:
            result.append(_leading_feeds(lines[start:end]))
            result.extend(new[new_start:new_end])
    mark = BOM if text.startswith(BOM) and not "".join(result).startswith(BOM) else ""
    return mark + "".join(result)


def _split(text: str) -> list[str]:
    """Lines by line feeds alone, as form feeds are what this is about."""
    return [line + "\n" for line in text.split("\n")[:-1]] + [text.split("\n")[-1]]


def _leading_feeds(lines: list[str]) -> str:
    found = FEEDS.match(lines[0].removeprefix(BOM)) if lines else None
    return found.group() if found else ""
