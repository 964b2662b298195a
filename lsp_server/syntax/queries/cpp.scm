; What C++ adds to c.scm.

(function_definition
  declarator: [
    (function_declarator declarator: (_) @name parameters: (_) @parameters)
    (_ (function_declarator declarator: (_) @name parameters: (_) @parameters))
  ]
  body: (_)? @body) @function
(function_definition declarator: (operator_cast type: (_) @name) body: (_) @body) @function
(declaration
  declarator: (function_declarator
    declarator: [(destructor_name) (identifier) (operator_name)] @name
    parameters: (_) @parameters)) @function
(field_declaration
  type: (_) @returns
  declarator: [
    (function_declarator declarator: [(field_identifier) (operator_name)] @name parameters: (_) @parameters)
    (_ (function_declarator declarator: [(field_identifier) (operator_name)] @name parameters: (_) @parameters))
  ]) @method

(class_specifier name: (_) @name body: (_) @body) @class
(namespace_definition name: (_) @name body: (_) @body) @namespace

(base_class_clause [(type_identifier) (qualified_identifier) (template_type)] @base)
(template_declaration (_) @inner) @outer
(field_declaration type: (_) @inner) @outer
