"""Where the host listens: a Unix socket that only its user can open.

The socket is bound under another name in its folder, closed to others, and then renamed: when
it is seen under its own name, it serves, and a stale file of a dead host is replaced in the same
moment. (uvicorn would make its own socket with mode 0666.) Where there are no Unix sockets, a
random port of the loopback interface, and at the path a JSON file that only the user can read:
{"base_url": ..., "key": ...}; requests need the key as a bearer token.
"""

import json
import os
import secrets
import socket
import stat
from dataclasses import dataclass
from pathlib import Path

from lsp_server.errors import HostFailed

BACKLOG = 128
PRIVATE = 0o600


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A listening socket. `key` None: the file system guards it. `inode` is our file's."""

    socket: socket.socket
    path: Path
    inode: int
    key: str | None = None

    def close(self) -> None:
        """Close, and remove the file unless another host has put its own there."""
        self.socket.close()
        try:
            if self.path.lstat().st_ino == self.inode:
                self.path.unlink()
        except OSError:
            return


def listen_unix(path: Path) -> Endpoint:
    """Raises HostFailed when the path cannot be used or a host serves there already."""
    _make_private_folder(path.parent)
    _refuse_if_taken(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    unseen = _unseen(path)
    try:
        listener.bind(str(unseen))
        unseen.chmod(PRIVATE)
        listener.listen(BACKLOG)
        unseen.replace(path)
    except OSError as error:
        listener.close()
        unseen.unlink(missing_ok=True)
        raise HostFailed(_why(path, error)) from error
    return Endpoint(listener, path, path.lstat().st_ino)


def listen_tcp(path: Path) -> Endpoint:
    """As `listen_unix`, on a loopback port told in the file at `path`."""
    _make_private_folder(path.parent)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    listener.listen(BACKLOG)
    key = secrets.token_urlsafe(32)
    address = {"base_url": f"http://127.0.0.1:{listener.getsockname()[1]}", "key": key}
    unseen = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        unseen.touch(PRIVATE, exist_ok=False)
        unseen.write_text(json.dumps(address))
        unseen.replace(path)
    except OSError as error:
        listener.close()
        raise HostFailed(_why(path, error)) from error
    return Endpoint(listener, path, path.lstat().st_ino, key)


def _unseen(path: Path) -> Path:
    """A free name beside `path`, no longer than it: a socket's path has room for 100 bytes."""
    n_bytes = min(len(os.fsencode(path.name)), 16)
    while True:
        candidate = path.with_name(secrets.token_hex(16)[:n_bytes])
        if candidate != path and not candidate.exists():
            return candidate


def _make_private_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
    except OSError as error:
        raise HostFailed(f"The folder {folder} cannot be made: {error.strerror}.") from error
    is_open = os.name == "posix" and (status.st_mode & 0o077 or status.st_uid != os.getuid())
    if is_open:
        raise HostFailed(f"Others may enter {folder}; close it with `chmod 700 {folder}`.")


def _refuse_if_taken(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except OSError:
        return
    if not stat.S_ISSOCK(mode):
        raise HostFailed(f"{path} exists and is no socket; remove it or choose another path.")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return
    raise HostFailed(f"A model host serves at {path} already.")


def _why(path: Path, error: OSError) -> str:
    if "too long" in str(error):
        n_bytes = len(os.fsencode(path))
        return (
            f"The socket's path has {n_bytes} bytes, more than the system takes; "
            "set XDG_RUNTIME_DIR to a shorter folder."
        )
    return f"The host cannot listen at {path}: {error.strerror or error}."
