"""What is guessed of a reply: found, found again behind a change, and left alone where it fails."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.host.costs import SOMEWHERE, SOMEWHERE_PER_SAMPLE, Costs
from lsp_server.host.drafts import Drafter
from lsp_server.host.drafts.simulation import Simulated, simulated

N_MAX = 63
TEXT = random.Random(7).choices(range(5_000), k=600)
OTHER = random.Random(8).choices(range(5_000, 9_000), k=600)
QUESTION = list(range(9_000, 9_100))
"""Tokens that occur nowhere else."""

tokens = st.lists(st.integers(0, 4), max_size=120)


def costs() -> Costs:
    return Costs(SOMEWHERE, SOMEWHERE_PER_SAMPLE)


def played(
    reply: Sequence[int], prediction: Sequence[int] = (), prompt: Sequence[int] = QUESTION
) -> Simulated:
    return simulated(Drafter(prompt, prediction, costs()), reply, costs())


def at_best(n_tokens: int) -> float:
    """Steps if every draft were right and as long as pays."""
    return n_tokens / N_MAX


@given(tokens, tokens, tokens, st.integers(1, N_MAX))
def test_any_reply_is_followed_to_its_end(
    prompt: list[int], prediction: list[int], reply: list[int], n_max: int
) -> None:
    drafter = Drafter(prompt, prediction, costs())
    drafter.advance(reply[:1], 0)
    at = min(1, len(reply))
    while at < len(reply):
        draft = drafter.draft(n_max, n_others=at % 3)
        assert len(draft) <= n_max
        n_held = 0
        while n_held < len(draft) and reply[at + n_held : at + n_held + 1] == [draft[n_held]]:
            n_held += 1
        n_new = min(n_held + 1, len(reply) - at)
        drafter.advance(reply[at : at + n_new], len(draft))
        at += n_new


@given(tokens, tokens, tokens)
def test_the_same_reply_gets_the_same_drafts(
    prompt: list[int], prediction: list[int], reply: list[int]
) -> None:
    assert played(reply, prediction, prompt) == played(reply, prediction, prompt)


def test_a_reply_that_was_predicted_takes_few_steps() -> None:
    done = played(TEXT, prediction=TEXT)
    assert done.n_steps < 2.2 * at_best(len(TEXT)) and done.speedup > 4


def test_a_reply_that_stands_in_the_prompt_takes_few_steps_too() -> None:
    done = played(TEXT, prompt=[*QUESTION, *TEXT, *QUESTION])
    assert done.n_steps < 2.5 * at_best(len(TEXT)) and done.speedup > 3.5


def test_a_reply_that_repeats_itself_is_found_in_itself() -> None:
    assert played(TEXT[:100] * 6).speedup > 2


REPLACED = [*TEXT[:300], 9_500, *TEXT[301:]]
INSERTED = [*TEXT[:300], *range(9_500, 9_512), *TEXT[300:]]
DELETED = [*TEXT[:300], *TEXT[340:]]
MOVED = [*TEXT[300:], *TEXT[:300]]


@pytest.mark.parametrize(
    "reply, n_changed",
    [(REPLACED, 1), (INSERTED, 12), (DELETED, 0), (MOVED, 4)],
    ids=["replaced", "inserted", "deleted", "moved"],
)
def test_behind_a_change_the_place_is_found_again(reply: list[int], n_changed: int) -> None:
    """A few steps are lost at the change: its own tokens, and some to be sure of the place."""
    whole, done = played(TEXT, prediction=TEXT), played(reply, prediction=TEXT)
    assert done.n_steps <= whole.n_steps + n_changed + 6


def test_the_end_of_the_prediction_is_the_end_of_the_draft() -> None:
    """The text stands in the prompt as well, but what follows it there is the question."""
    drafter = Drafter([*TEXT, *QUESTION], TEXT, costs())
    drafter.advance(TEXT[:-4], 0)
    assert drafter.draft(N_MAX)[:4] == tuple(TEXT[-4:])
    assert len(drafter.draft(N_MAX)) <= 10


def test_where_nothing_is_in_common_hardly_anything_is_lost() -> None:
    done = played(OTHER, prediction=TEXT, prompt=[*TEXT, *QUESTION])
    assert done.speedup > 0.98


def test_texts_that_look_alike_by_chance_cost_little() -> None:
    """Few different tokens, so that every place seems right for a moment."""
    pick = random.Random(3)
    reply, prediction = ([pick.randrange(12) for _ in range(600)] for _ in range(2))
    assert played(reply, prediction).speedup > 0.93


def test_with_others_in_the_batch_drafts_are_no_longer_than_alone() -> None:
    alone, beside = (Drafter(QUESTION, TEXT, costs()) for _ in range(2))
    for drafter in (alone, beside):
        drafter.advance(TEXT[:50], 0)
    assert 0 < len(beside.draft(N_MAX, n_others=12)) <= len(alone.draft(N_MAX))


def test_where_a_batch_costs_as_much_as_its_rows_nothing_is_drafted() -> None:
    dear = Costs({1: 0.1, **{n: 0.12 * n for n in (2, 4, 8, 16, 32)}})
    drafter = Drafter(QUESTION, TEXT, dear)
    drafter.advance(TEXT[:50], 0)
    assert drafter.draft(N_MAX) == ()
