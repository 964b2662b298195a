"""Fetching a model from the hub: the only thing that Penna ever takes from the network.

What has come is kept under a `.part` name and gone on with the next time. (`hf_hub_download` of
huggingface_hub 2.4 throws it away; so addresses, metadata, session and errors are the library's,
and the file is ours.) It gets its name only after its SHA-256 is the one that the hub states and
its header reads as a model. Deliberately absent: what is shown meanwhile (cli/model_pull.py) and
which model is in use.
"""

import hashlib
import logging
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lsp_server.errors import DownloadFailed, ModelUnusable
from lsp_server.model import catalogue, gguf_file
from lsp_server.model.catalogue import Entry
from lsp_server.model.gguf_file import gigabytes

Stage = Literal["downloading", "verifying"]
# Called with how many bytes of how many are done.
Report = Callable[[Stage, int, int], None]

# Left free on the disk, for all else that writes there meanwhile.
_SPARE = 500_000_000
_TRIES = 5
_STALL_SECONDS = 30.0
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Remote:
    """The file as the hub describes it. `size` in bytes; `sha256` in hexadecimal digits."""

    url: str
    size: int
    sha256: str


def look_up(entry: Entry, endpoint: str | None = None) -> Remote:
    """Ask the hub for the file's size and checksum. `endpoint` None: HF_ENDPOINT or the hub.

    DownloadFailed says why it cannot be told.
    """
    with _sentences(entry):
        from huggingface_hub import get_hf_file_metadata, hf_hub_url

        url = hf_hub_url(entry.repository, entry.file, endpoint=endpoint)
        found = get_hf_file_metadata(url, token=_token(), endpoint=endpoint)
    if found.size is None or not _SHA256.fullmatch(found.etag or ""):
        raise DownloadFailed(
            f"The hub states no size and checksum of {entry.file}, so it cannot be verified; check "
            "HF_ENDPOINT, or choose another model."
        )
    # The very version that was described, though the hub's main may move on meanwhile.
    exact = hf_hub_url(entry.repository, entry.file, revision=found.commit_hash, endpoint=endpoint)
    return Remote(exact, found.size, found.etag or "")


def check_memory(entry: Entry, n_ctx: int, memory: int) -> None:
    """Refuse a model that cannot run in `memory` bytes; DownloadFailed names one that can."""
    if entry.memory(n_ctx).least <= memory:
        return
    fitting = [each for each in catalogue.entries() if each.memory(n_ctx).least <= memory]
    best = max(fitting, key=lambda each: each.size, default=None)
    hint = f"`penna model pull {best.id}` fits" if best else "no model of the catalogue fits"
    raise DownloadFailed(
        f"{entry.id} needs {gigabytes(entry.memory(n_ctx).least)} of memory with a window of "
        f"{n_ctx:,} tokens and this machine has {gigabytes(memory)}; {hint} (--anyway pulls it "
        "all the same)."
    )


def pull(entry: Entry, remote: Remote, folder: Path, report: Report) -> Path:
    """Fetch the file into `folder`, going on where an earlier try stopped; the file's path.

    Raises DownloadFailed; what has come by then is kept, unless it is wrong.
    """
    target = folder / entry.file
    if target.exists() and target.stat().st_size == remote.size:
        return target
    with _sentences(entry), _alone(entry, folder):
        part = part_path(entry, remote, folder)
        _check_disk(entry, remote, part)
        _fetch(remote, part, report)
        _verify(entry, remote, part, report)
        part.replace(target)
    return target


def part_path(entry: Entry, remote: Remote, folder: Path) -> Path:
    """Where the beginning of the file is kept; another version of it has another name."""
    return folder / f"{entry.file}.{remote.sha256[:12]}.part"


def n_fetched(entry: Entry, remote: Remote, folder: Path) -> int:
    """How many bytes an earlier try has left."""
    part = part_path(entry, remote, folder)
    return part.stat().st_size if part.exists() else 0


@contextmanager
def _alone(entry: Entry, folder: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "pull.lock", timeout=0):
            yield
    except Timeout:
        raise DownloadFailed(f"{entry.id} is being pulled already; wait for that to end.") from None


