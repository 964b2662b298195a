; What C++ adds to c.facts.scm.

(lambda_expression body: (_) @closure)
(throw_statement) @raise
(new_expression type: (_) @call)
(co_return_statement) @return
(co_yield_statement) @yield
(co_await_expression) @await
(for_range_loop type: (_) @condition right: (_) @until) @for
(try_statement) @try
(catch_clause parameters: (_) @condition) @catch
(for_range_loop declarator: (_) @target)
(qualified_identifier name: (_) @ignore)
(namespace_identifier) @ignore
