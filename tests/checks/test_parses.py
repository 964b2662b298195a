"""A result has no parse error that was not there before."""

import pytest

from lsp_server.checks.parses import parses, unchecked
from lsp_server.text import Snapshot


def check(language: str, before: str, after: str) -> str | None:
    return parses(Snapshot("file:///a", 1, language, before), after)


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("python", "", "x = 1\n"),
        ("python", "x = (\n", "# why\nx = (\n"),
        ("python", "x = (\n", "x = (1)\n"),
        ("python", "x = 'a\\d'\n", "x = 'b\\d'\n"),
        ("python", "print 'a'\n", "# py2\nprint 'a'\n"),
        ("python", "x = (\ny = 1\n", "x = (\ny = 2\n"),
        ("javascript", "f(\n", "// why\nf(\n"),
        ("go", "package p\n", "package p\n\nfunc F() {}\n"),
        ("ruby", "def f\nend\n", "def f\n  1\nend\n"),
        ("markdown", "# A\n", "# A\n\n```\n"),
        ("klingon", "a", "((("),
    ],
)
def test_what_was_broken_may_stay_and_what_is_whole_passes(
    language: str, before: str, after: str
) -> None:
    assert check(language, before, after) is None


@pytest.mark.parametrize(
    ("language", "before", "after", "line"),
    [
        ("python", "x = 1\n", "x = 1\ny = (\n", 2),
        ("python", "x = 1\n", "x = 1\nprint 'a'\n", 2),
        ("python", "x = 1\n", "x = 1\n  y = 2\n", 2),
        ("python", "def f():\n    pass\n", "def f():\n", 1),
        ("python", "# 中文\nx = 1\n", "# 中文\n😀 = 1\n", 2),
        ("python", "x = (\n", "def f(:\n    pass\n\n\nx = (\n", 1),
        ("javascript", "f()\n", "f()\ng(\n", 2),
        ("typescript", "let a: string\n", "let a: = 1\n", 1),
        ("go", "package p\n", "package p\nfunc {\n", 2),
        ("rust", "fn f() {}\n", "fn f() {\n", 1),
        ("java", "class A {}\n", "class A { void f( }\n", 1),
        ("c", "int f();\n", "int f(;\n", 1),
        ("cpp", "int f();\n", "int f() { return 1 }}\n", 1),
        ("ruby", "def f\nend\n", "def f\n", 1),
    ],
)
def test_a_new_error_is_told_with_its_line(
    language: str, before: str, after: str, line: int
) -> None:
    said = check(language, before, after)
    assert said is not None
    assert said.startswith("Line ")
    assert said.endswith(".")
    if line > 1:
        assert said.startswith(f"Line {line} ")


@pytest.mark.parametrize("after", ["x = '\0'", "x = " + "(" * 300 + ")" * 300, "x = '\ud800'"])
def test_text_that_python_chokes_on_is_a_sentence_and_no_crash(after: str) -> None:
    assert check("python", "x = 1\n", after) is not None


def test_a_language_without_a_grammar_says_that_it_cannot_be_checked() -> None:
    assert unchecked("python") is None
    assert "klingon" in (unchecked("klingon") or "")
