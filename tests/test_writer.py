"""The writer by itself: a page that lands at once, and a user who types between the pieces."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.errors import Interrupted, PageClosed
from lsp_server.text import Edit, Snapshot, Span
from lsp_server.writer import Writer
from tests import naive

MANY = settings(max_examples=300, deadline=None, derandomize=True)


class Sheet:
    """A text, its writers, and the edits that it was given."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.edits: list[Edit] = []
        self.writers: list[Writer] = []

    @property
    def snapshot(self) -> Snapshot:
        return Snapshot("file:///a", 1, "python", self.text)

    def writer(self, start: int, end: int) -> Writer:
        self.writers.append(Writer(self.snapshot, Span(start, end)))
        return self.writers[-1]

    def land(self, writer: Writer) -> None:
        while (edit := writer.plan(self.snapshot)) is not None:
            self.edits.append(edit)
            self.text = edit.apply(self.text)
            writer.landed(edit)
            for other in self.writers:
                if other is not writer:
                    other.moved(edit)

    def types(self, start: int, end: int, text: str) -> None:
        edit = Edit(Span(start, end), text)
        self.text = edit.apply(self.text)
        for writer in self.writers:
            writer.moved(edit)


@MANY
@given(
    naive.texts(),
    naive.texts(20),
    st.integers(0, 24),
    st.integers(0, 24),
    st.lists(st.integers(0, 20), max_size=4),
)
def test_the_reply_takes_the_targets_place_and_nothing_else_changes(
    text: str, reply: str, a: int, b: int, cuts: list[int]
) -> None:
    start, end = sorted((a % (len(text) + 1), b % (len(text) + 1)))
    sheet = Sheet(text)
    writer = sheet.writer(start, end)
    ends = sorted({*(at % (len(reply) + 1) for at in cuts), len(reply)})
    for first, last in zip([0, *ends], ends, strict=False):
        writer.push(reply[first:last])
        sheet.land(writer)
        assert writer.region.of(sheet.text) == writer.text
    writer.finish()
    sheet.land(writer)
    assert sheet.text == naive.spliced(text, start, end, reply)
    assert writer.idle and writer.text == reply


def test_lines_that_stay_get_no_edit() -> None:
    sheet = Sheet("a\nb\nc\nd\n")
    writer = sheet.writer(0, 8)
    writer.push("a\nB\nc\nd\n")
    writer.finish()
    sheet.land(writer)
    assert sheet.text == "a\nB\nc\nd\n"
    assert all(not set("acd") & set(edit.text) for edit in sheet.edits)


def test_a_held_writer_lands_everything_as_one_edit() -> None:
    sheet = Sheet("x one two y")
    writer = sheet.writer(2, 9)
    writer.hold()
    for piece in ("1", " ", "2\n3"):
        writer.push(piece)
        assert writer.idle
        sheet.land(writer)
    assert not sheet.edits
    writer.finish()
    sheet.land(writer)
    assert sheet.text == "x 1 2\n3 y" and len(sheet.edits) == 1


def test_what_was_written_is_taken_back_in_one_edit() -> None:
    sheet = Sheet("a\nold\nb\n")
    writer = sheet.writer(2, 6)
    writer.push("new\nmore\n")
    sheet.land(writer)
    n = len(sheet.edits)
    writer.restore()
    sheet.land(writer)
    assert sheet.text == "a\nold\nb\n" and len(sheet.edits) == n + 1


def test_nothing_written_leaves_nothing_to_take_back() -> None:
    sheet = Sheet("abc")
    writer = sheet.writer(1, 2)
    writer.restore()
    sheet.land(writer)
    assert not sheet.edits and sheet.text == "abc"


def test_a_second_reply_replaces_the_first() -> None:
    sheet = Sheet("a\n")
    writer = sheet.writer(2, 2)
    writer.push("one\ntwo\n")
    writer.finish()
    sheet.land(writer)
    writer.rewrite()
    writer.push("one\n2\n")
    writer.finish()
    sheet.land(writer)
    assert sheet.text == "a\none\n2\n"


def test_a_held_second_reply_replaces_the_first_as_one_edit() -> None:
    sheet = Sheet("a\n")
    writer = sheet.writer(2, 2)
    writer.hold()
    writer.push("one\n")
    writer.finish()
    sheet.land(writer)
    writer.rewrite()
    writer.hold()
    writer.push("two\n")
    writer.finish()
    sheet.land(writer)
    assert sheet.text == "a\ntwo\n" and len(sheet.edits) == 2


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_typing_around_the_region_moves_it(newline: str) -> None:
    sheet = Sheet(f"a{newline}b{newline}")
    at = 1 + len(newline)
    writer = sheet.writer(at, at)
    writer.push("one")
    sheet.land(writer)
    sheet.types(0, 0, f"X{newline}")
    sheet.types(writer.region.start, writer.region.start, "Y")
    sheet.types(writer.region.end, writer.region.end, "Z")
    writer.push(" two")
    writer.finish()
    sheet.land(writer)
    assert sheet.text == f"X{newline}a{newline}Yone twoZb{newline}"


