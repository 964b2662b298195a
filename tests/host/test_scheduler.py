"""Many requests on one engine. The model's every token hangs on all tokens before it, so a reply
that is the same as when it is computed alone proves that the cache held just the right ones."""

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.host.metrics import Metrics
from lsp_server.host.sampling import Sampling
from lsp_server.host.work import Cancelled, Event, Failed, Finished, PrefillProgress, ReplyText
from tests.host.scheduling import Referee, Request, Running, scheduling
from tests.random_model import make_random_model

DRAWN = Sampling(temperature=1.0, top_k=0, top_p=1, min_p=0, seed=7)
LONG = "What stands before. " * 40


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_random_model(tmp_path_factory.mktemp("scheduler") / "random.gguf")


@pytest.fixture
def running(model: Path) -> Iterator[Running]:
    with scheduling(model) as running:
        yield running


@pytest.fixture(scope="module")
def referee(model: Path) -> Iterator[Referee]:
    referee = Referee(model)
    yield referee
    referee.close()


def count(metrics: Metrics, name: str) -> float:
    for line in metrics.text().decode().splitlines():
        if line.startswith(f"penna_{name} "):
            return float(line.split()[1])
    raise AssertionError(f"no metric {name}")


def test_the_referee_sees_one_wrong_letter(running: Running, referee: Referee) -> None:
    request = running.ask("Judge this.")
    assert request.finished
    text = request.text
    wrong = text[:9] + ("a" if text[9] != "a" else "b") + text[10:]
    assert not referee.doubts("Judge this.", text)
    assert referee.doubts("Judge this.", wrong)


