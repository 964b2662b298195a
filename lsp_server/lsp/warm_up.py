"""Reading ahead: what all actions here show the model first, while the user still chooses.

Opening the menu may start the host, as choosing a row would: it loads its model while the user
reads. Resting on a selection is no wish: it starts nothing, because a model takes gigabytes, and
asks for nothing while the machine runs on its battery. Nothing is sent to another machine either
way: menus are opened for other tools' sake, too, and code leaves by an action that was chosen.

One prompt at a time. A newer one takes the place of an older; one that is being read, or was read
last, is not sent again; a job ends it, and the model keeps what it has read so far. What fails
here fails in silence, and the next job says why.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from lsp_server.errors import ModelError, PennaError
from lsp_server.model.protocol import Model
from lsp_server.prompt import Prompt, Room

REST_SECONDS = 0.5
"""A selection that is still being made changes sooner."""
log = logging.getLogger(__name__)

Choose = Callable[[], Model | None]
Ahead = Callable[[Room], Prompt | None]


class WarmUps:
    """Those of one session. `choose` gives the model at the time, `ahead` the prompt for its
    window; either may raise `PennaError`, or give None, and then nothing is read."""

    def __init__(self, choose: Choose) -> None:
        self._choose = choose
        self._coming: asyncio.Task[None] | None = None
        self._is_resting = False
        self._reading: asyncio.Task[None] | None = None
        self._asked: tuple[Model, Prompt] | None = None
        self._broken: Model | None = None

    def menu_opened(self, ahead: Ahead) -> None:
        self._come(self._after_menu, ahead)
        self._is_resting = False

    def selected(self, ahead: Ahead) -> None:
        self._come(self._after_rest, ahead)
        self._is_resting = True

    def moved(self) -> None:
        """Nothing is selected any more: what was selected has not been rested on."""
        if self._coming is not None and self._is_resting:
            self._coming.cancel()

    def stop(self) -> None:
        """Something else is wanted of the model, or the text is another by now."""
        for task in (self._coming, self._reading):
            if task is not None:
                task.cancel()
        self._asked = None

    async def end(self) -> None:
        """As `stop`; returns when nothing runs any more."""
        self.stop()
        tasks = [task for task in (self._coming, self._reading) if task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)

    def job_started(self) -> None:
        """A model that could not be started is tried again from now on: the user has been told."""
        self.stop()
        self._broken = None

    def _come(self, way: Callable[[Ahead], Awaitable[None]], ahead: Ahead) -> None:
        if self._coming is not None:
            self._coming.cancel()
        self._coming = asyncio.ensure_future(_in_silence(way, ahead))

    async def _after_menu(self, ahead: Ahead) -> None:
        model = self._choose()
        if model is None or model is self._broken:
            return
        if not await model.is_at_hand():
            # What was read last is forgotten with the host that read it.
            self._asked = None
        try:
            await model.start()
        except ModelError:
            self._broken = model
            raise
        await self._read(model, ahead)

    async def _after_rest(self, ahead: Ahead) -> None:
        await asyncio.sleep(REST_SECONDS)
        model = self._choose()
        if model is not None and not await asyncio.to_thread(on_battery):
            await self._read(model, ahead)

    async def _read(self, model: Model, ahead: Ahead) -> None:
        if not await model.is_at_hand():
            return
        prompt = await asyncio.to_thread(ahead, Room(model.n_ctx))
        if prompt is None or (model, prompt) == self._asked:
            return
        if self._reading is not None:
            self._reading.cancel()
        self._asked = model, prompt
        self._reading = asyncio.ensure_future(model.warm_up(prompt))


async def _in_silence(way: Callable[[Ahead], Awaitable[None]], ahead: Ahead) -> None:
    try:
        await way(ahead)
    except PennaError as error:
        log.debug("not warmed up: %s", error)


def on_battery() -> bool:
    """Whether the machine is known to run on its battery. Reads files; psutil is slow to import."""
    try:
        import psutil

        battery = psutil.sensors_battery()
    except (ImportError, AttributeError, OSError, ValueError, RuntimeError):
        # Not on every system, and sensors say strange things.
        return False
    return battery is not None and battery.power_plugged is False
