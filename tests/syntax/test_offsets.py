"""Bytes and code points, against the naive way."""

from hypothesis import given
from hypothesis import strategies as st

from lsp_server.syntax.offsets import encoded, offsets

MIXED = st.text(st.sampled_from("ab\n é中文字𝒳😀\u0301\ud800\x00\x0c\u2028"), max_size=60)


@given(MIXED)
def test_every_code_point_has_its_byte_and_comes_back(text: str) -> None:
    table = offsets(text)
    for at in range(len(text) + 1):
        byte = len(encoded(text[:at]))
        assert table.to_byte(at) == byte
        assert table.to_char(byte) == at


@given(MIXED)
def test_a_byte_inside_a_character_is_never_past_it(text: str) -> None:
    table = offsets(text)
    positions = [table.to_char(byte) for byte in range(len(table.data) + 1)]
    assert positions == sorted(positions)
    assert positions[-1] == len(text)


def test_ascii_needs_no_table() -> None:
    assert offsets("x = 1\n" * 1000).run_bytes == ()


def test_a_lookup_behind_one_chinese_comment_does_not_scan_the_rest() -> None:
    text = "# 中文\n" + "x = 1\n" * 400_000
    table = offsets(text)
    assert [table.to_char(table.to_byte(at)) for at in (2, 3, len(text))] == [2, 3, len(text)]
    assert len(table.run_bytes) == 2
