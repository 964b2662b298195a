"""Where one test lives: its workspace, its home folders, its model, and the way penna is started.

Everything is below one temporary folder; the editors' configurations are made from
editor-clients/README.md. `penna` on the editor's PATH is a shell script that records both
directions (`wire`) around the real one.
"""

import os
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.wire import Wire

ROOT = Path(__file__).parents[2]
EDITORS = Path(os.environ.get("PENNA_EDITORS") or ROOT / ".cache" / "editors")

# Not the virtual environment's: lsp-mode starts every server that it finds on PATH.
SYSTEM = (Path("/usr/local/bin"), Path("/usr/bin"), Path("/bin"))

FOLDERS = ("workspace", "config/penna", "data", "state", "cache", "run", "home", "bin", "wire")

SETTINGS = """\
model = "{model}"
n_ctx = 32768
idle_minutes = 5
"""

SHIM = """\
#!/bin/sh
[ "$1" = lsp ] || exec {penna} "$@"
tee -i {wire}/from-editor | {penna} "$@" 2>>{wire}/errors | tee -i {wire}/from-server
"""


@dataclass(frozen=True, slots=True)
class Models:
    """Two scripted models with the same replies."""

    brisk: Path
    slow: Path


@dataclass(frozen=True, slots=True)
class World:
    """Folders of one test and the environment that an editor in it is started with."""

    folder: Path
    env: Mapping[str, str]
    wire: Wire

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    @property
    def config(self) -> Path:
        return self.folder / "config"

    def use(self, model: Path) -> None:
        """The model of the user's own settings; to be called before the editor starts."""
        (self.config / "penna" / "config.toml").write_text(SETTINGS.format(model=model))

    def write(self, name: str, text: str) -> Path:
        """A file of the workspace; line terminators are kept as given."""
        path = self.workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path


def make_world(folder: Path, penna: str) -> World:
    """`penna` is the command to record."""
    for name in FOLDERS:
        (folder / name).mkdir(parents=True)
    (folder / "run").chmod(0o700)
    (folder / "workspace" / ".git").mkdir()
    wire = folder / "wire"
    shim = folder / "bin" / "penna"
    shim.write_text(SHIM.format(penna=shlex.quote(penna), wire=shlex.quote(str(wire))))
    shim.chmod(0o755)
    return World(folder, _environment(folder), Wire(wire))


def penna_command() -> str:
    """The `penna` on PATH; run.sh and the Makefile put the checkout's own there."""
    found = shutil.which("penna")
    assert found, "penna is not on PATH: run `make e2e`"
    return found


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("LANG", "TZ") if name in os.environ}
    search = [folder / "bin", EDITORS / "bin", *SYSTEM]
    return kept | {
        "PATH": os.pathsep.join(str(entry) for entry in search),
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm-256color",
        "HOME": str(folder / "home"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_RUNTIME_DIR": str(folder / "run"),
    }
