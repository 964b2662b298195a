"""One child that is asked in JSON lines, each answer awaited no longer than its time limit.

Threads read the pipes, as a pipe that nobody reads stops the child, and a pipe cannot be read with
a time limit everywhere. Of stderr the end is kept: it explains a child that died.
"""

import json
import queue
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import IO, Final, Self

from lsp_server.migrate.replay.sandbox import close_pipes, kill

KEPT_LINES: Final = 60


class ChildDied(Exception):
    """The child ended, or did not answer in time. The message says which, with its last line."""


class Child:
    """A running child; leaving the `with` block kills it."""

    def __init__(self, process: "subprocess.Popen[bytes]", lifetime: float) -> None:
        assert process.stdin and process.stdout and process.stderr
        self._process = process
        self._stdin = process.stdin
        self._until = time.monotonic() + lifetime
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._stderr: deque[bytes] = deque(maxlen=KEPT_LINES)
        self._reading = threading.Thread(
            target=lambda: _pump(process.stderr, self._stderr.append, None), daemon=True
        )
        self._reading.start()
        threading.Thread(
            target=lambda: _pump(process.stdout, self._lines.put, b""), daemon=True
        ).start()

    def ask(self, message: Mapping[str, object], seconds: float) -> dict[str, object]:
        """The answer to one message. ChildDied when none comes; the child is killed then."""
        try:
            self._stdin.write(json.dumps(message).encode() + b"\n")
            self._stdin.flush()
            return self.next_line(seconds)
        except (BrokenPipeError, OSError, ValueError) as error:
            raise self._died("It ended") from error

    def next_line(self, seconds: float) -> dict[str, object]:
        """The next JSON object that the child writes."""
        wait = min(seconds, self._until - time.monotonic())
        try:
            line = self._lines.get(timeout=max(wait, 0.01))
        except queue.Empty:
            raise self._died(f"It did not answer within {max(wait, 0):.0f} s") from None
        if not line:
            raise self._died("It ended")
        try:
            answer = json.loads(line)
        except ValueError:
            raise self._died("It wrote what is no answer") from None
        return answer if isinstance(answer, dict) else {}

    @property
    def last_words(self) -> str:
        """The end of what the child wrote to stderr; of one that has ended, the very end."""
        if self._process.poll() is not None:
            self._reading.join(timeout=1)
        return b"".join(self._stderr).decode("utf-8", "replace").strip()

    def close(self) -> None:
        """Kill the child and all that it started."""
        self._end()
        self._reading.join(timeout=1)
        close_pipes(self._process)

    def _end(self) -> None:
        kill(self._process)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _died(self, what: str) -> ChildDied:
        self._end()
        words = self.last_words.rpartition("\n")[2][-1500:]
        return ChildDied(f"{what}; its last words: {words}" if words else f"{what}, silently.")


def _pump(stream: IO[bytes] | None, put: Callable[[bytes], object], last: bytes | None) -> None:
    """Hand on each line; at the end `last`, if there is one."""
    assert stream is not None
    try:
        for line in stream:
            put(line)
    except (OSError, ValueError):  # Closed by `kill` while it was being read.
        pass
    if last is not None:
        put(last)
