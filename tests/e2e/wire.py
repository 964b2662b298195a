"""What an editor and `penna lsp` said to each other, read from files that `tee` writes.

The editor starts a small shell script in penna's place; it copies both directions into files
and adds nothing. Messages of one direction are in order; between the two directions there is
none. Deliberately absent: any way to change what is said.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Json = Mapping[str, "Value"]
Value = str | int | float | bool | None | Json | Sequence["Value"]
Result = TypeVar("Result")

# Seconds. Generous: nothing waits as long unless it is broken, or the machine is very slow.
PATIENCE = 60.0
POLL = 0.01


class TimedOut(AssertionError):
    """What was waited for did not come."""


def wait_for(
    what: str,
    look: Callable[[], Result | None],
    seconds: float = PATIENCE,
    scene: Callable[[], str] = lambda: "",
) -> Result:
    """The first true value of `look`; `scene` describes what is there if it never comes."""
    until = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > until:
            raise TimedOut(f"{what} did not come within {seconds:.0f} s\n{scene()}")
        time.sleep(POLL)
    return found


@dataclass(frozen=True, slots=True)
class Wire:
    """The record of one server's life."""

    folder: Path

    def from_server(self, method: str) -> list[Json]:
        """Parameters of the server's requests and notifications of this method, in order."""
        return _parameters(self.folder / "from-server", method)

    def from_editor(self, method: str) -> list[Json]:
        return _parameters(self.folder / "from-editor", method)

    def answers(self, method: str) -> list[Value]:
        """The results of the editor's requests of this method that have been answered."""
        asked = [
            message["id"]
            for message in messages(self.folder / "from-editor")
            if message.get("method") == method and "id" in message
        ]
        results = {
            message["id"]: message["result"]
            for message in messages(self.folder / "from-server")
            if "result" in message
        }
        return [results[number] for number in asked if number in results]

    def n_edits(self) -> int:
        return len(self.from_server("workspace/applyEdit"))

    def ended(self) -> list[Json]:
        return self.from_server("penna/jobEnded")

    def wait_started(self) -> None:
        wait_for("the editor's `initialized`", lambda: self.from_editor("initialized"))

    def wait_edits(self, number: int) -> None:
        wait_for(f"edit number {number}", lambda: self.n_edits() >= number or self._over(number))

    def wait_ended(self, number: int = 1) -> Json:
        """The parameters of the `number`th penna/jobEnded."""

        def nth() -> Json | None:
            ended = self.ended()
            return ended[number - 1] if len(ended) >= number else None

        return wait_for(f"penna/jobEnded number {number}", nth, scene=self.scene)

    def errors(self) -> str:
        """What the server wrote to stderr."""
        path = self.folder / "errors"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def scene(self) -> str:
        """What was said last, and what the server wrote to stderr."""
        said = [
            f"{direction}: {str(message)[:300]}"
            for direction in ("from-editor", "from-server")
            for message in messages(self.folder / direction)[-6:]
        ]
        return "\n".join([*said, self.errors()])

    def _over(self, number: int) -> bool:
        ended = self.ended()
        assert not ended, f"the job ended before edit number {number}: {ended}"
        return False


def messages(path: Path) -> list[Json]:
    """All whole messages of one direction."""
    data = path.read_bytes() if path.exists() else b""
    found: list[Json] = []
    at = 0
    while (end := data.find(b"\r\n\r\n", at)) >= 0:
        size = _content_length(data[at:end])
        body = data[end + 4 : end + 4 + size]
        if len(body) < size:
            break
        found.append(json.loads(body))
        at = end + 4 + size
    return found


def _content_length(headers: bytes) -> int:
    for line in headers.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    raise AssertionError(f"a message without Content-Length: {headers!r}")


def _parameters(path: Path, method: str) -> list[Json]:
    found: list[Json] = []
    for message in messages(path):
        parameters = message.get("params")
        if message.get("method") == method and isinstance(parameters, Mapping):
            found.append(parameters)
    return found
