"""Strings: of a length, of a form, with a pattern; and keys that are none of some names."""

from collections.abc import Sequence

from lsp_server.host.json_fields import BadRequest
from lsp_server.host.json_schema import chars, pattern
from lsp_server.host.json_schema.keywords import Schema
from lsp_server.host.json_schema.pattern import PatternRefused
from lsp_server.host.json_schema.rules import Rules

QUOTE = r'"\""'
DAY = '"0" [1-9] | "1" [0-9] | "2" [0-8]'
DATE = (
    f'[12] [0-9]{{3}} "-" (("0" [1-9] | "1" [0-2]) "-" ({DAY})'
    ' | ("0" [13-9] | "1" [0-2]) "-" ("29" | "30")'
    ' | ("0" [13578] | "1" [02]) "-31")'
)
CLOCK = '([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9]'
TIME = f'{CLOCK} ":" [0-5] [0-9] ("." [0-9]{{1,6}})? ("Z" | [-+] {CLOCK})'
BYTE = '("25" [0-5] | "2" [0-4] [0-9] | "1" [0-9] [0-9] | [1-9] [0-9] | [0-9])'
FORMATS = {
    "date": DATE,
    "time": TIME,
    "date-time": f'{DATE} "T" {TIME}',
    "uuid": f'{chars.HEX}{{8}} ("-" {chars.HEX}{{4}}){{3}} "-" {chars.HEX}{{12}}',
    "ipv4": f'{BYTE} ("." {BYTE}){{3}}',
    "email": '[a-z0-9] [a-z0-9._+-]{0,30} "@" [a-z0-9] ([a-z0-9-]{0,30} [a-z0-9])? "." [a-z]{2,10}',
}
"""Others are comments, as the specification has it."""

MAX_TOLD_APART = 64
"""Characters; no other key begins with the first of a longer name."""


def string(schema: Schema, rules: Rules, *, is_lenient: bool) -> str | None:
    """None if none fits."""
    wanted, lowest = schema.get("pattern"), length(schema, "minLength") or 0
    highest = length(schema, "maxLength")
    if wanted is not None and (lowest or highest is not None) and not is_lenient:
        raise BadRequest(
            "A JSON schema's 'pattern' cannot be enforced together with a length; "
            "write the length into the pattern."
        )
    if wanted is not None:
        return rules.named(f"{QUOTE} {_pattern(wanted, rules, is_lenient=is_lenient)} {QUOTE}")
    form = schema.get("format")
    if isinstance(form, str) and form in FORMATS and not lowest and highest is None:
        return rules.named(f"{QUOTE} {FORMATS[form]} {QUOTE}")
    if highest is not None and highest < lowest:
        return None
    content = rules.repeated(rules.named(chars.ANY_CHAR), lowest, highest)
    return rules.named(f"{QUOTE} {content} {QUOTE}")


def length(schema: Schema, name: str) -> int | None:
    """A count that a schema bounds something with."""
    value = schema.get(name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        raise BadRequest(f"The JSON schema's '{name}' must be a whole number from 0.")
    return value


def _pattern(wanted: object, rules: Rules, *, is_lenient: bool) -> str:
    if not isinstance(wanted, str):
        raise BadRequest("The JSON schema's 'pattern' must be a string.")
    try:
        return pattern.grammar_of(wanted, rules)
    except PatternRefused as error:
        if is_lenient:
            return f"{rules.named(chars.ANY_CHAR)}*"
        shown = wanted if len(wanted) < 60 else f"{wanted[:59]}…"
        raise BadRequest(
            f"The JSON schema's pattern {shown!r} cannot be enforced: {error}."
        ) from error


def other_key(names: Sequence[str], rules: Rules) -> str:
    """A key that is none of `names`, without escapes, so that there is one way to spell it."""
    if not names:
        return rules.named(
            f"{QUOTE} {rules.repeated(rules.named(chars.ANY_CHAR), 0, None)} {QUOTE}"
        )
    spelled = sorted({name for name in names if '"' not in name and "\\" not in name})
    return rules.named(f"{QUOTE} {_none_of(spelled, 0, rules)} {QUOTE}")


def _none_of(names: Sequence[str], at: int, rules: Rules) -> str:
    """The ends of keys that begin as all of `names` do, up to `at`, and are none of them."""
    ends_here = any(len(name) == at for name in names)
    by_char: dict[str, list[str]] = {}
    for name in names:
        if len(name) > at:
            by_char.setdefault(name[at], []).append(name)
    taken = [(ord(char), ord(char)) for char in by_char]
    other = chars.in_json(chars.complement([*taken, (0, 0x1F), (0x22, 0x22), (0x5C, 0x5C)]))
    ways = [f"{way} {chars.CHAR}*" for way in other]
    for char, inner in by_char.items():
        if char > "\x1f" and at < MAX_TOLD_APART:
            ways.append(f"{chars.one_in_json(ord(char))} {_none_of(inner, at + 1, rules)}")
    return rules.any_of(ways if ends_here else ['""', *ways])
