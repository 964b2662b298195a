; What TypeScript adds to javascript.facts.scm.

(type_annotation) @annotation
(internal_module body: (_) @nested)
