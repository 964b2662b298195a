"""Which nodes of which grammar are statements that fork, loop, leave or hold others.

The grammars seldom give one name two meanings, so one table serves all languages.
"""

from typing import Literal

ItemKind = Literal[
    "if",
    "elif",
    "else",
    "for",
    "while",
    "loop",
    "try",
    "except",
    "finally",
    "with",
    "match",
    "case",
    "return",
    "raise",
    "yield",
    "assert",
    "define",
    "defer",
    "do",
]

# Node type: kind and the fields whose source is the item's text.
HEADS: dict[str, tuple[ItemKind, tuple[str, ...]]] = {
    "if_statement": ("if", ("condition",)),
    "if_expression": ("if", ("condition",)),
    "elif_clause": ("elif", ("condition",)),
    "else_clause": ("else", ()),
    "for_statement": ("for", ("left", "right")),
    "for_in_statement": ("for", ("left", "right")),
    "for_range_loop": ("for", ("declarator", "right")),
    "enhanced_for_statement": ("for", ("name", "value")),
    "for_expression": ("for", ("pattern", "value")),
    "while_statement": ("while", ("condition",)),
    "while_expression": ("while", ("condition",)),
    "do_statement": ("while", ("condition",)),
    "loop_expression": ("loop", ()),
    "try_statement": ("try", ()),
    "try_with_resources_statement": ("try", ("resources",)),
    "except_clause": ("except", ("value",)),
    "except_group_clause": ("except", ("value",)),
    "catch_clause": ("except", ("parameter", "parameters")),
    "finally_clause": ("finally", ()),
    "with_statement": ("with", ()),
    "synchronized_statement": ("with", ()),
    "match_statement": ("match", ("subject",)),
    "match_expression": ("match", ("value",)),
    "switch_statement": ("match", ("value", "condition")),
    "switch_expression": ("match", ("condition",)),
    "expression_switch_statement": ("match", ("value",)),
    "type_switch_statement": ("match", ("value",)),
    "select_statement": ("match", ()),
    "case_clause": ("case", ("pattern", "guard")),
    "switch_case": ("case", ("value",)),
    "switch_default": ("case", ()),
    "case_statement": ("case", ("value",)),
    "expression_case": ("case", ("value",)),
    "type_case": ("case", ("type",)),
    "communication_case": ("case", ("communication",)),
    "default_case": ("case", ()),
    "switch_block_statement_group": ("case", ()),
    "switch_rule": ("case", ()),
    "match_arm": ("case", ("pattern",)),
    "return_statement": ("return", ()),
    "return_expression": ("return", ()),
    "raise_statement": ("raise", ()),
    "throw_statement": ("raise", ()),
    "throw_expression": ("raise", ()),
    "assert_statement": ("assert", ()),
    "yield": ("yield", ()),
    "yield_expression": ("yield", ()),
    "yield_statement": ("yield", ()),
    "defer_statement": ("defer", ()),
}
LEAVES: frozenset[ItemKind] = frozenset({"return", "raise", "yield", "assert", "defer"})
DEFINITIONS = frozenset(
    {
        *("function_definition", "class_definition", "decorated_definition", "lambda_expression"),
        *("function_declaration", "generator_function_declaration", "class_declaration"),
        *("function_item", "local_class_declaration", "struct_item", "enum_item", "impl_item"),
    }
)
# Nodes that only hold statements: their children count as children of what is above them.
BODIES = frozenset(
    {
        *("block", "compound_statement", "statement_block", "switch_body", "switch_block"),
        *("match_block", "statement_list", "else_clause", "constructor_body", "declaration_list"),
        *("catch_declarator", "parenthesized_statement"),
    }
)
