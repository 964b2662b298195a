"""Positions and offsets in three encodings and both directions, against counting by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from lsp_server.lsp import convert
from lsp_server.text import Edit, Snapshot, Span
from tests import naive

MANY = settings(max_examples=400, deadline=None, derandomize=True)
ENCODINGS = [convert.Encoding.Utf8, convert.Encoding.Utf16, convert.Encoding.Utf32]

encodings = st.sampled_from(ENCODINGS)


def snapshot(text: str) -> Snapshot:
    return Snapshot("file:///a", 1, "python", text)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("text", naive.TINY)
def test_every_offset_has_the_position_that_counting_gives(
    text: str, encoding: convert.Encoding
) -> None:
    for at in range(len(text) + 1):
        place = convert.position(snapshot(text), at, encoding)
        assert (place.line, place.character) == naive.position(text, at, encoding.value)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("text", naive.TINY)
def test_every_position_has_the_offset_that_counting_gives_past_the_ends_too(
    text: str, encoding: convert.Encoding
) -> None:
    for line in range(len(naive.line_starts(text)) + 2):
        for character in range(2 * len(text) + 3):
            at = convert.offset(snapshot(text), types.Position(line, character), encoding)
            assert at == naive.offset(text, line, character, encoding.value)


@MANY
@given(naive.texts(40), encodings, st.data())
def test_offsets_come_back_from_positions(
    text: str, encoding: convert.Encoding, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(text)))
    place = convert.position(snapshot(text), at, encoding)
    assert (place.line, place.character) == naive.position(text, at, encoding.value)
    back = convert.offset(snapshot(text), place, encoding)
    assert back == (at - 1 if naive.inside_terminator(text, at) else at)


@MANY
@given(naive.texts(40), encodings, st.integers(0, 50), st.integers(0, 50))
def test_positions_mean_what_counting_says(
    text: str, encoding: convert.Encoding, line: int, character: int
) -> None:
    at = convert.offset(snapshot(text), types.Position(line, character), encoding)
    assert at == naive.offset(text, line, character, encoding.value)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_position_inside_a_character_is_its_start(encoding: convert.Encoding) -> None:
    inside = types.Position(0, 2)
    expected = 2 if encoding == convert.Encoding.Utf32 else 1
    assert convert.offset(snapshot("a😀b"), inside, encoding) == expected


def test_a_range_given_backwards_is_turned_round() -> None:
    backwards = types.Range(types.Position(1, 1), types.Position(0, 1))
    assert convert.span(snapshot("ab\ncd"), backwards, convert.Encoding.Utf16) == Span(1, 4)


def test_the_clients_position_is_left_as_it_was() -> None:
    place = types.Position(7, 99)
    convert.offset(snapshot("a"), place, convert.Encoding.Utf16)
    assert place == types.Position(7, 99)


@MANY
@given(naive.texts(30), naive.texts(6), encodings, st.data())
def test_a_text_edit_does_to_the_clients_text_what_the_edit_does_to_ours(
    text: str, new: str, encoding: convert.Encoding, data: st.DataObject
) -> None:
    ends = st.integers(0, len(text))
    start, end = sorted((data.draw(ends), data.draw(ends)))
    edit = Edit(Span(start, end), new)
    sent = convert.text_edit(snapshot(text), edit, encoding)
    first, last = (
        naive.offset(text, place.line, place.character, encoding.value)
        for place in (sent.range.start, sent.range.end)
    )
    assert naive.spliced(text, first, last, sent.new_text) == edit.apply(text)
