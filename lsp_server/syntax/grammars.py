"""Which grammar reads a language, loaded when first asked for.

The languages that have actions of their own come from official wheels. The long tail comes from
the shared library inside `tree-sitter-languages`, whose own loader needs an older tree-sitter:
its `tree_sitter_<name>` functions are called through ctypes, and the pointer they return is
wrapped in the capsule that tree-sitter expects. That package has no wheel for Python 3.13 and
newer; there, those languages have no grammar, and `missing` says so.
"""

import ctypes
import importlib
import importlib.util
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Language

# LSP language id: module and function of the wheel.
WHEELS = {
    "python": ("tree_sitter_python", "language"),
    "javascript": ("tree_sitter_javascript", "language"),
    "javascriptreact": ("tree_sitter_javascript", "language"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "typescriptreact": ("tree_sitter_typescript", "language_tsx"),
    "go": ("tree_sitter_go", "language"),
    "rust": ("tree_sitter_rust", "language"),
    "java": ("tree_sitter_java", "language"),
    "c": ("tree_sitter_c", "language"),
    "cpp": ("tree_sitter_cpp", "language"),
}

# LSP language id: name in the shared library, where the two differ.
LIBRARY_NAMES = {
    "csharp": "c_sharp",
    "objective-c": "objc",
    "shellscript": "bash",
    "makefile": "make",
    "go.mod": "gomod",
    "restructuredtext": "rst",
    "jsonc": "json",
    "lisp": "commonlisp",
    "fortran": "fixed_form_fortran",
    "emacs-lisp": "elisp",
    "terraform": "hcl",
}

LIBRARY = "tree_sitter_languages"
CAPSULE = b"tree_sitter.Language"


@cache
def grammar(language: str) -> "Language | None":
    """The grammar for an LSP language id, or None where none is installed."""
    if language in WHEELS:
        return _from_wheel(*WHEELS[language])
    return _from_library(LIBRARY_NAMES.get(language, language))


def missing(language: str) -> str:
    """One sentence for a user whose language has no grammar here."""
    if _library() is None:
        return (
            f"Penna has no grammar for {language} on this Python; "
            "install Penna on Python 3.11 or 3.12 to have it."
        )
    return f"Penna has no grammar for {language}, so it cannot tell functions and comments apart."


def _from_wheel(module: str, function: str) -> "Language | None":
    from tree_sitter import Language

    try:
        return Language(getattr(importlib.import_module(module), function)())
    except ImportError:
        return None


def _from_library(name: str) -> "Language | None":
    library = _library()
    if library is None or not name.isidentifier():
        return None
    try:
        function = getattr(library, f"tree_sitter_{name}")
    except AttributeError:
        return None
    from tree_sitter import Language

    function.restype = ctypes.c_void_p
    function.argtypes = ()
    return Language(_capsule(function()))


def _capsule(pointer: int) -> object:
    """The pointer as tree-sitter takes it; the name must outlive the capsule, and is a constant."""
    new = ctypes.pythonapi.PyCapsule_New
    new.restype = ctypes.py_object
    new.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
    capsule: object = new(pointer, CAPSULE, None)
    return capsule


@cache
def _library() -> ctypes.CDLL | None:
    """The shared library, found beside the package without importing it."""
    spec = importlib.util.find_spec(LIBRARY)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations)))
    for path in sorted(folder.glob("languages.*")):
        if path.suffix in {".so", ".dylib", ".dll"}:
            return ctypes.CDLL(str(path))
    return None
