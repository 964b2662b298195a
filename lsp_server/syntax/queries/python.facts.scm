; What happens in a definition. The capture names are told in syntax/facts.py.

(function_definition parameters: (_) @nested)
(function_definition body: (_) @nested)
(class_definition body: (_) @nested)
(type) @annotation

(call function: (_) @call)
(raise_statement) @raise
(return_statement) @return
(yield) @yield
(await) @await

(if_statement condition: (_) @condition) @if
(elif_clause condition: (_) @condition) @elif
(while_statement condition: (_) @condition) @while
(for_statement left: (_) @condition right: (_) @until) @for
(try_statement) @try
(except_clause value: (_) @condition) @except
(except_clause) @except
(match_statement subject: (_) @condition) @match
(case_clause (case_pattern) @condition) @case
(conditional_expression) @fork
(boolean_operator) @fork
(if_clause) @fork
(for_in_clause) @fork

(assignment left: (_) @target)
(augmented_assignment left: (_) @target)
(for_statement left: (_) @target)
(for_in_clause left: (_) @target)
(as_pattern_target (_) @target)
(delete_statement (_) @target)
(named_expression name: (_) @bind)
(lambda_parameters) @bind.all
(import_statement name: (dotted_name . (identifier) @bind))
(import_from_statement name: (dotted_name . (identifier) @bind))
(aliased_import alias: (_) @bind)
(function_definition name: (_) @bind)
(class_definition name: (_) @bind)
(case_pattern (dotted_name . (identifier) @bind .))
(splat_pattern (identifier) @bind)
(keyword_pattern . (identifier) @ignore)
(keyword_pattern (dotted_name . (identifier) @bind .))
(as_pattern (case_pattern) (identifier) @bind)
(global_statement (identifier) @outside)
(nonlocal_statement (identifier) @outside)

(identifier) @name
(attribute attribute: (identifier) @ignore)
(dotted_name (identifier) (identifier) @ignore)
(keyword_argument name: (identifier) @ignore)
(import_from_statement module_name: (dotted_name (identifier) @ignore))
(import_from_statement name: (dotted_name (identifier) @ignore))
(import_statement name: (dotted_name (identifier) @ignore))
(aliased_import name: (dotted_name (identifier) @ignore))
