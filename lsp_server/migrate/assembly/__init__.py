"""The helper file: assembled from the pieces that an app needs, into one readable module.

Pure text work on the modules of `runtime/` and `profiles/`: nothing of them is imported, and the
same request always gives the same text.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lsp_server.migrate.assembly.corpus import read_corpus
from lsp_server.migrate.assembly.imports import libraries
from lsp_server.migrate.assembly.layout import layout
from lsp_server.migrate.assembly.shake import shake
from lsp_server.migrate.assembly.stamp import PLACE, stamped
from lsp_server.migrate.profile import Profile


@dataclass(frozen=True, slots=True)
class Helper:
    """The helper file.

    Attributes:
        text: The module, ending with a line end.
        pieces: The names that the project's code imports from it.
        libraries: The packages outside the standard library that it imports, as they are imported.
    """

    text: str
    pieces: frozenset[str]
    libraries: frozenset[str]


def assemble(
    imported: Iterable[str], words: frozenset[str], profiles: Sequence[Profile] = ()
) -> Helper:
    """Make the file that holds what is imported from it, and what that needs.

    Args:
        imported: The names that the project's code takes from the helper.
        words: All identifiers and words of strings in the project; they decide which methods stay.
        profiles: The extensions whose pieces may be taken.

    Raises:
        MigrationError: No piece has one of the names.
    """
    pieces = frozenset(imported)
    corpus = read_corpus(profiles)
    kept = shake(corpus, pieces, words)
    text = stamped(layout(corpus, kept, PLACE.rstrip("\n")), pieces)
    return Helper(text, pieces, libraries(text))
