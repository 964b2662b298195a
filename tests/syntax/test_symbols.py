"""Python's symbols: what Python's own parser cannot say, and text that it refuses."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.syntax.symbols import caller_parameters, enclosing, module, symbols
from lsp_server.text import Span
from tests.syntax.marked import cursor

DECORATED = """\
@cache
@app.get("/a")
async def fetch(url: str, /, *rest, 数=1, **more) -> bytes:
    # why
    return b""
"""


def names(text: str, language: str = "python") -> list[str]:
    return [f"{each.kind} {each.qualified_name}" for each in symbols(language, text)]


def test_the_span_has_the_decorators_and_the_signature_has_not() -> None:
    (symbol,) = symbols("python", DECORATED)
    assert symbol.span == Span(0, len(DECORATED) - 1)
    assert symbol.definition_span.of(DECORATED).startswith("async def")
    assert symbol.signature_span.of(DECORATED) == DECORATED.splitlines()[2]
    assert symbol.body_span.of(DECORATED) == 'return b""'
    assert symbol.decorators == ("cache", 'app.get("/a")')
    assert symbol.is_async


def test_a_receiver_is_no_parameter_of_the_caller() -> None:
    text = (
        "class A:\n    def a(self, x): ...\n    @staticmethod\n    def b(self): ...\n"
        "    @classmethod\n    def c(cls): ...\ndef d(self): ...\n"
    )
    found = [[p.name for p in caller_parameters(each)] for each in symbols("python", text)]
    assert found == [[], ["x"], ["self"], [], ["self"]]


def test_nested_definitions_are_named_by_those_around_them() -> None:
    text = "class A:\n  class B:\n    def f(self):\n      def g(): pass\n      class C: pass\n"
    assert names(text) == [
        "class A", "class A.B", "method A.B.f", "function A.B.f.g", "class A.B.f.C",
    ]  # fmt: skip


def test_a_function_that_is_indented_by_a_branch_is_found() -> None:
    assert names("if x:\n    def f(): ...\nelse:\n    def f(): ...\n") == ["function f"] * 2


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("def f(a, b):\n", ["function f"]),
        ("def f(a):", ["function f"]),
        ("class A:\n    def f(self, a):\n", ["class A", "method A.f"]),
        ("def f(a):\n    x = (\n\ndef g(b):\n    return 2\n", ["function f", "function g"]),
        ('def f(a):\n    """Doc.\n\ndef g(): pass\n', ["function f", "function g"]),
        ("def f(a):\n    return a\n\nx = [\n", ["function f"]),
        ("", []),
        ("\x00\x00", []),
        ("\ufeffdef f(): pass\n", ["function f"]),
    ],
)
def test_broken_text_gives_what_its_tree_still_has(text: str, found: list[str]) -> None:
    assert names(text) == found


def test_crlf_and_lone_cr_are_line_ends() -> None:
    text = "class A:\r\n    def f(self):\r\n        return 1\r\n"
    _, method = symbols("python", text)
    assert text[method.doc_place.offset :] == "        return 1\r\n"
    assert method.doc_place.indent == " " * 8


@pytest.mark.parametrize(
    ("marked", "indent", "shares_line"),
    [
        ("def f():\n$0    return 1\n", "    ", False),
        ("def f():\n$0\treturn 1\n", "\t", False),
        ("def f():  # why\n$0\n\n  # more\n  return 1\n", "  ", False),
        ("def f(\n    a,\n):\n$0    pass\n", "    ", False),
        ("def f(): $0pass\n", "    ", True),
        ("if x:\n  def f(): $0pass\n", "    ", True),
        ("class A: $0x = 1; y = 2\n", "    ", True),
        ("def f():$0", "    ", True),
        ("def f():\n$0", "    ", False),
    ],
)
def test_a_docstring_belongs_below_the_signature(
    marked: str, indent: str, shares_line: bool
) -> None:
    text, at = cursor(marked)
    place = symbols("python", text)[0].doc_place
    assert (place.offset, place.indent, place.shares_line) == (at, indent, shares_line)
    assert place.after_signature


