"""Spans, edits and snapshots against a model that knows nothing but slices."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.text import (
    Edit,
    Snapshot,
    Span,
    common_prefix,
    common_suffix,
    difference,
    line_starts,
)
from tests import naive

MANY = settings(max_examples=400, deadline=None, derandomize=True)


@st.composite
def spans(draw: st.DrawFn, text: str) -> Span:
    ends = st.integers(0, len(text))
    start, end = sorted((draw(ends), draw(ends)))
    return Span(start, end)


@st.composite
def edited_texts(draw: st.DrawFn) -> tuple[str, Edit]:
    text = draw(naive.texts())
    return text, Edit(draw(spans(text)), draw(naive.texts(6)))


def snapshot(text: str) -> Snapshot:
    return Snapshot("file:///a", 1, "python", text)


@pytest.mark.parametrize("text", naive.TINY)
def test_lines_end_where_lsp_says(text: str) -> None:
    assert line_starts(text) == naive.line_starts(text)


@MANY
@given(naive.texts(), st.data())
def test_line_starts_follow_every_edit(text: str, data: st.DataObject) -> None:
    current = snapshot(text)
    for _ in range(data.draw(st.integers(1, 5))):
        edit = Edit(data.draw(spans(current.text)), data.draw(naive.texts(5)))
        current = current.edited(edit)
        assert list(current.line_starts) == naive.line_starts(current.text)


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("a\rb", Edit(Span(2, 2), "\n")),  # LF behind a lone CR joins it
        ("a\nb", Edit(Span(1, 1), "\r")),  # CR before an LF joins it
        ("a\r\nb", Edit(Span(2, 2), "x")),  # between the two: they part
        ("a\r\nb", Edit(Span(1, 2), "")),
        ("a\r\nb", Edit(Span(2, 3), "")),
        ("a\rx\nb", Edit(Span(2, 3), "")),
        ("\r", Edit(Span(1, 1), "\n")),
        ("\n", Edit(Span(0, 0), "\r")),
    ],
)
def test_carriage_return_and_line_feed_join_and_part(text: str, edit: Edit) -> None:
    after = snapshot(text).edited(edit)
    assert list(after.line_starts) == naive.line_starts(after.text)


@MANY
@given(naive.texts())
def test_line_spans_tile_the_text(text: str) -> None:
    current = snapshot(text)
    lines = [current.line_span(line).of(text) for line in range(len(current.line_starts))]
    assert "".join(lines) == text
    for at in range(len(text) + 1):
        line = current.line_at(at)
        assert current.line_span(line).start <= at <= current.line_span(line).end


@MANY
@given(st.data())
def test_whole_lines_hold_the_span_and_no_more_lines_than_needed(data: st.DataObject) -> None:
    text = data.draw(naive.texts())
    span = data.draw(spans(text))
    current = snapshot(text)
    whole = current.whole_lines(span)
    assert whole.contains(span)
    starts = naive.line_starts(text)
    assert whole.start in starts and whole.end in (*starts, len(text))
    touched = range(span.start, max(span.end, span.start + 1))
    inside = [start for start in starts if whole.start < start < whole.end]
    assert all(
        any(current.line_at(at) == starts.index(start) for at in touched) for start in inside
    )


@MANY
@given(edited_texts())
def test_an_edit_changes_only_its_span_and_its_inverse_takes_it_back(
    case: tuple[str, Edit],
) -> None:
    text, edit = case
    after = edit.apply(text)
    assert after == naive.spliced(text, edit.span.start, edit.span.end, edit.text)
    assert len(after) == len(text) + edit.delta
    assert edit.result.of(after) == edit.text
    assert edit.inverse(text).apply(after) == text


@MANY
@given(edited_texts())
def test_a_trimmed_edit_does_the_same_and_starts_and_ends_with_a_change(
    case: tuple[str, Edit],
) -> None:
    text, edit = case
    trimmed = edit.trimmed(text)
    assert trimmed.apply(text) == edit.apply(text)
    assert len(trimmed.span) <= len(edit.span) + 2
    removed = trimmed.span.of(text)
    if not naive.inside_terminator(text, trimmed.span.start + 1) and removed and trimmed.text:
        assert removed[0] != trimmed.text[0]


@MANY
@given(edited_texts())
def test_a_trimmed_edit_never_begins_or_ends_between_cr_and_lf(case: tuple[str, Edit]) -> None:
    text, edit = case
    ends = (edit.span.start, edit.span.end)
    if any(naive.inside_terminator(text, at) for at in ends):
        return
    trimmed = edit.trimmed(text)
    assert not naive.inside_terminator(text, trimmed.span.start)
    assert not naive.inside_terminator(text, trimmed.span.end)


@MANY
@given(naive.texts(), naive.texts())
def test_the_difference_of_two_texts_makes_the_one_of_the_other(before: str, after: str) -> None:
    edit = difference(before, after)
    assert edit.apply(before) == after
    if before == after:
        assert not edit.text and not len(edit.span)


@MANY
@given(naive.texts(), naive.texts())
def test_common_ends_are_as_long_as_they_can_be(a: str, b: str) -> None:
    head, tail = common_prefix(a, b), common_suffix(a, b)
    assert (a[:head] == b[:head] and a[head : head + 1] != b[head : head + 1]) or a == b
    assert a[len(a) - tail :] == b[len(b) - tail :]
    assert tail == min(len(a), len(b)) or a[-tail - 1] != b[-tail - 1]


@MANY
@given(edited_texts(), st.data())
def test_a_shifted_span_holds_the_same_text_or_was_touched(
    case: tuple[str, Edit], data: st.DataObject
) -> None:
    text, edit = case
    span = data.draw(spans(text))
    after = edit.apply(text)
    for moved in (edit.shift(span), edit.shift_before(span)):
        if moved is None:
            assert edit.span.start < span.end and span.start < edit.span.end
        else:
            assert moved.of(after) == span.of(text)


def test_an_insertion_at_either_end_stays_outside() -> None:
    span = Span(2, 5)
    assert Edit(Span(2, 2), "xx").shift(span) == Span(4, 7)
    assert Edit(Span(5, 5), "xx").shift(span) == span
    assert Edit(Span(3, 3), "xx").shift(span) is None
    assert Edit(Span(3, 4), "").shift(span) is None
    assert Edit(Span(0, 3), "").shift(span) is None


def test_an_insertion_at_an_empty_span_stays_before_or_behind_it() -> None:
    assert Edit(Span(2, 2), "xx").shift(Span(2, 2)) == Span(4, 4)
    assert Edit(Span(2, 2), "xx").shift_before(Span(2, 2)) == Span(2, 2)
    assert Edit(Span(1, 2), "xx").shift_before(Span(2, 2)) == Span(3, 3)


def test_spans_overlap_where_they_share_a_character_or_an_empty_one_touches() -> None:
    assert Span(1, 3).overlaps(Span(2, 4))
    assert not Span(1, 3).overlaps(Span(3, 4))
    assert Span(3, 3).overlaps(Span(3, 4)) and Span(1, 3).overlaps(Span(3, 3))
    assert not Span(1, 2).overlaps(Span(3, 3))
    assert Span(2, 2)


def test_the_newline_of_a_document_is_its_first() -> None:
    assert snapshot("a\r\nb\n").newline == "\r\n"
    assert snapshot("a\rb\n").newline == "\r"
    assert snapshot("a\fb\u2028").newline == "\n"
