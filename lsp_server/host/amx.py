"""Keeps llama.cpp from Intel's AMX instructions, with which it crashes.

Where the processor has AMX, ggml puts quantised weights into an AMX buffer, and the first batch
of two tokens dies in `ldtilecfg`: the compiler drops the stores to the tile configuration
(ggml-org/llama.cpp issue 20824, pull request 26954; measured with gcc 12). There is no switch
for it, and doing without all repacked weights costs more than half of the prefill rate. But ggml
asks Linux for leave to use AMX first, and takes its ordinary repacked kernels if refused; and
Linux refuses while any thread has a signal stack too small for AMX's registers.

To be removed once llama.cpp is mended.
"""

import ctypes
import platform
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SMALL = 2048
"""Bytes: the least that Linux takes for a signal stack. AMX's registers alone are 8192."""


class _SignalStack(ctypes.Structure):
    """`stack_t` of <signal.h>."""

    _fields_ = (
        ("ss_sp", ctypes.c_void_p),
        ("ss_flags", ctypes.c_int),
        ("ss_size", ctypes.c_size_t),
    )


@contextmanager
def refused() -> Iterator[None]:
    """Leave to use AMX, asked for in here, is refused. No signal reaches this thread meanwhile."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        yield
        return
    libc = ctypes.CDLL(None)
    memory = ctypes.create_string_buffer(SMALL)
    small, before = _SignalStack(ctypes.addressof(memory), 0, SMALL), _SignalStack()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    libc.sigaltstack(ctypes.byref(small), ctypes.byref(before))
    try:
        yield
    finally:
        libc.sigaltstack(ctypes.byref(before), None)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
