"""Helix in a terminal, on the settings of editor-clients/README.md.

Helix cannot ask for one kind of action: the row is found in its menu, by its title.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.readme import block
from tests.e2e.terminal import Terminal
from tests.e2e.wire import TimedOut, wait_for
from tests.e2e.world import EDITORS, World

FILES = ("languages.toml", "config.toml")
NORMAL = " NOR "


@dataclass(slots=True)
class Helix:
    """One Helix with one file."""

    world: World
    terminal: Terminal = field(init=False)
    path: Path = field(init=False)

    def __post_init__(self) -> None:
        self.terminal = Terminal(self.world.folder)

    def open(self, path: Path) -> None:
        home = self.world.config / "helix"
        home.mkdir(exist_ok=True)
        for name in FILES:
            (home / name).write_text(block(name))
        self.path = path
        command = [str(EDITORS / "bin" / "hx"), str(path)]
        self.terminal.start(command, self.world.env, self.world.workspace)
        self.world.wire.wait_started()
        self.terminal.wait_screen(path.name)

    def run(self, kind: str, lines: tuple[int, int]) -> None:
        self.select(lines)
        asked = len(self.world.wire.answers("textDocument/codeAction"))
        self.terminal.keys("Space")
        self.terminal.keys("a")
        answers = wait_for(
            "the answer to textDocument/codeAction",
            lambda: self.world.wire.answers("textDocument/codeAction")[asked:],
        )
        titles = {str(row["title"]): str(row["kind"]) for row in _rows(answers[0])}
        wanted = next(title for title, its_kind in titles.items() if its_kind == kind)
        screen = self.terminal.wait_screen(wanted)
        shown = [title for line in screen.splitlines() for title in titles if title in line]
        for _ in range(shown.index(wanted)):
            self.terminal.keys("C-n")
        self.terminal.keys("Enter")

    def select(self, lines: tuple[int, int]) -> None:
        first, last = lines
        self.terminal.type(f"{first}gg")
        if last > first:
            self.terminal.type("x" * (last - first + 1))

    def type_behind(self, marker: str, text: str, pace: Callable[[], None]) -> None:
        self._show_code()
        self.terminal.type("gg/" + marker)
        self.terminal.keys("Enter")
        self.terminal.type("A")
        self.terminal.type(text, pace)
        # Seen before the next key, or both together would be read as Alt and that key.
        self.terminal.keys("Escape")
        self.terminal.wait_screen(NORMAL)

    def undo(self) -> None:
        self.terminal.type("u")

    def text(self) -> str:
        """The buffer, written to its file."""
        self._show_code()
        self.path.unlink()
        self.command("write!")
        return self._written(self.path)

    def beside(self, path: Path) -> str:
        self.command("write-all!")
        [shown] = path.iterdir()
        return self._written(shown)

    def cancel(self) -> None:
        for key in ("Space", "X"):
            self.terminal.keys(key)

    def _show_code(self) -> None:
        """An explanation opens in place of the code: the user goes back."""
        self.command(f"open {self.path}")

    def command(self, line: str) -> None:
        wait_for("the prompt", self._prompted, 20.0, self.terminal.screen)
        self.terminal.type(line)
        self.terminal.keys("Enter")

    def _prompted(self) -> bool:
        """Press the key for the prompt: Helix drops about one in a hundred."""
        self.terminal.type(":")
        with suppress(TimedOut):
            return bool(wait_for("the prompt", lambda: "\n:" in self.terminal.screen(), 1.0))
        return False

    def _written(self, path: Path) -> str:
        wait_for(
            "the written file",
            lambda: path.exists() and path.stat().st_size,
            20.0,
            self.terminal.screen,
        )
        return path.read_bytes().decode()

    def close(self) -> None:
        self.terminal.stop()


def _rows(answer: object) -> Sequence[Mapping[str, object]]:
    assert isinstance(answer, Sequence), f"no list of actions: {answer}"
    return [row for row in answer if isinstance(row, Mapping)]
