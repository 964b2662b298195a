"""Parameters from a parameter list, in any language: grammars agree on the fields that matter.

A parameter is a node with a name (or pattern), perhaps a type, perhaps a value. C and C++ spell
the type around the name, so there the annotation is the declaration without its name.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from lsp_server.syntax.shape import Parameter, ParameterKind
from lsp_server.syntax.trees import Tree

if TYPE_CHECKING:
    from tree_sitter import Node

NAME_FIELDS = ("name", "pattern", "left", "declarator")
DEFAULT_FIELDS = ("value", "right", "default_value")
# Nodes around a name, as `*args`, `...rest`, `char *s`, `mut x`.
AROUND_NAMES = frozenset(
    {
        "list_splat_pattern", "dictionary_splat_pattern", "rest_pattern", "mut_pattern",
        "ref_pattern", "reference_pattern", "pointer_declarator", "reference_declarator",
        "array_declarator", "function_declarator", "parenthesized_declarator",
        "variadic_declarator", "variable_declarator", "attributed_declarator",
    }
)  # fmt: skip
KINDS: dict[str, ParameterKind] = {
    "list_splat_pattern": "var_positional",
    "dictionary_splat_pattern": "var_keyword",
    "rest_pattern": "var_positional",
    "variadic_declarator": "var_positional",
    "variadic_parameter_declaration": "var_positional",
    "spread_parameter": "var_positional",
}
DECLARATIONS = frozenset(
    {
        "parameter_declaration",
        "optional_parameter_declaration",
        "variadic_parameter_declaration",
        "spread_parameter",
    }
)
NO_PARAMETERS = frozenset(
    {
        "comment", "line_comment", "block_comment", "this", "self_parameter",
        "receiver_parameter", "variadic_parameter", "attribute_item", "line_continuation", "ERROR",
    }
)  # fmt: skip


def parameters(tree: Tree, node: "Node") -> tuple[Parameter, ...]:
    """The parameters in a parameter list; `node` may also be the sole name of an arrow function."""
    children = [node] if node.type == "identifier" else node.named_children
    found: list[Parameter] = []
    keyword_only = False
    for child in children:
        if child.type == "positional_separator":
            found = [replace(each, kind="positional_only") for each in found]
            continue
        new = list(_read(tree, child))
        if keyword_only:
            new = [_as_keyword(each) for each in new]
        keyword_only |= child.type == "keyword_separator"
        keyword_only |= tree.language == "python" and any(_is_rest(each) for each in new)
        found += new
    return tuple(found)


def _is_rest(parameter: Parameter) -> bool:
    return parameter.kind == "var_positional"


def _as_keyword(parameter: Parameter) -> Parameter:
    return replace(parameter, kind="keyword") if parameter.kind == "positional" else parameter


def _read(tree: Tree, node: "Node") -> Iterator[Parameter]:
    """One declaration may name several (`a, b int`), or none (`void`, `*`)."""
    if node.type in NO_PARAMETERS or node.type == "keyword_separator":
        return
    default = _field(node, DEFAULT_FIELDS)
    for name in _names(node):
        inner, kind = _unwrapped(name, KINDS.get(node.type, "positional"))
        if inner.type == "this":
            return
        annotation = _annotation(tree, node, inner)
        yield Parameter(tree.of(inner), annotation, tree.of(default) if default else None, kind)


def _names(node: "Node") -> list["Node"]:
    for field in NAME_FIELDS:
        found = node.children_by_field_name(field)
        if found:
            return found
    if node.type == "spread_parameter":
        return node.named_children[-1:]
    if node.type in DECLARATIONS:
        return []
    if node.type == "typed_parameter":
        return node.named_children[:1]
    return [node]


def _unwrapped(node: "Node", kind: ParameterKind) -> tuple["Node", ParameterKind]:
    while node.type in AROUND_NAMES and node.named_children:
        kind = KINDS.get(node.type, kind)
        inner = _field(node, ("declarator", "name"))
        node = inner or node.named_children[-1]
    return node, kind


def _annotation(tree: Tree, node: "Node", name: "Node") -> str | None:
    if tree.language in {"c", "cpp"}:
        return _around(tree, node, name)
    written = node.child_by_field_name("type")
    if written is None and node.type == "spread_parameter":
        written = node.named_children[0]
    return tree.of(written).removeprefix(":").strip() if written else None


def _around(tree: Tree, node: "Node", name: "Node") -> str:
    """`const char *s` without `s`, and without the default."""
    whole, inner = tree.span(node), tree.span(name)
    default = node.child_by_field_name("default_value")
    end = tree.span(default).start if default else whole.end
    before = tree.text[whole.start : inner.start].rstrip()
    return before + tree.text[inner.end : end].rstrip().removesuffix("=").rstrip()


def _field(node: "Node", names: tuple[str, ...]) -> "Node | None":
    for name in names:
        found = node.child_by_field_name(name)
        if found is not None:
            return found
    return None
