; What happens in a definition of JavaScript or TypeScript.

(function_declaration body: (_) @nested)
(generator_function_declaration body: (_) @nested)
(method_definition body: (_) @nested)
(function_declaration parameters: (_) @nested)
(generator_function_declaration parameters: (_) @nested)
(method_definition parameters: (_) @nested)
(arrow_function body: (_) @closure)
(function_expression body: (_) @closure)
(generator_function body: (_) @closure)

(call_expression function: (_) @call)
(new_expression constructor: (_) @call)
(throw_statement) @raise
(return_statement) @return
(arrow_function body: (_) @tail)
(yield_expression) @yield
(await_expression) @await

(if_statement condition: (_) @condition) @if
(while_statement condition: (_) @condition) @while
(do_statement condition: (_) @condition) @while
(for_statement condition: (_) @condition) @for
(for_in_statement left: (_) @condition right: (_) @until) @for
(switch_statement value: (_) @condition) @switch
(switch_case value: (_) @condition) @case
(try_statement) @try
(catch_clause parameter: (_) @condition) @catch
(catch_clause) @catch
(ternary_expression) @fork
(binary_expression operator: ["&&" "||" "??"]) @fork

(variable_declarator name: (_) @target)
(for_in_statement left: (_) @target)
(catch_clause parameter: (_) @target)
(formal_parameters) @bind.all
(arrow_function parameter: (_) @bind)
(function_declaration name: (_) @bind)
(class_declaration name: (_) @bind)
(assignment_expression left: (_) @assign)
(augmented_assignment_expression left: (_) @assign)
(update_expression argument: (_) @assign)

(identifier) @name
(shorthand_property_identifier) @name
