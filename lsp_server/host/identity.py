"""Which model, on which machine, under which library: what a kept measurement or state is for.

What was kept for one identity is never used for another. A model's file is known by its name,
size, time and ends, without reading the gigabytes between.
"""

import hashlib
import importlib.metadata
import platform
from pathlib import Path

END_BYTES = 1 << 20


def model_file(path: Path) -> tuple[str, int, int, str]:
    """Name, size, time in ns, and a hash of its first and last MiB. Raises OSError."""
    with path.open("rb") as file:
        size = path.stat().st_size
        ends = hashlib.blake2b(file.read(END_BYTES), digest_size=16)
        file.seek(max(0, size - END_BYTES))
        ends.update(file.read(END_BYTES))
    return path.name, size, path.stat().st_mtime_ns, ends.hexdigest()


def library() -> str:
    """The version of llama.cpp's binding, which holds llama.cpp itself."""
    return importlib.metadata.version("llama-cpp-python")


def processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """The processor's name, as the system has it."""
    try:
        lines = cpuinfo.read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()


def digest(*parts: object) -> bytes:
    """32 bytes that differ if any of the parts does."""
    return hashlib.blake2b(repr(parts).encode("utf-8", "replace"), digest_size=32).digest()
