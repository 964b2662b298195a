"""What the engine does while nobody asks: it keeps the system prompt's state for the next start,
and measures the machine. Each piece is small, and an arrival stops it.

For the engine thread. Deliberately absent: when it is time (`scheduler.py`).
"""

from lsp_server.host.calibration import Calibration
from lsp_server.host.kept_prefix import SystemPrompt
from lsp_server.host.prefix_cache import PrefixCache
from lsp_server.host.work import Work


class IdleWork:
    """`spares` are sequences that nobody else uses; they are empty before and after each piece."""

    def __init__(
        self,
        cache: PrefixCache,
        prompt: SystemPrompt,
        calibration: Calibration,
        spares: tuple[int, int],
    ) -> None:
        self._cache = cache
        self._prompt = prompt
        self._calibration = calibration
        self._spares = spares
        self._newest: tuple[int, ...] = ()

    def ended(self, work: Work) -> None:
        """A request has ended; its system prompt is the one to be kept."""
        self._newest = work.prompt[: work.n_system] or self._newest

    def step(self) -> bool:
        """Do one piece; False if there is nothing to do."""
        if self._newest and self._prompt.wants(self._newest):
            source = self._cache.holder(self._newest)
            if source is not None:
                self._prompt.keep(source, self._newest, self._spares[0])
            self._newest = ()
            return True
        return not self._calibration.is_done and self._calibration.step(self._spares)
