"""What differs between languages, as rows of a table; the rest is in `queries/*.scm`.

A language without a row has a tree (if it has a grammar) and comments, but no symbols.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from lsp_server.syntax.grammars import grammar

if TYPE_CHECKING:
    from tree_sitter import Query

JSDOC = re.compile(r"/\*\*(?!/)")
# A directive (`//go:build`) is not a doc.
GODOC = re.compile(r"//(?!\w+:\w)|/\*")
RUSTDOC = re.compile(r"///(?!/)|/\*\*(?![*/])")
# Doxygen, and the plain comments that most C code has in its place.
DOXYGEN = re.compile(r"//|/\*")


@dataclass(frozen=True, slots=True)
class Row:
    """`queries` are file names in `queries/`, joined; `doc_comment` is how one starts.

    Without `doc_comment` the doc is a string at the start of the body.
    """

    queries: tuple[str, ...]
    doc_comment: re.Pattern[str] | None = None


ROWS = {
    "python": Row(("python",)),
    "javascript": Row(("javascript", "javascript.only"), JSDOC),
    "javascriptreact": Row(("javascript", "javascript.only"), JSDOC),
    "typescript": Row(("javascript", "typescript"), JSDOC),
    "typescriptreact": Row(("javascript", "typescript"), JSDOC),
    "go": Row(("go",), GODOC),
    "rust": Row(("rust",), RUSTDOC),
    "java": Row(("java",), JSDOC),
    "c": Row(("c",), DOXYGEN),
    "cpp": Row(("c", "cpp"), DOXYGEN),
}


@cache
def query(language: str, suffix: str = "") -> "Query | None":
    """The compiled query of a language, or None if it has no row."""
    row, found = ROWS.get(language), grammar(language)
    if row is None or found is None:
        return None
    from tree_sitter import Query

    folder = files("lsp_server.syntax") / "queries"
    sources = [(folder / f"{name}{suffix}.scm").read_text("utf-8") for name in row.queries]
    return Query(found, "\n".join(sources))
