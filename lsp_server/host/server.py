"""The two commands that hold a model: from their options to their exit code.

`penna host` answers on a private socket and leaves when idle; `penna serve` answers on TCP and
stays. What runs is the same (process.py).
"""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from lsp_server.host.connection import Limits
from lsp_server.host.endpoint import listen_tcp, listen_unix
from lsp_server.host.guard import LOOPBACK_NAMES, Door
from lsp_server.host.process import Life, Process
from lsp_server.host.window import Window

GRACE_S = 2
"""For llama.cpp to let go of the model."""


@dataclass(frozen=True, slots=True)
class HostOptions:
    """`over_tcp`: a loopback port and a key instead of a Unix socket, told in a file at
    `socket_path`."""

    model_path: Path
    socket_path: Path
    window: Window = field(default_factory=Window)
    idle_minutes: float = 30
    over_tcp: bool = False
    failure_shown_s: float = 10


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """`sockets` listen and are closed at the end. `idle_minutes` None: the model is never freed.
    `is_ready` is told the model's window in tokens once requests are answered."""

    model_path: Path
    sockets: tuple[socket.socket, ...]
    is_ready: Callable[[int], None]
    window: Window = field(default_factory=Window)
    door: Door = field(default_factory=Door)
    limits: Limits = field(default_factory=Limits)
    idle_minutes: float | None = None


def serve(options: HostOptions) -> int:
    """Run the host until it ends; returns the exit code. Raises HostFailed if it cannot listen."""
    over_tcp = options.over_tcp or not hasattr(socket, "AF_UNIX")
    endpoint = listen_tcp(options.socket_path) if over_tcp else listen_unix(options.socket_path)
    life = Life(options.idle_minutes, ends_when_idle=True, failure_shown_s=options.failure_shown_s)
    process = Process(options.model_path, options.window, life)
    door = Door(endpoint.key, LOOPBACK_NAMES if over_tcp else None)
    try:
        asyncio.run(process.run((endpoint.socket,), door, Limits()))
    finally:
        endpoint.close()
        process.engine_thread.close(GRACE_S)
    return process.exit_code


def serve_tcp(options: ServeOptions) -> int:
    """Serve until told to end; returns the exit code, 1 if the model could not be loaded."""
    life = Life(options.idle_minutes, ends_when_idle=False, is_ready=options.is_ready)
    process = Process(options.model_path, options.window, life)
    try:
        asyncio.run(process.run(options.sockets, options.door, options.limits))
    finally:
        for each in options.sockets:
            each.close()
        process.engine_thread.close(GRACE_S)
    return process.exit_code
