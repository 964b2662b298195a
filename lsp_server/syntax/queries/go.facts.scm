(func_literal body: (_) @closure)

(call_expression function: (_) @call)
(call_expression function: (identifier) @panic (#eq? @panic "panic"))
(return_statement) @return

(if_statement condition: (_) @condition) @if
(for_statement (for_clause) @condition) @for
(for_statement (range_clause) @condition) @for
(for_statement) @for
(expression_switch_statement value: (_) @condition) @switch
(expression_switch_statement) @switch
(type_switch_statement value: (_) @condition) @switch
(select_statement) @select
(expression_case value: (_) @condition) @case
(type_case type: (_) @condition) @case
(communication_case communication: (_) @condition) @case
(binary_expression operator: ["&&" "||"]) @fork

(short_var_declaration left: (_) @target)
(range_clause left: (_) @target)
(receive_statement left: (_) @target)
(type_switch_statement alias: (_) @target)
(var_spec name: (_) @bind)
(const_spec name: (_) @bind)
(func_literal parameters: (_) @bind.all)
(method_declaration receiver: (parameter_list (parameter_declaration name: (_) @own)))
(assignment_statement left: (_) @assign)
(inc_statement (_) @assign)
(dec_statement (_) @assign)

(identifier) @name
(keyed_element . (literal_element (identifier) @ignore))
