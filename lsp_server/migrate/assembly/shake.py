"""Which pieces an app needs: what its code imports, and whatever that reaches.

A top-level definition is kept if it is reached by name. A member of a kept class is kept if its
name occurs as a word in the project or in a kept piece, if a library calls it (it overrides
something of a library's class, or a comment says so), or if it is a dunder method.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lsp_server.errors import MigrationError
from lsp_server.migrate.assembly.corpus import Corpus
from lsp_server.migrate.assembly.library_members import members_of_library_class
from lsp_server.migrate.assembly.pieces import Definition, Imported, Member


@dataclass(frozen=True, slots=True)
class Kept:
    """What stays: the members of each definition that does, and the imports that they use."""

    members: Mapping[Definition, frozenset[Member]]
    imports: frozenset[Imported]


def shake(corpus: Corpus, wanted: Iterable[str], words: frozenset[str]) -> Kept:
    """Keep what the wanted names reach.

    Raises:
        MigrationError: No piece has one of the names.
    """
    names = sorted(set(wanted))
    missing = [name for name in names if name not in corpus.definitions]
    if missing:
        raise MigrationError(
            f"There are no definitions for {', '.join(missing)}; leave what uses them on Flask."
        )
    work = _Work(corpus, set(words))
    work.names.extend(names)
    work.run()
    members = {definition: frozenset(kept) for definition, kept in work.kept.items()}
    return Kept(members, frozenset(work.imports))


@dataclass(slots=True)
class _Work:
    """The search: definitions that were reached, members that wait for their word."""

    corpus: Corpus
    words: set[str]
    kept: dict[Definition, set[Member]] = field(default_factory=dict)
    waiting: dict[str, list[tuple[Definition, Member]]] = field(default_factory=dict)
    imports: set[Imported] = field(default_factory=set)
    names: list[str] = field(default_factory=list)
    fresh: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Follow names, and let words wake members, until nothing changes."""
        while self.names or self.fresh:
            if self.names:
                self._reach(self.names.pop())
            else:
                for definition, member in self.waiting.pop(self.fresh.pop(), ()):
                    self._keep(definition, member)

    def _reach(self, name: str) -> None:
        for definition in self.corpus.definitions[name]:
            if definition not in self.kept:
                self.kept[definition] = set()
                self._take(definition.module, definition.references, definition.words)
                called = _called_by_libraries(self.corpus, definition)
                for member in definition.members:
                    self._consider(definition, member, called)

    def _consider(self, definition: Definition, member: Member, called: frozenset[str]) -> None:
        if member.is_fixed or member.name in self.words or member.name in called:
            self._keep(definition, member)
        else:
            self.waiting.setdefault(member.name, []).append((definition, member))

    def _keep(self, definition: Definition, member: Member) -> None:
        self.kept[definition].add(member)
        self._take(definition.module, member.references, member.words)

    def _take(self, module: str, references: frozenset[str], words: frozenset[str]) -> None:
        self.fresh.extend(sorted(words - self.words))
        self.words |= words
        for name in sorted(references):
            imported = self.corpus.imported(module, name)
            if imported:
                self.imports.update(imported)
            elif name in self.corpus.definitions:
                self.names.append(name)


def _called_by_libraries(corpus: Corpus, definition: Definition) -> frozenset[str]:
    """The names that a class shares with the library classes above it.

    Of a library class that is not known, every name may be one: all members are kept.
    """
    found: set[str] = set()
    pending: list[tuple[str, str]] = [(definition.module, base) for base in definition.bases or ()]
    while pending:
        module, base = pending.pop()
        above = corpus.definitions.get(base, ())
        if above and not corpus.imported(module, base):
            pending.extend((item.module, name) for item in above for name in item.bases or ())
            continue
        known = members_of_library_class(full_name(corpus, module, base))
        if known is None:
            return frozenset(member.name for member in definition.members)
        found |= known
    return frozenset(found)


def full_name(corpus: Corpus, module: str, base: str) -> str:
    """`Map` as `werkzeug.routing.Map`, `json.JSONEncoder` as it is, a builtin with its module."""
    root, _, rest = base.partition(".")
    imports: Sequence[Imported] = corpus.imported(module, root)
    if not imports:
        return f"builtins.{base}"
    imported = imports[0]
    start = f"{imported.module}.{imported.name}" if imported.module else imported.bound
    if not imported.module and imported.bound != imported.name.split(".")[0]:
        start = imported.name
    return f"{start}.{rest}" if rest else start
