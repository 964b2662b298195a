"""The thread that owns llama.cpp, from the loading of the model to the end.

llama.cpp is imported in the thread, so that the host answers `/health` before. The state goes
Loading, then Ready or LoadFailed, and back only by `free`. A corrupt GGUF may make llama.cpp
abort() the whole process: the supervisor sees that death; what a look at the header shows is said
here.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.errors import ModelUnusable
from lsp_server.host.window import Window

if TYPE_CHECKING:
    from lsp_server.host.chat_template import ChatTemplate
    from lsp_server.host.drafts import SmallModel
    from lsp_server.host.engine import Engine
    from lsp_server.host.kept_prefix import SystemPrompt
    from lsp_server.host.metrics import Metrics
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
    chat_template: "ChatTemplate"
    metrics: "Metrics"
    system_prompt: "SystemPrompt"
    small_model: "SmallModel | None"

    def close(self) -> None:
        """Once the scheduler has ended."""
        self.system_prompt.close()
        if self.small_model is not None:
            self.small_model.close()
        self.engine.close()


@dataclass(frozen=True, slots=True)
class LoadFailed:
    """The model cannot be used; a sentence that says why."""

    message: str


State = Loading | Ready | LoadFailed


class EngineThread:
    """`changed` is called in the engine thread after each change of `state`."""

    def __init__(self, model_path: Path, window: Window, changed: Callable[[], None]) -> None:
        self.state: State = Loading()
        self._model_path = model_path
        self._window = window
        self._changed = changed
        self._stopping = threading.Event()
        self._closing = threading.Event()
        self._thread = self._made()

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
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def free(self, timeout_s: float) -> None:
        """As `close`, but `start` loads the model anew then. Nobody may be asking it."""
        self.close(timeout_s)
        self.state = Loading()
        self._stopping, self._closing = threading.Event(), threading.Event()
        self._thread = self._made()

    def _made(self) -> threading.Thread:
        """A daemon: a thread stuck in llama.cpp must not keep the process alive."""
        return threading.Thread(target=self._run, name="engine", daemon=True)

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
            self.state.close()

    def _load(self) -> Ready:
        check_header(self._model_path)
        from lsp_server.host import assembly
        from lsp_server.host.engine import Engine

        def going_on() -> bool:
            return not self._stopping.is_set()

        engine = Engine(assembly.shape(self._model_path, self._window), going_on)
        try:
            return assembly.ready(engine, self._model_path, self._window, going_on)
        except BaseException:
            engine.close()
            raise


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
