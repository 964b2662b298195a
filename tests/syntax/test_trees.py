"""Trees: cached, incremental, bounded."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.syntax import trees
from lsp_server.syntax.trees import (
    MAX_CHARS,
    MAX_CHARS_KEPT,
    error_spans,
    nodes,
    parse,
    parse_snapshot,
)
from lsp_server.text import Edit, Snapshot, Span

PIECES = (
    "def f(a):\n",
    "    return 中文\n",
    "class A:\n",
    "x = [1,\n",
    "]\n",
    '"""',
    "\r\n",
    "😀 = (",
)


def outline(tree: trees.Tree) -> list[tuple[str, Span]]:
    return [(node.type, tree.span(node)) for node in nodes(tree.root)]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_an_incremental_parse_has_the_spans_of_a_fresh_one(data: st.DataObject) -> None:
    text = "".join(data.draw(st.lists(st.sampled_from(PIECES), max_size=12)))
    snapshot = Snapshot(f"file:///{data.draw(st.integers())}", 1, "python", text)
    parse_snapshot(snapshot)
    for _ in range(3):
        ends = data.draw(st.tuples(*[st.integers(0, len(snapshot.text))] * 2).map(sorted))
        edit = Edit(Span(*ends), data.draw(st.sampled_from(PIECES)))
        snapshot = snapshot.edited(edit)
        tree = parse_snapshot(snapshot)
        assert tree is not None
        assert tree.text == snapshot.text
        assert all(span.end <= len(snapshot.text) for _, span in outline(tree))
        if not tree.root.has_error:
            fresh = trees._new_tree("python", snapshot.text, None)
            assert fresh is not None
            assert outline(tree) == outline(fresh)


def test_the_same_text_is_parsed_once() -> None:
    assert parse("python", "x = 1") is parse("python", "x = 1")


def test_the_tree_of_a_snapshot_is_the_tree_of_its_text() -> None:
    snapshot = Snapshot("file:///a", 1, "python", "y = 2")
    assert parse_snapshot(snapshot) is parse("python", "y = 2")


def test_a_document_that_changes_its_language_is_parsed_anew() -> None:
    text = "def f(): pass"
    first = parse_snapshot(Snapshot("file:///b", 1, "python", text))
    second = parse_snapshot(Snapshot("file:///b", 2, "javascript", text + " "))
    assert first is not None
    assert second is not None
    assert second.root.type == "program"


def test_a_text_that_is_too_large_has_no_tree() -> None:
    assert parse("python", "#" * (MAX_CHARS + 1)) is None


def test_large_trees_are_not_kept_for_long() -> None:
    for number in range(5):
        parse("json", f'"{number}' + "." * (MAX_CHARS_KEPT // 3) + '"')
    assert sum(len(tree.text) for tree in trees._trees.values()) <= MAX_CHARS_KEPT


def test_a_text_that_a_grammar_takes_for_ever_to_read_has_no_tree(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trees, "MAX_SECONDS", 0.2)
    text = "7\n" * 400_000
    started = time.perf_counter()
    assert parse("markdown", text) is None
    once = time.perf_counter() - started
    assert parse("markdown", text) is None
    assert time.perf_counter() - started - once < once
    assert once < 10


def test_a_language_without_a_grammar_has_no_tree_and_no_errors() -> None:
    assert parse("klingon", "x") is None
    assert error_spans("klingon", "x") is None


def test_errors_are_told_by_code_points() -> None:
    text = "# 中文😀\nx = (1\ny = 2\n"
    spans = error_spans("python", text)
    assert spans
    assert spans[0].start >= text.index("x")
    assert error_spans("python", "x = 1\n") == ()


def test_a_missing_token_is_an_error() -> None:
    assert error_spans("javascript", "f(1") != ()


def test_ten_thousand_brackets_deep_is_no_crash() -> None:
    text = "x = " + "[" * 10_000 + "]" * 10_000
    tree = parse("python", text)
    assert tree is not None
    assert sum(1 for _ in nodes(tree.root)) > 10_000
    assert error_spans("python", text) == ()


def test_lone_surrogates_and_nul_are_no_crash() -> None:
    assert parse("python", "x = '\ud800'\0\n") is not None


def test_typing_in_twenty_thousand_lines_parses_only_what_changed() -> None:
    text = "def f(a):\n    return a + 1  # 中文\n\n\n" * 5_000
    snapshot = Snapshot("file:///large", 1, "python", text)
    started = time.perf_counter()
    parse_snapshot(snapshot)
    first = time.perf_counter() - started
    typed = snapshot.edited(Edit(Span(40, 40), "x = 1\n"))
    started = time.perf_counter()
    parse_snapshot(typed)
    assert time.perf_counter() - started < max(first, 0.05)
