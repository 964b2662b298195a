"""What is being measured, while it is: one line on a terminal, one line each elsewhere."""

import sys
import time
from types import TracebackType
from typing import Self


class Progress:
    """On stderr, so that the figures can be piped on."""

    def __enter__(self) -> Self:
        self._is_terminal = sys.stderr.isatty()
        self._began = time.monotonic()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._is_terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def tell(self, what: str) -> None:
        line = f"{self._minutes()}  {what}"
        shown = f"\r\x1b[K{line}" if self._is_terminal else f"{line}\n"
        print(shown, end="", file=sys.stderr, flush=True)

    def _minutes(self) -> str:
        passed = int(time.monotonic() - self._began)
        return f"{passed // 60:2}:{passed % 60:02}"