@pytest.mark.parametrize(
    ("text", "doc"),
    [
        ('def f():\n    """Doc."""\n', '"""Doc."""'),
        ("def f(): 'Doc'\n", "'Doc'"),
        ('def f():\n    # why\n    r"""Doc."""\n', 'r"""Doc."""'),
        ('def f():\n    "a" \\\n    "b"\n', '"a" \\\n    "b"'),
        ('def f():\n    ("doc")\n', '"doc"'),
        ('def f():\n    f"doc"\n', None),
        ('def f():\n    b"doc"\n', None),
        ('def f():\n    x = 1\n    "doc"\n', None),
        ('def f():\n    "a".b\n', None),
        ('class A:\n    """中文😀"""\n', '"""中文😀"""'),
    ],
)
def test_a_docstring_is_what_python_takes_for_one(text: str, doc: str | None) -> None:
    found = symbols("python", text)[0].doc_span
    assert (found.of(text) if found else None) == doc


@pytest.mark.parametrize(
    ("marked", "has_doc"),
    [
        ("$0x = 1\n", False),
        ("#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n$0import a\n", False),
        ('$0"""Doc."""\n', True),
        ("$0", False),
    ],
)
def test_a_module_doc_belongs_behind_shebang_and_coding(marked: str, has_doc: bool) -> None:
    text, at = cursor(marked)
    found = module("python", text)
    assert found.doc_place.offset == at
    assert (found.doc_span is not None) == has_doc


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        ("def f():\n    re$0turn 1\n", "f"),
        ("def f():\n    def g():\n        pass$0\n", "f.g"),
        ("class A:\n    x$0 = 1\n    def f(self): pass\n", "A"),
        ("@dec$0\ndef f(): pass\n", "f"),
        ("x$0 = 1\ndef f(): pass\n", None),
        ("def f(a) -> int:\n    # TODO: sort$0\n\nx = 1\n", "f"),
        ("def f(a) -> int:\n    # TODO: sort\n    $0\nx = 1\n", "f"),
        ("def f():\n    return 1  # why\n\n    $0\n", "f"),
        ("class A:\n    def f(self):\n        return 1\n\n    $0\n", "A"),
        ("def f():\n    return 1\n\n$0\n", None),
        ("def f():\n    return 1\nx = 1\n    $0\n", None),
    ],
)
def test_the_innermost_definition_around_a_cursor(marked: str, name: str | None) -> None:
    text, at = cursor(marked)
    found = enclosing("python", text, Span(at, at))
    assert (found.qualified_name if found else None) == name


def test_a_doc_comment_belongs_to_its_definition() -> None:
    text, at = cursor("/** Do$0c. */\nfunction f() {}\n")
    found = enclosing("javascript", text, Span(at, at))
    assert found is not None
    assert found.name == "f"


@given(st.text(st.sampled_from("def f(a):\n\tclass A@\"'#x=1,*中😀\\{}[]")))
def test_any_text_has_symbols_or_none_and_their_spans_lie_in_it(text: str) -> None:
    for each in symbols("python", text):
        assert each.span.contains(each.definition_span)
        assert each.span.contains(each.name_span)
        assert each.name_span.of(text) == each.name
        assert 0 <= each.doc_place.offset <= len(text)


def test_three_hundred_nested_functions_are_found() -> None:
    text = "".join(" " * depth + "def f():\n" for depth in range(300)) + " " * 300 + "pass"
    assert len(symbols("python", text)) == 300


def test_a_language_without_a_row_has_no_symbols() -> None:
    assert symbols("ruby", "def f\nend\n") == ()
    assert symbols("klingon", "def f") == ()


def test_twenty_thousand_lines_list_their_symbols_in_reasonable_time() -> None:
    text = "def f(a: int = 1) -> int:\n    # 中文\n    return a\n\n" * 5_000
    started = time.perf_counter()
    assert len(symbols("python", text)) == 5_000
    middle = Span(len(text) // 2, len(text) // 2)
    assert enclosing("python", text, middle) is not None
    assert time.perf_counter() - started < 5
