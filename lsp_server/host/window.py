"""How the caller of a host wants its model held: the value that goes from the command line to
the engine thread. Deliberately absent: what follows from it for llama.cpp (engine/loading.py).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

CacheType = Literal["f16", "q8_0"]
"""Of the keys and values; q8_0 takes half the memory, and for values needs flash attention."""

FlashAttention = Literal["auto", "on", "off"]
"""`auto` is off, but where the values' cache type needs it."""


@dataclass(frozen=True, slots=True)
class Window:
    """`n_threads` for single tokens; None: what calibration finds fastest. `n_threads_batch` for
    batches; None: as `n_threads`, which if None too: what calibration finds fastest. At most
    `n_seq_max` requests run at once. A running reply waits at most `max_pause_s` for another's
    prefill. `cache_ram_mib`: ordinary memory for the states of prompts that nobody uses just now.
    `cache_folder` holds what is kept for the next start; None: the user's.
    """

    n_ctx: int = 8192
    n_threads: int | None = None
    n_threads_batch: int | None = None
    n_seq_max: int = 4
    cache_type_k: CacheType = "f16"
    cache_type_v: CacheType = "f16"
    flash_attention: FlashAttention = "auto"
    cache_ram_mib: int = 1024
    mlock: bool = False
    draft_model: Path | None = None
    max_pause_s: float = 0.6
    cache_folder: Path | None = None

    @property
    def has_flash_attention(self) -> bool:
        if self.flash_attention == "auto":
            return self.cache_type_v != "f16"
        return self.flash_attention == "on"
