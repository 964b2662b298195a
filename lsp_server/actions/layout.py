"""How a text is laid out: its margin and indentation at a place, and what stands around it.

Everything given to a prompt or made as a draft ends its lines with LF; the job turns them into
the document's own.
"""

import re

from lsp_server.prompt import Part
from lsp_server.text import LINE_END, Snapshot, Span

PROSE_LANGUAGES = frozenset(
    {
        "markdown", "plaintext", "text", "mdx", "restructuredtext", "rst", "asciidoc", "org",
        "latex", "tex", "git-commit", "quarto", "typst",
    }
)  # fmt: skip
MARGIN = re.compile(r"[ \t]*")
# As each language's own formatter has it, for files that do not tell.
UNITS = {"go": "\t", "python": "    ", "rust": "    ", "java": "    ", "c": "    ", "cpp": "    "}
DEFAULT_UNIT = "  "
N_SAMPLED_LINES = 2000


def lf(text: str) -> str:
    """`text` with LF for every line end."""
    return LINE_END.sub("\n", text)


def is_prose(language: str) -> bool:
    return language in PROSE_LANGUAGES


def margin(text: str) -> str:
    """The whitespace before the first line that is not blank."""
    for line in LINE_END.split(text):
        if line.strip():
            return line[: len(line) - len(line.lstrip(" \t"))]
    return ""


def indent_unit(language: str, text: str) -> str:
    """One step of the file's indentation: its tab, or the usual width of its steps."""
    steps: dict[str, int] = {}
    before = ""
    for line in LINE_END.split(text)[:N_SAMPLED_LINES]:
        if not line.strip():
            continue
        indentation = line[: len(line) - len(line.lstrip(" \t"))]
        if len(indentation) > len(before) and indentation.startswith(before):
            step = indentation[len(before) :]
            if step == "\t" or (step.isspace() and "\t" not in step and 2 <= len(step) <= 8):
                steps[step] = steps.get(step, 0) + 1
        before = indentation
    most = max(steps, key=lambda step: steps[step], default="")
    return most or UNITS.get(language, DEFAULT_UNIT)


def around(snapshot: Snapshot, span: Span) -> tuple[Part, Part]:
    """The file before and behind `span`, as parts of a prompt that may be cut."""
    language = snapshot.language
    before = lf(snapshot.text[: span.start])
    after = lf(snapshot.text[span.end :])
    return (
        Part("before", before, rank=2, keep="end", language=language),
        Part("after", after, rank=3, language=language),
    )


def ending(text: str) -> str:
    """LF if the last line of `text` has a terminator, else nothing."""
    return "\n" if text.endswith(("\n", "\r")) else ""


def file_name(snapshot: Snapshot) -> str:
    """The last part of the document's address."""
    return snapshot.uri.rpartition("/")[2]
