"""What is bound where in one module, and which bindings a name sees.

Python's rules: a function sees the functions around it and the module, never a class body around
it. Every binding of a name in the scope that it sees counts, as flow is not followed. libcst's
ScopeProvider says the same and more, at fourteen times the price of parsing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import libcst as cst

ImportStatement: TypeAlias = cst.Import | cst.ImportFrom
# How a string says to `logging.config.dictConfig` that it is the full name of an object.
EXTERNAL = "ext://"


@dataclass(eq=False, slots=True)
class Binding:
    """One place that binds a name.

    Attributes:
        node: The alias, definition, parameter or target.
        value: What a plain target is bound to, where it stands alone on the left.
        loop: Whether `value` is iterated over.
    """

    name: str
    scope: Scope
    node: cst.CSTNode
    how: Literal["import", "function", "class", "parameter", "value"]
    value: cst.BaseExpression | None = None
    annotation: cst.Annotation | None = None
    statement: ImportStatement | None = None
    loop: bool = False


@dataclass(eq=False, slots=True)
class Scope:
    """The body of a module, class, function, lambda or comprehension. `node` is what opens it.

    Attributes:
        elsewhere: Names that are declared to be bound in a scope around; `globals` in the module.
    """

    node: cst.CSTNode
    parent: Scope | None
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)
    globals: set[str] = field(default_factory=set)
    stars: list[cst.ImportFrom] = field(default_factory=list)

    @property
    def is_class(self) -> bool:
        return isinstance(self.node, cst.ClassDef)

    def top(self) -> Scope:
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def lookup(self, name: str) -> list[Binding]:
        """The bindings that code in this scope sees, none if the name is not the module's."""
        if name in self.bindings and name not in self.elsewhere:
            return self.bindings[name]
        scope = self.parent
        while scope is not None:
            if name in scope.bindings and not scope.is_class and name not in scope.elsewhere:
                return scope.bindings[name]
            scope = scope.parent
        return []


@dataclass(eq=False, slots=True)
class Facts:
    """What one walk through a module finds.

    Attributes:
        loads: The names that are read, with the scope they are read in.
        scopes: The scope that a module, class, function, lambda or comprehension opens.
        quoted: Annotations that are strings.
        external: Strings that name what `logging.config` imports: `ext://flask.logging.request`.
        depth: How deeply syntax is nested.
    """

    top: Scope
    loads: dict[cst.Name, Scope] = field(default_factory=dict)
    parents: dict[cst.CSTNode, cst.CSTNode] = field(default_factory=dict)
    scopes: dict[cst.CSTNode, Scope] = field(default_factory=dict)
    scope_of: dict[cst.CSTNode, Scope] = field(default_factory=dict)
    calls: list[cst.Call] = field(default_factory=list)
    functions: list[cst.FunctionDef] = field(default_factory=list)
    classes: list[cst.ClassDef] = field(default_factory=list)
    returns: dict[cst.CSTNode, list[cst.BaseExpression]] = field(default_factory=dict)
    imports: list[Binding] = field(default_factory=list)
    attributes: list[tuple[cst.Attribute, cst.BaseExpression]] = field(default_factory=list)
    quoted: list[cst.SimpleString] = field(default_factory=list)
    external: list[cst.SimpleString] = field(default_factory=list)
    depth: int = 0
