"""The models that can be pulled by name: catalogue.toml as values.

The first entry is the default. Sizes are bytes. Deliberately absent: addresses (the hub's own
client knows the hub) and checksums (the hub states them at the download).
"""

import difflib
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from lsp_server.errors import NoModel
from lsp_server.model.gguf_file import Memory


@dataclass(frozen=True, slots=True)
class Entry:
    """One model of the catalogue; catalogue.toml explains the fields."""

    id: str
    name: str
    repository: str
    file: str
    size: int
    quantisation: str
    n_ctx: int
    kv_bytes_per_token: int
    repacked: float
    licence: str
    note: str
    approximate: bool = False

    def memory(self, n_ctx: int) -> Memory:
        """The estimate for a window of `n_ctx` tokens."""
        return Memory(self.size, int(self.size * self.repacked), self.kv_bytes_per_token * n_ctx)


@cache
def entries() -> tuple[Entry, ...]:
    """All models of the catalogue, the default first."""
    text = resources.files(__package__).joinpath("catalogue.toml").read_text("utf-8")
    return tuple(Entry(**fields) for fields in tomllib.loads(text)["model"])


def default() -> Entry:
    """The model for whoever has not chosen one."""
    return entries()[0]


def find(name: str) -> Entry | None:
    """The entry with this id or name, in any case; None if there is none."""
    wanted = name.casefold()
    return next((e for e in entries() if wanted in (e.id.casefold(), e.name.casefold())), None)


def entry(name: str) -> Entry:
    """The entry with this id or name; NoModel says which are near."""
    if found := find(name):
        return found
    ids = [each.id for each in entries()]
    near = difflib.get_close_matches(name.casefold(), ids, n=1)
    hint = f"did you mean {near[0]}?" if near else f"the catalogue has {', '.join(ids)}."
    raise NoModel(f"There is no model “{name}” in the catalogue; {hint}")
