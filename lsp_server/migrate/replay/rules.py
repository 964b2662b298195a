"""The rules of the old app's map, read from what its child tells, and paths built from them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from lsp_server.migrate.replay.values import Converter, usual

VARIABLE: Final = re.compile(r"<(?:[^<>]*?:)?([A-Za-z_][A-Za-z0-9_]*)>")
AUTOMATIC: Final = frozenset({"HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `file` and `view` say where its view is written, as far as that can be told."""

    rule: str
    endpoint: str
    methods: frozenset[str]
    converters: tuple[Converter, ...] = ()
    defaults: tuple[str, ...] = ()
    file: str = ""
    view: str = ""
    is_elsewhere: bool = False

    @property
    def own_methods(self) -> tuple[str, ...]:
        """The methods that somebody wrote, HEAD and OPTIONS aside, GET first."""
        return tuple(sorted(self.methods - AUTOMATIC, key=lambda name: (name != "GET", name)))

    @property
    def writes(self) -> bool:
        return bool(self.methods & {"POST", "PUT", "PATCH"})

    @property
    def takes_slashes(self) -> bool:
        return any(each.kind == "PathConverter" for each in self.converters)

    def matches(self, path: str, method: str) -> bool:
        """Whether the rule is likely the one for this request: its converters are not asked."""
        fixed = VARIABLE.split(self.rule)[::2]
        pattern = ".+".join(re.escape(in_ascii(part)) for part in fixed)
        pattern = pattern if self.takes_slashes else pattern.replace(".+", "[^/]+")
        return method in self.methods and re.fullmatch(pattern, path) is not None

    def path(self, values: Mapping[str, str] | None = None, *, n: int = 0) -> str:
        """A path of the rule. `values` are quoted already; the rest are usual ones, the n-th."""
        known = {each.name: _nth(usual(each), n) for each in self.converters}
        given = {name: quote(value, safe="/,+;=@:~") for name, value in known.items()}
        given |= values or {}
        return in_ascii(VARIABLE.sub(lambda found: given.get(found[1], "1"), self.rule))


def likely(rules: Sequence[Rule], path: str, method: str) -> Rule | None:
    """The rule that likely answers. The longest fixed start comes first, as Werkzeug goes through
    a path part by part: a catch-all `/<path:path>` gets what no other rule takes."""
    fits = [each for each in rules if each.matches(path, method)]
    return min(fits, key=_place_in_map, default=None)


def _place_in_map(rule: Rule) -> tuple[int, bool, int]:
    start = VARIABLE.split(rule.rule)[0]
    return -len(start), rule.takes_slashes, len(rule.converters)


def in_ascii(target: str) -> str:
    """A path as a client sends it: what is no ASCII, or no sign, is quoted."""
    return re.sub(r"[^!-~]", lambda found: quote(found[0]), target)


def read(rows: object) -> list[Rule]:
    """What the child told, as rules; a row that makes no sense is left out."""
    if not isinstance(rows, Sequence):
        return []
    return [_rule(row) for row in rows if isinstance(row, Mapping) and "rule" in row]


def _rule(row: Mapping[str, object]) -> Rule:
    return Rule(
        str(row["rule"]),
        str(row.get("endpoint", "")),
        frozenset(_texts(row.get("methods"))),
        tuple(_converter(each) for each in _rows(row.get("converters"))),
        tuple(_texts(row.get("defaults"))),
        str(row.get("file", "")),
        str(row.get("view", "")),
        bool(row.get("elsewhere")),
    )


def _converter(row: Mapping[str, object]) -> Converter:
    return Converter(
        str(row.get("name", "")),
        str(row.get("kind", "")),
        str(row.get("regex", "")),
        _number(row.get("min")),
        _number(row.get("max")),
    )


def _nth(values: Sequence[str], n: int) -> str:
    return values[n % len(values)]


def _number(value: object) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _rows(value: object) -> list[Mapping[str, object]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
