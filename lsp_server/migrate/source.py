"""One module of the project, parsed, and what its syntax says without looking at any other."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import libcst as cst

from lsp_server.migrate.lines import statement_lines
from lsp_server.migrate.scopes import Binding, Facts
from lsp_server.migrate.walk import facts

BOM = "\ufeff"
UNPARSED = "It does not parse as Python 3, so it is left as it is."
LONE_RETURNS = "It has carriage returns that end no line, so it is left as it is."
_LONE_RETURN = re.compile(r"\r(?!\n)")
# A form feed at the start of a line begins its indentation anew.
FEEDS = re.compile(r"^[ \t\f]*\f", re.MULTILINE)
# Nesting of syntax up to which libcst's recursive methods surely get by with Python's stack.
SAFE_DEPTH = 60


@dataclass(eq=False, slots=True)
class Source:
    """One parsed module. `lines` are those of its statements."""

    path: PurePosixPath
    text: str
    tree: cst.Module
    facts: Facts
    lines: dict[cst.CSTNode, int] = field(default_factory=dict)

    def line(self, node: cst.CSTNode) -> int:
        """The line, from 1, of the statement, decorator or handler that a node stands in."""
        above: cst.CSTNode | None = node
        while above is not None and above not in self.lines:
            above = self.facts.parents.get(above)
        return self.lines[above] if above is not None else 1


def parsed(path: PurePosixPath, text: str) -> Source | str:
    """The module; or the reason if it does not parse, or nests too deeply to be worked on.

    Python's own parser goes first: it refuses what makes libcst's overflow the stack.
    """
    if _LONE_RETURN.search(text):
        return LONE_RETURNS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(parsable(text))
        tree = cst.parse_module(parsable(text))
        found = facts(tree)
        if found.depth > SAFE_DEPTH:
            assert tree.code == parsable(text), "libcst gives back what it was given"
        source = Source(path, text, tree, found, statement_lines(tree, module))
    except (SyntaxError, ValueError, cst.ParserSyntaxError, RecursionError, MemoryError):
        return UNPARSED
    return source


def parsable(text: str) -> str:
    """The text as libcst takes it: without a byte order mark, and without the form feeds that
    begin lines and what stands before them, which libcst loses."""
    return FEEDS.sub("", text.removeprefix(BOM))


def dotted_name(node: cst.BaseExpression | None) -> str:
    """`a.b.c` of names and attributes; "" of anything else."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        base = dotted_name(node.value)
        return f"{base}.{node.attr.value}" if base else ""
    return ""


def imported_name(binding: Binding) -> str:
    """The full name that an absolute import binds: `flask.request`; "" for a relative one."""
    alias = binding.node
    assert isinstance(alias, cst.ImportAlias)
    if isinstance(binding.statement, cst.ImportFrom):
        if binding.statement.relative:
            return ""
        return f"{dotted_name(binding.statement.module)}.{alias.evaluated_name}"
    return alias.evaluated_name


def absolute_imports(source: Source) -> Iterator[str]:
    """The full names of the modules that a module imports, relative imports aside."""
    for binding in source.facts.imports:
        if isinstance(binding.statement, cst.ImportFrom):
            if not binding.statement.relative:
                yield dotted_name(binding.statement.module)
        else:
            assert isinstance(binding.node, cst.ImportAlias)
            yield binding.node.evaluated_name
