"""Neovim, headless, on the settings of editor-clients/README.md; its keys come by `nvim_input`."""

import subprocess
from collections.abc import Callable
from contextlib import suppress
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
    process: "subprocess.Popen[bytes]" = field(init=False)
    nvim: pynvim.Nvim = field(init=False)

    def open(self, path: Path) -> None:
        home = self.world.config / "nvim"
        for name in self.files:
            target = home / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block(name))
        socket = self.world.folder / "nvim"
        options = ["--headless", "--listen", str(socket), "-i", "NONE", "-n"]
        self.process = subprocess.Popen(
            [str(EDITORS / "bin" / "nvim"), *options, str(path)],
            env=self.world.env,
            cwd=self.world.workspace,
            stderr=subprocess.DEVNULL,
        )
        self.nvim = wait_for("Neovim's socket", lambda: _attached(socket))
        self.world.wire.wait_started()
        self.nvim.command("set noautoindent indentexpr= nosmartindent formatoptions= shortmess+=F")

    def run(self, kind: str, lines: tuple[int, int]) -> None:
        """The first action of this kind, on whole lines, counted from 1."""
        self.select(lines)
        self.nvim.exec_lua(
            "vim.lsp.buf.code_action({apply = true, context = {only = {...}, diagnostics = {}}})",
            kind,
        )

    def instruct(self, lines: tuple[int, int], instruction: str) -> None:
        self.keys(f"<Esc>:{lines[0]},{lines[1]}Penna editSelection {instruction}<CR>")

    def select(self, lines: tuple[int, int]) -> None:
        first, last = lines
        self.nvim.input("<Esc>")
        self.nvim.current.window.cursor = (first, 0)
        if last > first:
            self.keys(f"V{last}G")

    def type_behind(self, marker: str, text: str, pace: Callable[[], None]) -> None:
        """Search for the marker and type at the end of its line, key by key."""
        self.keys(f"<Esc>gg/{marker}<CR>A")
        for key in text:
            self.keys(key)
            pace()
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
        return self._text(self.nvim.current.buffer)

    def beside(self, path: Path) -> str:
        [shown] = [each for each in self.nvim.buffers if each.name.startswith(str(path))]
        return self._text(shown)

    def _text(self, buffer: pynvim.api.Buffer) -> str:
        newline = "\r\n" if buffer.options["fileformat"] == "dos" else "\n"
        return newline.join(buffer[:]) + newline

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(20)
        if hasattr(self, "nvim"):
            # pynvim closes its socket only when it hears the end of the other side.
            with suppress(OSError):
                self.nvim.request("nvim_get_mode")
            self.nvim.close()


def _attached(socket: Path) -> pynvim.Nvim | None:
    """None while nobody listens yet."""
    with suppress(FileNotFoundError, ConnectionRefusedError):
        return pynvim.attach("socket", path=str(socket))
    return None
