"""Whether a model can fit into this machine's memory: arithmetic before llama.cpp tries.

Linux grants more memory than there is and kills later, so llama.cpp's own failure comes too
late. Deliberately absent: what other programs use; the system can page that out.
"""

import psutil

from lsp_server.errors import ModelUnusable

GIB = 2**30


def check_fit(weights: int, kv_cache: int) -> None:
    """Raise ModelUnusable, with the arithmetic, if both do not fit. Sizes are bytes."""
    total = psutil.virtual_memory().total
    if weights + kv_cache > total:
        raise ModelUnusable(
            f"The model needs {weights / GIB:.1f} GiB for its weights and {kv_cache / GIB:.1f} GiB "
            f"for its window, but this machine has {total / GIB:.1f} GiB: set a smaller n_ctx, "
            "or choose a smaller model with `penna model use`."
        )
