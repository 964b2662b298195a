(class_declaration name: (_) @name body: (_) @body) @class
(record_declaration
  name: (_) @name parameters: (_) @parameters body: (_) @body) @class
(interface_declaration name: (_) @name body: (_) @body) @interface
(annotation_type_declaration name: (_) @name body: (_) @body) @interface
(enum_declaration name: (_) @name body: (_) @body) @enum

(method_declaration
  type: (_) @returns name: (_) @name parameters: (_) @parameters body: (_)? @body) @method
(constructor_declaration name: (_) @name parameters: (_) @parameters body: (_) @body) @method
(compact_constructor_declaration name: (_) @name body: (_) @body) @method

(superclass (_) @base)
(super_interfaces (type_list (_) @base))
(extends_interfaces (type_list (_) @base))
(marker_annotation) @decorator
(annotation) @decorator
