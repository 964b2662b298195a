"""llama.cpp's log, handed on to `logging`, and the reason it gives for a failure."""

import logging

log = logging.getLogger(__name__)

LEVELS = (logging.DEBUG, logging.DEBUG, logging.DEBUG, logging.WARNING, logging.ERROR)
"""For ggml's none, debug, info, warn and error: its info is our debug."""

NO_REASON = "it does not say why"


class LlamaLog:
    def __init__(self) -> None:
        self._errors: list[str] = []
        self._level = logging.DEBUG

    @property
    def reason(self) -> str:
        """The first error since `forget`: llama.cpp goes on from it to what follows from it."""
        return self._errors[0] if self._errors else NO_REASON

    def forget(self) -> None:
        self._errors.clear()

    def take(self, level: int, text: bytes, _data: object) -> None:
        """The callback. A level that `LEVELS` has not (5) goes on with the line before."""
        self._level = LEVELS[level] if level < len(LEVELS) else self._level
        line = text.decode("utf-8", "replace").rstrip()
        if line.strip("."):
            log.log(self._level, "%s", line)
        if self._level == logging.ERROR and line:
            self._errors.append(line.rpartition("error loading model: ")[2])
