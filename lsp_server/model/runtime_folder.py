"""The folder for sockets and locks, which only its user can enter.

A socket's path has room for about a hundred bytes (108 on Linux, 104 on macOS, with the final
zero), so the first folder that is private and short enough is taken. Deliberately absent: what
is put in it.
"""

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from lsp_server.errors import HostFailed

MAX_SOCKET_PATH = 103
_LONGEST_NAME = len("0123456789abcdef.sock")


def runtime_folder() -> Path:
    """The folder, made if need be. HostFailed when no place is private and short enough."""
    for folder in _candidates():
        is_short = len(os.fsencode(folder)) + 1 + _LONGEST_NAME <= MAX_SOCKET_PATH
        if is_short and _is_private(folder):
            return folder
    raise HostFailed(
        "There is no private folder with a short path for the model host's socket; set "
        "XDG_RUNTIME_DIR to one, such as a folder of your own under /tmp with mode 700."
    )


def _candidates() -> Iterator[Path]:
    """Not asked of platformdirs, which warns on stderr where the system gives no such folder."""
    own = f"penna-{os.getuid()}" if hasattr(os, "getuid") else "penna"
    if given := os.environ.get("XDG_RUNTIME_DIR"):
        yield Path(given) / "penna"
    elif hasattr(os, "getuid"):
        yield Path(f"/run/user/{os.getuid()}/penna")
    yield Path(tempfile.gettempdir()) / own
    if os.name == "posix":
        yield Path("/tmp") / own  # noqa: S108 - `_is_private` refuses what another user made.


def _is_private(folder: Path) -> bool:
    """Whether the folder is there (or could be made) and is ours alone."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
    except OSError:
        return False
    if os.name != "posix":
        return stat.S_ISDIR(status.st_mode)
    is_ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    return is_ours and not status.st_mode & 0o077 and os.access(folder, os.W_OK | os.X_OK)
