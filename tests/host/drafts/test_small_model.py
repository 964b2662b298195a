"""A small model that guesses for another: drafts change the time and nothing else."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lsp_server.errors import ModelUnusable
from lsp_server.host import assembly
from lsp_server.host.costs import Costs
from lsp_server.host.drafts import SmallModel
from lsp_server.host.drafts.guesses import Guesses
from lsp_server.host.drafts.small_model import N_PIECE, N_SEEN, N_WINDOW, Follower
from lsp_server.host.engine import Engine, Row, Shape
from lsp_server.host.sampling import Sampling
from lsp_server.host.scripted import byte_alphabet
from lsp_server.host.window import Window
from lsp_server.host.work import Work
from tests.host.scheduling import GREEDY, Referee, Request
from tests.random_model import make_random_model

CHEAP = Costs({1: 0.1, 2: 0.1, 4: 0.1, 8: 0.1, 16: 0.1})
"""Rows cost nothing, so that guesses always pay."""

PROMPT = tuple(b"What does the large one say? ")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_random_model(tmp_path_factory.mktemp("small") / "random.gguf")


@pytest.fixture
def small(model: Path) -> Iterator[SmallModel]:
    small = small_model(model)
    yield small
    small.close()


def small_model(model: Path, n_sequences: int = 2) -> SmallModel:
    shape = Shape(
        model,
        SmallModel.n_ctx(n_sequences),
        n_threads=1,
        n_batch=SmallModel.N_BATCH,
        n_seq_max=n_sequences,
        n_outputs=1,
    )
    return SmallModel(Engine(shape, lambda: True), n_sequences)


def said(model: Path, prompt: tuple[int, ...], n: int) -> list[int]:
    """What the model itself says, token by token."""
    engine = Engine(Shape(model, 4096, n_threads=1, n_seq_max=1), lambda: True)
    sampler = engine.sampler(Sampling(temperature=0))
    tokens: list[int] = []
    rows = [Row(token, at, 0, at == len(prompt) - 1) for at, token in enumerate(prompt)]
    for at in range(n):
        for first in range(0, len(rows), engine.n_batch):
            assert engine.decode(rows[first : first + engine.n_batch]) == "done"
        tokens.append(engine.sample(sampler, (len(rows) - 1) % engine.n_batch))
        rows = [Row(tokens[-1], len(prompt) + at, 0, True)]
    sampler.close()
    engine.close()
    return tokens


def test_a_model_guesses_what_it_would_say_itself(model: Path, small: SmallModel) -> None:
    right = said(model, PROMPT, 30)
    follower = Follower(small, PROMPT)
    assert list(follower.guess(8)) == right[:8]
    for token in right[:20]:
        follower.push(token)
    assert list(follower.guess(8)) == right[20:28]
    follower.close()


def test_what_turned_out_otherwise_is_cut(model: Path, small: SmallModel) -> None:
    follower = Follower(small, PROMPT)
    assert follower.guess(8)
    for token in b"no":
        follower.push(token)
    assert list(follower.guess(8)) == said(model, (*PROMPT, *b"no"), 8)
    follower.close()


def test_requests_do_not_see_each_other(model: Path, small: SmallModel) -> None:
    followers = [Follower(small, PROMPT), Follower(small, PROMPT[::-1])]
    assert followers[0].guess(4) and followers[1].guess(4)
    for follower, prompt in zip(followers, (PROMPT, PROMPT[::-1]), strict=True):
        assert list(follower.guess(4)) == said(model, prompt, 4)
        follower.close()


def test_it_reads_the_end_of_a_long_prompt_in_pieces_and_guesses_then(
    model: Path, small: SmallModel
) -> None:
    prompt = tuple(PROMPT * 100)
    follower = Follower(small, prompt)
    n_steps = 1
    while not (guessed := follower.guess(3)):
        n_steps += 1
    assert n_steps == N_SEEN // N_PIECE
    assert list(guessed) == said(model, prompt[-N_SEEN:], 3)
    follower.close()


def test_a_reply_longer_than_its_window_is_read_anew(model: Path, small: SmallModel) -> None:
    follower = Follower(small, PROMPT)
    text = PROMPT * (N_WINDOW // len(PROMPT) + 1)
    for token in text[len(PROMPT) :]:
        follower.push(token)
    while not (guessed := follower.guess(3)):
        pass
    assert list(guessed) == said(model, text[-N_SEEN:], 3)
    follower.close()


def test_guesses_that_hold_get_longer(small: SmallModel) -> None:
    guesses = Guesses(small, PROMPT, CHEAP)
    lengths = []
    for _ in range(10):
        held = guesses.draft(8, 0)
        lengths.append(len(held))
        guesses.advance([*held, 33])
    assert lengths[0] <= lengths[-1] == 8
    guesses.close()


def test_guesses_that_fail_become_rare_but_are_tried_again(small: SmallModel) -> None:
    dear = Costs({1: 0.1, 2: 0.13, 4: 0.2, 8: 0.36, 16: 0.7})
    guesses = Guesses(small, PROMPT, dear)
    lengths = []
    for n in range(300):
        held = guesses.draft(8, 0)
        lengths.append(len(held))
        guesses.advance([200 + n % 7])
    assert lengths[0] > 0
    assert 0 < sum(map(bool, lengths[20:])) < 60
    guesses.close()


def test_drafts_of_another_model_change_no_reply(model: Path, tmp_path: Path) -> None:
    """Batches of other sizes are computed by other kernels: hence a referee and no comparison."""
    other = make_random_model(tmp_path / "other.gguf", seed=1)
    referee = Referee(model)
    held = []
    for draft_model in (other, model):
        window = Window(1024, 1, draft_model=draft_model, cache_folder=tmp_path / "cache")
        replies = answered(model, window, [PROMPT, PROMPT[::-1], (*PROMPT, 65)])
        for prompt, request in replies.items():
            assert request.finished.reason == "length"
            assert len(request.text) == N_SAID
            assert not referee.doubts(bytes(prompt).decode(), request.text)
        timings = [request.finished.timings for request in replies.values()]
        held.append(sum(each.n_accepted for each in timings))
        assert sum(each.n_drafted for each in timings) > 20
    assert held[1] > held[0], "the model itself guesses better than another"
    referee.close()


N_SAID = 90


def answered(
    model: Path, window: Window, prompts: list[tuple[int, ...]]
) -> dict[tuple[int, ...], Request]:
    engine = Engine(Shape(model, 1024, n_threads=1, n_seq_max=16, n_batch=32), lambda: True)
    ready = assembly.ready(engine, model, window, lambda: True)
    thread = threading.Thread(target=ready.scheduler.run)
    thread.start()
    replies = {prompt: Request() for prompt in prompts}
    for prompt, request in replies.items():
        ready.scheduler.submit(Work(prompt, request.emit, GREEDY, max_tokens=N_SAID))
    assert all(request.last for request in replies.values())
    ready.scheduler.close()
    thread.join()
    ready.close()
    return replies


def test_a_model_with_other_tokens_is_refused_in_a_sentence(model: Path, tmp_path: Path) -> None:
    other = make_random_model(tmp_path / "other.gguf", alphabet=byte_alphabet()[::-1])
    engine = Engine(Shape(model, 512, n_threads=1, n_seq_max=16), lambda: True)
    window = Window(512, 1, draft_model=other, cache_folder=tmp_path)
    with pytest.raises(ModelUnusable, match=r"other\.gguf cannot draft for this model"):
        assembly.ready(engine, model, window, lambda: True)
    engine.close()
