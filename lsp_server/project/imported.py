"""What a file imports from the rest of its workspace: names, and the files they come from.

Python, JavaScript and TypeScript by their import statements; in Go the files of one package see
each other. Imports of what is not in the workspace are left out. Text with errors gives the
imports that can still be read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lsp_server.project.imports import absolute_name, module_file
from lsp_server.project.workspace import Project

MAX_PACKAGE_FILES = 40
PYTHON_FROM = re.compile(
    r"^[ \t]*from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(?:\(([^)]*)\)|([^\r\n]*))", re.M
)
PYTHON_IMPORT = re.compile(r"^[ \t]*import[ \t]+([\w.]+(?:[ \t]+as[ \t]+\w+)?[^\r\n#;]*)", re.M)
SCRIPT_IMPORT = re.compile(
    r"(?:import|export)\s+(?:type\s+)?([\w*\s{},$]*?)\s*from\s*[\"'](\.[^\"']*)[\"']"
)
SCRIPT_REQUIRE = re.compile(
    r"(?:const|let|var)\s+([\w\s{},:$]+?)\s*=\s*require\(\s*[\"'](\.[^\"']*)[\"']\s*\)"
)
SCRIPT_ENDS = (
    "", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".d.ts", "/index.ts", "/index.tsx",
    "/index.js",
)  # fmt: skip
ALIAS = re.compile(r"\s+as\s+|\s*:\s*")


@dataclass(frozen=True, slots=True)
class Imported:
    """A name in the importing file. `original` is its name in `file`, None for a whole module.

    `attributes` are the names that the text asks of a whole module.
    """

    name: str
    file: Path
    original: str | None
    attributes: tuple[str, ...] = ()


def imported(project: Project, path: Path, language: str, text: str) -> tuple[Imported, ...]:
    """What `text`, which stands or will stand at `path`, imports; () in other languages."""
    if language == "python":
        return tuple(_python(project, path, text))
    if language in {"javascript", "typescript", "javascriptreact", "typescriptreact"}:
        return tuple(_script(project, path, text))
    return tuple(_go(project, path)) if language == "go" else ()


def _python(project: Project, path: Path, text: str) -> Iterator[Imported]:
    for dots, name, inner, flat in PYTHON_FROM.findall(text):
        module = absolute_name(project, path, len(dots), name)
        for original, alias in _listed(inner or flat):
            yield from _from_module(project, path, text, (module, original, alias))
    for match in PYTHON_IMPORT.finditer(text):
        for original, alias in _listed(match[1]):
            file = module_file(project, original, path)
            if file:
                yield Imported(alias, file, None, _attributes(text, alias))


def _from_module(
    project: Project, path: Path, text: str, wanted: tuple[str, str, str]
) -> Iterator[Imported]:
    """`from a import b`: b is a module, or a name in the module a."""
    module, original, alias = wanted
    submodule = module_file(project, f"{module}.{original}", path)
    if submodule:
        yield Imported(alias, submodule, None, _attributes(text, alias))
        return
    file = module_file(project, module, path)
    if file:
        yield Imported(alias, file, original)


def _script(project: Project, path: Path, text: str) -> Iterator[Imported]:
    for pattern in (SCRIPT_IMPORT, SCRIPT_REQUIRE):
        for clause, target in pattern.findall(text):
            file = _script_file(project, path, target)
            if file is None:
                continue
            braces = re.search(r"\{([^}]*)\}", clause)
            for original, alias in _listed(braces[1]) if braces else ():
                yield Imported(alias, file, original)
            for name in re.findall(r"\w+", re.sub(r"\{[^}]*\}|\*\s*as\s", "", clause)):
                yield Imported(name, file, None, ("default", name, *_attributes(text, name)))


def _script_file(project: Project, path: Path, target: str) -> Path | None:
    """TypeScript imports `./a.js` where the file is `./a.ts`."""
    base = str(path.parent / target)
    for start in (base, re.sub(r"\.[cm]?jsx?$", "", base)):
        for end in SCRIPT_ENDS:
            file = project.resolved(Path(start + end))
            if file and file.is_file():
                return file
    return None


def _go(project: Project, path: Path) -> Iterator[Imported]:
    from lsp_server.syntax.symbols import symbols

    real = project.resolved(path)
    files = sorted(real.parent.glob("*.go"))[:MAX_PACKAGE_FILES] if real else []
    for file in files:
        text = project.read(file) if file != real else None
        for symbol in symbols("go", text) if text else ():
            if symbol.parent is None:
                yield Imported(symbol.name, file, symbol.name)


def _listed(names: str) -> Iterator[tuple[str, str]]:
    """`a, b as c` is (a, a) and (b, c)."""
    for each in re.sub(r"#[^\r\n]*|\\", "", names).split(","):
        parts = ALIAS.split(each.strip().removeprefix("type "))
        if re.fullmatch(r"[\w.$]+", parts[0]):
            yield parts[0], parts[-1]


def _attributes(text: str, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(re.findall(rf"\b{re.escape(name)}\.(\w+)", text)))
