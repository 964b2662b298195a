"""The editors under test, each with the settings it runs on and what undo does there."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Protocol

from tests.e2e import emacs, neovim
from tests.e2e.emacs import Emacs
from tests.e2e.helix import Helix
from tests.e2e.neovim import Neovim
from tests.e2e.vscode import VSCode
from tests.e2e.world import World


class Editor(Protocol):
    """One running editor with one file, driven as its user would."""

    def open(self, path: Path) -> None: ...

    def run(self, kind: str, lines: tuple[int, int]) -> None:
        """Carry out the action of this kind, through the editor's own machinery."""
        ...

    def type_behind(self, marker: str, text: str, pace: Callable[[], None]) -> None:
        """Go to the end of the line with the marker and type; `pace` runs after each key."""
        ...

    def undo(self) -> None: ...

    def cancel(self) -> None: ...

    def text(self) -> str:
        """The whole buffer."""
        ...

    def beside(self, path: Path) -> str:
        """The explanation: the buffer of this file, or of the virtual document of its name."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Setup:
    """An editor with its settings.

    `undo_seconds`: a job is one undo step for each so many seconds, when the user is idle. None
    means a step for each edit.
    """

    name: str
    start: Callable[[World], Editor]
    undo_seconds: float | None = None


SETUPS = (
    Setup("neovim-stock", lambda world: Neovim(world, neovim.STOCK)),
    Setup("neovim", lambda world: Neovim(world, neovim.WITH_HANDLER), inf),
    Setup("helix", Helix),
    Setup("eglot", lambda world: Emacs(world, emacs.EGLOT), 10.0),
    Setup("eglot-default", lambda world: Emacs(world, emacs.EGLOT_DEFAULT), 10.0),
    Setup("lsp-mode", lambda world: Emacs(world, emacs.LSP_MODE), 10.0),
    Setup("vscode", lambda world: VSCode(world, 11)),
    Setup("vscode-client-9", lambda world: VSCode(world, 9)),
)

# Those whose users can say what to do; the others write it into the file.
ASKING = tuple(
    setup for setup in SETUPS if setup.name in {"neovim", "neovim-stock", "eglot", "lsp-mode"}
)
