; What happens in a definition of C or C++.

(call_expression function: (_) @call)
(return_statement) @return

(if_statement condition: (_) @condition) @if
(while_statement condition: (_) @condition) @while
(do_statement condition: (_) @condition) @while
(for_statement condition: (_) @condition) @for
(for_statement) @for
(switch_statement condition: (_) @condition) @switch
(case_statement value: (_) @condition) @case
(goto_statement label: (_) @condition) @goto
(conditional_expression) @fork
(binary_expression operator: ["&&" "||"]) @fork

(declaration declarator: (_) @target)
(init_declarator declarator: (_) @target)
(parameter_declaration declarator: (_) @target)
(function_declarator declarator: (_) @ignore)
(assignment_expression left: (_) @assign)
(update_expression argument: (_) @assign)

(identifier) @name
