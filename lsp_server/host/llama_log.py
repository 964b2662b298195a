"""llama.cpp's log, handed on to `logging`, and the reason it gives for a failure.

Its errors are only debug lines here, its warnings only for information: each stop of a batch is
four of the first and one of the second, and what is really wrong is raised as ours, with this
reason in it.
"""

import logging

log = logging.getLogger(__name__)

WARN, ERROR, CONTINUED = 3, 4, 5
"""ggml's levels that matter here; those below are our debug."""

NO_REASON = "it does not say why"


class LlamaLog:
    def __init__(self) -> None:
        self._errors: list[str] = []
        self._level = 0

    @property
    def reason(self) -> str:
        """The first error since `forget`: llama.cpp goes on from it to what follows from it."""
        return self._errors[0] if self._errors else NO_REASON

    def forget(self) -> None:
        self._errors.clear()

    def take(self, level: int, text: bytes, _data: object) -> None:
        """The callback."""
        self._level = self._level if level == CONTINUED else level
        line = text.decode("utf-8", "replace").rstrip()
        if line.strip("."):
            log.log(logging.INFO if self._level == WARN else logging.DEBUG, "%s", line)
        if self._level == ERROR and line:
            self._errors.append(line.rpartition("error loading model: ")[2])
