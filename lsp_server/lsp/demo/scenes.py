"""What the demo asks for: the action, the place, and what must hold in the end.

The scenes of the example project name their places by text, so that they follow its files. For
any other folder the places are found by the syntax tree.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lsp_server.languages import language_of
from lsp_server.project.workspace import Project
from lsp_server.syntax import symbols
from lsp_server.syntax.shape import Symbol

LANGUAGES = frozenset({"python", "javascript", "typescript", "go", "rust", "java", "c", "cpp"})
MOST_FILES = 4


@dataclass(frozen=True, slots=True)
class Scene:
    """One action at one place.

    The selection reaches from the first `start` to the end of the next `end`; without an `end`
    it is a cursor. `diagnostic` is what a linter would report there. `reply` is the model's,
    where it is known beforehand; `typed` is what the user types meanwhile, at the top.
    """

    action: str
    file: str
    start: str
    end: str = ""
    instruction: str = ""
    diagnostic: str = ""
    typed: str = ""
    reply: str = ""


DRAFTS: tuple[Scene, ...] = (
    Scene(
        "explain",
        "src/shop/orders.py",
        "reserve_all(order: Order",
        typed="# I type on up here",
    ),
    Scene(
        "draftDocs",
        "src/shop/inventory.py",
        '"""What lies on the shelves',
        "return inventory\n",
        typed="# 用户同时在打字",
    ),
    Scene("draftDocs", "web/cart.ts", "add(sku: string", typed="// me too: 你好 🙂"),
    Scene("draftDocs", "tools/stock.go", "runningLow(articles []Article"),
    Scene("generateTests", "src/shop/pricing.py", "net_total(prices"),
)


def found_in(folder: Path) -> list[Scene]:
    """Scenes for a project that nobody has seen: one function in each of a few files."""
    return [scene for file in _files(folder) for scene in _for_file(folder, file)]


def _files(folder: Path) -> list[Path]:
    """Some files of each language, the largest of them first."""
    project = Project(folder)
    suffixes = (".py", ".ts", ".tsx", ".js", ".go", ".rs", ".java", ".c", ".cpp")
    every = [path for suffix in suffixes for path in project.files(suffix, 200)]
    sizes = {path: path.stat().st_size for path in every}
    fitting = [path for path in every if 200 < sizes[path] < 100_000 and "test" not in path.name]
    return sorted(fitting, key=lambda path: -sizes[path])[:MOST_FILES]


def _for_file(root: Path, path: Path) -> Iterator[Scene]:
    language = language_of(path)
    text = Project(root).read(path)
    if text is None or language not in LANGUAGES:
        return
    name = str(path.relative_to(root.resolve()))
    typed = "# typed meanwhile" if language == "python" else "// typed meanwhile"
    functions = [
        each for each in symbols.symbols(language, text) if each.kind in ("function", "method")
    ]
    longest = sorted(functions, key=lambda each: -len(each.span))
    for action, wanted in (("explain", longest), ("draftDocs", _undocumented(longest))):
        if wanted:
            yield Scene(action, name, wanted[0].signature_span.of(text), typed=typed)


def _undocumented(functions: Sequence[Symbol]) -> list[Symbol]:
    return [each for each in functions if each.doc_span is None]
