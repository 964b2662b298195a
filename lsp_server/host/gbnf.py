"""Is a GBNF grammar one that llama.cpp can be given? Read here before it is read there.

llama.cpp's own parser writes its reasons to stderr, and some texts make it end the process, hang
or eat all memory (llama-grammar.cpp): deep nesting and long chains of rules overflow its stack,
`{5,2}` counts down from zero, hidden left recursion grows for ever, and a token that is named by
its number can pass its check and then break it. All of them are refused here, with the line.

Deliberately absent: what a grammar means. An ambiguous grammar can still take exponential time;
the sampler bounds that.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lsp_server.host.json_fields import BadRequest

MAX_CHARS = 2**18
MAX_NESTING = 200
MAX_ELEMENTS = 200_000
"""Once repetitions are written out, as llama.cpp does it."""
MAX_LEFT_DEPTH = 1000
MAX_LEFT_PATHS = 1_000_000
"""llama.cpp walks all of them when it looks for left recursion."""
MAX_TIMES = 2000
"""llama.cpp's MAX_REPETITION_THRESHOLD: a larger upper bound is none to it."""

ESCAPE = r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[trn\\\"\[\]-])"
UNIT = re.compile(rf"{ESCAPE}|[^\\]", re.DOTALL)
LEXEME = re.compile(
    rf"""(?P<blank>[ \t]+|\#[^\r\n]*)
    |(?P<newline>\r\n|\r|\n)
    |(?P<literal>"(?:{ESCAPE}|[^\\"])*")
    |(?P<chars>\[(?:{ESCAPE}|[^\\\]])*\])
    |(?P<name>[a-zA-Z0-9-]+)
    |(?P<is>::=)
    |(?P<times>[*+?]|\{{\s*\d{{1,9}}\s*(?:,\s*(?:\d{{1,9}}\s*)?)?\}})
    |(?P<mark>[()|.])""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Lexeme:
    kind: str
    text: str
    line: int


@dataclass(slots=True)
class _Item:
    """Something in a sequence: so many elements to llama.cpp, or the rule it names."""

    n_elements: int
    rule: str = ""
    is_empty: bool = False
    n_optional: int = 0


@dataclass(slots=True)
class _Rule:
    line: int
    alternatives: list[list[_Item]] = field(default_factory=list)


def check(grammar: str) -> None:
    """Raises BadRequest, with the line where there is one."""
    if len(grammar) > MAX_CHARS:
        raise BadRequest(f"The grammar is longer than {MAX_CHARS} characters.")
    rules = _Parser(_lexemes(grammar)).rules()
    if "root" not in rules:
        raise BadRequest("The grammar has no rule 'root'.")
    _check_names(rules)
    _check_size(rules)
    _check_left_recursion(rules)


def _lexemes(grammar: str) -> list[_Lexeme]:
    found: list[_Lexeme] = []
    at, line = 0, 1
    while at < len(grammar):
        match = LEXEME.match(grammar, at)
        if match is None or "\0" in match.group():
            raise BadRequest(f"Grammar, line {line}: cannot read {grammar[at : at + 12]!r}.")
        kind, text = match.lastgroup or "", match.group()
        if kind != "blank":
            found.append(_Lexeme(kind, text, line))
        line += text.count("\n") if kind != "newline" else 1
        at = match.end()
    return [*found, _Lexeme("end", "the end", line)]


class _Parser:
    """Recursive descent, as deep as `MAX_NESTING`. Groups become rules of their own."""

    def __init__(self, lexemes: list[_Lexeme]) -> None:
        self._lexemes = lexemes
        self._at = 0
        self._rules: dict[str, _Rule] = {}

    def rules(self) -> dict[str, _Rule]:
        self._skip_newlines()
        while self._next.kind != "end":
            name = self._take("name", "a rule's name")
            self._take("is", "'::='")
            self._skip_newlines()
            self._rules[name.text] = self._alternatives(name.line, 0)
            if self._next.kind not in ("newline", "end"):
                raise self._unexpected("the end of the rule")
            self._skip_newlines()
        return self._rules

    def _alternatives(self, line: int, depth: int) -> _Rule:
        rule = _Rule(line, [self._sequence(depth)])
        while self._next.text == "|":
            self._at += 1
            self._skip_newlines()
            rule.alternatives.append(self._sequence(depth))
        return rule

    def _sequence(self, depth: int) -> list[_Item]:
        items: list[_Item] = []
        while True:
            if depth:
                self._skip_newlines()
            lexeme = self._next
            if lexeme.kind == "times" and items:
                _repeat(items[-1], lexeme)
            elif lexeme.kind in ("literal", "chars", "name") or lexeme.text in ("(", "."):
                items.append(self._item(lexeme, depth))
                continue
            else:
                return items
            self._at += 1

    def _item(self, lexeme: _Lexeme, depth: int) -> _Item:
        self._at += 1
        match lexeme.kind, lexeme.text:
            case "literal" | "chars", text:
                n = len(UNIT.findall(text[1:-1]))
                return _Item(n, is_empty=not n or text == "[^]")
            case "name", name:
                return _Item(1, name)
            case _, "(":
                return self._group(lexeme, depth + 1)
        return _Item(1)

    def _group(self, opening: _Lexeme, depth: int) -> _Item:
        if depth > MAX_NESTING:
            raise BadRequest(
                f"Grammar, line {opening.line}: more than {MAX_NESTING} nested groups."
            )
        rule = self._alternatives(opening.line, depth)
        if self._next.text != ")":
            raise self._unexpected("')'")
        self._at += 1
        # No name in a grammar has a blank.
        name = f"group {len(self._rules)}"
        self._rules[name] = rule
        return _Item(1, name)

    @property
    def _next(self) -> _Lexeme:
        return self._lexemes[self._at]

    def _take(self, kind: str, what: str) -> _Lexeme:
        if self._next.kind != kind:
            raise self._unexpected(what)
        self._at += 1
        return self._lexemes[self._at - 1]

    def _skip_newlines(self) -> None:
        while self._next.kind == "newline":
            self._at += 1

    def _unexpected(self, wanted: str) -> BadRequest:
        found = self._next
        text = repr(found.text[:20]) if found.kind != "end" else found.text
        return BadRequest(f"Grammar, line {found.line}: expected {wanted}, found {text}.")


def _repeat(item: _Item, times: _Lexeme) -> None:
    lowest, highest = _times(times.text)
    if highest is not None and highest < lowest:
        raise BadRequest(f"Grammar, line {times.line}: {times.text} ends before it begins.")
    if lowest > MAX_TIMES:
        raise BadRequest(f"Grammar, line {times.line}: more than {MAX_TIMES} repetitions.")
    n = lowest + 1 if highest is None or highest > MAX_TIMES else highest
    item.n_elements *= max(n, 1)
    item.n_optional = max(item.n_optional, 1) * max(n - lowest, 1)
    item.is_empty = item.is_empty or lowest == 0


def _times(text: str) -> tuple[int, int | None]:
    if text in "*+?":
        return (int(text == "+"), 1 if text == "?" else None)
    lowest, comma, highest = text.strip("{}").partition(",")
    if not comma:
        return (int(lowest), int(lowest))
    return (int(lowest), int(highest) if highest.strip() else None)


def _check_names(rules: Mapping[str, _Rule]) -> None:
    for rule in rules.values():
        for item in _items(rule):
            if item.rule and item.rule not in rules:
                raise BadRequest(
                    f"Grammar: '{item.rule}' is used near line {rule.line}, but not defined."
                )


def _check_size(rules: Mapping[str, _Rule]) -> None:
    if sum(item.n_elements + 1 for rule in rules.values() for item in _items(rule)) > MAX_ELEMENTS:
        raise BadRequest(
            f"The grammar has more than {MAX_ELEMENTS} elements with its repetitions written out."
        )


def _items(rule: _Rule) -> list[_Item]:
    return [item for sequence in rule.alternatives for item in sequence]


def _check_left_recursion(rules: Mapping[str, _Rule]) -> None:
    """Visit each rule after those it may begin with; one that comes before itself is recursive."""
    firsts = _firsts(rules)
    costs: dict[str, tuple[int, int]] = {}
    open_rules: dict[str, None] = {}
    todo = list(rules)
    while todo:
        name = todo[-1]
        waiting = [item.rule for item in firsts[name] if item.rule and item.rule not in costs]
        if name in costs or not waiting:
            costs.setdefault(name, _cost(firsts[name], costs))
            open_rules.pop(todo.pop(), None)
            continue
        open_rules[name] = None
        if open_rules.keys() & set(waiting):
            raise BadRequest(
                f"Grammar, line {rules[name].line}: a rule that begins with itself "
                "(left recursion); write it as a repetition."
            )
        todo += waiting
    if any(n > MAX_LEFT_DEPTH or paths > MAX_LEFT_PATHS for n, paths in costs.values()):
        raise BadRequest("The grammar's rules begin with each other in too long a chain.")


def _cost(items: list[_Item], costs: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    """How deep and how often llama.cpp recurses into what a rule begins with."""
    depth, paths = 0, 1
    for item in items:
        inner_depth, inner_paths = costs[item.rule] if item.rule else (0, 1)
        depth = max(depth, inner_depth + item.n_optional)
        paths = min(paths + inner_paths * max(item.n_optional, 1), MAX_LEFT_PATHS + 1)
    return depth + 1, paths


def _firsts(rules: Mapping[str, _Rule]) -> dict[str, list[_Item]]:
    """The items that each rule may begin with: those behind items that may be empty, too."""
    empty = _empty_rules(rules)

    def reachable(sequence: list[_Item]) -> list[_Item]:
        for at, item in enumerate(sequence):
            if not (item.is_empty or item.rule in empty):
                return sequence[: at + 1]
        return sequence

    return {
        name: [item for sequence in rule.alternatives for item in reachable(sequence)]
        for name, rule in rules.items()
    }


def _empty_rules(rules: Mapping[str, _Rule]) -> set[str]:
    """The rules that match the empty text, found in as many passes as they depend on each other."""
    users: dict[str, list[str]] = {}
    for name, rule in rules.items():
        for item in _items(rule):
            if item.rule:
                users.setdefault(item.rule, []).append(name)
    empty: set[str] = set()
    todo = list(rules)
    while todo:
        name = todo.pop()
        if name not in empty and any(
            all(item.is_empty or item.rule in empty for item in sequence)
            for sequence in rules[name].alternatives
        ):
            empty.add(name)
            todo += users.get(name, [])
    return empty
