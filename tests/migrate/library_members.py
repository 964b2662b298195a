"""Make lsp_server/migrate/assembly/library_members.json: `python -m tests.migrate.library_members`.

It asks the installed libraries for the names of every class that some piece derives from.
"""

import importlib
import json
from pathlib import Path

from lsp_server.migrate import assembly
from lsp_server.migrate.assembly.corpus import Corpus, read_corpus
from lsp_server.migrate.assembly.shake import full_name
from lsp_server.migrate.profiles import PROFILES

TABLE = Path(assembly.__file__).with_name("library_members.json")


def library_bases(corpus: Corpus) -> set[str]:
    """The full names of all library classes that pieces derive from."""
    return {
        full_name(corpus, definition.module, base)
        for module in corpus.modules
        for definition in module.definitions
        for base in definition.bases or ()
        if base not in corpus.definitions or corpus.imported(definition.module, base)
    }


def members(base: str) -> list[str]:
    """The public and private names of a class, without dunders."""
    module, _, name = base.rpartition(".")
    names = dir(getattr(importlib.import_module(module), name))
    return sorted(name for name in names if not name.startswith("__"))


def main() -> None:
    """Write the table."""
    bases = sorted(library_bases(read_corpus(PROFILES)))
    table = {base: " ".join(members(base)) for base in bases}
    TABLE.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
