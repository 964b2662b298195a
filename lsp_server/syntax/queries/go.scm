(function_declaration
  name: (_) @name
  parameters: (_) @parameters
  result: (_)? @returns
  body: (_)? @body) @function

(method_declaration
  receiver: (parameter_list (parameter_declaration
    type: [
      (type_identifier) @receiver
      (generic_type type: (type_identifier) @receiver)
      (pointer_type (type_identifier) @receiver)
      (pointer_type (generic_type type: (type_identifier) @receiver))
    ]))
  name: (_) @name
  parameters: (_) @parameters
  result: (_)? @returns
  body: (_)? @body) @method

(type_spec name: (_) @name type: (struct_type (_) @body)) @struct
(type_spec name: (_) @name type: (interface_type) @body) @interface
(type_spec name: (_) @name) @type
(type_alias name: (_) @name) @type
(interface_type (method_elem
  name: (_) @name parameters: (_) @parameters result: (_)? @returns) @method)

(type_declaration . (_) @inner .) @outer
