"""The rules, one file each, and how they are applied to the modules of a plan.

A rule is a pure function from a scene, one module and what is known around it, to changes of
nodes. It looks at the code as it was; the changes meet at the nodes, inner ones first, in the
order of RULES. So no rule sees another's result, and one walk serves them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import libcst as cst

from lsp_server.migrate.rules import (
    added,
    beside,
    blueprints,
    external,
    imports,
    optional,
    registration,
    routes,
    run,
    servers,
    stars,
)
from lsp_server.migrate.rules.change import Change, Rule, Scene
from lsp_server.migrate.rules.lines import merged
from lsp_server.migrate.rules.together import together
from lsp_server.migrate.tested import run_is_patched
from lsp_server.migrate.tree import Replacement, rebuilt

if TYPE_CHECKING:
    from lsp_server.migrate.plan import Plan
    from lsp_server.migrate.workspace import Workspace

RULES: tuple[Rule, ...] = (
    routes.changes,
    blueprints.changes,
    registration.changes,
    beside.changes,
    run.changes,
    servers.changes,
    optional.changes,
    stars.changes,
    external.changes,
    imports.changes,
)


@dataclass(frozen=True, slots=True)
class Warning_:
    """A sentence for the user about one line of the code as it was."""

    path: PurePosixPath
    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Codemod:
    """What the rules make of a plan.

    Attributes:
        files: The new text of the files that change, and of no others.
        imported: Names that the code now takes from the helper.
    """

    files: Mapping[PurePosixPath, str]
    imported: frozenset[str]
    warnings: tuple[Warning_, ...]


def apply(workspace: Workspace, plan: Plan, rules: tuple[Rule, ...] = RULES) -> Codemod:
    """The modules that the plan rewrites, rewritten."""
    files: dict[PurePosixPath, str] = {}
    imported: set[str] = set()
    warnings: list[Warning_] = []
    for path, scene in _scenes(plan):
        source = scene.source
        changes = [change for rule in rules for change in rule(scene)]
        warnings.extend(
            Warning_(path, source.line(each.node), each.warning) for each in changes if each.warning
        )
        for change in changes:
            imported |= change.imported
        text = _rewritten(scene, changes)
        if text != workspace.files[path]:
            files[path] = text
    return Codemod(files, frozenset(imported), tuple(warnings))


def _scenes(plan: Plan) -> Iterator[tuple[PurePosixPath, Scene]]:
    """The modules that are rewritten, with all that is known around them."""
    reading = plan.reading
    scenes = {
        path: Scene(
            reading.code.sources[path],
            reading.code,
            reading.kinds,
            reading.exports,
            plan.place,
            plan.staying,
            plan.lines if path in plan.chosen else None,
        )
        for path in sorted(plan.files)
    }
    needs_flask = bool(plan.staying) or _has_lone_extension(plan, scenes.values())
    patched = run_is_patched(reading)
    for path, scene in scenes.items():
        yield path, replace(scene, needs_flask=needs_flask, run_is_patched=patched)


def _has_lone_extension(plan: Plan, scenes: Iterable[Scene]) -> bool:
    """Whether an extension that nothing is known of is used, and none is given the app: one that
    only has decorators, say."""
    return bool(plan.unknown_extensions) and not any(beside.gives_app(scene) for scene in scenes)


def _rewritten(scene: Scene, changes: list[Change]) -> str:
    by_node: dict[cst.CSTNode, list[Callable[[cst.CSTNode], Replacement]]] = {}
    for change in changes:
        if change.apply is not None:
            by_node.setdefault(change.node, []).append(change.apply)
    if not by_node:
        return scene.source.text
    new = rebuilt(scene.source.tree, by_node, scene.source.facts.parents)
    needed = added.missing(scene.source, (name for each in changes for name in each.imports))
    helper = scene.place.helper.stem
    new = together(added.with_imports(new, needed, helper), scene.source.tree, helper)
    return merged(scene.source.text, new.code)
