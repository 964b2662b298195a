"""The prefix cache on a real engine: what it says is there, is there, and nothing leaks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.host.engine import Engine, Row, Shape
from lsp_server.host.prefix_cache import PrefixCache, n_cells
from lsp_server.host.stash import Stash, common_start
from tests.scripted import make_gguf

N_CTX = 256
N_SEQUENCES = 6


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    path: Path = make_gguf(tmp_path_factory.mktemp("cache") / "s.gguf", {"": "x"}, n_ctx=N_CTX)
    engine = Engine(
        Shape(path, N_CTX, n_threads=1, n_batch=N_CTX, n_seq_max=N_SEQUENCES), lambda: True
    )
    yield engine
    engine.close()


@pytest.fixture
def cache(engine: Engine) -> PrefixCache:
    for number in range(N_SEQUENCES):
        engine.keep(number, 0)
    return PrefixCache(engine, N_SEQUENCES)


def compute(engine: Engine, cache: PrefixCache, tokens: tuple[int, ...]) -> int:
    """As a request does: lend, compute the rest, bring back. How much was there already."""
    number, n_shared = cache.lend(tokens, len(tokens) - 1)
    assert engine.n_kept(number) == n_shared
    rows = [Row(token, at, number) for at, token in enumerate(tokens)][n_shared:]
    while engine.decode(rows) == "full":
        assert cache.evict(), "what is kept can always go"
    cache.keep(number, tokens)
    return n_shared


def test_an_empty_cache_has_nothing(engine: Engine, cache: PrefixCache) -> None:
    assert compute(engine, cache, (65, 66, 67)) == 0


def test_the_longest_common_start_is_found_and_the_last_token_left(
    engine: Engine, cache: PrefixCache
) -> None:
    compute(engine, cache, (65, 66, 67, 68))
    compute(engine, cache, (65, 70, 71))
    assert compute(engine, cache, (65, 66, 67, 80)) == 3
    assert compute(engine, cache, (65, 70, 99)) == 2
    assert compute(engine, cache, (65, 66, 67, 68)) == 3


def test_what_another_holds_whole_is_kept_once(engine: Engine, cache: PrefixCache) -> None:
    compute(engine, cache, (65, 66, 67))
    compute(engine, cache, (65, 66, 67, 68))
    compute(engine, cache, (65, 66))
    assert cache.kept == [(65, 66, 67, 68)]


def test_the_least_recently_used_goes_first(engine: Engine, cache: PrefixCache) -> None:
    for first in range(65, 65 + N_SEQUENCES):
        compute(engine, cache, (first, 1, 2))
    compute(engine, cache, (65, 1, 3))
    assert [tokens[0] for tokens in cache.kept] == [65, 65, 67, 68, 69, 70]


def test_a_request_that_wants_nothing_reused_gets_an_empty_sequence(
    engine: Engine, cache: PrefixCache
) -> None:
    compute(engine, cache, (65, 66, 67))
    number, n_shared = cache.lend((65, 66, 67), 0)
    assert (n_shared, engine.n_kept(number)) == (0, 0)


def test_a_failed_sequence_comes_back_with_nothing(engine: Engine, cache: PrefixCache) -> None:
    number, _ = cache.lend((65, 66), 1)
    cache.keep(number, ())
    assert cache.kept == []


tokens = st.lists(st.integers(65, 67), min_size=1, max_size=60).map(tuple)


@settings(max_examples=60, deadline=None)
@given(st.lists(tokens, max_size=25))
def test_it_shares_what_a_naive_search_would_and_leaks_no_cell(
    engine: Engine, prompts: list[tuple[int, ...]]
) -> None:
    for number in range(N_SEQUENCES):
        engine.keep(number, 0)
    cache = PrefixCache(engine, N_SEQUENCES)
    for prompt in prompts:
        best = max((naive_start(kept, prompt) for kept in cache.kept), default=0)
        assert compute(engine, cache, prompt) == min(best, len(prompt) - 1)
        assert n_cells(cache.kept) <= N_CTX
    cache.clear()
    assert cache.kept == []
    whole = [Row(65, at, 0) for at in range(N_CTX)]
    assert engine.decode(whole) == "done", "every cell is free again"


@given(st.lists(tokens, max_size=8))
def test_cells_are_the_nodes_of_the_tree(lists: list[tuple[int, ...]]) -> None:
    nodes = {each[:end] for each in lists for end in range(1, len(each) + 1)}
    assert n_cells(lists) == len(nodes)


@given(tokens, tokens)
def test_the_common_start_is_exact(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    assert common_start(a, b) == naive_start(a, b)


def naive_start(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    n = 0
    while n < min(len(a), len(b)) and a[n] == b[n]:
        n += 1
    return n


LONG = tuple(range(48, 128))


def empty(engine: Engine) -> None:
    for number in range(N_SEQUENCES):
        engine.keep(number, 0)


def test_what_is_evicted_comes_back_from_the_stash_as_it_was(engine: Engine) -> None:
    empty(engine)
    cache = PrefixCache(engine, N_SEQUENCES, Stash(2**20))
    compute(engine, cache, LONG)
    while cache.evict():
        pass
    assert cache.kept == [] and sum(engine.n_kept(n) for n in range(N_SEQUENCES)) == 0
    number, n_shared = cache.lend((*LONG[:70], 1, 2), 71)
    assert n_shared == engine.n_kept(number) == 70
    cache.drop(number)


def test_without_a_stash_what_is_evicted_is_read_again(engine: Engine) -> None:
    empty(engine)
    cache = PrefixCache(engine, N_SEQUENCES)
    compute(engine, cache, LONG)
    assert cache.evict()
    assert compute(engine, cache, LONG) == 0


def test_what_is_in_the_way_of_running_requests_is_moved_and_what_they_share_stays(
    engine: Engine,
) -> None:
    empty(engine)
    cache = PrefixCache(engine, N_SEQUENCES, Stash(2**20))
    other = tuple(range(10, 45))
    compute(engine, cache, other)
    compute(engine, cache, LONG)
    prompt = (*LONG[:76], 5)
    number, n_shared = cache.lend(prompt, 76)
    cache.make_way([prompt])
    assert n_shared == 76 and cache.kept == [LONG]
    assert compute(engine, cache, (*other, 3)) == len(other)
    cache.drop(number)


def test_what_ends_otherwise_than_a_running_request_is_moved_if_it_is_long(engine: Engine) -> None:
    empty(engine)
    cache = PrefixCache(engine, N_SEQUENCES, Stash(2**20))
    compute(engine, cache, LONG)
    prompt = (*LONG[:60], 5)
    number, n_shared = cache.lend(prompt, 60)
    cache.make_way([prompt])
    assert n_shared == 60 and cache.kept == []
    assert compute(engine, cache, (*LONG, 3)) == len(LONG)
    cache.drop(number)


@pytest.mark.parametrize("room", [0, 1000])
def test_what_would_be_lost_is_not_moved_out_of_the_way(engine: Engine, room: int) -> None:
    empty(engine)
    cache = PrefixCache(engine, N_SEQUENCES, Stash(room))
    few = tuple(range(9))
    compute(engine, cache, few)
    compute(engine, cache, LONG)
    cache.make_way([(200, 201)])
    assert cache.kept == [LONG]


def test_the_stash_keeps_what_was_put_last_and_no_start_of_it() -> None:
    stash = Stash(100)
    stash.put((1, 2), b"x" * 40)
    stash.put((1, 2, 3), b"y" * 40)
    assert stash.kept == [(1, 2, 3)]
    stash.put((7, 8), b"z" * 50)
    stash.put((9,), b"w" * 60)
    assert stash.kept == [(9,)] and stash.n_bytes == 60
    stash.put((4,), b"v" * 101)
    assert stash.kept == [(9,)]
    assert stash.longest((9, 9)) == ((9,), 1) and stash.longest((5,))[1] == 0
    assert stash.take((9,)) == b"w" * 60 and stash.n_bytes == 0


@given(st.lists(st.lists(st.integers(0, 2), max_size=6).map(tuple), max_size=8), st.data())
def test_the_stash_finds_the_longest_start(
    lists: list[tuple[int, ...]], data: st.DataObject
) -> None:
    stash = Stash(10**6)
    for tokens in lists:
        stash.put(tokens, b"s")
    prompt = data.draw(st.lists(st.integers(0, 2), max_size=6).map(tuple))
    tokens, n_shared = stash.longest(prompt)
    assert n_shared == max((common_start(each, prompt) for each in stash.kept), default=0)
    assert tokens[:n_shared] == prompt[:n_shared]
