"""Documentation changes documentation only, and tells of nothing that does not exist.

The tree of the document without comments and docstrings must be the same before and after: the
same nodes at the same depths, the same text in every leaf. Python that compiles is compared by
its own tree as well. Whitespace may change where the tree stays the same. Comments that a
compiler or a tool obeys (`//go:build`, `# type:`) are code.
"""

import ast
import re

from lsp_server.checks import python_tree
from lsp_server.syntax.code import code
from lsp_server.syntax.comments import comments
from lsp_server.syntax.documented import documented_parameters, unknown_parameters
from lsp_server.syntax.shape import CALLABLES, TYPES, Symbol
from lsp_server.syntax.symbols import symbols
from lsp_server.text import Snapshot

DIRECTIVE = re.compile(
    r"//go:|//\s*\+build|//export |//\s*@ts-|///\s*<reference|#!|#.*?coding[:=]|#\s*type:|"
    r"#\s*cython:|/\*\s*eslint|//\s*eslint|/\*+\s*@jsx"
)
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
CHANGED = "The result changes code, not documentation alone: {}."


def only_docs_changed(before: Snapshot, after: str) -> str | None:
    """A sentence that shows the first code that differs; a language without a grammar passes."""
    old, new = code(before.language, before.text), code(before.language, after)
    if old is None or new is None:
        return None
    for was, now in zip(old, new, strict=False):
        if was != now:
            return CHANGED.format(f"`{_shown(was.text)}` became `{_shown(now.text)}`")
    if len(old) != len(new):
        longer = max(old, new, key=len)
        return CHANGED.format(f"`{_shown(longer[min(len(old), len(new))].text)}` came or went")
    if _directives(before.language, before.text) != _directives(before.language, after):
        return CHANGED.format("a comment that a tool obeys came or went")
    if before.language == "python" and _differs(before.text, after):
        return CHANGED.format("Python reads it differently")
    return None


def documented_parameters_exist(before: Snapshot, after: str) -> str | None:
    """A sentence that names a parameter which a new doc tells of and the definition lacks."""
    language = before.language
    known = {_doc(each, before.text) for each in symbols(language, before.text)}
    every = symbols(language, after)
    for symbol in every:
        doc = _doc(symbol, after)
        if not doc or doc in known:
            continue
        unknown = _unknown(language, after, every, symbol)
        if unknown:
            return (
                f"The documentation of `{symbol.name}` tells of a parameter `{unknown[0]}`, "
                "which it does not have."
            )
    return None


def _doc(symbol: Symbol, text: str) -> str:
    return symbol.doc_span.of(text) if symbol.doc_span else ""


def _unknown(
    language: str, text: str, every: tuple[Symbol, ...], symbol: Symbol
) -> tuple[str, ...]:
    doc = _doc(symbol, text)
    if symbol.kind in CALLABLES:
        return unknown_parameters(language, symbol, doc)
    if symbol.kind not in TYPES or symbol.bases or symbol.decorators:
        return ()
    return _unknown_of_class(language, text, every, symbol)


def _unknown_of_class(
    language: str, text: str, every: tuple[Symbol, ...], symbol: Symbol
) -> tuple[str, ...]:
    """A class tells of what its constructor takes; what its body binds is let pass."""
    inside = [each for each in every if each.parent == symbol.qualified_name]
    makers = [each for each in inside if each.name in {"__init__", "__new__", symbol.name}]
    makers += [each for each in inside if each.name == "constructor"] + [symbol]
    body = set(re.findall(r"\w+", symbol.body_span.of(text).replace(_doc(symbol, text), "")))
    if not any(each.parameters for each in makers):
        return tuple(
            n for n in documented_parameters(language, _doc(symbol, text)) if n not in body
        )
    found = [set(unknown_parameters(language, each, _doc(symbol, text))) for each in makers]
    return tuple(sorted(set.intersection(*found) - body))


def _directives(language: str, text: str) -> list[str]:
    return [
        line.strip()
        for each in comments(language, text)
        for line in each.span.of(text).splitlines()
        if DIRECTIVE.match(line.strip())
    ]


def _shown(text: str) -> str:
    return (text.splitlines() or [""])[0][:40]


def _differs(before: str, after: str) -> bool:
    """Whether Python's own trees differ; a tree too deep to compare is left to the other check."""
    old, new = python_tree.module(before), python_tree.module(after)
    if old is None:
        return False
    if new is None:
        return True
    try:
        return ast.dump(_undocumented(old)) != ast.dump(_undocumented(new))
    except RecursionError:
        return False


def _undocumented(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
    return tree
