"""What became of an edit, told from the changes alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.lsp import convert
from lsp_server.lsp.flight import Flight, Landed, Misplaced
from lsp_server.text import Edit, Snapshot, Span
from lsp_server.writer import Writer
from tests import naive

MANY = settings(max_examples=300, deadline=None, derandomize=True)


def flight(text: str, target: Span, reply: str) -> Flight:
    """An edit for a writer's target, sent and not yet heard of."""
    snapshot = Snapshot("file:///a", 1, "python", text)
    writer = Writer(snapshot, target)
    writer.push(reply)
    writer.finish()
    edit = writer.plan(snapshot)
    assert edit is not None
    return Flight(snapshot, edit, convert.Encoding.Utf16, writer.carried)


def reported(under_way: Flight, *edits: Edit) -> None:
    for edit in edits:
        after = under_way.texts[-1].edited(edit)
        under_way.changed(edit, after)


def inserted(at: int, text: str) -> Edit:
    return Edit(Span(at, at), text)


def test_an_edit_shows_where_it_was_sent() -> None:
    under_way = flight("a\nb\n", Span(2, 2), "x\n")
    assert under_way.shown() is None
    reported(under_way, inserted(2, "x\n"))
    assert under_way.shown() == Landed(inserted(2, "x\n"), 0, 1)


def test_an_edit_shows_behind_what_the_user_typed_above_it() -> None:
    under_way = flight("a\nb\n", Span(2, 2), "x\n")
    reported(under_way, inserted(0, "AA"), inserted(4, "x\n"), inserted(0, "B"))
    assert under_way.shown() == Landed(inserted(4, "x\n"), 1, 2)


def test_one_edit_reported_in_pieces_shows_as_one() -> None:
    under_way = flight("one two\n", Span(0, 7), "1 2")
    reported(under_way, Edit(Span(0, 3), "1"), Edit(Span(2, 5), "2"))
    assert under_way.shown() == Landed(Edit(Span(0, 7), "1 2"), 0, 2)


def test_a_blind_edit_that_overwrote_what_the_user_typed_is_misplaced_not_landed() -> None:
    under_way = flight("old\nb\n", Span(0, 4), "new")
    reported(under_way, inserted(0, "AA "), Edit(Span(0, 7), "new"))
    shown = under_way.shown()
    assert isinstance(shown, Misplaced)
    assert shown.undo.apply("newb\n") == "AA old\nb\n"


def test_an_edit_by_old_numbers_on_a_newer_text_is_misplaced_and_can_be_undone() -> None:
    under_way = flight("a\nb\nc\n", Span(4, 4), "x\n")
    reported(under_way, inserted(0, "N\n"))
    numbers = convert.edit_of(under_way.texts[-1], under_way.wire, convert.Encoding.Utf16)
    reported(under_way, numbers)
    shown = under_way.shown()
    assert isinstance(shown, Misplaced) and (shown.first, shown.after) == (1, 2)
    assert shown.undo.apply(under_way.texts[-1].text) == "N\na\nb\nc\n"


def test_a_users_change_alone_shows_nothing() -> None:
    under_way = flight("a\nb\n", Span(2, 2), "x\n")
    reported(under_way, inserted(0, "A"), inserted(0, "B"))
    assert under_way.shown() is None and under_way.merged() is None


def test_numbers_that_mean_nothing_in_a_newer_text_show_nothing() -> None:
    under_way = flight("ab\n", Span(1, 2), "")
    reported(under_way, inserted(0, "\n"), inserted(0, "X"), Edit(Span(0, 1), ""))
    assert under_way.shown() is None


def test_an_edit_within_one_change_of_the_whole_text_is_found() -> None:
    under_way = flight("a\nb\nc\n", Span(2, 2), "x\n")
    reported(under_way, Edit(Span(0, 6), "AAa\nx\nb\ncB\n"))
    assert under_way.shown() is None
    landed = under_way.merged()
    assert landed is not None and landed.edit.apply("AAa\nb\nc\n") == "AAa\nx\nb\nc\n"
    text = "a\nb\nc\n"
    for edit in under_way.edits:
        text = edit.apply(text)
    assert text == under_way.texts[-1].text == "AAa\nx\nb\ncB\n"


