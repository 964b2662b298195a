"""Emacs in a terminal, on the settings of editor-clients/README.md, with eglot or lsp-mode.

Keys come through the terminal; `emacsclient` only reads. C-g is never pressed: it throws away
the keys that Emacs has not read yet, and the didChange that lsp-mode is about to send.
"""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.readme import block
from tests.e2e.terminal import Terminal
from tests.e2e.wire import wait_for
from tests.e2e.world import EDITORS, World

EGLOT_DEFAULT = ("eglot.el",)
EGLOT = ("eglot.el", "eglot-quick.el")
LSP_MODE = ("lsp-mode.el",)

# Nothing that bears on edits: where files go, and no questions.
PLUMBING = """\
(setq make-backup-files nil auto-save-default nil create-lockfiles nil use-short-answers t
      native-comp-jit-compilation nil native-comp-enable-subr-trampolines nil
      inhibit-startup-screen t warning-minimum-level :error
      server-socket-dir "{run}" server-name "e2e" lsp-session-file "{run}/lsp-session"
      lsp-auto-guess-root t lsp-restart 'ignore)
(dolist (folder (directory-files "{elpa}" t "^[a-z]")) (add-to-list 'load-path folder))
(server-start)
"""


@dataclass(slots=True)
class Emacs:
    """One Emacs with one file. `files` are the blocks of the README that it is given."""

    world: World
    files: tuple[str, ...]
    terminal: Terminal = field(init=False)
    path: Path = field(init=False)

    def __post_init__(self) -> None:
        self.terminal = Terminal(self.world.folder)

    def open(self, path: Path) -> None:
        self.path = path
        sockets = self.world.folder / "run" / "emacs"
        sockets.mkdir(mode=0o700)
        elpa = EDITORS / "debian" / "usr" / "share" / "emacs" / "site-lisp" / "elpa-src"
        init = self.world.folder / "init.el"
        parts = [PLUMBING.format(run=sockets, elpa=elpa), *map(block, self.files)]
        init.write_text("\n".join(parts))
        command = [str(EDITORS / "bin" / "emacs"), "-nw", "-Q", "-l", str(init), str(path)]
        self.terminal.start(command, self.world.env, self.world.workspace)
        self.world.wire.wait_started()

    def run(self, kind: str, lines: tuple[int, int]) -> None:
        self.select(lines)
        if self.files == LSP_MODE:
            self.command("eval-expression", f'(lsp-execute-code-action-by-kind "{kind}")')
        else:
            self.command("penna", kind)

    def instruct(self, lines: tuple[int, int], instruction: str) -> None:
        self.select(lines)
        self.command("penna-edit", instruction)

    def command(self, name: str, *answers: str) -> None:
        """Call a command by name and answer what it asks."""
        self.terminal.keys("M-x")
        for answer in (name, *answers):
            self.terminal.type(answer)
            self.terminal.keys("Enter")

    def select(self, lines: tuple[int, int]) -> None:
        first, last = lines
        self.command("goto-line", str(first))
        if last > first:
            self.terminal.keys("C-Space")
            self.command("goto-line", str(last + 1))

    def type_behind(self, marker: str, text: str, pace: Callable[[], None]) -> None:
        if self.path.name not in self.evaluate("(buffer-name (window-buffer))"):
            # An explanation opened, and took the keys.
            self.terminal.keys("C-x", "b")
            self.terminal.type(self.path.name)
            self.terminal.keys("Enter")
        self.terminal.keys("M-<", "C-s")
        self.terminal.type(marker)
        self.terminal.keys("Enter", "C-e")
        self.terminal.type(text, pace)

    def undo(self) -> None:
        self.terminal.keys("C-_")

    def cancel(self) -> None:
        self.command("penna-cancel")

    def text(self) -> str:
        return self._text(f'(find-buffer-visiting "{self.path}")')

    def beside(self, path: Path) -> str:
        """lsp-mode shows nothing: there the file itself is read."""
        [shown] = path.iterdir()
        if self.files == LSP_MODE:
            return shown.read_text("utf-8")
        return self._text(f'(find-buffer-visiting "{shown}")')

    def _text(self, buffer: str) -> str:
        """A buffer as it would be saved."""
        copy = self.world.folder / "text"
        self.evaluate(f'(with-current-buffer {buffer} (write-region nil nil "{copy}" nil 0))')
        return copy.read_bytes().decode()

    def evaluate(self, form: str) -> str:
        socket = self.world.folder / "run" / "emacs" / "e2e"
        wait_for("Emacs's server", socket.exists)
        command = [str(EDITORS / "bin" / "emacsclient"), "-s", str(socket), "--eval", form]
        done = subprocess.run(
            command, env=dict(self.world.env), capture_output=True, text=True, check=True
        )
        return done.stdout

    def close(self) -> None:
        self.terminal.stop()
