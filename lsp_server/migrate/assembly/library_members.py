"""Which names the libraries' own classes have: a method of that name may be called by the library.

The table is data, made by `python -m tests.migrate.library_members` from the installed libraries,
because they need not be installed where Penna is.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def members_of_library_class(full_name: str) -> frozenset[str] | None:
    """The names of a class such as `werkzeug.routing.Map`; None if the table does not have it."""
    found = _table().get(full_name)
    return None if found is None else frozenset(found.split())


@cache
def _table() -> Mapping[str, str]:
    text = files("lsp_server").joinpath("migrate", "assembly", "library_members.json")
    table: dict[str, str] = json.loads(text.read_text(encoding="utf-8"))
    return table
