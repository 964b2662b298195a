(function_item body: (_) @nested)
(function_item parameters: (_) @nested)
(closure_expression body: (_) @closure)

(call_expression function: (_) @call)
(macro_invocation macro: (_) @call)
(macro_invocation macro: (identifier) @panic
  (#any-of? @panic "panic" "unreachable" "unimplemented" "todo"))
(return_expression) @return
(function_item body: (block (_) @tail .))
(yield_expression) @yield
(await_expression) @await

(if_expression condition: (_) @condition) @if
(while_expression condition: (_) @condition) @while
(loop_expression) @loop
(for_expression pattern: (_) @condition value: (_) @until) @for
(match_expression value: (_) @condition) @match
(match_arm pattern: (_) @condition) @case
(try_expression) @fork
(binary_expression operator: ["&&" "||"]) @fork

(let_declaration pattern: (_) @target)
(let_condition pattern: (_) @target)
(for_expression pattern: (_) @target)
(match_arm pattern: (_) @target)
(closure_parameters) @bind.all
(function_item name: (_) @bind)
(assignment_expression left: (_) @assign)
(compound_assignment_expr left: (_) @assign)

(identifier) @name
(macro_invocation macro: (_) @ignore)
(scoped_identifier name: (_) @ignore)
(attribute (identifier) @ignore)
(tuple_struct_pattern type: (_) @ignore)
