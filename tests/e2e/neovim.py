"""Neovim, headless, on the settings of editor-clients/README.md; its keys come by `nvim_input`."""


from dataclasses import dataclass, field
from pathlib import Path

import pynvim

from tests.e2e.readme import block
from tests.e2e.wire import wait_for
from tests.e2e.world import EDITORS, World

STOCK = ("lsp/penna.lua", "init.lua", "plugin/penna.lua")
WITH_HANDLER = (*STOCK, "after/lsp/penna.lua")


@dataclass(slots=True)
class Neovim:
    """One Neovim with one buffer. `files` are the blocks of the README that it is given."""

    world: World
    files: tuple[str, ...]
    nvim: pynvim.Nvim = field(init=False)

    def open(self, path: Path) -> None:
        home = self.world.config / "nvim"
        for name in self.files:
            target = home / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block(name))
        environment = [f"{name}={value}" for name, value in self.world.env.items()]
        command = ["env", "-i", *environment, str(EDITORS / "bin" / "nvim")]
        self.nvim = pynvim.attach(
            "child", argv=[*command, "--embed", "--headless", "-i", "NONE", "-n", str(path)]
        )
        self.world.wire.wait_started()
        self.nvim.command("set noautoindent indentexpr= nosmartindent formatoptions= shortmess+=F")

    def run(self, kind: str, lines: tuple[int, int]) -> None:
        """The first action of this kind, on whole lines, counted from 1."""
        self.select(lines)
        self.nvim.exec_lua(
            "vim.lsp.buf.code_action({apply = true, context = {only = {...}, diagnostics = {}}})",
            kind,
        )

    def select(self, lines: tuple[int, int]) -> None:
        first, last = lines
        self.nvim.input("<Esc>")
        self.nvim.current.window.cursor = (first, 0)
        if last > first:
            self.keys(f"V{last}G")

    def type_behind(self, marker: str, text: str) -> None:
        """Search for the marker and type at the end of its line, key by key."""
        self.keys(f"<Esc>gg/{marker}<CR>A")
        for key in text:
            self.keys(key)
        self.keys("<Esc>")

    def keys(self, keys: str) -> None:
        """Press keys; returns when they have been taken (not when all is done)."""
        self.nvim.input(keys)
        self.nvim.request("nvim_get_mode")

    def undo(self) -> None:
        self.keys("<Esc>u")

    def cancel(self) -> None:
        self.keys("<Esc>:PennaCancel<CR>")

    def text(self) -> str:
        return "\n".join(self.nvim.current.buffer[:]) + "\n"

    def close(self) -> None:
        self.nvim.command("silent! qall!", async_=True)
        self.nvim.close()
