"""The thread that owns llama.cpp, from the loading of the model to the end.

llama.cpp is imported in the thread, so that the host answers `/health` before. The state goes
Loading, then Ready or LoadFailed, and never back. A corrupt GGUF may make llama.cpp abort() the
whole process: the supervisor sees that death; what a look at the header shows is said here.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.errors import ModelUnusable
from lsp_server.host.chat_template import ChatTemplate

if TYPE_CHECKING:
    from lsp_server.host.engine import Engine, Shape
    from lsp_server.host.scheduler import Scheduler

log = logging.getLogger(__name__)

MAGIC = b"GGUF"
SMALLEST = 24
"""Bytes of the shortest header: magic, version, and the two counts."""


@dataclass(frozen=True, slots=True)
class Loading:
    """The weights are being read."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Requests are answered."""

    engine: "Engine"
    scheduler: "Scheduler"
    chat_template: ChatTemplate


@dataclass(frozen=True, slots=True)
class LoadFailed:
    """The model cannot be used; a sentence that says why."""

    message: str


State = Loading | Ready | LoadFailed


@dataclass(frozen=True, slots=True)
class Window:
    """What of llama.cpp's settings the host's caller chooses."""

    n_ctx: int
    n_threads: int


class EngineThread:
    """`changed` is called in the engine thread after each change of `state`."""

    def __init__(self, model_path: Path, window: Window, changed: Callable[[], None]) -> None:
        self.state: State = Loading()
        self._model_path = model_path
        self._window = window
        self._changed = changed
        self._stopping = threading.Event()
        self._closing = threading.Event()
        # A daemon: a thread stuck in llama.cpp must not keep the process alive.
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End whatever it does, loading too. The tokenizer still answers, until `close`."""
        self._stopping.set()
        if isinstance(self.state, Ready):
            self.state.scheduler.close()

    def close(self, timeout_s: float) -> None:
        """`stop`, free the model, and wait at most so long for it."""
        self.stop()
        self._closing.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            self.state = self._load()
        except ModelUnusable as error:
            self.state = LoadFailed(str(error))
        except Exception as error:
            log.exception("Loading failed")
            self.state = LoadFailed(f"{self._model_path.name} could not be loaded: {error}.")
        self._changed()
        if isinstance(self.state, Ready):
            if not self._stopping.is_set():
                self.state.scheduler.run()
            self._closing.wait()
            self.state.engine.close()

    def _load(self) -> Ready:
        check_header(self._model_path)
        from lsp_server.host.engine import Engine
        from lsp_server.host.scheduler import Scheduler

        engine = Engine(self._shape(), lambda: not self._stopping.is_set())
        return Ready(engine, Scheduler(engine), ChatTemplate(engine))

    def _shape(self) -> "Shape":
        from lsp_server.host.engine import Shape

        return Shape(self._model_path, self._window.n_ctx, self._window.n_threads)


def check_header(path: Path) -> None:
    """Raise ModelUnusable if a look at the first bytes shows that this is no GGUF."""
    try:
        with path.open("rb") as file:
            start = file.read(SMALLEST)
    except OSError as error:
        raise ModelUnusable(f"{path} cannot be read: {error.strerror}.") from error
    if start[:4] != MAGIC:
        raise ModelUnusable(f"{path} is not a GGUF file; choose one with `penna model use`.")
    if len(start) < SMALLEST:
        raise ModelUnusable(f"{path} is cut off; fetch it again with `penna model pull`.")
