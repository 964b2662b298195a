"""Definitions that a selection uses, as context for a prompt: signatures with their docs.

Names are looked up in the same file, then in the files of the workspace that it imports
(Python, JavaScript, TypeScript) or that share its package (Go). Nothing is inferred: a method is
found only through `self` or `this`. Bodies are left out; a class shows what its methods are
called with.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lsp_server.project.imported import imported
from lsp_server.project.workspace import Project
from lsp_server.syntax.comments import line_marker
from lsp_server.syntax.names import names
from lsp_server.syntax.shape import CALLABLES, TYPES, Symbol
from lsp_server.syntax.symbols import enclosing, symbols
from lsp_server.text import LINE_END, Snapshot, Span

MAX_DOC_LINES = 12
MAX_METHODS = 20
BLANK_LINE = re.compile(r"(?:\r\n|\n|\r)[ \t]*(?:\r\n|\n|\r)")


@dataclass(frozen=True, slots=True)
class Found:
    """A definition, the name it is used by, and where it stands: "" for the snapshot itself."""

    name: str
    file: str
    text: str
    symbol: Symbol


def related(project: Project, snapshot: Snapshot, span: Span, n_chars: int) -> str:
    """Definitions used in `span`, most used first, no longer than `n_chars`; "" if there are none.

    One that does not fit is left out whole; a smaller one behind it may still fit.
    """
    used = Counter(names(snapshot.language, snapshot.text, span))
    found = sorted(
        _definitions(project, snapshot, span, frozenset(used)),
        key=lambda each: (-used[each.name], bool(each.file)),
    )
    return _fitted(snapshot.language, found, n_chars)


def path_of(uri: str) -> Path | None:
    """The path of a file URI; None for documents that are no files."""
    from urllib.request import url2pathname  # slow to import, and the server must start

    parts = urlsplit(uri)
    return Path(url2pathname(unquote(parts.path))) if parts.scheme == "file" else None


def _definitions(
    project: Project, snapshot: Snapshot, span: Span, used: frozenset[str]
) -> Iterator[Found]:
    """Each name once: what the file defines hides what it imports."""
    seen: set[str] = set()
    for symbol in _own(snapshot, span, used):
        seen.add(symbol.name)
        yield Found(symbol.name, "", snapshot.text, symbol)
    path = path_of(snapshot.uri)
    if path is None:
        return
    for each in imported(project, path, snapshot.language, snapshot.text):
        text = project.read(each.file) if each.name in used - seen or each.attributes else None
        if text is None:
            continue
        wanted = {each.original} if each.original else set(each.attributes) & used
        for symbol in _top(symbols(snapshot.language, text)):
            if symbol.name in wanted:
                seen.add(each.name)
                name = each.name if each.original else symbol.name
                yield Found(name, _shown(project, each.file), text, symbol)


def _own(snapshot: Snapshot, span: Span, used: frozenset[str]) -> Iterator[Symbol]:
    around = enclosing(snapshot.language, snapshot.text, span)
    scopes = {None, around.parent if around else None}
    scopes |= {around.qualified_name} if around else set()
    for symbol in symbols(snapshot.language, snapshot.text):
        is_elsewhere = not symbol.span.overlaps(span) and not span.contains(symbol.span)
        if symbol.name in used and symbol.parent in scopes and is_elsewhere:
            yield symbol


def _top(found: Iterable[Symbol]) -> Iterator[Symbol]:
    return (each for each in found if each.parent is None)


def _shown(project: Project, file: Path) -> str:
    root = project.root.resolve() if project.root else None
    return file.relative_to(root).as_posix() if root and file.is_relative_to(root) else file.name


def _fitted(language: str, found: list[Found], n_chars: int) -> str:
    marker, kept, left = line_marker(language), [], n_chars
    for each in found:
        head = f"{marker} {each.file}\n" if each.file else ""
        piece = head + outlined(language, each.text, each.symbol)
        if len(piece) + 2 <= left:
            kept.append(piece)
            left -= len(piece) + 2
    return "\n\n".join(kept)


def outlined(language: str, text: str, symbol: Symbol) -> str:
    """A definition without its body: signature, doc, and of a class the methods' signatures."""
    inside = [
        each
        for each in symbols(language, text)
        if each.parent == symbol.qualified_name and each.kind in CALLABLES
    ]
    lines = [*_headed(text, symbol)]
    if symbol.kind in TYPES:
        for each in inside[:MAX_METHODS]:
            lines.append(_signature(text, each, "    "))
    return "\n".join(lines)


def _headed(text: str, symbol: Symbol) -> Iterator[str]:
    """The doc stands where the language puts it."""
    doc = _doc(text, symbol)
    if doc and not symbol.doc_place.after_signature:
        yield doc
    yield _signature(text, symbol, "")
    if doc and symbol.doc_place.after_signature:
        yield "    " + doc


def _signature(text: str, symbol: Symbol, indent: str) -> str:
    written = LINE_END.split(symbol.signature_span.of(text))
    margin = symbol.doc_place.indent if not symbol.doc_place.after_signature else ""
    return "\n".join(indent + line.removeprefix(margin) for line in written)


def _doc(text: str, symbol: Symbol) -> str:
    """A long doc is cut behind its first paragraph, its closing quotes kept."""
    if symbol.doc_span is None:
        return ""
    doc = symbol.doc_span.of(text)
    if len(LINE_END.findall(doc)) < MAX_DOC_LINES:
        return doc
    first = BLANK_LINE.split(doc)[0]
    closing = {'"""': '"""', "'''": "'''", "/**": "\n */", "/*!": "\n */"}
    return first + next((end for start, end in closing.items() if start in doc[:5]), "")
