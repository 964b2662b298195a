"""Comments at a cursor, and what they say."""

import pytest

from lsp_server.syntax.comments import at, comments, doc_marker, line_marker, todos
from lsp_server.text import Span
from tests.syntax.marked import cursor


@pytest.mark.parametrize(
    ("language", "marked", "said"),
    [
        ("python", "# sort $0it\nx = 1\n", "sort it"),
        ("python", "# sort it\nx$0 = 1\n", "sort it"),
        ("python", "# sort it\n# by name\n$0\n", "sort it\nby name"),
        ("python", "def f():\n    # a\n    #   b\n    $0pass\n", "a\n  b"),
        ("python", "# far\n\nx$0 = 1\n", None),
        ("python", "x = 1  # why$0\n", "why"),
        ("python", "x$0 = 1  # why\n", "why"),
        ("python", "x = 1  # why\ny$0 = 2\n", None),
        ("python", "# 中文😀说明\r\nx$0 = 1\r\n", "中文😀说明"),
        ("python", "$0", None),
        ("javascript", "/* sort\n * it\n */\n$0f()\n", "sort\nit"),
        ("javascript", "/** Sorts.\n *\n *   deep\n */$0\nf()\n", "Sorts.\n\n  deep"),
        ("javascript", "// a\n// b\nf($0)\n", "a\nb"),
        ("javascript", "f(/* in$0side */)\n", "inside"),
        ("rust", "/// a\n/// b\nfn f$0() {}\n", "a\nb"),
        ("rust", "//! a$0\n", "a"),
        ("go", "// F does.\nfunc F$0() {}\n", "F does."),
        ("c", "/* one\n   two */\nint x$0;\n", "one\ntwo"),
        ("java", "/**\n * 说明\n */\nclass A$0 {}\n", "说明"),
        ("html", "<!-- make a table -->\n$0<p>\n", "make a table"),
        ("lua", "--[[ a\nb ]]\n$0x = 1\n", "a\nb"),
        ("sql", "-- all users$0\nselect 1;\n", "all users"),
        ("shellscript", "# list files\n$0ls\n", "list files"),
        ("klingon", "// a\n// b\nqapla$0\n", "a\nb"),
        ("clojure", "; a\n$0(f)\n", "a"),
    ],
)
def test_the_comment_at_a_cursor(language: str, marked: str, said: str | None) -> None:
    text, offset = cursor(marked)
    found = at(language, text, Span(offset, offset))
    assert (found.text if found else None) == said


def test_a_selection_that_holds_a_comment_finds_it() -> None:
    text = "x = 1\n# make it 2\ny = 1\n"
    found = at("python", text, Span(6, len(text)))
    assert found is not None
    assert found.span.of(text) == "# make it 2"


def test_line_comments_join_and_one_behind_code_does_not() -> None:
    text = "x = 1  # a\n# b\n# c\n\n# d\n"
    assert [each.text for each in comments("python", text)] == ["a", "b\nc", "d"]


def test_a_hash_in_a_string_is_no_comment() -> None:
    assert comments("python", 'x = "# no"\n') == ()


def test_todos_say_what_is_to_be_done() -> None:
    text = "# TODO(me): sort it\n# by name\nx = 1  # FIXME crashes\n# todo later\n# TODO：排序\n"
    assert [each.text for each in todos("python", text)] == [
        "sort it\nby name",
        "crashes",
        "排序",
    ]


@pytest.mark.parametrize(
    ("language", "marker"),
    [
        ("python", ('"""', "", '"""')),
        ("go", ("", "// ", "")),
        ("rust", ("", "/// ", "")),
        ("java", ("/**", " * ", " */")),
        ("cpp", ("/**", " * ", " */")),
        ("ruby", ("", "# ", "")),
    ],
)
def test_each_language_writes_docs_its_own_way(language: str, marker: tuple[str, str, str]) -> None:
    found = doc_marker(language)
    assert (found.open, found.line, found.close) == marker


def test_a_line_marker_is_two_slashes_where_nothing_else_is_known() -> None:
    assert [line_marker(language) for language in ("python", "lua", "klingon")] == ["#", "--", "//"]
