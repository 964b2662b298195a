"""Server-sent events are the same however the bytes are cut."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.model import sse
from lsp_server.model.sse import EventReader

ENDS = ("\n", "\r\n", "\r")


def read(*chunks: bytes) -> list[str]:
    reader = EventReader()
    return [data for chunk in chunks for data in reader.feed(chunk)]


def test_an_event_is_given_when_its_empty_line_has_come() -> None:
    reader = EventReader()
    assert reader.feed(b"data: a\n") == []
    assert reader.feed(b"\n") == ["a"]


def test_several_data_lines_are_one_event() -> None:
    assert read(b"data: a\ndata:b\n\n") == ["a\nb"]


def test_comments_names_and_empty_events_are_passed_over() -> None:
    assert read(b": hello\n\nevent: x\nid: 1\n\ndata: a\n\n") == ["a"]


def test_a_byte_order_mark_at_the_start_is_dropped() -> None:
    assert read(b"\xef\xbb", b"\xbfdata: a\n\n") == ["a"]


def test_an_event_without_its_empty_line_is_not_given() -> None:
    assert read(b"data: a\n") == []


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_what_ends_lines_elsewhere_does_not_end_them_here(separator: str) -> None:
    assert read(f"data: a{separator}b\n\n".encode()) == [f"a{separator}b"]


def test_a_line_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "MAX_LINE", 10)
    with pytest.raises(ValueError, match="no end"):
        read(b"data: ", b"0123456789")


@given(
    texts=st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=4),
    end=st.sampled_from(ENDS),
    cuts=st.lists(st.integers(0, 400), max_size=12),
)
def test_cutting_the_bytes_anywhere_changes_nothing(
    texts: list[str], end: str, cuts: list[int]
) -> None:
    data = [json.dumps(text, ensure_ascii=False) for text in texts]
    stream = "".join(f"data: {text}{end}{end}" for text in data).encode()
    at = sorted({0, *(cut for cut in cuts if cut < len(stream)), len(stream)})
    chunks = [stream[start:stop] for start, stop in itertools.pairwise(at)]
    assert read(*chunks) == data
    assert read(*(bytes([byte]) for byte in stream)) == data
