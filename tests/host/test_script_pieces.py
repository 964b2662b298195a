"""What scripted replies are cut into: unique tokens that join to the replies."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lsp_server.host.script_pieces import Script, cut

REPLIES = st.lists(
    st.text("ab \n世🎉", max_size=30) | st.lists(st.sampled_from(["a", "b", "ab", b"\xe4", "世"])),
    max_size=5,
)


@given(REPLIES)
def test_tokens_join_to_the_reply_and_none_has_two_successors(replies: list[Script]) -> None:
    successors: dict[bytes, bytes] = {}
    for reply, tokens in zip(replies, cut(replies), strict=True):
        pieces = [reply] if isinstance(reply, str) else reply
        whole = b"".join(p.encode() if isinstance(p, str) else p for p in pieces)
        assert b"".join(tokens) == whole
        for token, after in pairwise([*tokens, b""]):
            assert successors.setdefault(token, after) == after


def test_an_emoji_is_cut_inside_its_bytes() -> None:
    assert cut(["a🎉"]) == [[b"a", b"\xf0\x9f", b"\x8e\x89"]]


def test_pieces_given_as_a_list_are_the_tokens() -> None:
    assert cut([["one ", "two ", b"\xe4\xb8", b"\x96"]]) == [
        [b"one ", b"two ", b"\xe4\xb8", b"\x96"]
    ]


def test_a_piece_that_comes_again_is_merged_with_the_next() -> None:
    assert cut([["a", "b", "a", "c"]]) == [[b"a", b"b", b"ac"]]
