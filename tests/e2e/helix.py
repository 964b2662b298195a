"""Helix in a terminal, on the settings of editor-clients/README.md.

Helix cannot ask for one kind of action: the row is found in its menu, by its title.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.readme import block
from tests.e2e.terminal import Terminal
from tests.e2e.wire import wait_for
from tests.e2e.world import EDITORS, World

FILES = ("languages.toml",)


@dataclass(slots=True)
class Helix:
    """One Helix with one file."""

    world: World
    terminal: Terminal = field(init=False)
    path: Path = field(init=False)

    def open(self, path: Path) -> None:
        home = self.world.config / "helix"
        home.mkdir(exist_ok=True)
        for name in FILES:
            (home / name).write_text(block(name))
        self.path = path
        self.terminal = Terminal(self.world.folder)
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
        self.terminal.keys("Escape")
        self.terminal.type(f"{first}gg")
        if last > first:
            self.terminal.type("x" * (last - first + 1))

    def type_behind(self, marker: str, text: str) -> None:
        self.terminal.keys("Escape")
        self.terminal.type("gg/" + marker)
        self.terminal.keys("Enter")
        self.terminal.type("A" + text)
        self.terminal.keys("Escape")

    def undo(self) -> None:
        self.terminal.keys("Escape")
        self.terminal.type("u")

    def text(self) -> str:
        """The buffer, written to its file."""
        self.terminal.keys("Escape")
        self.path.unlink()
        self.terminal.type(":write!")
        self.terminal.keys("Enter")
        wait_for("the written file", self.path.exists)
        return self.path.read_bytes().decode()

    def close(self) -> None:
        self.terminal.stop()


def _rows(answer: object) -> Sequence[Mapping[str, object]]:
    assert isinstance(answer, Sequence), f"no list of actions: {answer}"
    return [row for row in answer if isinstance(row, Mapping)]