def test_a_blank_line_within_one_change_proves_nothing() -> None:
    under_way = flight("a\nb\n", Span(2, 2), "\n")
    reported(under_way, Edit(Span(0, 4), "A\na\nb\n"))
    assert under_way.merged() is None


@pytest.mark.parametrize("typed", ["n", "nd hier"])
def test_a_long_deletion_within_one_change_is_found(typed: str) -> None:
    # eglot reports it and a key typed far below as one change from the one to the other.
    old = "kept\n" + "a line that goes away\n" * 4 + "tail\nlast u"
    gone = Span(5, old.index("tail"))
    under_way = flight(old, gone, "")
    reported(under_way, Edit(Span(5, len(old)), "tail\nlast u" + typed[0]))
    reported(under_way, *(inserted(16 + n, key) for n, key in enumerate(typed[1:], start=1)))
    assert under_way.shown() is None
    landed = under_way.merged()
    assert landed is not None and landed.edit == Edit(gone, "")
    assert (landed.first, landed.after) == (0, 1), "above it nothing changed"
    assert under_way.texts[-1].text == "kept\ntail\nlast u" + typed


def test_an_edit_by_old_numbers_within_one_change_with_the_users_undo_is_found() -> None:
    # The user took the lines back that were written before, and the next one came to stand below.
    body = "    body of it\n    more of it\n    end of it\n"
    old = "def f():\n" + "    first written\n" * 2 + body
    under_way = flight(old, Span(old.index(body), old.index(body)), "    the next one\n")
    now = "def f():\n    body of it\n    more of it\n    the next one\n    end of it\n"
    reported(under_way, Edit(Span(0, len(old)), now))
    assert under_way.shown() is None
    merged = under_way.merged()
    assert isinstance(merged, Misplaced)
    assert merged.undo.apply(now) == "def f():\n" + body
    assert (merged.first, merged.after) == (1, 2)
    assert under_way.edits[0].apply(old) == "def f():\n" + body, "the undo is the user's"


def test_a_short_deletion_within_one_change_proves_nothing() -> None:
    under_way = flight("a\nb\nc\n", Span(2, 4), "")
    reported(under_way, Edit(Span(0, 6), "Aa\nc\n"))
    assert under_way.merged() is None


def test_a_users_text_like_the_rest_of_the_document_is_not_ours() -> None:
    under_way = flight("x\nx\n", Span(4, 4), "x\n")
    reported(under_way, inserted(0, "A"), inserted(5, "B"))
    assert under_way.merged() is None


@MANY
@given(naive.texts(12), st.integers(0, 12), st.integers(0, 3), st.data())
def test_whatever_the_user_types_elsewhere_the_edit_is_found_in_its_place(
    text: str, at: int, before: int, data: st.DataObject
) -> None:
    place = at % (len(text) + 1)
    place -= naive.inside_terminator(text, place)
    under_way = flight(text, Span(place, place), "xyz")
    current, ours = text, place
    for number in range(before + 2):
        if number == before:
            reported(under_way, inserted(ours, "xyz"))
            current = naive.spliced(current, ours, ours, "xyz")
            continue
        above = data.draw(st.booleans())
        # Strictly beside it: what is typed at its very edge may count to either side.
        low, high = (0, ours - 1) if above else (ours + 3 * (number > before) + 1, len(current))
        if low > high:
            continue
        typed = data.draw(st.integers(low, high))
        reported(under_way, inserted(typed, "U"))
        current = naive.spliced(current, typed, typed, "U")
        ours += above
    shown = under_way.shown()
    assert isinstance(shown, Landed)
    assert shown.edit.text == "xyz"
    assert shown.edit.apply(under_way.texts[shown.first].text) == under_way.texts[shown.after].text
