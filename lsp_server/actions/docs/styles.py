"""Which convention a language, or a Python project, documents by."""

from collections.abc import Callable
from dataclasses import dataclass

from lsp_server.actions.docs.comment_styles import doxygen, godoc, javadoc, jsdoc, rustdoc, tsdoc
from lsp_server.actions.docs.content import Doc
from lsp_server.actions.docs.python_styles import google, numpy, sphinx


@dataclass(frozen=True, slots=True)
class Convention:
    """One way to write docs.

    `format` gives the lines of a draft for a width; `mood` is that of a summary's verb;
    `rule` tells a model what to do; `name` is what it is called in a prompt.
    """

    name: str
    mood: str
    format: Callable[[Doc, int], list[str]]
    rule: str
    init_has_doc: bool = True


GOOGLE = Convention(
    "docstring",
    "imperative",
    google,
    "Use Google style: a summary, then `Args:`, `Returns:` or `Yields:`, and `Raises:` where they "
    "apply, entries indented by four spaces as `name: text`.",
)
NUMPY = Convention(
    "docstring",
    "imperative",
    numpy,
    "Use NumPy style: a summary, then the sections `Parameters`, `Returns` or `Yields`, and "
    "`Raises` where they apply, each underlined with dashes.",
    init_has_doc=False,
)
SPHINX = Convention(
    "docstring",
    "imperative",
    sphinx,
    "Use Sphinx style: a summary, then fields such as `:param name: text`, `:returns: text` and "
    "`:raises Error: text` where they apply.",
)
PYTHON_STYLES = {"google": GOOGLE, "numpy": NUMPY, "sphinx": SPHINX}

JSDOC = Convention(
    "JSDoc comment",
    "third",
    jsdoc,
    "Use JSDoc: a summary, then `@param {type} name text`, `@returns {type} text` and "
    "`@throws {Error} text` where they apply.",
)
TSDOC = Convention(
    "TSDoc comment",
    "third",
    tsdoc,
    "Use TSDoc: a summary, then `@param name - text`, `@returns text` and `@throws text` where "
    "they apply. Do not repeat types.",
)
JAVADOC = Convention(
    "Javadoc comment",
    "third",
    javadoc,
    "Use Javadoc: a summary, then `@param name text`, `@return text` and `@throws Type text` where "
    "they apply.",
)
GODOC = Convention(
    "Go doc comment",
    "named",
    godoc,
    "Use Go's convention: prose in full sentences that begins with the name itself, no tags.",
)
RUSTDOC = Convention(
    "rustdoc comment",
    "third",
    rustdoc,
    "Use rustdoc: a summary, prose in Markdown, then the sections `# Errors` and `# Panics` where "
    "they apply.",
)
DOXYGEN = Convention(
    "Doxygen comment",
    "third",
    doxygen,
    "Use Doxygen: `@brief` with a summary, then `@param name text`, `@return text` and "
    "`@throws Type text` where they apply.",
)
CONVENTIONS = {
    "javascript": JSDOC,
    "javascriptreact": JSDOC,
    "typescript": TSDOC,
    "typescriptreact": TSDOC,
    "java": JAVADOC,
    "go": GODOC,
    "rust": RUSTDOC,
    "c": DOXYGEN,
    "cpp": DOXYGEN,
}
