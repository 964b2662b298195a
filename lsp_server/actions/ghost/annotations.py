"""Annotations, read from their syntax into types; nothing of the user's is evaluated.

Only names in the table below mean something, and classes of the module itself, which the caller
stands in for. `Unknown` says what could not be read.
"""

import ast
import collections
import collections.abc
import datetime
import decimal
import fractions
import pathlib
import typing
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from lsp_server.actions.ghost.names import Names

BUILTINS = (
    int, str, bytes, bool, float, complex, list, dict, set, frozenset, tuple, bytearray,
)  # fmt: skip
TYPING = (
    "List", "Dict", "Set", "FrozenSet", "Tuple", "Optional", "Union", "Sequence", "Mapping",
    "MutableMapping", "MutableSequence", "Iterable", "Iterator", "Collection", "Container",
    "Hashable", "Sized", "Reversible", "AbstractSet", "MutableSet", "Deque", "DefaultDict",
    "OrderedDict", "Counter", "Text", "Callable", "Literal", "SupportsInt", "SupportsFloat",
    "AnyStr",
)  # fmt: skip
ABSTRACT = (
    "Sequence", "Mapping", "MutableMapping", "MutableSequence", "Iterable", "Iterator",
    "Collection", "Container", "Hashable", "Sized", "Reversible", "Set", "MutableSet", "Callable",
    "ByteString",
)  # fmt: skip
OTHERS = (
    collections.OrderedDict, collections.Counter, collections.defaultdict, collections.deque,
    datetime.date, datetime.datetime, datetime.time, datetime.timedelta,
    decimal.Decimal, fractions.Fraction, pathlib.Path, pathlib.PurePath, pathlib.PurePosixPath,
    uuid.UUID,
)  # fmt: skip
# `typing` and `collections.abc` have names that this Python may lack; those are left out.
TYPES: dict[str, object] = {
    **{kind.__name__: kind for kind in BUILTINS},
    **{f"typing.{name}": getattr(typing, name, None) for name in TYPING},
    **{f"typing_extensions.{name}": getattr(typing, name, None) for name in TYPING},
    **{f"collections.abc.{name}": getattr(collections.abc, name, None) for name in ABSTRACT},
    **{f"{kind.__module__.replace('_', '')}.{kind.__name__}": kind for kind in OTHERS},
}
WRAPPERS = ("typing.Annotated", "typing.Final", "typing.Required", "typing.NotRequired")
MAX_DEPTH = 8


class Unknown(Exception):
    """An annotation that means nothing here; the message is its source."""


@dataclass(slots=True)
class Annotations:
    """Reads annotations of a module. `stand_in` makes a type for one of the module's classes."""

    names: Names
    stand_in: Callable[[str], type]
    depth: int = field(default=0)

    def read(self, node: ast.expr) -> object:
        """The type; raises Unknown."""
        if self.depth > MAX_DEPTH:
            raise Unknown(ast.unparse(node))
        self.depth += 1
        try:
            return self._read(node)
        finally:
            self.depth -= 1

    def _read(self, node: ast.expr) -> object:
        match node:
            case ast.Constant(value=None):
                return None
            case ast.Constant(value=str(text)):
                return self.read(_parsed(text))
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return typing.Union[_typed(self.read(left)), _typed(self.read(right))]  # noqa: UP007
            case ast.Subscript(value=owner, slice=inner):
                return self._generic(node, owner, inner)
            case ast.Name() | ast.Attribute():
                return self._named(node)
            case _:
                raise Unknown(ast.unparse(node))

    def _named(self, node: ast.Name | ast.Attribute) -> object:
        dotted = self.names.dotted(node)
        if isinstance(node, ast.Name) and node.id not in self.names.imported:
            if node.id in self.names.classes:
                return self.stand_in(node.id)
            if node.id in self.names.aliases:
                return self.read(self.names.aliases[node.id])
        found = TYPES.get(dotted)
        if found is None:
            raise Unknown(ast.unparse(node))
        return found

    def _generic(self, node: ast.expr, owner: ast.expr, inner: ast.expr) -> object:
        dotted = self.names.dotted(owner)
        if dotted.replace("typing_extensions", "typing") in WRAPPERS:
            return self.read(inner.elts[0] if isinstance(inner, ast.Tuple) else inner)
        base = self._named(owner) if isinstance(owner, ast.Name | ast.Attribute) else None
        if base is None:
            raise Unknown(ast.unparse(node))
        arguments = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        if dotted.endswith(".Literal"):
            values = tuple(_literal(each) for each in arguments)
            return _subscripted(base, values, node)
        read = tuple(self._argument(each) for each in arguments)
        return _subscripted(base, read if len(read) > 1 or not read else read[0], node)

    def _argument(self, node: ast.expr) -> object:
        match node:
            case ast.Constant(value=value) if value is ...:
                return ...
            case ast.List(elts=elements):
                return [self.read(each) for each in elements]
            case _:
                return self.read(node)


def _subscripted(base: object, arguments: object, node: ast.expr) -> object:
    """`base[arguments]`, where both come from the table."""
    subscript = getattr(base, "__class_getitem__", None) or getattr(base, "__getitem__", None)
    if subscript is None:
        raise Unknown(ast.unparse(node))
    try:
        result: object = subscript(arguments)
    except TypeError as error:
        raise Unknown(ast.unparse(node)) from error
    return result


def _typed(value: object) -> type:
    """Union takes None as well as types; types of generics are not `type`s to the checker."""
    return typing.cast(type, value)


def _literal(node: ast.expr) -> object:
    try:
        value: object = ast.literal_eval(node)
    except (ValueError, TypeError) as error:
        raise Unknown(ast.unparse(node)) from error
    return value


def _parsed(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError) as error:
        raise Unknown(text) from error
