"""Bytes cut anywhere become the same text: whole characters, nothing from a stop string on."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lsp_server.host.stream import TextStream

TEXTS = st.text("abE N世🎉\n", max_size=40)


def streamed(pieces: list[bytes], stop: list[str]) -> tuple[str, bool]:
    stream = TextStream(stop)
    text = "".join([stream.push(piece) for piece in pieces])
    return text + stream.close(), stream.stopped


def cut(data: bytes, cuts: list[int]) -> list[bytes]:
    ends = sorted({min(at, len(data)) for at in cuts} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(ends)]


def before_stop(text: str, stop: list[str]) -> str:
    """Up to the stop string that ends first, and of two that end together the longer."""
    found = [(text.find(word) + len(word), text.find(word)) for word in stop if word in text]
    return text[: min(found)[1]] if found else text


STOPS = st.lists(st.text("abE N世", min_size=1, max_size=4), max_size=4)


@given(TEXTS, STOPS, st.lists(st.integers(0, 120)))
def test_the_text_does_not_hang_on_the_cuts(text: str, stop: list[str], cuts: list[int]) -> None:
    expected = (before_stop(text, stop), any(word in text for word in stop))
    assert streamed(cut(text.encode(), cuts), stop) == expected


@given(TEXTS, st.lists(st.integers(0, 120)))
def test_without_stop_strings_only_the_bytes_of_half_a_character_are_held(
    text: str, cuts: list[int]
) -> None:
    stream, sent, got = TextStream([]), b"", ""
    for piece in cut(text.encode(), cuts):
        sent += piece
        got += stream.push(piece)
        assert got == sent.decode("utf-8", "ignore")


def test_what_may_become_a_stop_string_is_held_until_it_cannot() -> None:
    stream = TextStream(["END"])
    assert [stream.push(piece) for piece in (b"the E", b"N", b"X", b"EN")] == [
        "the ",
        "",
        "ENX",
        "",
    ]
    assert stream.close() == "EN"


def test_bytes_that_are_no_utf8_become_a_replacement_character() -> None:
    assert streamed([b"a\xffb"], []) == ("a\ufffdb", False)


def test_half_a_character_at_the_end_is_dropped() -> None:
    assert streamed(["世".encode()[:2]], []) == ("", False)
