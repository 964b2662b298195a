(function_item
  name: (_) @name
  parameters: (_) @parameters
  return_type: (_)? @returns
  body: (_) @body) @function
(function_signature_item
  name: (_) @name parameters: (_) @parameters return_type: (_)? @returns) @function

(struct_item name: (_) @name body: (_)? @body) @struct
(union_item name: (_) @name body: (_) @body) @struct
(enum_item name: (_) @name body: (_) @body) @enum
(trait_item name: (_) @name body: (_) @body) @trait
(type_item name: (_) @name) @type
(mod_item name: (_) @name body: (_) @body) @namespace
(impl_item type: [
  (type_identifier) @name
  (generic_type type: (_) @name)
  (scoped_type_identifier name: (_) @name)
  (reference_type type: (_) @name)
]) @scope

(trait_item bounds: (trait_bounds (_) @base))
(attribute_item) @leading
(attribute_item) @decorator
