"""The strings that a regular expression finds something in, as the JSON that spells them.

Read by Python's own parser, with the meanings of ECMAScript where the two differ. Deliberately
absent: look-around, references, word boundaries and flags, for which there is no grammar.
"""

import re
from collections.abc import Sequence
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from lsp_server.host.json_schema import chars
from lsp_server.host.json_schema.chars import Ranges
from lsp_server.host.json_schema.rules import Rules

MAX_CHARS = 2000
MAX_TIMES = 2000


class PatternRefused(Exception):
    """Why, without a full stop."""


def grammar_of(pattern: str, rules: Rules) -> str:
    """What may stand between the quotes. Raises PatternRefused."""
    if len(pattern) > MAX_CHARS:
        raise PatternRefused(f"it is longer than {MAX_CHARS} characters")
    try:
        parsed = _parser.parse(pattern)
        if parsed.state.flags & ~re.UNICODE:
            raise PatternRefused("it has flags")
        return _Search(rules).found_in(list(parsed))
    except RecursionError as error:
        raise PatternRefused("it is nested too deeply") from error
    except (re.error, OverflowError, Warning) as error:
        raise PatternRefused(f"it cannot be read: {error}") from error


class _Search:
    """Nodes are what Python's parser makes: pairs of an operation and its argument."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._times = 1

    def found_in(self, nodes: list[Any]) -> str:
        """With anything before and behind, unless it is anchored."""
        if len(nodes) == 1 and str(nodes[0][0]) == "BRANCH":
            return self._rules.any_of([self.found_in(list(each)) for each in nodes[0][1][1]])
        anything = f"{self._rules.named(chars.ANY_CHAR)}*"
        starts, ends = _is_anchor(nodes[:1], "BEGIN"), _is_anchor(nodes[-1:], "END")
        inner = nodes[starts : len(nodes) - ends]
        parts = ["" if starts else anything, self._sequence(inner), "" if ends else anything]
        return self._rules.named(" ".join(part for part in parts if part) or '""')

    def _sequence(self, nodes: Sequence[Any]) -> str:
        return " ".join(self._item(str(name), argument) for name, argument in nodes)

    def _item(self, name: str, argument: Any) -> str:
        match name:
            case "LITERAL":
                return chars.one_in_json(argument)
            case "NOT_LITERAL":
                return self._one_of(chars.complement([(argument, argument)]))
            case "ANY":
                return self._one_of(chars.complement(chars.LINE_ENDS))
            case "IN":
                return self._one_of(_set(argument))
            case "BRANCH":
                return self._rules.any_of([self._sequence(each) or '""' for each in argument[1]])
            case "SUBPATTERN" if not argument[1] and not argument[2]:
                return self._rules.named(self._sequence(argument[3]) or '""')
            case "MAX_REPEAT" | "MIN_REPEAT":
                return self._repeated(*argument)
            case "AT":
                raise PatternRefused("it has an anchor in its middle")
        raise PatternRefused(f"a grammar has nothing like its {name}")

    def _repeated(self, lowest: int, highest: Any, nodes: Any) -> str:
        """Repetitions inside each other can be counted in very many ways."""
        is_endless = highest == _parser.MAXREPEAT
        times = max(lowest, 1 if is_endless else int(highest), 1)
        self._times *= times
        if self._times > MAX_TIMES:
            raise PatternRefused(f"its repetitions come to more than {MAX_TIMES}")
        item = self._rules.named(self._sequence(nodes) or '""')
        self._times //= times
        return self._rules.repeated(item, lowest, None if is_endless else int(highest))

    def _one_of(self, ranges: Ranges) -> str:
        ways = chars.in_json(ranges)
        if not ways:
            raise PatternRefused("one of its sets is empty")
        return ways[0] if len(ways) == 1 else self._rules.any_of(ways)


def _is_anchor(nodes: Sequence[Any], which: str) -> bool:
    return bool(nodes) and str(nodes[0][0]) == "AT" and which in str(nodes[0][1])


def _set(members: Sequence[Any]) -> Ranges:
    is_negated = str(members[0][0]) == "NEGATE"
    ranges = [span for each in members[is_negated:] for span in _member(*each)]
    return chars.complement(ranges) if is_negated else chars.united(ranges)


def _member(name: Any, argument: Any) -> Ranges:
    match str(name), str(argument):
        case "LITERAL", _:
            return [(argument, argument)]
        case "RANGE", _:
            return [argument]
        case _, "CATEGORY_DIGIT":
            return chars.DIGITS
        case _, "CATEGORY_NOT_DIGIT":
            return chars.complement(chars.DIGITS)
        case _, "CATEGORY_WORD":
            return chars.WORD
        case _, "CATEGORY_NOT_WORD":
            return chars.complement(chars.WORD)
        case _, "CATEGORY_SPACE":
            return chars.SPACE
        case _, "CATEGORY_NOT_SPACE":
            return chars.complement(chars.all_spaces())
    raise PatternRefused(f"a grammar has nothing like its {name}")
