"""Values to send: for a converter, for a key by its name and type, and hostile ones."""

import re
from dataclasses import dataclass
from typing import Final

USER: Final = "penna_reader"
EMAIL: Final = "reader@example.com"
PASSWORD: Final = "Swan-Quill-27"  # noqa: S105 - typed into copies of the user's app alone.
LONG: Final = "x" * 2000
HOSTILE: Final = (
    "", LONG, "Zoë 漢字 🐍", "'\"<b>&amp;", "-1", "not-a-number", "../../etc/passwd",
    "0", "99999999999999999999", "1.5", " 7 ", "%00", "a\nb", "١٢",
)  # fmt: skip
UUID: Final = "6f1f2bd3-6b2a-4c1e-9a55-0d7d2c7f6a10"

BY_NAME: Final = (
    (r"e.?mail", EMAIL),
    (r"pass|pwd|confirm|repeat", PASSWORD),
    (r"user|login|nick|handle|author|account", USER),
    (r"date|day|birth|when|since|until", "2024-05-17"),
    (r"time", "12:30"),
    (r"url|link|website|homepage", "http://example.com/page"),
    (r"next|redirect|return_to|referr", "/"),
    (r"phone|tel|mobile", "+15550100"),
    (r"zip|postal", "12345"),
    (r"colou?r", "#336699"),
    (r"lang|locale", "en"),
    (r"price|amount|cost|total|rate|lat|lon|lng|weight", "12.5"),
    (r"(^|_)(id|page|per_page|count|limit|offset|num|number|n|age|qty|quantity|year|size|"
     r"rating|stars|score|width|height|start|stop|end|a|b|x|y)$", "2"),
    (r"_id$|Id$", "1"),
    (r"^(is|has|can|remember|active|enabled|done|completed?|public|published|agree|accept)", "on"),
    (r"token|key|secret", "k3y"),
)  # fmt: skip
BY_KIND: Final = {
    "email": EMAIL, "password": PASSWORD, "number": "2", "range": "2", "date": "2024-05-17",
    "datetime-local": "2024-05-17T12:30", "time": "12:30", "url": "http://example.com/page",
    "tel": "+15550100", "color": "#336699", "month": "2024-05", "week": "2024-W20",
    "int": "2", "float": "1.5", "bool": "1", "UUID": UUID, "Decimal": "12.5",
}  # fmt: skip


# Values for a path, quoted: a converter may take or refuse them.
PATHS: Final = (
    "-1", "0", "007", "1.5", "1", "nope", "a%2Fb", "..", "%2e%2e", "a..b", LONG, "Zo%C3%AB",
    "%E6%BC%A2%E5%AD%97", "%27%22%3Cb%3E", "a%20b", "%00", "%FF", "a%3Fb", "a%23b", "a;b=1",
    "%D9%A1", "1e5", "+1", "a%25b", "%F0%9F%90%8D", UUID.upper(), UUID.replace("-", ""),
    "a//b", "x/", "a%0Ab", "99999999999999999999",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Converter:
    """One variable of a rule, as Werkzeug's map describes it."""

    name: str
    kind: str
    regex: str
    least: int | float | None = None
    most: int | float | None = None


def plausible(name: str, kind: str = "") -> str:
    """What would be a sensible value for a key of this name and type."""
    if kind in BY_KIND:
        return BY_KIND[kind]
    for pattern, value in BY_NAME:
        if re.search(pattern, name, re.IGNORECASE):
            return value
    return f"Some {name}" if name.isidentifier() else "Some text"


def as_json(name: str, kind: str = "") -> object:
    """The same as JSON would hold it: numbers and truths are no strings."""
    value = plausible(name, kind)
    if kind == "list" or (name.endswith("s") and name in {"tags", "items", "ids"}):
        return ["one", "two"]
    if kind == "bool" or value == "on":
        return True
    if re.fullmatch(r"\d+", value) and kind not in {"str", "date"} and "phone" not in name:
        return int(value)
    if re.fullmatch(r"\d+\.\d+", value):
        return float(value)
    return value


def usual(converter: Converter) -> tuple[str, ...]:
    """Values that the converter takes, likely ones first."""
    match converter.kind:
        case "IntegerConverter":
            least = int(converter.least or 1)
            return tuple(str(least + n) for n in range(3))
        case "FloatConverter":
            return ("1.5", "2.0")
        case "UUIDConverter":
            return (UUID,)
        case "AnyConverter":
            return _choices(converter.regex)
        case "PathConverter":
            return ("a/b.txt", "notes.txt", "style.css")
        case "UnicodeConverter":
            return _of_length(converter)
    return ("1", "one", "a,b", "2024-05-17", "a+b")


def telling(converter: Converter) -> tuple[str, ...]:
    """Values on the border of what the converter takes, where frameworks differ."""
    match converter.kind:
        case "IntegerConverter":
            return ("nope", "-1")
        case "FloatConverter":
            return ("2", "nope")
        case "UUIDConverter":
            return (UUID.replace("-", ""), "nope")
        case "PathConverter":
            return ("a//b", "a%2Fb")
    return ("a%2Fb", "%3Ci%3EZo%C3%AB")


def _choices(regex: str) -> tuple[str, ...]:
    found = re.fullmatch(r"\(\?:(.*)\)", regex)
    inner = found[1] if found else regex
    return tuple(re.sub(r"\\(.)", r"\1", each) for each in inner.split("|"))


def _of_length(converter: Converter) -> tuple[str, ...]:
    """`string` with a length has it in its regex: [^/]{2} or [^/]{1,5}."""
    found = re.search(r"\{(\d+)(?:,(\d*))?\}", converter.regex)
    least = max(int(found[1]), 1) if found else 1
    most = int(found[2] or 99) if found and found[2] is not None else least if found else 99
    values = ("1", USER, "hello-world", "2", "de", "a")
    fits = tuple(each for each in values if least <= len(each) <= most)
    return fits or ("abcdefghij"[:least].ljust(least, "x"),)