def _check_disk(entry: Entry, remote: Remote, part: Path) -> None:
    missing = remote.size - (part.stat().st_size if part.exists() else 0)
    free = shutil.disk_usage(part.parent).free
    if free < missing + _SPARE:
        raise DownloadFailed(
            f"{entry.id} needs {gigabytes(missing + _SPARE)} on the disk and {gigabytes(free)} are "
            f"free in {part.parent}; make room, or choose a smaller model."
        )


def _fetch(remote: Remote, part: Path, report: Report) -> None:
    """Fetch what is missing. A connection that brings something is worth another."""
    from httpx2 import TransportError

    part.touch()
    if part.stat().st_size > remote.size:
        os.truncate(part, 0)
    n_vain = 0
    while (start := part.stat().st_size) < remote.size:
        try:
            _fetch_from(start, remote, part, report)
        except TransportError:
            n_vain = 0 if part.stat().st_size > start else n_vain + 1
            if n_vain >= _TRIES:
                raise
            time.sleep(n_vain)


def _fetch_from(start: int, remote: Remote, part: Path, report: Report) -> None:
    from huggingface_hub import get_session
    from huggingface_hub.utils import hf_raise_for_status  # type: ignore[attr-defined]

    headers = {**_headers(), "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    answer = get_session().stream("GET", remote.url, headers=headers, timeout=_STALL_SECONDS)
    with answer as response, part.open("r+b") as file:
        hf_raise_for_status(response)
        # A server that knows no ranges sends the whole file again.
        file.seek(start if response.status_code == 206 else 0)
        for block in response.iter_raw():
            file.write(block)
            report("downloading", file.tell(), remote.size)
        if file.tell() < remote.size:
            raise OSError("the hub sent less than it said")


def _verify(entry: Entry, remote: Remote, part: Path, report: Report) -> None:
    digest = hashlib.sha256()
    with part.open("rb") as file:
        while block := file.read(1 << 22):
            digest.update(block)
            report("verifying", file.tell(), remote.size)
    if digest.hexdigest() != remote.sha256:
        part.unlink()
        raise DownloadFailed(
            f"What has come is not {entry.file} as the hub describes it (its checksum differs), "
            "and was removed; pull it again."
        )
    try:
        gguf_file.read(part)
    except ModelUnusable as error:
        raise DownloadFailed(f"The hub's file cannot be used: {error}") from None


def _silence_hub() -> None:
    """Before huggingface_hub is imported: it would tell its makers about the machine."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)


def _headers() -> dict[str, str]:
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

    return build_hf_headers(token=_token())


def _token() -> str | Literal[False]:
    """Only a token that was given for this: one stored for other tools is not sent."""
    return os.environ.get("HF_TOKEN") or False


@contextmanager
def _sentences(entry: Entry) -> Iterator[None]:
    """Turn the hub client's errors into DownloadFailed."""
    _silence_hub()
    from httpx2 import HTTPError
    from huggingface_hub import errors

    kept = f"run `penna model pull {entry.id}` again to go on where it stopped"
    try:
        yield
    except errors.GatedRepoError:
        raise DownloadFailed(
            f"The hub asks you to agree to the terms of {entry.repository} first; do so there, "
            "and set HF_TOKEN."
        ) from None
    except (
        errors.RepositoryNotFoundError,
        errors.RevisionNotFoundError,
        errors.EntryNotFoundError,
    ):
        raise DownloadFailed(
            f"The hub has no {entry.repository}/{entry.file}; check HF_ENDPOINT, update Penna, or "
            "choose another model."
        ) from None
    except errors.HfHubHTTPError as error:
        status = error.response.status_code
        raise DownloadFailed(f"The hub answered {status}; {kept}.") from None
    except errors.OfflineModeIsEnabled:
        raise DownloadFailed("HF_HUB_OFFLINE is set; unset it to pull models.") from None
    except HTTPError as error:
        raise DownloadFailed(
            f"The hub cannot be reached ({error}); check the connection, then {kept}."
        ) from None
    except OSError as error:
        raise DownloadFailed(f"The file could not be stored ({error}); {kept}.") from None
