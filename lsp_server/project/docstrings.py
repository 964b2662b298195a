"""The docstring style of a file or project, told by the sections that are there.

The file's own docstrings decide, then those of files beside it, then those of the project; where
there are none it is Google's. A style that the user set is for the caller to ask first.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from lsp_server.project.workspace import Project
from lsp_server.syntax.documented import Style, style
from lsp_server.syntax.symbols import symbols

MAX_FILES = 12


def detect_style(project: Project, language: str, text: str, path: Path | None = None) -> Style:
    """The style that most docstrings with sections have; `path` is the file that holds `text`."""
    if language != "python":
        return "google"
    own = _most_common(_docs(text))
    if own is not None:
        return own
    neighbours = (project.read(each) for each in _near(project, path))
    return _most_common(doc for each in neighbours if each for doc in _docs(each)) or "google"


def _near(project: Project, path: Path | None) -> list[Path]:
    """Files beside `path` first, then others; shallow ones first."""
    found = [each for each in project.files(".py", MAX_FILES * 8) if each != path]
    folder = path.parent if path else project.root
    return sorted(found, key=lambda each: each.parent != folder)[:MAX_FILES]


def _docs(text: str) -> Iterator[str]:
    for symbol in symbols("python", text):
        if symbol.doc_span:
            yield symbol.doc_span.of(text)


def _most_common(docs: Iterable[str]) -> Style | None:
    counted = Counter(found for doc in docs if (found := style(doc)))
    return counted.most_common(1)[0][0] if counted else None
