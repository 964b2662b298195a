"""What a docstring or doc comment says by its sections: its style, and the parameters it tells.

Google, NumPy and Sphinx docstrings; `@param` of JSDoc, Javadoc and Doxygen. Pure text: whether
what is told is true is for `checks/`. Prose is not read.
"""

import re
from typing import Literal

from lsp_server.syntax.shape import Symbol

Style = Literal["google", "numpy", "sphinx"]

SPHINX_FIELD = re.compile(
    r"^[ \t]*:(?:param|parameter|arg|argument|key|keyword)\s+([^:\n]*?)\s*:", re.M
)
SPHINX = re.compile(
    r"^[ \t]*:(?:param|parameter|arg|argument|key|keyword|type|returns?|rtype|raises?|yields?)\b"
    r"[^:\n]*:",
    re.M,
)
NUMPY_TITLES = (
    "Parameters|Other Parameters|Returns|Yields|Receives|Raises|Warns|Attributes|Methods|"
    "See Also|Notes|References|Examples|Example"
)
NUMPY = re.compile(rf"^([ \t]*)({NUMPY_TITLES})[ \t]*\r?\n\1-{{3,}}[ \t]*\r?$", re.M)
GOOGLE_TITLES = (
    "Args|Arguments|Parameters|Params|Keyword Args|Keyword Arguments|Other Parameters|Returns|"
    "Return|Yields|Yield|Raises|Attributes|Example|Examples|Note|Notes"
)
GOOGLE = re.compile(rf"^([ \t]*)(?:\w?[\"']{{1,3}})?({GOOGLE_TITLES}):[ \t]*\r?$", re.M)
GOOGLE_PARAMETERS = frozenset(
    {
        "Args", "Arguments", "Parameters", "Params", "Keyword Args", "Keyword Arguments",
        "Other Parameters",
    }
)  # fmt: skip
GOOGLE_ITEM = re.compile(
    r"(\*{0,2}[^\W\d]\w*(?:\s*,\s*\*{0,2}[^\W\d]\w*)*)\s*(?:\([^)]*\))?\s*:(?:\s|$)"
)
NUMPY_ITEM = re.compile(r"(\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::.*)?$")
TAG = re.compile(
    r"[@\\]param(?:\[[\w,\s]*\])?\s+(?:\{(?:[^{}]|\{[^{}]*\})*\}\s*)?(\[[^\]\n]*\]|<\w+>|[\w$.]+)"
)


def style(doc: str) -> Style | None:
    """The style of a docstring's sections; None if it has none."""
    if NUMPY.search(doc):
        return "numpy"
    if SPHINX.search(doc):
        return "sphinx"
    return "google" if GOOGLE.search(doc) else None


def documented_parameters(language: str, doc: str) -> tuple[str, ...]:
    """Names that the doc tells of as parameters, without stars; type parameters are none."""
    if language == "python":
        names = [*_sphinx(doc), *_numpy(doc), *_google(doc)]
    elif language in {"go", "rust"}:
        names = []
    else:
        names = _tags(doc)
    return tuple(dict.fromkeys(name.lstrip("*") for name in names if name))


def unknown_parameters(language: str, symbol: Symbol, doc: str) -> tuple[str, ...]:
    """Documented names that are no parameters of the symbol.

    Whoever takes `**kwargs` may tell what goes into them, whoever takes a pattern what it has.
    """
    kinds = {parameter.kind for parameter in symbol.parameters}
    patterned = any(not parameter.name.isidentifier() for parameter in symbol.parameters)
    if "var_keyword" in kinds or patterned:
        return ()
    known = {parameter.name for parameter in symbol.parameters}
    return tuple(name for name in documented_parameters(language, doc) if name not in known)


def _sphinx(doc: str) -> list[str]:
    """The name is the last word: `:param int n:`."""
    return [match[1].split()[-1] for match in SPHINX_FIELD.finditer(doc) if match[1].split()]


def _numpy(doc: str) -> list[str]:
    names: list[str] = []
    sections = list(NUMPY.finditer(doc))
    for at, section in enumerate(sections):
        if section[2] not in {"Parameters", "Other Parameters"}:
            continue
        end = sections[at + 1].start() if at + 1 < len(sections) else len(doc)
        names += _items(doc[section.end() : end], section[1], NUMPY_ITEM)
    return names


def _google(doc: str) -> list[str]:
    names: list[str] = []
    for section in GOOGLE.finditer(doc):
        if section[2] in GOOGLE_PARAMETERS:
            names += _section(doc[section.end() :], section[1])
    return names


def _section(text: str, margin: str) -> list[str]:
    """The items of a section: its least indented lines, until one stands at the margin."""
    names: list[str] = []
    indent: int | None = None
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip())
        if not line.strip():
            continue
        if depth <= len(margin):
            break
        indent = depth if indent is None else indent
        match = GOOGLE_ITEM.match(line.strip()) if depth == indent else None
        if match:
            names += re.split(r"\s*,\s*", match[1])
    return names


def _items(text: str, margin: str, pattern: re.Pattern[str]) -> list[str]:
    """Names on the lines that stand exactly at the margin."""
    names: list[str] = []
    for line in text.splitlines():
        match = pattern.match(line[len(margin) :]) if line.startswith(margin) else None
        if match and not line[len(margin) :][:1].isspace():
            names += re.split(r"\s*,\s*", match[1])
    return names


def _tags(doc: str) -> list[str]:
    """`@param {string} [name=default]` is `name`, `@param options.depth` is `options`."""
    names = (match[1].strip("[]") for match in TAG.finditer(doc))
    return [re.split(r"[.=\s\[]", name)[0] for name in names if not name.startswith("<")]
