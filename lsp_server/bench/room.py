"""Whether there is room: memory for those that hold the model, and a folder for their files."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from lsp_server.bench.measures import Record
from lsp_server.errors import ModelUnusable
from lsp_server.model.gguf_file import GgufFile, gigabytes
from lsp_server.model.runtime_folder import MAX_SOCKET_PATH

LOOP_N_CTX = 1024


def check_memory(model: GgufFile, n_ctx: int) -> None:
    """Raise ModelUnusable if one process that holds the model has no room in what is free."""
    needed, free = model.memory(n_ctx).least, psutil.virtual_memory().available
    if needed > free:
        raise ModelUnusable(
            f"{model.name} needs {gigabytes(needed)} of memory with a window of {n_ctx:,} tokens "
            f"and {gigabytes(free)} are free; end other programs, or set a smaller --n-ctx."
        )


def has_memory_for_loop(model: GgufFile, n_ctx: int, record: Record) -> bool:
    """Beside the host. Both map the same file, so the weights count once."""
    host, loop = model.memory(n_ctx), model.memory(LOOP_N_CTX)
    needed = host.comfortable + loop.repacked + loop.kv_cache + loop.overhead
    free = psutil.virtual_memory().available
    if needed > free:
        record.note(
            f"llama.cpp's own loop was left out: beside the host it needs {gigabytes(needed)} of "
            f"memory in all, and {gigabytes(free)} are free."
        )
    return needed <= free


@contextmanager
def private_folder() -> Iterator[Path]:
    """Gone afterwards; its path is short enough for a socket."""
    usual = Path(tempfile.gettempdir())
    is_short = len(str(usual / "penna-12345678" / "host.sock")) <= MAX_SOCKET_PATH
    place = None if is_short else "/tmp"  # noqa: S108 - in it a new folder is made, with mode 700.
    made = tempfile.TemporaryDirectory(prefix="penna-", dir=place, ignore_cleanup_errors=True)
    with made as name:
        yield Path(name)
