(method_declaration) @nested
(constructor_declaration) @nested
(method_declaration name: (_) @ignore)
(constructor_declaration name: (_) @ignore)
(class_declaration body: (_) @nested)
(class_declaration name: (_) @ignore)
(enum_declaration body: (_) @nested)
(interface_declaration body: (_) @nested)
(lambda_expression body: (_) @closure)
(class_body) @closure
(marker_annotation) @annotation
(annotation) @annotation

(method_invocation object: (_) @call name: (_) @until)
(method_invocation !object name: (_) @call)
(object_creation_expression type: (_) @call)
(throw_statement) @raise
(throws (_) @panic)
(return_statement) @return
(yield_statement) @yield

(if_statement condition: (_) @condition) @if
(while_statement condition: (_) @condition) @while
(do_statement condition: (_) @condition) @while
(for_statement condition: (_) @condition) @for
(enhanced_for_statement name: (_) @condition value: (_) @until) @for
(switch_expression condition: (_) @condition) @switch
(switch_label) @case
(try_statement) @try
(try_with_resources_statement) @try
(catch_clause (catch_formal_parameter) @condition) @catch
(ternary_expression) @fork
(binary_expression operator: ["&&" "||"]) @fork

(variable_declarator name: (_) @bind)
(enhanced_for_statement name: (_) @bind)
(catch_formal_parameter name: (_) @bind)
(resource name: (_) @bind)
(lambda_expression parameters: (_) @bind.all)
(assignment_expression left: (_) @assign)
(update_expression (_) @assign)

(identifier) @name
(method_invocation name: (_) @ignore)
(field_access field: (_) @ignore)
(formal_parameter name: (_) @bind)
