"""`penna model`: list, pull, use, show and remove models.

Names are the catalogue's ids; `use` and `show` take a path to any GGUF file as well. Only `pull`
uses the network. Deliberately absent: asking questions, so that scripts can call it.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.cli import Subparsers
from lsp_server.errors import NoModel

if TYPE_CHECKING:
    from lsp_server.model.gguf_file import GgufFile, Memory
    from lsp_server.model.store import Installed, Store


def add_parser(subparsers: Subparsers) -> None:
    """Add `penna model` and what it can do."""
    parser = subparsers.add_parser("model", help="list, pull, choose, look at and remove models")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    verbs.add_parser("list", help="the catalogue, what is installed, and what is in use")
    pull = verbs.add_parser("pull", help="fetch a model; goes on where an earlier try stopped")
    pull.add_argument("name", nargs="?", metavar="ID", help="default: the catalogue's first")
    pull.add_argument("--use", action="store_true", help="use it, though another is in use")
    pull.add_argument("--anyway", action="store_true", help="though the memory does not suffice")
    use = verbs.add_parser("use", help="choose the model for all that follows")
    use.add_argument("name", metavar="ID_OR_PATH", help="an installed model, or any GGUF file")
    show = verbs.add_parser("show", help="what a model is and what memory it takes")
    show.add_argument("name", nargs="?", metavar="ID_OR_PATH", help="default: the one in use")
    remove = verbs.add_parser("rm", help="remove a model that was pulled")
    remove.add_argument("name", metavar="ID", help="an installed model")


def run(args: argparse.Namespace) -> int:
    """Carry out the verb."""
    from lsp_server.model.store import user_store

    store = user_store()
    match args.verb:
        case "list":
            _list(store)
        case "pull":
            from lsp_server.cli.model_pull import pull

            pull(store, args)
        case "use":
            _use(store, args.name)
        case "show":
            _show(store, args.name)
        case "rm":
            _remove(store, args.name)
    return 0


def n_ctx() -> int:
    """The window that the user's own settings ask for, in tokens."""
    from lsp_server.settings import load

    return load({})[0].n_ctx


def _list(store: "Store") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("", "id", "size", "memory", "licence", "", box=None, pad_edge=False)
    for row in _rows(store):
        table.add_row(*row)
    Console(highlight=False).print(table)
    print(f"\n* in use   + installed   memory: with a window of {n_ctx():,} tokens (n_ctx)")
    if chosen := store.in_use():
        print(f"In use: {chosen}{'' if chosen.exists() else ' (gone: choose another)'}")


def _rows(store: "Store") -> Iterator[tuple[str, ...]]:
    """The catalogue's models, then those that are only here."""
    from lsp_server.model import catalogue
    from lsp_server.model.gguf_file import gigabytes

    installed = {each.id: each for each in store.installed()}
    chosen, window = store.in_use(), n_ctx()
    for entry in catalogue.entries():
        here = installed.pop(entry.id, None)
        about = "~" if entry.approximate and not here else ""
        size = about + gigabytes(here.size if here else entry.size)
        memory = gigabytes(entry.memory(window).least)
        yield _mark(here, chosen), entry.id, size, memory, entry.licence, entry.note
    for other in installed.values():
        yield _mark(other, chosen), other.id, gigabytes(other.size), "", "", ""


def _mark(here: "Installed | None", chosen: Path | None) -> str:
    if here is None:
        return ""
    return "*" if here.path == chosen else "+"


def _use(store: "Store", name: str) -> None:
    from lsp_server.model import gguf_file

    path = store.resolve(name)
    file = gguf_file.check(path, n_ctx())
    store.use(path)
    print(f"{file.name} is in use now; editors take it with their next action.")
    if not file.has_chat_template:
        print("It has no chat template, so it may not be a chat model: replies may be poor.")


def _show(store: "Store", name: str | None) -> None:
    from lsp_server.model import catalogue, gguf_file

    entry = catalogue.find(name) if name else None
    try:
        file = gguf_file.read(store.resolve(name))
    except NoModel:
        if entry is None:
            raise
        print(f"{entry.name} ({entry.id}), not installed: `penna model pull {entry.id}`")
        rows = {
            "file": f"{entry.repository}/{entry.file}",
            "size": gguf_file.gigabytes(entry.size),
            "window": f"{entry.n_ctx:,} tokens at most",
            "licence": entry.licence,
            "memory": _arithmetic(entry.memory(n_ctx())),
        }
    else:
        print(f"{file.name}")
        rows = _described(file) | ({"licence": entry.licence} if entry else {})
    for title, text in rows.items():
        print(f"  {title:<14}{text}")
    if entry:
        print(f"  {entry.note}")


def _described(file: "GgufFile") -> dict[str, str]:
    from lsp_server.model.gguf_file import gigabytes

    return {
        "file": str(file.path),
        "size": gigabytes(file.size),
        "architecture": file.architecture,
        "parameters": f"{file.n_params / 1e6:,.1f} million",
        "quantisation": file.quantisation,
        "window": f"{file.n_ctx_train:,} tokens at most" if file.n_ctx_train else "not said",
        "chat template": "yes" if file.has_chat_template else "no",
        "memory": _arithmetic(file.memory(n_ctx())),
    }


def _arithmetic(memory: "Memory") -> str:
    """The estimate, and how it comes about."""
    from lsp_server.model.gguf_file import gigabytes

    repacked = f" + {gigabytes(memory.repacked)} repacked for speed" if memory.repacked else ""
    return (
        f"{gigabytes(memory.comfortable)} = {gigabytes(memory.weights)} weights + "
        f"{gigabytes(memory.kv_cache)} KV cache for {n_ctx():,} tokens + "
        f"{gigabytes(memory.overhead)} other{repacked}"
    )


def _remove(store: "Store", name: str) -> None:
    from lsp_server.model.gguf_file import gigabytes

    was_in_use = store.in_use()
    freed = store.remove(name)
    print(f"{name} is removed; that freed {gigabytes(freed)}.")
    if was_in_use is not None and store.in_use() is None:
        print("It was in use: choose another with `penna model use`, or pull one.")