def test_text_typed_where_lines_will_go_stays_below_them() -> None:
    sheet = Sheet("a\nb\n")
    writer = sheet.writer(2, 2)
    sheet.types(2, 2, "X")
    writer.push("one\n")
    sheet.land(writer)
    assert sheet.text == "a\none\nXb\n"


def test_text_typed_where_words_will_go_stays_before_them() -> None:
    sheet = Sheet("ab")
    writer = sheet.writer(1, 1)
    sheet.types(1, 1, "X")
    writer.push("one")
    sheet.land(writer)
    assert sheet.text == "aXoneb"


@pytest.mark.parametrize(
    ("start", "end", "text"), [(3, 3, "X"), (3, 4, ""), (1, 3, ""), (4, 6, "Y"), (0, 7, "")]
)
def test_typing_inside_ends_the_writing_and_is_kept(start: int, end: int, text: str) -> None:
    sheet = Sheet("a\nb\n")
    writer = sheet.writer(2, 2)
    woken: list[None] = []
    writer.push("one")
    sheet.land(writer)
    writer.woken = lambda: woken.append(None)
    sheet.types(start, end, text)
    kept = sheet.text
    assert woken and not writer.untouched
    writer.push(" two")
    with pytest.raises(Interrupted):
        writer.plan(sheet.snapshot)
    assert sheet.text == kept


def test_a_closed_page_is_told_by_the_next_plan() -> None:
    sheet = Sheet("a")
    writer = sheet.writer(0, 0)
    writer.push("x")
    writer.closed()
    with pytest.raises(PageClosed):
        writer.plan(sheet.snapshot)
    assert not writer.untouched


def test_an_edit_that_did_not_land_is_planned_again_with_what_came_since() -> None:
    sheet = Sheet("a\n")
    writer = sheet.writer(2, 2)
    writer.push("one")
    first = writer.plan(sheet.snapshot)
    writer.push(" two")
    second = writer.plan(sheet.snapshot)
    assert first == Edit(Span(2, 2), "one") and second == Edit(Span(2, 2), "one two")


def test_a_planned_edit_is_carried_to_either_side_only_where_nothing_is_written() -> None:
    sheet = Sheet("ab")
    writer = sheet.writer(1, 1)
    writer.push("one")
    edit = writer.plan(sheet.snapshot)
    assert edit is not None
    typed = Edit(Span(1, 1), "X")
    assert writer.carried(edit, [typed]) == (Edit(Span(1, 1), "one"), Edit(Span(2, 2), "one"))
    sheet.land(writer)
    writer.push("two")
    edit = writer.plan(sheet.snapshot)
    assert edit == Edit(Span(4, 4), "two")
    assert writer.carried(edit, [Edit(Span(4, 4), "X")]) == (edit,)
    assert writer.carried(edit, [Edit(Span(2, 2), "X")]) == ()


@MANY
@given(st.data())
def test_two_writers_and_a_user_outside_leave_everything_in_order(data: st.DataObject) -> None:
    sheet = Sheet("aa\nbb\ncc\n")
    first, second = sheet.writer(3, 3), sheet.writer(6, 8)
    for number in range(6):
        writer, letter = data.draw(st.sampled_from([(first, "x"), (second, "y")]))
        writer.push(f"{letter}{number}")
        sheet.land(writer)
        place = data.draw(st.sampled_from([0, len(sheet.text)]))
        sheet.types(place, place, "U")
    for writer in (first, second):
        writer.finish()
        sheet.land(writer)
    rest = sheet.text.replace("U", "")
    assert rest == f"aa\n{first.text}bb\n{second.text}\n"


@given(pieces=st.lists(st.text("ab\n", min_size=1), min_size=1), tail=st.text("\"'\n ", min_size=1))
def test_what_is_pushed_ahead_stays_behind_all_that_follows(pieces: list[str], tail: str) -> None:
    snapshot = Snapshot("file:///a", 1, "plaintext", "above\nbelow\n")
    writer = Writer(snapshot, Span(6, 6))
    writer.push(pieces[0])
    writer.push_ahead(tail)
    for n, piece in enumerate([*pieces[1:], ""]):
        if n % 2 == 0:
            snapshot = _landed_all(writer, snapshot)
            assert snapshot.text == f"above\n{''.join(pieces[: n + 1])}{tail}below\n"
        writer.push(piece)
    writer.finish()
    assert _landed_all(writer, snapshot).text == f"above\n{''.join(pieces)}{tail}below\n"


def _landed_all(writer: Writer, snapshot: Snapshot) -> Snapshot:
    while (edit := writer.plan(snapshot)) is not None:
        snapshot = snapshot.edited(edit)
        writer.landed(edit)
    return snapshot
