"""What a helper lacks that its owner has changed: a second file beside it, which adds to it.

The first file is never touched. The second one takes from it what is there, defines what is not,
and gives its classes the methods that they lack. The project's code imports from the second file.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from lsp_server.migrate.assembly import Helper
from lsp_server.migrate.assembly.corpus import Corpus, read_corpus
from lsp_server.migrate.assembly.imports import import_block, libraries
from lsp_server.migrate.assembly.layout import chunks_of, member_text
from lsp_server.migrate.assembly.pieces import Definition, Member
from lsp_server.migrate.assembly.references import free_names
from lsp_server.migrate.assembly.shake import Kept, shake
from lsp_server.migrate.assembly.stamp import PLACE, stamped
from lsp_server.migrate.profile import Profile

DOCSTRING = '''"""What `{first}` lacks: a later migration needed it, and you had changed that file.

Move it there when you like, and import from there; then delete this file.
"""
'''
ADDED = """
for _name, _member in list(vars({added}).items()):
    if not _name.startswith("__"):
        setattr({owner}, _name, _member)
"""


def assemble_addition(
    first: str,
    present: str,
    imported: Iterable[str],
    project_words: frozenset[str],
    profiles: Sequence[Profile],
) -> Helper:
    """Make the second file.

    Args:
        first: How it imports the first file: `flask_compat` or `.flask_compat`.
        present: The first file's text, which parses.
        imported: The names that the project's code takes from the second file.
        project_words: The project's words, which decide which methods stay.
        profiles: The extensions whose pieces may be taken.
    """
    pieces = frozenset(imported)
    corpus = read_corpus(profiles)
    kept = shake(corpus, pieces, project_words)
    there = _there(present)
    body = [*_missing(corpus, kept, there), *_additions(corpus, kept, there)]
    used = free_names(ast.parse("\n".join(body)).body) | pieces
    taken = sorted(used & there.keys())
    parts = [
        DOCSTRING.format(first=first.lstrip(".")) + "\n" + PLACE,
        import_block(item for item in kept.imports if item.bound in used - there.keys()),
        f"from {first} import (\n" + "".join(f"    {name},\n" for name in taken) + ")\n",
        "__all__ = [\n" + "".join(f'    "{name}",\n' for name in sorted(pieces)) + "]\n",
    ]
    text = "\n".join(parts if taken else [*parts[:2], parts[3]])
    whole = stamped("\n\n".join([text, *body]).rstrip("\n") + "\n", pieces)
    return Helper(whole, pieces, libraries(whole))


def _there(text: str) -> Mapping[str, frozenset[str]]:
    """The names at the top of a module; of a class, its members."""
    found: dict[str, frozenset[str]] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef):
            found[node.name] = frozenset(_bound(node.body))
        else:
            found.update(dict.fromkeys(_bound([node]), frozenset[str]()))
    return found


def _bound(statements: Sequence[ast.stmt]) -> Iterator[str]:
    for statement in statements:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield statement.name
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            parts = (part for each in targets for part in ast.walk(each))
            yield from (part.id for part in parts if isinstance(part, ast.Name))


def _missing(corpus: Corpus, kept: Kept, there: Mapping[str, object]) -> Iterator[str]:
    """The definitions that the first file does not have."""
    lacking = {
        definition: members
        for definition, members in kept.members.items()
        if not there.keys() & set(definition.names)
    }
    for module in corpus.modules:
        yield from chunks_of(module, Kept(lacking, kept.imports))


def _additions(corpus: Corpus, kept: Kept, there: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """For each class of the first file, the members that it lacks."""
    for module in corpus.modules:
        for definition in module.definitions:
            lacking = _lacking(definition, kept.members.get(definition, frozenset()), there)
            if lacking:
                owner = definition.names[0]
                methods = "\n\n".join(member_text(module, member) for member in lacking)
                head = f'class AddedTo{owner}:\n    """Members that `{owner}` lacks."""\n\n'
                yield head + methods + "\n"
                yield ADDED.format(added=f"AddedTo{owner}", owner=owner).strip("\n") + "\n"


def _lacking(
    definition: Definition, members: frozenset[Member], there: Mapping[str, frozenset[str]]
) -> list[Member]:
    if definition.bases is None or definition.names[0] not in there:
        return []
    has = there[definition.names[0]]
    found = [member for member in members if member.name not in has]
    return sorted(found, key=lambda member: member.first)
