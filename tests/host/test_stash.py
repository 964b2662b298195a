"""What was read and is kept beside the cache: bounded in bytes and in number, the newest stays."""

from lsp_server.host.stash import LEAST, MOST, Stash


def tokens(number: int) -> tuple[int, ...]:
    return (number, *range(LEAST))


def test_the_bytes_are_bounded_and_what_was_used_last_stays() -> None:
    stash = Stash(1000)
    for number in range(5):
        stash.put(tokens(number), bytes(300))
    assert stash.n_bytes <= 1000
    assert stash.kept == [tokens(2), tokens(3), tokens(4)]


def test_a_state_that_has_no_room_at_all_drives_nothing_out() -> None:
    stash = Stash(1000)
    stash.put(tokens(1), bytes(300))
    stash.put(tokens(2), bytes(1001))
    assert stash.kept == [tokens(1)]


def test_states_that_take_no_room_are_bounded_in_number() -> None:
    stash = Stash(1 << 30)
    for number in range(3 * MOST):
        stash.put(tokens(number), b"x")
    assert len(stash.kept) == MOST
    assert stash.kept[-1] == tokens(3 * MOST - 1)


def test_a_longer_text_takes_the_place_of_its_start() -> None:
    stash = Stash(1000)
    stash.put((1, 2), b"x")
    stash.put((1, 2, 3), b"y")
    assert stash.kept == [(1, 2, 3)]
    assert stash.longest((1, 2, 9)) == ((1, 2, 3), 2)
    assert stash.take((1, 2, 3)) == b"y" and not stash.kept
