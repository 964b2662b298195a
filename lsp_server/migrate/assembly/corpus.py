"""All pieces that may be taken, in an order in which they can stand in one file.

Why the order of modules is enough: a module of pieces imports from those before it, and works when
it is imported. So base classes, decorators, defaults and values at top level find what they need if
modules follow one another as their imports demand, and each keeps its own order.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lsp_server.migrate.assembly.pieces import (
    Definition,
    Imported,
    Module,
    read_module,
    runtime_modules,
)
from lsp_server.migrate.profile import Profile


@dataclass(frozen=True, slots=True)
class Corpus:
    """The modules in order; `definitions` has those of every name that they bind."""

    modules: Sequence[Module]
    definitions: Mapping[str, Sequence[Definition]]
    imports: Mapping[str, Mapping[str, Sequence[Imported]]]

    def imported(self, module: str, name: str) -> Sequence[Imported]:
        """The imports that bind a name in a module: several for `import a.b` and `import a.c`."""
        return self.imports[module].get(name, ())


def read_corpus(profiles: Sequence[Profile]) -> Corpus:
    """The core's pieces and those of some profiles."""
    wanted = [*runtime_modules(), *(piece for profile in profiles for piece in profile.pieces)]
    modules: dict[str, Module] = {}
    for name in dict.fromkeys(wanted):
        _read(name, modules)
    return corpus_of(list(modules.values()))


def corpus_of(modules: Sequence[Module]) -> Corpus:
    """A corpus of modules that stand in order already."""
    definitions: dict[str, list[Definition]] = {}
    for module in modules:
        for definition in module.definitions:
            for name in definition.names:
                definitions.setdefault(name, []).append(definition)
    imports = {module.name: _by_bound_name(module.imports) for module in modules}
    return Corpus(tuple(modules), definitions, imports)


def public_members(profiles: Sequence[Profile]) -> frozenset[str]:
    """The names that code outside the project may ask objects of the helper for."""
    return frozenset(
        member.name
        for module in read_corpus(profiles).modules
        for definition in module.definitions
        for member in definition.members
        if not member.name.startswith("_")
    )


def clashes(corpus: Corpus) -> Iterator[str]:
    """What keeps the pieces from standing in one namespace, as sentences."""
    homes: dict[str, set[str]] = {}
    for module in corpus.modules:
        for definition in module.definitions:
            for name in definition.names:
                homes.setdefault(name, set()).add(f"{module.name} defines it")
        for imported in module.imports:
            whole = f"{imported.module}.{imported.name}" if imported.module else imported.name
            is_root = not imported.module and imported.bound == imported.name.split(".")[0]
            said = f"import of {imported.bound if is_root else whole}"
            homes.setdefault(imported.bound, set()).add(said)
    for name, whence in sorted(homes.items()):
        if len(whence) > 1:
            yield f"{name}: {', '.join(sorted(whence))}"


def _read(name: str, read: dict[str, Module]) -> None:
    if name in read:
        return
    module = read_module(name)
    for used in module.uses:
        _read(used, read)
    read[name] = module


def _by_bound_name(imports: Sequence[Imported]) -> dict[str, list[Imported]]:
    found: dict[str, list[Imported]] = {}
    for imported in imports:
        found.setdefault(imported.bound, []).append(imported)
    return found
