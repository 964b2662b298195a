"""How editors differ in taking and reporting edits: a row for each that was measured."""

from dataclasses import dataclass, replace
from typing import Literal

from lsp_server.lsp.convert import Encoding


@dataclass(frozen=True, slots=True)
class Profile:
    """`debounce`: seconds until a change is reported; None is at once, before any answer.

    `counted_from`: the first change unsent, the last one, or the report before (Neovim: the first
    change after a pause is reported at once). `stale`: what happens to an edit for an older
    version than the editor's. `version_moves`: with the text, or only when changes are reported;
    then edits for the reported version are applied by their numbers to a newer text. `batch`:
    all changes in one notification. `reports`: each change as it was made, as the smallest
    difference, or in several pieces.
    """

    name: str
    encoding: Encoding
    debounce: float | None = None
    counted_from: Literal["first", "last", "report"] = "first"
    stale: Literal["refused", "dropped"] = "refused"
    version_moves: Literal["with the text", "with the report"] = "with the text"
    batch: bool = False
    reports: Literal["as is", "smallest", "pieces"] = "as is"
    first_version: int = 1

    @property
    def may_misplace(self) -> bool:
        return self.version_moves == "with the report" or not self.first_version


VSCODE = Profile("VS Code", Encoding.Utf16, debounce=0.002)
NEOVIM = Profile(
    "Neovim, stock",
    Encoding.Utf8,
    debounce=0.15,
    counted_from="report",
    stale="dropped",
    batch=True,
    reports="smallest",
)
# Right after a file is opened its version is 0, and Neovim never compares that one.
NEOVIM_OPENED = replace(NEOVIM, name="Neovim, file just opened", first_version=0)
NEOVIM_OURS = Profile("Neovim with our handler", Encoding.Utf8, reports="smallest")
HELIX = Profile("Helix", Encoding.Utf8)
EGLOT = Profile(
    "eglot",
    Encoding.Utf32,
    debounce=0.5,
    counted_from="last",
    version_moves="with the report",
    batch=True,
    reports="pieces",
)
EGLOT_AT_ONCE = replace(EGLOT, name="eglot, idle time 0", debounce=0.0)
LSP_MODE = Profile("lsp-mode", Encoding.Utf16)

PROFILES = (
    VSCODE,
    NEOVIM,
    NEOVIM_OPENED,
    NEOVIM_OURS,
    HELIX,
    EGLOT,
    EGLOT_AT_ONCE,
    LSP_MODE,
)
