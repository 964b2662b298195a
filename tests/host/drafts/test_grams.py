"""An index that grows with the text finds what a search through all of it would."""

from hypothesis import given
from hypothesis import strategies as st

from lsp_server.host.drafts.grams import Grams, n_shared

few = st.lists(st.integers(0, 3), max_size=60)


@given(few, few, st.integers(1, 4))
def test_places_are_those_of_a_search(before: list[int], added: list[int], n: int) -> None:
    grams = Grams(before, n)
    for token in added:
        grams.add(token)
    text = before + added
    assert grams.tokens == text
    for end in range(len(text) + 1):
        tail = text[:end]
        found = [
            at for at in range(n, len(text) + 1) if end >= n and text[at - n : at] == tail[-n:]
        ]
        assert list(grams.places(tail)) == found


@given(few, few, st.integers(0, 8), st.data())
def test_what_is_shared_before_a_place_is_counted_from_its_end(
    tokens: list[int], tail: list[int], n_max: int, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(tokens)))
    n = n_shared(tokens, place, tail, n_max)
    assert 0 <= n <= min(n_max, place, len(tail))
    assert tokens[place - n : place] == tail[len(tail) - n :]
    if n < min(n_max, place, len(tail)):
        assert tokens[place - n - 1] != tail[len(tail) - n - 1]
