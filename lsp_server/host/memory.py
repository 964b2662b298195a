"""Whether a model can fit into this machine's memory: arithmetic before llama.cpp tries.

Linux grants more memory than there is and kills later, so llama.cpp's own failure comes too
late. A container's limit counts as the machine's. Deliberately absent: what other programs use;
the system can page that out.
"""

from dataclasses import dataclass
from pathlib import Path

import psutil

from lsp_server.errors import ModelUnusable
from lsp_server.host.cgroup import ROOT, limits

GIB = 2**30
WORKING = 3 * 2**27
"""Bytes for a batch on its way through the model, and for the process itself: measured 0.3 GiB with
4 billion weights and batches of 512 tokens."""


@dataclass(frozen=True, slots=True)
class Needs:
    """Bytes. `kv_cache` is for a window of `n_ctx` tokens."""

    weights: int
    kv_cache: int
    n_ctx: int
    working: int = WORKING

    @property
    def total(self) -> int:
        return self.weights + self.kv_cache + self.working


def check_fit(needs: Needs, root: Path = ROOT) -> None:
    """Raise ModelUnusable, with the arithmetic, if it does not fit. Linux' files below `root`."""
    total = total_memory(root)
    if needs.total > total:
        raise ModelUnusable(
            f"The model needs {_gib(needs.weights)} for its weights, {_gib(needs.kv_cache)} for a "
            f"window of {needs.n_ctx:,} tokens and {_gib(needs.working)} to work with, together "
            f"{_gib(needs.total)}, but this machine has {_gib(total)}: set a smaller n_ctx, or "
            "cache_type q8_0, or choose a smaller model with `penna model use`."
        )


def total_memory(root: Path = ROOT) -> int:
    """Bytes of the machine, or what the container that this runs in may use of it."""
    told = [*limits("memory.max", "memory", root), *_version_1(root)]
    return min([psutil.virtual_memory().total, *(int(text) for text in told if text.isdecimal())])


def _version_1(root: Path) -> list[str]:
    return [*limits("memory.limit_in_bytes", "memory", root)]


def _gib(n_bytes: int) -> str:
    return f"{n_bytes / GIB:.1f} GiB"
