"""How a body uses a parameter: stored, passed on, looped over, called, compared.

Only what stands in the syntax: a use is read off the node around the name. A body that assigns
the name itself before a use ends the reading there, for from then on it means something else.
Nested definitions are not entered.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lsp_server.syntax import trees
from lsp_server.syntax.outline import body_node, one_line
from lsp_server.syntax.shape import Symbol
from lsp_server.syntax.statements import DEFINITIONS
from lsp_server.syntax.trees import Tree

if TYPE_CHECKING:
    from tree_sitter import Node

UseKind = Literal[
    "stored",
    "passed",
    "looped",
    "called",
    "attribute",
    "method",
    "index",
    "compared",
    "returned",
    "tested",
    "changed",
    "member",
    "sought",
    "within",
]


@dataclass(frozen=True, slots=True)
class Use:
    """One use. `detail` is source: where it is stored, what it is passed to, what is compared."""

    kind: UseKind
    detail: str


NAMES = frozenset({"identifier", "shorthand_property_identifier"})
CALLS = {"call": "function", "call_expression": "function", "method_invocation": "name"}
MEMBERS = {
    "attribute": ("object", "attribute"),
    "member_expression": ("object", "property"),
    "selector_expression": ("operand", "field"),
    "field_access": ("object", "field"),
    "field_expression": ("value", "field"),
    "method_invocation": ("object", "name"),
}
ASSIGNMENTS = frozenset({"assignment", "assignment_expression", "assignment_statement"})
LOOPS = {
    "for_statement": "right",
    "for_in_clause": "right",
    "for_in_statement": "right",
    "enhanced_for_statement": "value",
    "for_expression": "value",
    "for_range_loop": "right",
    "range_clause": "right",
}
COMPARISONS = frozenset({"comparison_operator", "binary_expression"})
COMPARED = re.compile(r"(?:==|!=|<=?|>=?|\bin\b|\bnot in\b|\bis\b|\bis not\b|===|!==)")
REACHED = re.compile(r"\w+(?:(?:\.|->)\w+|\[[^\[\]]*\])+")
# What no expression reaches beyond, and how long one may be to be quoted.
ENDS = ("statement", "block", "declaration", "declarator", "_list", "clause", "assignment", "arm")
QUOTABLE = 48
LITERAL = re.compile(r"""(['"]).*\1|-?\d[\w.]*|[A-Z][A-Z_\d]+""")
SPLATS = frozenset({"list_splat", "dictionary_splat", "spread_element", "variadic_argument"})
WRAPPERS = frozenset({"expression_list", "parenthesized_expression", "reference_expression"})


def uses(language: str, text: str, symbol: Symbol, name: str) -> tuple[Use, ...]:
    """The uses of the parameter `name`, each once, in order; empty where nothing is known."""
    tree = trees.parse(language, text)
    body = body_node(tree, symbol) if tree else None
    if tree is None or body is None:
        return ()
    found = (_use(tree, node) for node in _named(tree, body, name))
    return tuple(dict.fromkeys(use for use in found if use is not None))


def _named(tree: Tree, body: "Node", name: str) -> "Iterator[Node]":
    """The nodes that name the parameter, up to where it is assigned anew."""
    for node in _entered(body):
        if node.type in NAMES and tree.of(node) == name and not _is_label(node):
            if _is_target(node):
                return
            yield node


def _entered(node: "Node") -> "Iterator[Node]":
    """What a statement evaluates comes before what it assigns."""
    pending = [node]
    while pending:
        node = pending.pop()
        yield node
        children = [child for child in node.named_children if child.type not in DEFINITIONS]
        if node.type not in ASSIGNMENTS and node.type != "augmented_assignment":
            children.reverse()
        pending.extend(children)


def _is_label(node: "Node") -> bool:
    """The name of an attribute or of a keyword argument is not the parameter."""
    parent = node.parent
    if parent is None:
        return False
    if parent.type in MEMBERS:
        return parent.child_by_field_name(MEMBERS[parent.type][1]) == node
    return parent.type == "keyword_argument" and parent.child_by_field_name("name") == node


def _is_target(node: "Node") -> bool:
    parent = node.parent
    while parent is not None and parent.type in ("pattern_list", "tuple_pattern", *WRAPPERS):
        node, parent = parent, parent.parent
    if parent is None or parent.type not in {*ASSIGNMENTS, "for_statement", "named_expression"}:
        return False
    return node in (parent.child_by_field_name("left"), parent.child_by_field_name("name"))


def _use(tree: Tree, node: "Node") -> Use | None:
    outer = node.parent
    while outer is not None and outer.type in WRAPPERS:
        node, outer = outer, outer.parent
    if outer is None:
        return None
    return (
        _in_assignment(tree, node, outer)
        or _in_call(tree, node, outer)
        or _in_rest(tree, node, outer)
    )


def _in_assignment(tree: Tree, node: "Node", outer: "Node") -> Use | None:
    if outer.type in ASSIGNMENTS and outer.child_by_field_name("right") == node:
        left = outer.child_by_field_name("left")
        return Use("stored", tree.of(left)) if left and REACHED.fullmatch(tree.of(left)) else None
    if outer.type in ("return_statement", "return_expression"):
        return Use("returned", "")
    if LOOPS.get(outer.type) and outer.child_by_field_name(LOOPS[outer.type]) == node:
        return Use("looped", "")
    return None


def _in_call(tree: Tree, node: "Node", outer: "Node") -> Use | None:
    if outer.type in ("call", "call_expression") and outer.child_by_field_name("function") == node:
        arguments = outer.child_by_field_name("arguments")
        return Use("called", one_line(tree.of(arguments)) if arguments else "()")
    is_wrapped = outer.type == "keyword_argument" or outer.type in SPLATS
    holder = outer.parent if is_wrapped else outer
    if holder is None or holder.type not in ("argument_list", "arguments"):
        return None
    call = holder.parent
    callee = _callee(tree, call) if call else ""
    return Use("passed", callee) if callee else None


def _callee(tree: Tree, call: "Node") -> str:
    """The name of what is called, if it is a plain dotted name."""
    fields = ("function", "name", "constructor", "type")
    function = next(filter(None, map(call.child_by_field_name, fields)), None)
    if function is None:
        return ""
    text = one_line(tree.of(function))
    owner = call.child_by_field_name("object")
    text = f"{one_line(tree.of(owner))}.{text}" if owner else text
    return text if re.fullmatch(r"[\w.:]+|[\w.]+->\w+", text) and len(text) <= 60 else ""


def _in_rest(tree: Tree, node: "Node", outer: "Node") -> Use | None:
    if outer.type in MEMBERS:
        return _member(tree, node, outer)
    if outer.type in ("subscript", "subscript_expression", "index_expression"):
        is_indexed = outer.named_children[0] == node
        return Use("index", "") if is_indexed else _within(tree, outer)
    if outer.type in COMPARISONS:
        return _compared(tree, node, outer)
    if outer.type in ("not_operator", "boolean_operator", "unary_expression"):
        return Use("tested", "")
    in_test = outer.child_by_field_name("condition") == node
    return Use("tested", "") if in_test else _within(tree, outer)


def _within(tree: Tree, node: "Node") -> Use | None:
    """The largest expression around the name that is short enough to be quoted."""
    quoted = ""
    above: Node | None = node
    while above is not None and not above.type.endswith(ENDS):
        text = one_line(tree.of(above))
        if len(text) > QUOTABLE:
            break
        quoted, above = text, above.parent
    return Use("within", quoted) if quoted else None


def _member(tree: Tree, node: "Node", outer: "Node") -> Use | None:
    owner, label = MEMBERS[outer.type]
    name = outer.child_by_field_name(label)
    if outer.child_by_field_name(owner) != node or name is None:
        return None
    above = outer.parent
    is_called = outer.type == "method_invocation" or (
        above is not None and above.child_by_field_name("function") == outer
    )
    if above is not None and above.type in ASSIGNMENTS and _left(above) == outer:
        return Use("changed", tree.of(name))
    return Use("method" if is_called else "attribute", tree.of(name))


def _left(node: "Node") -> "Node | None":
    return node.child_by_field_name("left")


def _compared(tree: Tree, node: "Node", outer: "Node") -> Use | None:
    """`mode == "r"` with a literal on the other side; `in` with the parameter on the right."""
    text = one_line(tree.of(outer))
    sides = outer.named_children
    if len(sides) != 2 or not COMPARED.search(text):
        return None
    if sides[1] == node and re.search(r"\bin\b", text):
        return Use("member", "")
    is_sought = sides[0] == node and re.search(r"\bin\b", text)
    other = one_line(tree.of(sides[0] if sides[1] == node else sides[1]))
    if is_sought and len(other) <= QUOTABLE:
        return Use("sought", other)
    return Use("compared", other) if LITERAL.fullmatch(other) else _within(tree, outer)
