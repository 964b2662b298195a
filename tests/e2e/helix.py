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
WRITTEN = "' written, "

# Keys of the harness: a command that is typed loses a key now and then on a slow machine, and the
# rest of it is then taken for keys of the normal mode. One key can simply be pressed again.
SHOW_CODE, WRITE, WRITE_ALL = "F5", "F6", "F7"
KEYS = """
[keys.normal]
{SHOW_CODE} = ":open {path}"
{WRITE} = ":write!"
{WRITE_ALL} = ":write-all!"
"""


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
        with (home / "config.toml").open("a") as config:
            keys = {"SHOW_CODE": SHOW_CODE, "WRITE": WRITE, "WRITE_ALL": WRITE_ALL}
            config.write(KEYS.format(path=path, **keys))
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
        self._write(WRITE)
        return self.path.read_bytes().decode()

    def beside(self, path: Path) -> str:
        self._write(WRITE_ALL)
        [shown] = path.iterdir()
        return shown.read_bytes().decode()

    def cancel(self) -> None:
        for key in ("Space", "X"):
            self.terminal.keys(key)

    def _show_code(self) -> None:
        """An explanation opens in place of the code: the user goes back. Takes messages away."""
        name = f" {self.path.name} "
        self._press_until(SHOW_CODE, lambda bottom: name in bottom and WRITTEN not in bottom)

    def _write(self, key: str) -> None:
        """The message comes once the file is there as a whole."""
        self._press_until(key, lambda bottom: WRITTEN in bottom)

    def _press_until(self, key: str, done: Callable[[str], bool]) -> None:
        def pressed() -> bool:
            self.terminal.keys(key)
            with suppress(TimedOut):
                return wait_for("its effect", lambda: done(self._bottom()), 5.0)
            return False

        wait_for(f"the effect of {key}", pressed, scene=self.terminal.screen)

    def _bottom(self) -> str:
        """The status line and the message below it."""
        return "\n".join(self.terminal.screen().rstrip("\n").split("\n")[-2:])

    def close(self) -> None:
        self.terminal.stop()


def _rows(answer: object) -> Sequence[Mapping[str, object]]:
    assert isinstance(answer, Sequence), f"no list of actions: {answer}"
    return [row for row in answer if isinstance(row, Mapping)]
