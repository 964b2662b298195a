"""What the old app itself varies may vary; everything else must be the same."""

import time
from base64 import urlsafe_b64encode

from hypothesis import given
from hypothesis import strategies as st

from lsp_server.migrate.replay.mask import is_same

TEXTS = st.text(alphabet="ab1 \n漢", max_size=40)


def test_the_same_is_the_same() -> None:
    assert is_same("x", "x", "x")


def test_a_difference_between_equal_old_answers_counts() -> None:
    assert not is_same("x 1", "x 1", "x 2")


def test_what_differs_between_the_old_answers_may_be_anything() -> None:
    assert is_same("id 7f3a, name", "id 01bc, name", "id 9999, name")


def test_around_a_hole_all_must_be_equal() -> None:
    assert not is_same("id 7f3a, name", "id 01bc, name", "id 9999, game")
    assert not is_same("<b>12:01</b>", "<b>12:02</b>", "<i>12:03</i>")


def test_a_hole_does_not_swallow_a_page() -> None:
    assert not is_same("at 12:01.", "at 12:02.", f"at {'x' * 500}.")


def test_two_holes_are_filled_on_their_own() -> None:
    assert is_same("a=1;b=2;", "a=3;b=4;", "a=55;b=66;")
    assert not is_same("a=1;b=2;", "a=3;b=4;", "a=55;c=66;")


def test_addresses_of_objects_are_no_difference() -> None:
    assert is_same("<X at 0x7f0011223344>", "<X at 0x7f0011223344>", "<X at 0x7f9911223344>")


def test_a_token_in_a_form_is_a_hole() -> None:
    page = '<input name="csrf" value="{}">\n<input name="title">\n'
    assert is_same(page.format("a1b2"), page.format("c3d4"), page.format("e5f6"))
    assert not is_same(
        page.format("a1b2"), page.format("c3d4"), page.format("e5f6").replace("title", "name")
    )


def test_a_long_page_takes_no_minutes() -> None:
    old = "".join(f"<li>{n} of 10000 at 12:01</li>\n" for n in range(4000))
    again, new = old.replace("12:01", "12:02"), old.replace("12:01", "12:03")
    started = time.monotonic()
    assert is_same(old, again, new)
    assert time.monotonic() - started < 20


@given(TEXTS, TEXTS)
def test_both_old_answers_are_always_right(old: str, again: str) -> None:
    assert is_same(old, again, old)
    assert is_same(old, again, again)


@given(TEXTS, TEXTS)
def test_equal_old_answers_leave_no_room(old: str, new: str) -> None:
    assert is_same(old, old, new) == (old == new)


@given(st.lists(st.binary(min_size=20, max_size=20), min_size=3, max_size=3, unique=True))
def test_any_signature_may_stand_where_signatures_differ(signatures: list[bytes]) -> None:
    pages = [f'<input value="{urlsafe_b64encode(each).decode()}"> <b>1</b>' for each in signatures]
    old, again, new = pages
    assert is_same(old, again, new)
    assert not is_same(old, again, new.replace("<b>1", "<b>2"))
