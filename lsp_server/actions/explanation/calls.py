"""What a body calls, sorted by where it comes from: this file, an import, the language, a value.

Told by names alone. A dotted name that begins with what the file neither defines nor imports is a
method of a value; a plain one comes from elsewhere: a parameter, a local, a header.
"""

import re
from dataclasses import dataclass

from lsp_server.syntax.common_names import BUILTINS
from lsp_server.syntax.outline import Item, outline
from lsp_server.syntax.symbols import module, symbols

_IMPORTED = (
    re.compile(r"from\s+(?P<source>[\w.]+)\s+import\s+\(?(?P<names>[^()]+?),?\)?$"),
    re.compile(r"import\s+(?P<names>[\w., ]+)$"),
    re.compile(r"import\s+(?:type\s+)?(?P<names>.+?)\s+from\s+['\"](?P<source>[^'\"]+)['\"]"),
    re.compile(r"import\s+(?:static\s+)?(?P<source>[\w.]+)\.(?P<names>[\w*]+)$"),
    re.compile(r"(?:pub\s+)?use\s+(?P<source>[\w:]+)::\{?(?P<names>[\w\s,*]+)\}?$"),
)
_GO_IMPORT = re.compile(r"(?:(\w+|\.|_)\s+)?\"([^\"]+)\"")
_INCLUDE = re.compile(r"#include\s*[<\"]([^>\"]+)[>\"]")
_RECEIVERS = ("self", "cls", "this", "super()", "Self")


@dataclass(frozen=True, slots=True)
class Calls:
    """Callees as written, by origin. `imported` pairs each with the module it comes from."""

    own: tuple[str, ...] = ()
    imported: tuple[tuple[str, str], ...] = ()
    builtin: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()


def sorted_calls(language: str, text: str, callees: tuple[str, ...]) -> Calls:
    """`callees` of one body of the file."""
    own_names = {each.name for each in symbols(language, text)}
    names = imports(language, text)
    own, imported, builtin, methods, elsewhere = [], [], [], [], []
    for callee in callees:
        first, *rest = re.split(r"\.|::|->", callee)
        if first in names:
            imported.append((callee, names[first]))
        elif (first in _RECEIVERS and len(rest) == 1) or first in own_names:
            own.append(callee)
        elif not rest and first in BUILTINS.get(language, frozenset()):
            builtin.append(callee)
        elif rest:
            methods.append(callee)
        else:
            elsewhere.append(callee)
    return Calls(tuple(own), tuple(imported), tuple(builtin), tuple(methods), tuple(elsewhere))


def imports(language: str, text: str) -> dict[str, str]:
    """The names that the file imports at its top level, each with its module."""
    found: dict[str, str] = {}
    for item in flattened(top_level(language, text)):
        found |= _imported(language, item.text)
    return found


def top_level(language: str, text: str) -> tuple[Item, ...]:
    """The statements of the file itself."""
    return outline(language, text, module(language, text))


def flattened(items: tuple[Item, ...]) -> list[Item]:
    """Items with those inside them, `if TYPE_CHECKING:` and `try:` around imports included."""
    return [each for item in items for each in (item, *flattened(item.items))]


def is_import(text: str) -> bool:
    """Whether a statement imports."""
    return bool(re.match(r"(from|import|use|pub use|#include)\b", text))


def _imported(language: str, text: str) -> dict[str, str]:
    if not is_import(text):
        return {}
    if language == "go":
        found = _GO_IMPORT.findall(text.removeprefix("import").strip(" ()"))
        return {name or path.split("/")[-1]: path for name, path in found}
    if include := _INCLUDE.match(text):
        return {f"<{include[1]}>": include[1]}
    for pattern in _IMPORTED:
        if match := pattern.match(text.removesuffix(";")):
            return _named(match)
    return {}


def _named(match: re.Match[str]) -> dict[str, str]:
    source = match.groupdict().get("source") or ""
    found = {}
    for part in re.sub(r"[{}]", " ", match["names"]).split(","):
        name, _, alias = part.strip().partition(" as ")
        bound = (alias or name).strip().removeprefix("type ").removeprefix("* as ")
        if bound:
            found[bound if source or alias else bound.partition(".")[0]] = source or name.strip()
    return found
