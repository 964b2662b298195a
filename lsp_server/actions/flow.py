"""Under which conditions a body returns or raises, read off its outline.

Conditions are source text, as written; what was written before and left the body (an early
return) is not added to them. Shared by the drafts of explanations and of docs.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lsp_server.syntax.outline import Item
from lsp_server.syntax.statements import ItemKind


@dataclass(frozen=True, slots=True)
class Guard:
    """One condition on the way: `kind` "if", "unless", "except", "case" or "for"."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Leave:
    """A statement that leaves the body, and what must hold for it to be reached."""

    item: Item
    guards: tuple[Guard, ...]


def leaves(items: Iterable[Item], kind: ItemKind) -> tuple[Leave, ...]:
    """Every item of that kind, in order."""
    return tuple(_leaves(tuple(items), kind, ()))


def _leaves(items: tuple[Item, ...], kind: ItemKind, above: tuple[Guard, ...]) -> Iterator[Leave]:
    tested: list[Guard] = []
    for at, item in enumerate(items):
        if item.kind == kind:
            yield Leave(item, above)
        if item.kind not in ("elif", "else"):
            tested = []
        guards = (*tested, *_guards(items, at))
        yield from _leaves(item.items, kind, (*above, *guards))
        if item.kind in ("if", "elif"):
            tested.append(Guard("unless", item.text))


def _guards(items: tuple[Item, ...], at: int) -> tuple[Guard, ...]:
    """What the item itself asks for; loops and `with` ask for nothing that is worth telling."""
    item = items[at]
    match item.kind:
        case "if" | "elif":
            return (Guard("if", item.text),)
        case "except":
            return (Guard("except", exception(item.text)),)
        case "match":
            return (Guard("match", item.text),)
        case "case":
            return (Guard("case", item.text),)
        case _:
            return ()


def exception(text: str) -> str:
    """The type in the head of an `except` or `catch`."""
    return re.sub(r"\s+as\s+\w+$|\s+\w+$", "", text.removeprefix("final ")).strip()


def condition(guards: tuple[Guard, ...], language: str) -> str:
    """`` `a` and not `b` ``; "" where nothing is asked for. What must hold comes first."""
    texts: dict[bool, list[str]] = {True: [], False: []}
    subject = ""
    for guard in guards:
        if guard.kind == "match":
            subject = guard.text
        else:
            positive = _positive(guard)
            texts[positive.kind != "unless"].append(_phrase(positive, subject, language))
    joint = " 且 " if language == "zh" else " and "
    return joint.join([*texts[True], *texts[False]])


def _positive(guard: Guard) -> Guard:
    """`unless not x` is `if x`, where `not` rules the whole condition."""
    plain = re.fullmatch(r"(?:not\s+|!)([\w.]+(?:\([^()]*\))?)", guard.text)
    return Guard("if", plain[1]) if guard.kind == "unless" and plain else guard


def _phrase(guard: Guard, subject: str, language: str) -> str:
    chinese = language == "zh"
    match guard.kind:
        case "unless":
            return f"{quoted(guard.text)} 不成立" if chinese else f"not {quoted(guard.text)}"
        case "except":
            caught = quoted(guard.text) if guard.text else ("异常" if chinese else "an exception")
            return f"捕获到 {caught}" if chinese else f"{caught} is caught"
        case "case":
            return _case(guard.text, subject, chinese)
        case _:
            return quoted(guard.text)


def _case(pattern: str, subject: str, chinese: bool) -> str:
    if not pattern or pattern == "_":
        return "其他情况都不匹配" if chinese else "no other case matches"
    return f"{quoted(subject)} {'匹配' if chinese else 'matches'} {quoted(pattern)}"


def quoted(source: str, longest: int = 90) -> str:
    """Source in backticks, cut where it is long; more of them where it holds some itself."""
    text = source if len(source) <= longest else f"{source[: longest - 1].rstrip()}…"
    if "`" in text:
        return f"`` {text} ``"
    return f"`{text}`"


def listed(texts: Iterable[str], language: str, joint: str = "and") -> str:
    """`a, b and c`."""
    every = list(texts)
    if language == "zh":
        return "、".join(every)
    return every[0] if len(every) == 1 else f"{', '.join(every[:-1])} {joint} {every[-1]}"
