"""Functions that only promise what they do: a signature, perhaps a docstring, and no body.

Abstract methods, overloads, protocols and type stubs are complete as they are.
"""

import re
from dataclasses import dataclass
from typing import Literal

from lsp_server.actions import layout
from lsp_server.syntax import symbols
from lsp_server.syntax.shape import CALLABLES, Symbol
from lsp_server.text import Snapshot, Span

NOTHING = re.compile(
    r"\.\.\.|pass|raise NotImplementedError(\(.*\))?"
    r"|(todo|unimplemented)!\(.*\);?"
    r"|panic!?\(\"(not implemented|unimplemented|todo).*\"\);?"
    r"|throw new (Error|\w*NotImplemented\w*|UnsupportedOperationException)\(.*\);?",
    re.IGNORECASE | re.DOTALL,
)
COMMENT_LINE = re.compile(r"[ \t]*(#|//)[^\n]*(\n|$)")
COMPLETE_DECORATORS = ("abstractmethod", "overload", "abstractproperty")
MAX_CHARS = 2000


@dataclass(frozen=True, slots=True)
class Stub:
    """A function to be filled in. `span` is what the body replaces, `whole` the definition."""

    name: str
    span: Span
    whole: Span
    margin: str
    doc: Literal["absent", "present"]
    head: str = ""
    tail: str = ""
    ending: str = "\n"


def stub_at(snapshot: Snapshot, selection: Span) -> Stub | None:
    """The stub that the selection is in."""
    lines = layout.trimmed(snapshot, selection)
    symbol = symbols.enclosing(snapshot.language, snapshot.text, lines)
    if symbol is None or symbol.kind not in CALLABLES or not _is_open(snapshot, symbol):
        return None
    if snapshot.language == "python":
        return _python(snapshot, symbol)
    return _in_brackets(snapshot, symbol)


def _is_open(snapshot: Snapshot, symbol: Symbol) -> bool:
    if snapshot.uri.endswith(".pyi") or len(symbol.body_span) > MAX_CHARS:
        return False
    if any(each.split("(")[0].endswith(COMPLETE_DECORATORS) for each in symbol.decorators):
        return False
    parents = [
        each
        for each in symbols.near(snapshot.language, snapshot.text, symbol.span)
        if each.qualified_name == symbol.parent
    ]
    return not any("Protocol" in base for each in parents for base in each.bases)


def _python(snapshot: Snapshot, symbol: Symbol) -> Stub | None:
    """Comments in the body stay; the statement that stands for nothing goes."""
    text = snapshot.text
    start = symbol.doc_span.end if symbol.doc_span else symbol.signature_span.end
    end = max(start, symbol.body_span.end)
    rest = text[start:end]
    lead = len(rest) - len(COMMENT_LINE.sub(_blanked, rest).lstrip())
    statement = Span(start + lead, end)
    if statement.of(text).strip() and not NOTHING.fullmatch(statement.of(text).strip()):
        return None
    unit = layout.indent_unit("python", text)
    margin = layout.margin(snapshot.whole_lines(symbol.definition_span).of(text)) + unit
    doc: Literal["absent", "present"] = "present" if symbol.doc_span else "absent"
    whole = symbol.span
    lines = snapshot.whole_lines(statement)
    if statement.of(text).strip() and not text[lines.start : statement.start].strip():
        ending = layout.ending(lines.of(text))
        return Stub(symbol.name, lines, whole, margin, doc, ending=ending)
    return Stub(symbol.name, Span(start, end), whole, margin, doc, head="\n", ending="")


def _blanked(found: re.Match[str]) -> str:
    return " " * len(found.group())


def _in_brackets(snapshot: Snapshot, symbol: Symbol) -> Stub | None:
    text = snapshot.text
    body = symbol.body_span.of(text)
    if not (body.startswith("{") and body.endswith("}")):
        return None
    inner = COMMENT_LINE.sub("", body[1:-1]).strip()
    if inner and not NOTHING.fullmatch(inner):
        return None
    margin = layout.margin(snapshot.whole_lines(symbol.definition_span).of(text))
    unit = layout.indent_unit(snapshot.language, text)
    span = Span(symbol.body_span.start + 1, symbol.body_span.end - 1)
    return Stub(
        symbol.name, span, symbol.span, margin + unit, "absent", "\n", f"\n{margin}", ending=""
    )
