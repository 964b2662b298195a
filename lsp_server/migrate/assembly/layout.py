"""The text of the helper file: docstring, imports, and the kept definitions in sections.

A section is what was taken from one module of pieces; its heading is that module's first sentence.
The pieces' own lines are not touched: comments and formatting are as they were written.
"""

import textwrap
from collections.abc import Iterator, Sequence

from lsp_server.migrate.assembly.corpus import Corpus
from lsp_server.migrate.assembly.imports import WIDTH, import_block
from lsp_server.migrate.assembly.pieces import Definition, Member, Module
from lsp_server.migrate.assembly.shake import Kept

RULE = "# " + "-" * (WIDTH - 2)
INTRODUCTION = """\
Flask's names for this application, on FastAPI.

`App` is a FastAPI application, `Blueprint` is a router, and the other names behave as Flask's and
its extensions' do, so that every request is answered as it was before the migration. It holds only
what this application uses.

This file is yours. It depends on nothing but the libraries imported below, no tool needs it, and
nobody but you will change it, as long as you change it: a migration that is run again renews it
only while it is as it was written.

What it preserves, section by section:
"""
OUTGROW = """\
How to outgrow it: write new routes on a plain `fastapi.APIRouter` and include it in the app; they
may use Pydantic models and `Depends`, and `request`, `session`, `g` and the hooks work there, too.
Rewrite old routes one at a time. Delete from here what nothing imports any more; when the last
import is gone, delete the file. The docstrings say what each part is replaced by.
"""


def layout(corpus: Corpus, kept: Kept, stamp: str) -> str:
    """The whole file; `stamp` is put below the docstring as it is."""
    modules = [(module, list(chunks_of(module, kept))) for module in corpus.modules]
    sections = [(module, chunks) for module, chunks in modules if chunks]
    parts = [
        docstring([_title(module) for module, _ in sections]),
        stamp + "\n" + import_block(kept.imports),
        *(_section(module, chunks) for module, chunks in sections),
    ]
    return "\n\n".join(parts)


def docstring(titles: Sequence[str]) -> str:
    """The file's docstring: what it is, what each section preserves, how to outgrow it."""
    points = "\n".join(_wrapped(title, first="* ", rest="  ") for title in titles)
    introduction = "\n\n".join(_wrapped(part) for part in INTRODUCTION.strip().split("\n\n"))
    return f'"""{introduction}\n\n{points}\n\n{_wrapped(OUTGROW)}\n"""\n'


def _wrapped(text: str, first: str = "", rest: str = "") -> str:
    return textwrap.fill(
        " ".join(text.split()),
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _title(module: Module) -> str:
    """The first paragraph of a module's docstring; a docstring's own quotes are kept out."""
    return " ".join(module.docstring.split("\n\n")[0].split()).replace('"""', "'''")


def _section(module: Module, chunks: Sequence[str]) -> str:
    heading = "\n".join([RULE, _wrapped(_title(module), "# ", "# "), RULE])
    return "\n".join([heading, "", *_spaced(chunks)])


def _spaced(chunks: Sequence[str]) -> Iterator[str]:
    """Two empty lines around functions and classes, none between one-line values."""
    is_first, was_line = True, False
    for chunk in chunks:
        is_line = "\n" not in chunk.rstrip("\n")
        if not is_first and not (is_line and was_line):
            yield "\n"
        elif is_first:
            is_first = False
        yield chunk.rstrip("\n")
        was_line = is_line
    yield ""


def chunks_of(module: Module, kept: Kept) -> Iterator[str]:
    """The texts of those of a module's definitions that are kept."""
    for definition in module.definitions:
        if definition in kept.members:
            yield definition_text(module, definition, kept.members[definition])


def definition_text(module: Module, definition: Definition, members: frozenset[Member]) -> str:
    """A definition's lines without the members that are not kept."""
    dropped = set(module.dropped_lines)
    for member in definition.members:
        if member not in members:
            dropped.update(range(member.first, member.last + 1))
            dropped.update(_empty_after(module.lines, member.last))
    numbers = range(definition.first, definition.last + 1)
    lines = [module.lines[number - 1] for number in numbers if number not in dropped]
    while lines and not lines[-1].strip():
        lines.pop()
    if definition.bases is not None and not members and not definition.n_fixed_statements:
        lines.append("    pass")
    return "\n".join(lines)


def member_text(module: Module, member: Member) -> str:
    """A member's lines, indented as they are in its class."""
    numbers = range(member.first, member.last + 1)
    lines = (module.lines[number - 1] for number in numbers if number not in module.dropped_lines)
    return "\n".join(lines)


def _empty_after(lines: Sequence[str], last: int) -> Iterator[int]:
    number = last + 1
    while number <= len(lines) and not lines[number - 1].strip():
        yield number
        number += 1
