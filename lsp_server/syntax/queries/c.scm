; Definitions of C; C++ reads this file as well. A declarator may stand inside pointers.

(function_definition
  type: (_) @returns
  declarator: [
    (function_declarator declarator: (_) @name parameters: (_) @parameters)
    (_ (function_declarator declarator: (_) @name parameters: (_) @parameters))
    (_ (_ (function_declarator declarator: (_) @name parameters: (_) @parameters)))
  ]
  body: (_) @body) @function
(declaration
  type: (_) @returns
  declarator: [
    (function_declarator declarator: (identifier) @name parameters: (_) @parameters)
    (_ (function_declarator declarator: (identifier) @name parameters: (_) @parameters))
  ]) @function

(struct_specifier name: (_) @name body: (_) @body) @struct
(union_specifier name: (_) @name body: (_) @body) @struct
(enum_specifier name: (_) @name body: (_) @body) @enum
(type_definition
  type: [(struct_specifier !name body: (_) @body) (union_specifier !name body: (_) @body)]
  declarator: (type_identifier) @name) @struct
(type_definition
  type: (enum_specifier !name body: (_) @body) declarator: (type_identifier) @name) @enum

(type_definition type: (_) @inner) @outer
(declaration type: (_) @inner) @outer
