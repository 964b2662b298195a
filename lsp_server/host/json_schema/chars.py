"""Sets of characters, and how each is written inside a JSON string."""

import json
import sys
from collections.abc import Iterable

from lsp_server.host.json_schema.rules import literal

Ranges = list[tuple[int, int]]
"""Code points, first and last of each; in order, without overlap."""

LAST = sys.maxunicode
SURROGATES = (0xD800, 0xDFFF)
DIGITS: Ranges = [(0x30, 0x39)]
WORD: Ranges = [(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)]
SPACE: Ranges = [(0x09, 0x0D), (0x20, 0x20)]
LINE_ENDS: Ranges = [(0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029)]

CHAR = r'[^"\\\x7F\x00-\x1F]'
"""Any that stands for itself."""

HEX = "[0-9a-fA-F]"
ANY_CHAR = rf'{CHAR} | "\\" (["\\bfnrt] | "u" ([0-9a-cA-CefEF] {HEX}{{3}} | [dD] [0-7] {HEX}{{2}}))'
"""Or an escape, but none for half a surrogate pair."""


def united(ranges: Iterable[tuple[int, int]]) -> Ranges:
    found: Ranges = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def complement(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """All real characters that are in none."""
    found, start = [], 0
    for first, last in united([*ranges, SURROGATES]):
        if start < first:
            found.append((start, first - 1))
        start = last + 1
    return [*found, (start, LAST)] if start <= LAST else found


def all_spaces() -> Ranges:
    """What one of the dialects takes for a blank; none is behind U+3000 but ECMAScript's BOM."""
    return united((at, at) for at in (*range(0x3001), 0xFEFF) if at == 0xFEFF or chr(at).isspace())


def in_json(ranges: Ranges) -> list[str]:
    """The ways to write one of them in a string. Control characters without a short escape are
    written only where nothing else fits."""
    plain = complement([*complement(ranges), (0, 0x1F), (0x22, 0x22), (0x5C, 0x5C), (0x7F, 0x7F)])
    escaped = [at for at in (*range(0x20), 0x22, 0x5C) if _holds(ranges, at)]
    short = [at for at in escaped if len(json.dumps(chr(at))) == len('"\\n"')]
    ways = [f"[{''.join(map(_range, plain))}]"] if plain else []
    ways += [one_in_json(at) for at in short]
    return ways or [one_in_json(at) for at in range(0x80) if _holds(ranges, at)]


def one_in_json(code: int) -> str:
    return literal(json.dumps(chr(code), ensure_ascii=False)[1:-1])


def _holds(ranges: Ranges, code: int) -> bool:
    return any(first <= code <= last for first, last in ranges)


def _range(span: tuple[int, int]) -> str:
    first, last = map(_code, span)
    return first if first == last else f"{first}-{last}"


def _code(code: int) -> str:
    return chr(code) if code < 0x80 and chr(code).isalnum() else f"\\U{code:08X}"
