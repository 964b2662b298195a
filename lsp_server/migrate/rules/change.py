"""What a rule says about one node, and what every rule may look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeAlias

import libcst as cst

from lsp_server.migrate.exports import Exports
from lsp_server.migrate.kinds import Kinds
from lsp_server.migrate.names import Codebase
from lsp_server.migrate.place import Place
from lsp_server.migrate.source import Source
from lsp_server.migrate.tree import Replacement


@dataclass(frozen=True, slots=True)
class Scene:
    """One module and all that is known around it.

    Attributes:
        staying: Modules that stay on Flask beside the app.
        needs_flask: Whether a Flask app has to be made with the app, as what needs one never
            gets the app itself.
        run_is_patched: Whether tests put something in the place of an app's `run`.
        lines: The first and last line in which routes are rewritten; None is all of them.
    """

    source: Source
    code: Codebase
    kinds: Kinds
    exports: Exports
    place: Place
    staying: frozenset[PurePosixPath] = frozenset()
    lines: tuple[int, int] | None = None
    needs_flask: bool = False
    run_is_patched: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a node.

    Attributes:
        apply: Takes the node with what it contains already changed.
        imported: Names that the new code takes from the helper.
        imports: Full names of other things that the module must import: `uvicorn`.
        warning: A sentence for the user about this place.
    """

    node: cst.CSTNode
    apply: Callable[[cst.CSTNode], Replacement] | None = None
    imported: frozenset[str] = frozenset()
    imports: tuple[str, ...] = ()
    warning: str | None = None


Rule: TypeAlias = Callable[[Scene], Iterator[Change]]


def renamed_attribute(name: str) -> Callable[[cst.CSTNode], Replacement]:
    """Makes `x.old(...)` into `x.name(...)`."""

    def apply(node: cst.CSTNode) -> Replacement:
        assert isinstance(node, cst.Attribute)
        return node.with_changes(attr=node.attr.with_changes(value=name))

    return apply


def renamed_keyword(args: Sequence[cst.Arg], old: str, new: str) -> list[cst.Arg]:
    """The arguments with one keyword renamed."""
    return [
        arg.with_changes(keyword=arg.keyword.with_changes(value=new))
        if arg.keyword is not None and arg.keyword.value == old
        else arg
        for arg in args
    ]


def without(args: Sequence[cst.Arg], name: str) -> list[cst.Arg]:
    """The arguments without a keyword; what ends the list, such as a trailing comma, stays."""
    kept = [arg for arg in args if arg.keyword is None or arg.keyword.value != name]
    if kept and len(kept) < len(args) and args[-1] is not kept[-1]:
        last = args[-1]
        kept[-1] = kept[-1].with_changes(
            comma=last.comma, whitespace_after_arg=last.whitespace_after_arg
        )
    return kept
