"""Reading ahead: when it is done, when it is not, and that it never stands in anybody's way."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from types import SimpleNamespace

import psutil
import pytest

from lsp_server.errors import HostFailed, ModelError, PromptTooLong
from lsp_server.lsp import warm_up
from lsp_server.lsp.warm_up import WarmUps
from lsp_server.model.protocol import Event, Model
from lsp_server.prompt import Prompt, Room, Sampling

ONE, OTHER = Prompt("s", "one"), Prompt("s", "other")


@dataclass(slots=True, eq=False)
class FakeModel:
    """Reads a prompt until `read` is set, or it is cancelled."""

    running: bool = False
    elsewhere: bool = False
    broken: ModelError | None = None
    n_ctx: int = 8192
    n_starts: int = 0
    asked: list[Prompt] = field(default_factory=list)
    cancelled: list[Prompt] = field(default_factory=list)
    read: asyncio.Event = field(default_factory=asyncio.Event)

    async def reply(self, prompt: Prompt, sampling: Sampling) -> AsyncGenerator[Event]:
        raise AssertionError("a warm-up asks for no reply")
        yield

    async def is_at_hand(self) -> bool:
        return self.running and not self.elsewhere

    async def start(self) -> None:
        self.n_starts += not self.running
        if self.broken is not None:
            raise self.broken
        self.running, self.n_ctx = True, 4096

    async def warm_up(self, prompt: Prompt) -> None:
        self.asked.append(prompt)
        try:
            await self.read.wait()
        except asyncio.CancelledError:
            self.cancelled.append(prompt)
            raise


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm_up, "REST_SECONDS", 0.0)
    monkeypatch.setattr(psutil, "sensors_battery", lambda: None)


def always(prompt: Prompt | None) -> Callable[[Room], Prompt | None]:
    return lambda _: prompt


async def settled(warm_ups: WarmUps) -> None:
    """Until it is decided whether anything is read, and the model has begun to."""
    assert warm_ups._coming is not None
    await asyncio.wait([warm_ups._coming])
    await asyncio.sleep(0)


async def test_an_opened_menu_starts_the_model_and_has_the_prompt_for_its_window_read() -> None:
    model = FakeModel()
    warm_ups = WarmUps(lambda: model)
    warm_ups.menu_opened(lambda room: Prompt("s", str(room.n_ctx)))
    await settled(warm_ups)
    assert (model.n_starts, model.asked) == (1, [Prompt("s", "4096")])
    await warm_ups.end()


async def test_a_selection_starts_nothing() -> None:
    model = FakeModel()
    warm_ups = WarmUps(lambda: model)
    warm_ups.selected(always(ONE))
    await settled(warm_ups)
    assert (model.n_starts, model.asked) == (0, [])


async def test_nothing_is_sent_to_another_machine() -> None:
    model = FakeModel(running=True, elsewhere=True)
    warm_ups = WarmUps(lambda: model)
    for begin in (warm_ups.menu_opened, warm_ups.selected):
        begin(always(ONE))
        await settled(warm_ups)
    assert model.asked == []


async def test_a_selection_that_is_rested_on_is_read_by_a_model_that_runs() -> None:
    model = FakeModel(running=True)
    warm_ups = WarmUps(lambda: model)
    warm_ups.selected(always(ONE))
    await settled(warm_ups)
    assert model.asked == [ONE]
    await warm_ups.end()


async def test_only_the_last_of_many_selections_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm_up, "REST_SECONDS", 0.05)
    model = FakeModel(running=True)
    warm_ups = WarmUps(lambda: model)
    for n in range(10):
        warm_ups.selected(always(Prompt("s", str(n))))
        await asyncio.sleep(0)
    await settled(warm_ups)
    assert model.asked == [Prompt("s", "9")]
    await warm_ups.end()


async def test_a_selection_that_is_given_up_is_not_read_but_a_menu_is() -> None:
    model = FakeModel(running=True)
    warm_ups = WarmUps(lambda: model)
    warm_ups.selected(always(ONE))
    warm_ups.moved()
    await settled(warm_ups)
    assert model.asked == []
    warm_ups.menu_opened(always(ONE))
    warm_ups.moved()
    await settled(warm_ups)
    assert model.asked == [ONE]
    await warm_ups.end()


async def test_the_same_prompt_is_not_sent_twice_in_a_row() -> None:
    model = FakeModel()
    warm_ups = WarmUps(lambda: model)
    for _ in range(2):
        warm_ups.menu_opened(always(ONE))
        await settled(warm_ups)
    model.read.set()
    await asyncio.sleep(0)
    warm_ups.selected(always(ONE))
    await settled(warm_ups)
    assert (model.asked, model.cancelled) == ([ONE], [])


async def test_a_host_that_left_has_forgotten_what_it_read() -> None:
    model = FakeModel()
    model.read.set()
    warm_ups = WarmUps(lambda: model)
    for _ in range(2):
        warm_ups.menu_opened(always(ONE))
        await settled(warm_ups)
        model.running = False
    assert (model.n_starts, model.asked) == (2, [ONE, ONE])


async def test_a_newer_prompt_takes_the_place_of_an_older() -> None:
    model = FakeModel()
    warm_ups = WarmUps(lambda: model)
    for prompt in (ONE, OTHER, ONE):
        warm_ups.menu_opened(always(prompt))
        await settled(warm_ups)
    assert (model.asked, model.cancelled) == ([ONE, OTHER, ONE], [ONE, OTHER])
    await warm_ups.end()
    assert model.cancelled[-1] == ONE


@pytest.mark.parametrize("stop", [WarmUps.job_started, WarmUps.stop])
async def test_a_job_or_a_keystroke_stops_the_model(stop: Callable[[WarmUps], None]) -> None:
    model = FakeModel()
    warm_ups = WarmUps(lambda: model)
    warm_ups.menu_opened(always(ONE))
    await settled(warm_ups)
    stop(warm_ups)
    await asyncio.sleep(0)
    assert model.cancelled == [ONE]
    warm_ups.menu_opened(always(ONE))
    await settled(warm_ups)
    assert model.asked == [ONE, ONE], "it may have been forgotten since"
    await warm_ups.end()


async def test_what_is_stopped_before_it_begins_never_begins() -> None:
    model = FakeModel()
    warm_ups = WarmUps(lambda: model)
    warm_ups.menu_opened(always(ONE))
    warm_ups.stop()
    await settled(warm_ups)
    assert (model.n_starts, model.asked) == (0, [])


async def test_a_model_that_does_not_start_is_left_alone_until_a_job_has_told_why() -> None:
    model = FakeModel(broken=HostFailed("It crashed; choose another."))
    warm_ups = WarmUps(lambda: model)
    for _ in range(3):
        warm_ups.menu_opened(always(ONE))
        await settled(warm_ups)
    assert model.n_starts == 1
    model.broken = None
    warm_ups.job_started()
    warm_ups.menu_opened(always(ONE))
    await settled(warm_ups)
    assert (model.n_starts, model.asked) == (2, [ONE])
    await warm_ups.end()


def _failing() -> Model | None:
    raise ModelError("There is no such model; choose another.")


def _too_long(room: Room) -> Prompt:
    raise PromptTooLong("Select less.")


@pytest.mark.parametrize(
    ("choose", "ahead"),
    [
        (lambda: None, always(ONE)),
        (_failing, always(ONE)),
        (lambda: FakeModel(), always(None)),
        (lambda: FakeModel(), _too_long),
    ],
)
async def test_where_there_is_nothing_to_read_nothing_is_said(
    choose: Callable[[], Model | None], ahead: Callable[[Room], Prompt | None]
) -> None:
    warm_ups = WarmUps(choose)
    warm_ups.menu_opened(ahead)
    await settled(warm_ups)
    assert warm_ups._reading is None
    assert warm_ups._coming is not None
    assert warm_ups._coming.exception() is None


def _raising(error: Exception) -> Callable[[], object]:
    def battery() -> object:
        raise error

    return battery


@pytest.mark.parametrize(
    ("battery", "expected"),
    [
        (lambda: SimpleNamespace(power_plugged=False), True),
        (lambda: SimpleNamespace(power_plugged=True), False),
        (lambda: SimpleNamespace(power_plugged=None), False),
        (lambda: None, False),
        (_raising(FileNotFoundError("energy_now")), False),
        (_raising(NotImplementedError()), False),
        (_raising(ValueError("invalid literal")), False),
    ],
)
async def test_on_its_battery_a_machine_reads_at_menus_alone(
    battery: Callable[[], object], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psutil, "sensors_battery", battery)
    model = FakeModel(running=True)
    warm_ups = WarmUps(lambda: model)
    warm_ups.selected(always(ONE))
    await settled(warm_ups)
    assert model.asked == ([] if expected else [ONE])
    warm_ups.menu_opened(always(OTHER))
    await settled(warm_ups)
    assert model.asked[-1:] == [OTHER]
    await warm_ups.end()


async def test_a_system_without_battery_sensors_is_on_mains(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(psutil, "sensors_battery")
    assert not warm_up.on_battery()
