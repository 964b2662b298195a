"""Symbols of Python's own library, against Python's own parser."""

import ast
import sysconfig
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

import pytest

from lsp_server.checks import python_tree
from lsp_server.syntax.shape import Symbol
from lsp_server.syntax.symbols import enclosing, facts, module, symbols
from lsp_server.text import Span, line_starts

STDLIB = Path(sysconfig.get_path("stdlib"))
PACKAGES = ("asyncio", "email", "json", "logging", "unittest", "xml/etree", "importlib")
SINGLE = (
    "abc", "argparse", "ast", "bdb", "bisect", "calendar", "cgi", "codecs", "collections/__init__",
    "concurrent/futures/_base", "configparser", "contextlib", "copy", "dataclasses", "datetime",
    "difflib", "dis", "doctest", "enum", "fractions", "functools", "heapq", "inspect", "ipaddress",
    "pathlib", "pickle", "shutil", "ssl", "statistics", "subprocess", "tempfile", "threading",
    "traceback", "types", "typing", "_pydecimal", "zipfile",
)  # fmt: skip

# What both parsers must agree on: line, qualified name, async, parameters, doc lines, decorators.
Outline = tuple[int, str, bool, tuple[str, ...], tuple[int, int] | None, int]


def paths() -> list[Path]:
    found = [STDLIB / f"{name}.py" for name in SINGLE]
    for package in PACKAGES:
        found += sorted((STDLIB / package).glob("*.py"))
    return [path for path in found if path.is_file()]


@pytest.mark.parametrize("path", paths(), ids=lambda path: str(path.relative_to(STDLIB)))
def test_symbols_are_what_python_sees(path: Path) -> None:
    text = path.read_text("utf-8")
    tree = python_tree.module(text)
    assert tree is not None
    found = symbols("python", text)
    starts = line_starts(text)
    assert sorted(ours(each, starts) for each in found) == sorted(theirs(tree))
    for each in found:
        assert each.span.contains(each.signature_span)
        assert each.signature_span.contains(each.name_span)
        assert each.name_span.of(text) == each.name
        assert facts("python", text, each).complexity >= 1


@pytest.mark.parametrize("path", paths()[::4], ids=lambda path: str(path.relative_to(STDLIB)))
def test_annotations_defaults_and_docs_read_as_python_reads_them(path: Path) -> None:
    text = path.read_text("utf-8")
    tree = python_tree.module(text)
    assert tree is not None
    by_line = {node.lineno: node for node in ast.walk(tree) if isinstance(node, DEFINITIONS)}
    starts = line_starts(text)
    for each in symbols("python", text):
        node = by_line[bisect_right(starts, each.definition_span.start)]
        if each.doc_span:
            assert ast.literal_eval(each.doc_span.of(text)) == ast.get_docstring(node, clean=False)
        if isinstance(node, ast.ClassDef):
            assert [normal(base) for base in each.bases] == [ast.unparse(b) for b in node.bases]
            continue
        assert {p.name: p.kind for p in each.parameters} == kinds(node.args)
        written = [normal(p.annotation) for p in each.parameters if p.annotation]
        assert written == [ast.unparse(a.annotation) for a in arguments(node.args) if a.annotation]
        n_defaults = len(node.args.defaults) + sum(d is not None for d in node.args.kw_defaults)
        assert sum(p.default is not None for p in each.parameters) == n_defaults
        assert normal(each.returns) == (ast.unparse(node.returns) if node.returns else None)
        assert list(map(normal, each.decorators)) == [ast.unparse(d) for d in node.decorator_list]


@pytest.mark.parametrize("path", paths()[::4], ids=lambda path: str(path.relative_to(STDLIB)))
def test_a_module_has_the_docstring_that_python_finds(path: Path) -> None:
    text = path.read_text("utf-8")
    tree = python_tree.module(text)
    doc = module("python", text).doc_span
    assert tree is not None
    found = ast.literal_eval(doc.of(text)) if doc else None
    assert found == ast.get_docstring(tree, clean=False)


DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def ours(symbol: Symbol, starts: list[int]) -> Outline:
    doc = symbol.doc_span
    return (
        bisect_right(starts, symbol.definition_span.start),
        symbol.qualified_name,
        symbol.is_async,
        tuple(parameter.name for parameter in symbol.parameters),
        (bisect_right(starts, doc.start), bisect_right(starts, doc.end)) if doc else None,
        len(symbol.decorators),
    )


def theirs(node: ast.AST, parent: str = "") -> Iterator[Outline]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, DEFINITIONS):
            yield from theirs(child, parent)
            continue
        name = f"{parent}.{child.name}" if parent else child.name
        is_async = isinstance(child, ast.AsyncFunctionDef)
        names = () if isinstance(child, ast.ClassDef) else tuple(kinds(child.args))
        yield child.lineno, name, is_async, names, doc_lines(child), len(child.decorator_list)
        yield from theirs(child, name)


def doc_lines(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
) -> tuple[int, int] | None:
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is None or first.end_lineno is None:
        return None
    return first.lineno, first.end_lineno


def arguments(args: ast.arguments) -> list[ast.arg]:
    """All parameters in the order in which they are written."""
    starred = [args.vararg] if args.vararg else []
    double = [args.kwarg] if args.kwarg else []
    return [*args.posonlyargs, *args.args, *starred, *args.kwonlyargs, *double]


def kinds(args: ast.arguments) -> dict[str, str]:
    named = {arg.arg: "positional" for arg in arguments(args)}
    named |= {arg.arg: "positional_only" for arg in args.posonlyargs}
    named |= {arg.arg: "keyword" for arg in args.kwonlyargs}
    if args.vararg:
        named[args.vararg.arg] = "var_positional"
    if args.kwarg:
        named[args.kwarg.arg] = "var_keyword"
    return named


def normal(expression: str | None) -> str | None:
    """As `ast` would write it."""
    return None if expression is None else ast.unparse(ast.parse(expression, mode="eval"))


@pytest.mark.parametrize("name", ["argparse", "typing", "tarfile", "enum"])
def test_what_is_around_a_place_is_the_same_seen_from_near_and_from_the_whole_file(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (STDLIB / f"{name}.py").read_text("utf-8")
    places = [Span(at, at) for at in range(0, len(text), 997)]
    near = [enclosing("python", text, place) for place in places]
    monkeypatch.setattr("lsp_server.syntax.symbols.NEAR", len(text))
    assert near == [enclosing("python", text, place) for place in places]
