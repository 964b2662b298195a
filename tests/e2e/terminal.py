"""A program in a terminal: tmux types its keys and reads its screen."""

import os
import shlex
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.wire import wait_for

COLUMNS, ROWS = 110, 50


@dataclass(frozen=True, slots=True)
class Terminal:
    """One tmux server of its own, reached through a socket in `folder`."""

    folder: Path
    tmux: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        socket = str(self.folder / "tmux")
        object.__setattr__(self, "tmux", ("tmux", "-u", "-S", socket, "-f", "/dev/null"))

    def start(self, command: Sequence[str], env: Mapping[str, str], folder: Path) -> None:
        size = ("-x", str(COLUMNS), "-y", str(ROWS))
        inner = f"{shlex.join(command)} 2> {shlex.quote(str(self.folder / 'editor-errors'))}"
        self._run("new-session", "-d", *size, "-c", str(folder), inner, env=env)
        # An Escape is a key of its own, not the start of Alt.
        self._run("set-option", "-s", "escape-time", "0")

    def keys(self, *names: str) -> None:
        """Press keys by tmux's names: "Escape", "C-x", "M-x"."""
        self._run("send-keys", *names)

    def type(self, text: str, pace: Callable[[], None] = lambda: None) -> None:
        """One key at a time, as fast as tmux can be called; `pace` runs after each."""
        for character in text:
            self._run("send-keys", "-l", character)
            pace()

    def screen(self) -> str:
        return self._run("capture-pane", "-p")

    def wait_screen(self, text: str) -> str:
        """The screen, once `text` stands on it."""

        def seen() -> str | None:
            screen = self.screen()
            return screen if text in screen else None

        return wait_for(f"{text!r} on the screen", seen, 20.0, self.screen)

    def stop(self) -> None:
        """Also when it never started."""
        subprocess.run([*self.tmux, "kill-server"], capture_output=True, check=False)

    def _run(self, *arguments: str, env: Mapping[str, str] | None = None) -> str:
        done = subprocess.run(
            [*self.tmux, *arguments],
            env=dict(env) if env is not None else dict(os.environ),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout
