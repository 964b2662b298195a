"""What a name in a module refers to, through aliases and the project's own re-exports.

An origin is either `External`, the full name in a library (`flask.request`), or `Own`, a
definition at the top of one of the project's modules. Nothing is imported to find out: what a
library itself re-exports is not followed, so its names count as they are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TypeAlias

import libcst as cst

from lsp_server.migrate.scopes import Binding, Scope
from lsp_server.migrate.source import Source, absolute_imports, dotted_name

# How far a name is followed through modules that pass it on.
MAX_STEPS = 20


@dataclass(frozen=True, slots=True)
class External:
    """A name of a library, such as `flask.request`."""

    name: str


@dataclass(frozen=True, slots=True)
class Own:
    """A name at the top of one of the project's modules; without a name, the module or folder."""

    path: PurePosixPath
    name: str = ""


Origin: TypeAlias = External | Own


@dataclass(eq=False, slots=True)
class Codebase:
    """The project's Python files, parsed. `unparsed` says why one is not."""

    sources: Mapping[PurePosixPath, Source]
    unparsed: Mapping[PurePosixPath, str]
    roots: tuple[PurePosixPath, ...]
    _folders: frozenset[PurePosixPath] = frozenset()
    _located: dict[tuple[PurePosixPath, str, int], Own | None] = field(default_factory=dict)
    _taken: dict[PurePosixPath, set[str]] = field(default_factory=dict)

    # -- modules ---------------------------------------------------------------------------

    def located(self, importing: PurePosixPath, dotted: str, level: int = 0) -> Own | None:
        """The project's module or folder of that name, as the importing file would find it."""
        key = (importing.parent, dotted, level)
        if key not in self._located:
            self._located[key] = self._found(importing, dotted, level)
        return self._located[key]

    def _found(self, importing: PurePosixPath, dotted: str, level: int) -> Own | None:
        parts = tuple(part for part in dotted.split(".") if part)
        if level:
            folder = importing.parent
            for _ in range(level - 1):
                folder = folder.parent
            return self.module_in(folder, parts)
        if not parts:
            return None
        found = (self.imported_from(root, parts) for root in self._search_path(importing))
        return next((each for each in found if each is not None), None)

    def _search_path(self, importing: PurePosixPath) -> Iterator[PurePosixPath]:
        """The source roots around a file, then every folder above it."""
        above = (*importing.parents,)
        yield from (root for root in self.roots if root in above)
        yield from reversed(above)
        yield from (root for root in self.roots if root not in above)

    def imported_from(self, folder: PurePosixPath, parts: tuple[str, ...]) -> Own | None:
        """What an absolute import finds in a folder that imports start from.

        Not `ext/celery.py` if that says `from celery import Celery`: it means a library.
        """
        found = self.module_in(folder, parts)
        is_librarys = found is not None and len(parts) == 1 and self._imports_its_name(found.path)
        return None if is_librarys else found

    def _imports_its_name(self, path: PurePosixPath) -> bool:
        if path.name == "__init__.py" or path not in self.sources:
            return False
        imported = absolute_imports(self.sources[path])
        return any(dotted.partition(".")[0] == path.stem for dotted in imported)

    def module_in(self, folder: PurePosixPath, parts: tuple[str, ...]) -> Own | None:
        """The module or folder at the end of a path of names below a folder."""
        path = folder.joinpath(*parts)
        if path / "__init__.py" in self.sources:
            return Own(path / "__init__.py")
        file = path.with_name(f"{path.name}.py") if parts else path
        if file in self.sources:
            return Own(file)
        return Own(path) if path in self._folders else None

    # -- origins ---------------------------------------------------------------------------

    def origins(self, source: Source, node: cst.BaseExpression) -> tuple[Origin, ...]:
        """All that a dotted name may refer to, in the order of its bindings; () for a local."""
        if isinstance(node, cst.Name):
            scope = source.facts.loads.get(node)
            return () if scope is None else self._named(source, scope, node.value)
        if isinstance(node, cst.Attribute):
            bases = self.origins(source, node.value)
            found = (self._member(base, node.attr.value, MAX_STEPS) for base in bases)
            return _unique(origin for origins in found for origin in origins)
        return ()

    def externals(self, source: Source, node: cst.BaseExpression) -> frozenset[str]:
        """The names in libraries that an expression may be."""
        found = self.origins(source, node)
        return frozenset(each.name for each in found if isinstance(each, External))

    def of_binding(self, source: Source, binding: Binding) -> tuple[Origin, ...]:
        """What a binding at the top of a module, or an import anywhere, refers to."""
        return self._bound(source, binding, MAX_STEPS)

    def definitions(self, origin: Own) -> list[tuple[Source, Binding]]:
        """The bindings that stand behind a name of the project."""
        source = self.sources.get(origin.path)
        if source is None or "." in origin.name:
            return []
        found = source.facts.top.bindings.get(origin.name, [])
        return [(source, binding) for binding in found if binding.how != "import"]

    def member(self, origin: Origin, name: str) -> tuple[Origin, ...]:
        """What `origin.name` refers to."""
        return self._member(origin, name, MAX_STEPS)

    def starred(self, source: Source, name: str) -> tuple[Origin, ...]:
        """What the star imports of a module may bind a name to."""
        return self._starred(source, name, MAX_STEPS)

    def _named(self, source: Source, scope: Scope, name: str) -> tuple[Origin, ...]:
        bindings = scope.lookup(name)
        if not bindings:
            return self._starred(source, name, MAX_STEPS)
        return _unique(
            origin for binding in bindings for origin in self._bound(source, binding, MAX_STEPS)
        )

    def _bound(self, source: Source, binding: Binding, steps: int) -> tuple[Origin, ...]:
        if binding.how != "import":
            at_top = binding.scope is source.facts.top
            return (Own(source.path, binding.name),) if at_top else ()
        alias = binding.node
        assert isinstance(alias, cst.ImportAlias), "an import binds by an alias"
        if isinstance(binding.statement, cst.ImportFrom):
            base = self.module_of(source, binding.statement)
            return self._member(base, alias.evaluated_name, steps)
        dotted = alias.evaluated_name
        if alias.asname is None:
            dotted = dotted.split(".")[0]
        return (self.located(source.path, dotted) or External(dotted),)

    def takers(self, path: PurePosixPath, name: str) -> bool:
        """Whether another module takes a name from the one at `path`: by its name, by a star, or
        as an attribute of the module."""
        seen, queue = {path}, [Own(path)]
        for home in queue:
            if name in self._names_taken().get(home.path, ()):
                return True
            for other in self.sources.values():
                if other.path in seen or not _has_star(self, other, home):
                    continue
                if _reads_unbound(other, name):
                    return True
                seen.add(other.path)
                queue.append(Own(other.path))
        return False

    def _names_taken(self) -> dict[PurePosixPath, set[str]]:
        """What modules take from each module, by name or as attributes; found once."""
        if not self._taken:
            self._taken[PurePosixPath()] = set()
            for source in self.sources.values():
                for origin, name in _takings(self, source):
                    self._taken.setdefault(origin.path, set()).add(name)
        return self._taken

    def module_of(self, source: Source, statement: cst.ImportFrom) -> Origin:
        """What an import takes its names from."""
        dotted = dotted_name(statement.module) if statement.module else ""
        level = len(statement.relative)
        return self.located(source.path, dotted, level) or External("." * level + dotted)

    def _member(self, base: Origin, name: str, steps: int) -> tuple[Origin, ...]:
        if isinstance(base, External):
            return (External(f"{base.name}.{name}"),)
        if base.name:
            return (Own(base.path, f"{base.name}.{name}"),)
        source = self.sources.get(base.path)
        if source is None:
            found = self.module_in(base.path, (name,))
            return (found,) if found else ()
        return self._exported(source, name, steps)

    def _exported(self, source: Source, name: str, steps: int) -> tuple[Origin, ...]:
        bindings = source.facts.top.bindings.get(name, [])
        if bindings and steps:
            return _unique(
                origin
                for binding in bindings
                for origin in self._bound_once(source, binding, steps - 1)
            )
        if source.path.name == "__init__.py":
            submodule = self.module_in(source.path.parent, (name,))
            if submodule is not None:
                return (submodule,)
        return self._starred(source, name, steps - 1) if steps else ()

    def _bound_once(self, source: Source, binding: Binding, steps: int) -> tuple[Origin, ...]:
        """`from . import x` in a package's own `__init__` is the submodule x, not itself."""
        statement = binding.statement
        if isinstance(statement, cst.ImportFrom):
            base = self.module_of(source, statement)
            if base == Own(source.path):
                assert isinstance(binding.node, cst.ImportAlias)
                found = self.module_in(source.path.parent, (binding.node.evaluated_name,))
                return (found,) if found else ()
        return self._bound(source, binding, steps)

    def _starred(self, source: Source, name: str, steps: int) -> tuple[Origin, ...]:
        found: list[Origin] = []
        for statement in source.facts.top.stars if steps > 0 else ():
            base = self.module_of(source, statement)
            if isinstance(base, External):
                found.append(External(f"{base.name}.{name}"))
            elif base.path in self.sources:
                found.extend(self._exported(self.sources[base.path], name, steps - 1))
        return _unique(found)


def _has_star(code: Codebase, source: Source, home: Own) -> bool:
    return any(code.module_of(source, star) == home for star in source.facts.top.stars)


def _reads_unbound(source: Source, name: str) -> bool:
    loads = source.facts.loads.items()
    return any(each.value == name and not scope.lookup(name) for each, scope in loads)


def _takings(code: Codebase, source: Source) -> Iterator[tuple[Own, str]]:
    """The modules that a module takes names from, with the names."""
    for binding in source.facts.imports:
        if isinstance(binding.statement, cst.ImportFrom):
            assert isinstance(binding.node, cst.ImportAlias)
            base = code.module_of(source, binding.statement)
            if isinstance(base, Own):
                yield base, binding.node.evaluated_name
    for node in source.facts.scope_of:
        if isinstance(node, cst.Attribute):
            bases = code.origins(source, node.value)
            yield from (
                (base, node.attr.value) for base in bases if isinstance(base, Own) and not base.name
            )


def _unique(origins: Iterable[Origin]) -> tuple[Origin, ...]:
    return tuple(dict.fromkeys(origins))
