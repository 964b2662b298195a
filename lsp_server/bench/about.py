"""What was measured, where: the lines above the figures."""

import platform
import sys
from dataclasses import dataclass
from datetime import datetime

from lsp_server import __version__
from lsp_server.host import identity
from lsp_server.host.cores import cores
from lsp_server.model.gguf_file import GgufFile, total_memory


@dataclass(frozen=True, slots=True)
class Machine:
    """`memory` is bytes, `n_cores` physical ones that may be used."""

    processor: str
    n_cores: int
    memory: int
    system: str


@dataclass(frozen=True, slots=True)
class About:
    """`peer` is the other server's address, "" without one. `is_quick`: few rounds, little text.
    `when` it was begun."""

    model: str
    file: str
    file_size: int
    quantisation: str
    n_params: int
    n_ctx: int
    peer: str
    is_quick: bool
    when: str
    machine: Machine
    penna: str = __version__
    llama_cpp: str = ""
    python: str = ""


def about(file: GgufFile, n_ctx: int, peer: str, *, is_quick: bool) -> About:
    return About(
        model=file.name,
        file=file.path.name,
        file_size=file.size,
        quantisation=file.quantisation,
        n_params=file.n_params,
        n_ctx=n_ctx,
        peer=peer,
        is_quick=is_quick,
        when=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %z"),
        machine=machine(),
        llama_cpp=identity.library(),
        python=".".join(map(str, sys.version_info[:3])),
    )


def machine() -> Machine:
    return Machine(identity.processor(), cores().n_all, total_memory(), _system())


def _system() -> str:
    """`Debian GNU/Linux 12 (x86_64)`; where there is no such file, what the kernel is called."""
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        name = f"{platform.system()} {platform.release()}"
    return f"{name} ({platform.machine()})"