def test_requests_run_at_the_same_time_and_each_gets_its_own_reply(
    running: Running, referee: Referee
) -> None:
    order: list[int] = []
    requests = [Request(partial(_note, order, n)) for n in range(4)]
    for n, request in enumerate(requests):
        running.scheduler.submit(running.work(f"{n} asks", request, 30))
    assert [request.finished.reason for request in requests] == ["length"] * 4
    for n, request in enumerate(requests):
        assert len(request.text) == 30 and not referee.doubts(f"{n} asks", request.text)
    assert set(order[: len(order) // 2]) == {0, 1, 2, 3}


def _note(order: list[int], n: int, event: Event) -> None:
    if isinstance(event, ReplyText):
        order.append(n)


def test_the_start_of_an_earlier_prompt_is_not_read_again(
    running: Running, referee: Referee
) -> None:
    assert running.ask(LONG + "First.").finished.timings.n_reused == 0
    second = running.ask(LONG + "Second.")
    assert second.finished.timings.n_reused == len(running.tokens(LONG))
    assert len(second.text) == 20 and not referee.doubts(LONG + "Second.", second.text)


def test_of_equal_prompts_that_come_together_one_is_read(
    running: Running, referee: Referee
) -> None:
    started = Request(lambda event: _submit_others(event))
    others = [Request() for _ in range(3)]

    def _submit_others(event: Event) -> None:
        if event is started.events[0]:
            for other in others:
                running.scheduler.submit(running.work(LONG + "Now!", other))

    running.scheduler.submit(running.work(LONG + "Now!", started))
    timings = [each.finished.timings for each in (started, *others)]
    n_prompt = len(running.tokens(LONG + "Now!"))
    assert [each.n_prefilled for each in timings] == [n_prompt, 1, 1, 1]
    for each in (started, *others):
        assert len(each.text) == 20 and not referee.doubts(LONG + "Now!", each.text)


def test_a_request_that_wants_nothing_reused_reads_all(running: Running) -> None:
    assert running.ask(LONG).finished
    again = Request()
    running.scheduler.submit(running.work(LONG, again, reuses_prefix=False))
    assert again.finished.timings.n_reused == 0


def test_a_cancelled_prompt_serves_the_next_one(running: Running, referee: Referee) -> None:
    first = Request()
    work = running.work(LONG, first)

    def cancel(event: Event) -> None:
        if isinstance(event, PrefillProgress) and event.n_read >= 128:
            running.scheduler.cancel(work)

    first.on_event = cancel
    running.scheduler.submit(work)
    assert isinstance(first.last, Cancelled)
    second = running.ask(LONG)
    assert 128 <= second.finished.timings.n_reused < len(running.tokens(LONG)) - 1
    assert len(second.text) == 20 and not referee.doubts(LONG, second.text)


def test_cancelling_one_changes_nothing_for_the_others(running: Running, referee: Referee) -> None:
    others = [Request() for _ in range(2)]
    doomed = Request()
    work = running.work("Mine " + LONG, doomed, 100)

    def begin(event: Event) -> None:
        if event is doomed.events[0]:
            for n, other in enumerate(others):
                running.scheduler.submit(running.work(f"{n} " + LONG, other, 40))
        if isinstance(event, ReplyText) and len(doomed.text) > 5:
            running.scheduler.cancel(work)

    doomed.on_event = begin
    running.scheduler.submit(work)
    assert isinstance(doomed.last, Cancelled)
    for n, other in enumerate(others):
        assert other.finished.reason == "length"
        assert len(other.text) == 40 and not referee.doubts(f"{n} " + LONG, other.text)


def test_what_waits_can_be_cancelled_before_it_runs(model: Path) -> None:
    with scheduling(model, n_slots=1) as running:
        waiting = Request()
        work = running.work("Waits.", waiting)

        def cancel(event: Event) -> None:
            if event is first.events[0]:
                running.scheduler.submit(work)
                running.scheduler.cancel(work)

        first = Request(cancel)
        running.scheduler.submit(running.work("Runs.", first))
        assert first.finished.reason == "length"
        assert waiting.events == [Cancelled()] or isinstance(waiting.last, Cancelled)
        assert not any(isinstance(event, PrefillProgress) for event in waiting.events)


def test_a_real_request_ends_a_warm_up_and_uses_what_it_has_read(
    running: Running, referee: Referee
) -> None:
    real = Request()

    def ask(event: Event) -> None:
        if isinstance(event, PrefillProgress) and event.n_read == 128:
            running.scheduler.submit(running.work(LONG + "Explain.", real))

    warm_up = Request(ask)
    running.scheduler.submit(running.work(LONG, warm_up, is_warm_up=True))
    ended = warm_up.finished
    assert ended.reason == "length" and 128 <= ended.timings.n_prefilled < len(LONG)
    assert real.finished.timings.n_reused >= 128
    assert len(real.text) == 20 and not referee.doubts(LONG + "Explain.", real.text)


def test_a_warm_up_alone_reads_the_prompt_and_writes_nothing(running: Running) -> None:
    warm_up = Request()
    running.scheduler.submit(running.work(LONG, warm_up, is_warm_up=True))
    assert warm_up.finished.timings.n_prefilled == len(running.tokens(LONG))
    assert warm_up.text == ""
    again = Request()
    running.scheduler.submit(running.work(LONG, again, is_warm_up=True))
    assert again.finished.timings.n_prefilled == 0


def test_a_warm_up_never_starts_while_a_real_request_runs(running: Running) -> None:
    warm_up = Request()

    def ask(event: Event) -> None:
        if event is real.events[0]:
            running.scheduler.submit(running.work("Warm up " + LONG, warm_up, is_warm_up=True))

    real = Request(ask)
    running.scheduler.submit(running.work("Real.", real))
    assert real.finished.reason == "length"
    assert warm_up.finished.timings.n_prefilled == 0


def test_a_short_question_does_not_wait_for_somebodys_long_prompt(running: Running) -> None:
    short = Request()

    def ask(event: Event) -> None:
        if len(long.events) == 2 and event is long.events[1]:
            running.scheduler.submit(running.work("Short?", short, 1))

    long = Request(ask)
    running.scheduler.submit(running.work(LONG * 2, long, 1))
    assert short.finished and long.finished
    assert long.finished.timings.first_token_ms > short.finished.timings.first_token_ms
    assert sum(isinstance(event, PrefillProgress) for event in short.events) == 2


def test_a_running_reply_is_in_every_batch_while_another_prompt_is_read(running: Running) -> None:
    order: list[str] = []
    reader = Request(lambda event: order.append(type(event).__name__))

    def ask(event: Event) -> None:
        if isinstance(event, ReplyText):
            order.append("token")
            if len(writer.text) == 1:
                running.scheduler.submit(running.work(LONG, reader, 1))

    writer = Request(ask)
    running.scheduler.submit(running.work("Write.", writer, 60, DRAWN))
    assert writer.finished and reader.finished
    reading = order[order.index("PrefillProgress") : order.index("Finished")]
    assert "PrefillProgress" in reading and reading.count("token") >= len(reading) // 3


def test_more_than_the_cache_holds_is_computed_one_after_the_other(
    model: Path, referee: Referee
) -> None:
    with scheduling(model, n_ctx=1024) as running:
        prompts = [f"{n} " + LONG for n in range(6)]
        requests = [running.ask(prompt, 100) for prompt in prompts]
        for prompt, request in zip(prompts, requests, strict=True):
            assert request.finished.reason == "length"
            assert len(request.text) == 100 and not referee.doubts(prompt, request.text)


def test_replies_that_outgrow_the_cache_together_wait_for_each_other(
    model: Path, referee: Referee
) -> None:
    with scheduling(model, n_ctx=1024) as running:
        prompts = [f"{n} asks for a long reply." for n in range(3)]
        requests = [running.ask(prompt, 600) for prompt in prompts]
        for prompt, request in zip(prompts, requests, strict=True):
            assert request.finished.timings.n_decoded == 600
            assert len(request.text) == 600 and not referee.doubts(prompt, request.text)


def test_a_reply_ends_where_the_window_does(model: Path) -> None:
    with scheduling(model, n_ctx=256) as running:
        request = running.ask("Go on.", None)
        assert request.finished.reason == "length"
        assert request.finished.timings.n_decoded == 256 - len(running.tokens("Go on."))


def test_closing_ends_all_that_run_and_wait_with_a_sentence(model: Path) -> None:
    with scheduling(model, n_slots=1) as running:
        waiting = Request()

        def close(event: Event) -> None:
            if event is first.events[0]:
                running.scheduler.submit(running.work("Waits.", waiting))
                running.scheduler.close()

        first = Request(close)
        running.scheduler.submit(running.work(LONG, first))
        assert isinstance(first.last, Failed) and isinstance(waiting.last, Failed)
        assert "shutting down" in first.last.message
        late = running.ask("Too late.")
        assert isinstance(late.last, Failed)


def test_idle_work_is_stopped_by_an_arrival_and_done_later(model: Path) -> None:
    pieces: list[str] = []
    began, is_done = threading.Event(), threading.Event()

    def idle() -> bool:
        if is_done.is_set():
            return False
        began.set()
        pieces.append("piece")
        if pieces.count("piece") > 1 and "asked" in pieces:
            is_done.set()
        return True

    with scheduling(model, idle=idle) as running:
        assert began.wait(60)
        request = running.ask("Now.")
        assert request.finished.reason == "length"
        pieces.append("asked")
        assert is_done.wait(60)


def test_a_sampler_that_fails_ends_its_own_request_alone(
    running: Running, referee: Referee, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = Request(), Request()
    work = running.work("Bad.", bad, sampling=DRAWN)
    # A sampler that cannot be made: a bias on a token that is none.
    broken = Sampling(temperature=0, logit_bias=(("x", 1.0),))  # type: ignore[arg-type]
    object.__setattr__(work, "sampling", broken)
    running.scheduler.submit(running.work("Good.", good))
    running.scheduler.submit(work)
    assert good.finished.reason == "length"
    assert len(good.text) == 20 and not referee.doubts("Good.", good.text)
    assert isinstance(bad.last, Failed) and "its log says why" in bad.last.message


def test_tokens_and_requests_are_counted(running: Running) -> None:
    assert running.ask(LONG, 5).finished
    assert running.ask(LONG, 5).finished
    n_prompt = len(running.tokens(LONG))
    assert count(running.metrics, "tokens_read_total") == n_prompt + 1
    assert count(running.metrics, "tokens_reused_total") == n_prompt - 1
    assert count(running.metrics, "tokens_written_total") == 10
    assert count(running.metrics, "requests_running") == 0
    assert count(running.metrics, "kv_cells_used") >= n_prompt


asks = st.tuples(
    st.sampled_from(["", LONG[:300], LONG[:150] + "Other. " * 20]),
    st.text("ab", max_size=3),
    st.integers(1, 40),
    st.sampled_from(["run", "cancel", "warm-up"]),
    st.integers(0, 12),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(asks, min_size=1, max_size=12))
def test_whatever_comes_and_goes_each_reply_is_the_one_it_would_be_alone(
    model: Path, referee: Referee, drawn: list[tuple[str, str, int, str, int]]
) -> None:
    """Requests come and are cancelled at chosen events of others; the window is narrow."""
    with scheduling(model, n_ctx=768, n_slots=3, n_sequences=6) as running:
        requests, works = [], []
        for start, end, n, what, cancelled_at in drawn:
            request = Request()
            is_warm_up = what == "warm-up"
            work = running.work(f"{start}{end}?", request, n, is_warm_up=is_warm_up)
            if what == "cancel":
                request.on_event = _canceller(running, request, work, cancelled_at)
            requests.append(request)
            works.append(work)
        for work in works:
            running.scheduler.submit(work)
        for (start, end, n, what, _), request in zip(drawn, requests, strict=True):
            ended = request.last
            assert not referee.doubts(f"{start}{end}?", request.text)
            if isinstance(ended, Cancelled):
                assert what == "cancel"
            else:
                assert isinstance(ended, Finished), ended
                assert len(request.text) == (0 if what == "warm-up" else n)
        assert running.ask("x" * 766, 1).finished.reason == "length", "every cell can be had"


def _canceller(running: Running, request: Request, work: object, at: int):  # type: ignore[no-untyped-def]
    def cancel(_event: Event) -> None:
        if len(request.events) == at:
            running.scheduler.cancel(work)  # type: ignore[arg-type]

    return cancel
