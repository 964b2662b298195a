"""Names that every file of a language has without binding them, and methods that change things.

Not complete: a name that is missing here is told as one from outside.
"""

import builtins

JAVASCRIPT = frozenset(
    {
        "undefined", "NaN", "Infinity", "globalThis", "console", "Object", "Array",
        "String", "Number", "Boolean", "Symbol", "Map", "Set", "WeakMap", "WeakSet",
        "Promise", "Error", "TypeError", "RangeError", "SyntaxError", "Math", "JSON",
        "Date", "RegExp", "Proxy", "Reflect", "BigInt", "parseInt", "parseFloat", "isNaN",
        "arguments", "require", "module", "exports",
    }
)  # fmt: skip
GO = frozenset(
    {
        "nil", "true", "false", "iota", "append", "cap", "clear", "close", "complex",
        "copy", "delete", "imag", "len", "make", "max", "min", "new", "panic", "print",
        "println", "real", "recover", "_", "error", "string", "int", "bool", "byte", "rune",
    }
)  # fmt: skip
RUST = frozenset(
    {
        "Some", "None", "Ok", "Err", "Self", "Box", "Vec", "String", "self",
    }
)  # fmt: skip
MUTATORS = frozenset(
    {
        "append", "extend", "insert", "remove", "pop", "popleft", "appendleft", "clear",
        "sort", "reverse", "add", "discard", "update", "setdefault", "popitem", "push",
        "shift", "unshift", "splice", "set", "delete", "put", "push_str", "push_back",
        "pop_back", "write", "writelines",
    }
)  # fmt: skip
BUILTINS = {
    "python": frozenset(dir(builtins)) | {"__file__", "__class__"},
    "javascript": JAVASCRIPT,
    "javascriptreact": JAVASCRIPT,
    "typescript": JAVASCRIPT,
    "typescriptreact": JAVASCRIPT,
    "go": GO,
    "rust": RUST,
    "c": frozenset({"NULL"}),
    "cpp": frozenset({"NULL", "nullptr", "std"}),
}
