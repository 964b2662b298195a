"""Which symbols get a doc.

At the cursor it is the symbol around it, whatever it is. In a selection, or in the file where the
cursor is on none, it is every symbol that others see and that lacks a doc. Left out there, because
a doc would be noise or stand in the wrong place: private names, tests, what is nested in a
function, special methods but for `__init__` and `__call__`, overloads (their implementation is
documented), setters (their property is), stubs, implementations of a Rust trait, and the second of
two declarations in C and C++, and what shares its line with other code.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from lsp_server.actions import layout
from lsp_server.syntax import symbols, trees
from lsp_server.syntax.shape import CALLABLES, TYPES, Symbol
from lsp_server.text import Snapshot, Span

_SPOKEN_FOR = re.compile(r"(?:[\w.]*\.)?(?:overload|setter|deleter)\b")
_TEST_FILE = re.compile(r"test_.*|.*_test|tests?|conftest|.*\.(test|spec)")
_DOCUMENTABLE = CALLABLES | TYPES
_PUBLIC = {
    "rust": re.compile(r"\bpub\b"),
    "java": re.compile(r"^(?!.*\bprivate\b)", re.DOTALL),
    "typescript": re.compile(r"^(?!\s*private\b)", re.DOTALL),
    "typescriptreact": re.compile(r"^(?!\s*private\b)", re.DOTALL),
}


@dataclass(frozen=True, slots=True)
class Targets:
    """What lacks a doc, and how many symbols were looked at for it."""

    many: tuple[Symbol, ...] = ()
    n_seen: int = 0


def target_at(snapshot: Snapshot, selection: Span) -> Symbol | None:
    """The definition that the cursor is on; None for a selection that holds names, or on none."""
    every = symbols.near(snapshot.language, snapshot.text, selection)
    if len(selection) and any(selection.contains(each.name_span) for each in every):
        return None
    lines = layout.trimmed(snapshot, selection)
    one = symbols.enclosing(snapshot.language, snapshot.text, lines)
    while one is not None and one.kind not in _DOCUMENTABLE:
        one = _around(every, one)
    return one


def targets(snapshot: Snapshot, selection: Span, *, init_has_doc: bool) -> Targets:
    """Those in the selection, or in the file. `init_has_doc`: constructors have their own docs."""
    every = symbols.symbols(snapshot.language, snapshot.text)
    inside = [each for each in every if selection.contains(each.name_span)]
    return _many(snapshot, inside or list(every), init_has_doc=init_has_doc)


def is_spoken_for(symbol: Symbol) -> bool:
    """Whether another symbol's doc speaks for this one: an overload, a setter."""
    return any(_SPOKEN_FOR.match(each) for each in symbol.decorators)


def has_broken_signature(snapshot: Snapshot, symbol: Symbol) -> bool:
    """Whether what the symbol is cannot be told: a parse error lies in its signature."""
    errors = trees.error_spans(snapshot.language, snapshot.text) or ()
    return any(symbol.signature_span.overlaps(error) for error in errors)


def _around(every: tuple[Symbol, ...], symbol: Symbol) -> Symbol | None:
    outer = [each for each in every if each.span.contains(symbol.span) and each != symbol]
    return min(outer, key=lambda each: len(each.span), default=None)


def _many(snapshot: Snapshot, inside: list[Symbol], *, init_has_doc: bool) -> Targets:
    wanted = [each for each in _public(snapshot, inside) if each.name != "__init__" or init_has_doc]
    many = [each for each in wanted if each.doc_span is None]
    sound = tuple(each for each in many if not has_broken_signature(snapshot, each))
    return Targets(sound, len(wanted))


def _public(snapshot: Snapshot, inside: list[Symbol]) -> Iterator[Symbol]:
    path = PurePosixPath(snapshot.uri)
    if path.suffix == ".pyi" or _TEST_FILE.fullmatch(path.stem):
        return
    seen: set[str] = set()
    implemented = {each.qualified_name for each in inside if len(each.body_span)}
    inner_end = 0
    for each in inside:
        is_repeated = each.qualified_name in seen and snapshot.language in ("c", "cpp")
        if snapshot.language.startswith("typescript"):
            is_repeated = not len(each.body_span) and each.qualified_name in implemented
        seen.add(each.qualified_name)
        nested = each.span.start < inner_end
        if each.kind in CALLABLES:
            inner_end = max(inner_end, each.span.end)
        squeezed = each.doc_place.shares_line and not each.doc_place.after_signature
        left_out = nested or is_repeated or is_spoken_for(each) or squeezed
        if each.kind in _DOCUMENTABLE and not left_out and _is_seen(snapshot, each):
            yield each


def _is_seen(snapshot: Snapshot, symbol: Symbol) -> bool:
    """Whether others can see the symbol, by the language's own rule."""
    if symbol.name.startswith("test_") or not symbol.name:
        return False
    if snapshot.language == "go":
        return symbol.name[:1].isupper()
    public = _PUBLIC.get(snapshot.language)
    if public and not public.search(symbol.signature_span.of(snapshot.text)):
        return False
    return all(_is_public_name(name) for name in symbol.qualified_name.split("."))


def _is_public_name(name: str) -> bool:
    return name in ("__init__", "__call__") or not name.startswith(("_", "#"))
