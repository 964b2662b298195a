; Definitions, and what stands around them. The capture names are told in syntax/marks.py.

(function_definition
  name: (identifier) @name
  parameters: (parameters) @parameters
  return_type: (type)? @returns
  ":" @colon
  body: (block) @body) @function

(class_definition
  name: (identifier) @name
  ":" @colon
  body: (block) @body) @class

(decorated_definition definition: (_) @inner) @outer
(decorator) @decorator
(class_definition
  superclasses: (argument_list [(identifier) (attribute) (subscript) (call)] @base))
