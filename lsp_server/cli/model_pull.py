"""`penna model pull`: what is shown while a model is fetched, and what is checked before.

Deliberately absent: the fetching itself (model/download.py).
"""

import argparse
import sys
from typing import TYPE_CHECKING

from lsp_server.cli.model import n_ctx

if TYPE_CHECKING:
    from pathlib import Path

    from lsp_server.model.catalogue import Entry
    from lsp_server.model.download import Remote, Stage
    from lsp_server.model.store import Store


def pull(store: "Store", args: argparse.Namespace) -> None:
    """Fetch the model, and use it if none is in use."""
    from lsp_server.model import catalogue, download
    from lsp_server.model.gguf_file import gigabytes, total_memory

    entry = catalogue.entry(args.name) if args.name else catalogue.default()
    if not args.anyway:
        download.check_memory(entry, n_ctx(), total_memory())
    remote = download.look_up(entry)
    folder = store.models / entry.id
    done = download.n_fetched(entry, remote, folder)
    goes_on = f", going on after {gigabytes(done)}" if done else ""
    print(f"{entry.name}: {gigabytes(remote.size)}, {entry.licence}{goes_on}")
    try:
        path = _shown(entry, remote, folder)
    except KeyboardInterrupt:
        print(
            f"Interrupted; `penna model pull {entry.id}` goes on where it stopped.",
            file=sys.stderr,
        )
        raise
    print(f"Verified: SHA-256 {remote.sha256}")
    _choose(store, path, entry, wanted=args.use)


def _shown(entry: "Entry", remote: "Remote", folder: "Path") -> "Path":
    """Fetch behind a bar with rate and time left; on a terminal only."""
    from rich import progress

    from lsp_server.model import download

    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, disable=not sys.stdout.isatty()) as bar:
        tasks = {
            "downloading": bar.add_task("Fetching ", total=remote.size),
            "verifying": bar.add_task("Verifying", total=remote.size),
        }

        def report(stage: "Stage", n_bytes: int, _size: int) -> None:
            bar.update(tasks[stage], completed=n_bytes)

        return download.pull(entry, remote, folder, report)


def _choose(store: "Store", path: "Path", entry: "Entry", *, wanted: bool) -> None:
    chosen = store.in_use()
    if wanted or chosen is None or not chosen.exists():
        store.use(path)
        print(f"{entry.id} is in use now.")
    elif chosen != path:
        print(f"{chosen.stem} stays in use; `penna model use {entry.id}` changes that.")
