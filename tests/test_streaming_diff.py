"""The streaming diff at every cut: what it says makes the new text, and no more than needed."""

import time
from difflib import SequenceMatcher

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.streaming_diff import Delete, Insert, Keep, Operation, StreamingDiff
from tests import naive

MANY = settings(max_examples=300, deadline=None, derandomize=True)
# Lines as code has them: some of them often, some of them only once.
LINES = ["", "}", "    return x", "def f(x):", "    x += 1", "import os", "    pass"]


def operations(old: str, pieces: list[str]) -> list[Operation]:
    diff = StreamingDiff(old)
    return [op for piece in pieces for op in diff.push(piece)] + diff.finish()


def carried_out(old: str, done: list[Operation]) -> str:
    new, at = "", 0
    for operation in done:
        match operation:
            case Insert(text):
                new += text
            case Keep(length):
                new += old[at : at + length]
                at += length
            case Delete(length):
                at += length
    assert at == len(old), "each old character is kept or deleted once"
    return new


def cut(text: str, places: list[int]) -> list[str]:
    ends = sorted({*(place % (len(text) + 1) for place in places), len(text)})
    return [text[a:b] for a, b in zip([0, *ends], ends, strict=False)]


def numbered(n: int) -> list[str]:
    """A text of code-like lines, about a third of which occur again and again."""
    return [LINES[k // 3 % len(LINES)] if not k % 3 else f"    y{k} = f({k})" for k in range(n)]


def changed_lines(done: list[Operation], old: str) -> int:
    at = changed = 0
    for operation in done:
        match operation:
            case Insert(text):
                changed += len(text.splitlines())
            case Keep(length):
                at += length
            case Delete(length):
                changed += len(old[at : at + length].splitlines())
                at += length
    return changed


def changed_by_difflib(old: str, new: str) -> int:
    blocks = SequenceMatcher(None, old.split("\n"), new.split("\n"), autojunk=False)
    return sum((b - a) + (d - c) for kind, a, b, c, d in blocks.get_opcodes() if kind != "equal")


@MANY
@given(naive.texts(30), naive.texts(30), st.lists(st.integers(0, 40), max_size=6))
def test_the_operations_make_the_new_text_however_it_is_cut(
    old: str, new: str, places: list[int]
) -> None:
    assert carried_out(old, operations(old, cut(new, places))) == new


@MANY
@given(
    st.lists(st.sampled_from(LINES), max_size=12),
    st.lists(st.sampled_from(LINES), max_size=12),
    st.sampled_from(["\n", "\r\n"]),
    st.lists(st.integers(0, 200), max_size=6),
)
def test_the_operations_make_the_new_lines_however_they_are_cut(
    old: list[str], new: list[str], newline: str, places: list[int]
) -> None:
    before, after = newline.join(old), newline.join(new)
    assert carried_out(before, operations(before, cut(after, places))) == after


@pytest.mark.parametrize("text", [*naive.TINY, "\n".join(LINES), "a\r\nb\r\n"])
def test_identical_text_is_only_kept_at_every_cut(text: str) -> None:
    for size in range(1, len(text) + 1):
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        done = operations(text, pieces)
        assert all(isinstance(operation, Keep) for operation in done)


def test_an_insertion_is_passed_on_as_it_comes() -> None:
    diff = StreamingDiff("")
    assert diff.push("a") == [Insert("a")]
    assert diff.push("b\nc") == [Insert("b\nc")]
    assert diff.finish() == []


def test_a_replaced_line_is_written_before_the_reply_is_over() -> None:
    diff = StreamingDiff("one\ntwo\nthree\nfour\n")
    assert diff.push("one\n") == [Keep(4)]
    assert diff.push("2\n") == [Insert("2\n")]
    assert diff.push("three\n") == [], "one line found again further down proves little"
    assert diff.push("four\n") == [Delete(4), Keep(11)]
    assert diff.finish() == []


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.integers(10, 60),
    st.integers(0, 1000),
    st.sampled_from(["change", "insert", "delete"]),
    st.integers(1, 3),
)
def test_a_local_change_touches_hardly_more_lines_than_difflib_does(
    n: int, where: int, kind: str, size: int
) -> None:
    lines = numbered(n)
    at = where % (n - size)
    fresh = [f"    new{k} = {k}" for k in range(size)]
    kept = lines[at:] if kind == "insert" else lines[at + size :]
    changed = [*lines[:at], *(fresh if kind != "delete" else []), *kept]
    old, new = "\n".join(lines), "\n".join(changed)
    done = operations(old, [new])
    assert carried_out(old, done) == new
    assert changed_lines(done, old) <= changed_by_difflib(old, new) + 4


def test_a_target_of_five_thousand_lines_is_compared_in_a_second() -> None:
    lines = numbered(5000)
    changed = [line if k % 50 else f"{line}  # {k}" for k, line in enumerate(lines)]
    old, new = "\n".join(lines), "\n".join(changed)
    began = time.perf_counter()
    done = operations(old, new.splitlines(keepends=True))
    assert time.perf_counter() - began < 5, "a second here; slow machines have five"
    assert carried_out(old, done) == new
    assert changed_lines(done, old) <= changed_by_difflib(old, new) + 40


def test_a_reply_that_has_nothing_of_a_long_target_stays_quick() -> None:
    old = "\n".join(numbered(5000))
    new = [f"nothing like it {k}\n" for k in range(5000)]
    began = time.perf_counter()
    done = operations(old, new)
    assert time.perf_counter() - began < 10
    assert carried_out(old, done) == "".join(new)
