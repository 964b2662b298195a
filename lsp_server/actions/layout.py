"""How a text is laid out: its margin and indentation at a place, and what stands around it.

Everything given to a prompt or made as a draft ends its lines with LF; the job turns them into
the document's own.
"""

import re

from lsp_server.prompt import Part
from lsp_server.reply.fences import FENCE
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
FENCED_LANGUAGES = {"py": "python", "js": "javascript", "ts": "typescript", "rs": "rust"}
HERE = "<HERE>"
N_LINES_ABOVE = 2
N_LINES_BELOW = 1
N_EXCERPT_CHARS = 160
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


def trimmed(snapshot: Snapshot, span: Span) -> Span:
    """Without blanks at its ends: a selection of lines ends behind the last one's line end.

    Blanks alone are a cursor at their start.
    """
    text = span.of(snapshot.text)
    start = span.start + len(text) - len(text.lstrip())
    end = span.start + len(text.rstrip())
    return Span(start, end) if start < end else Span(span.start, span.start)


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


def paragraph(snapshot: Snapshot, cursor: Span) -> Span:
    """The lines around the cursor up to the next blank ones; empty on a blank line, at its start.

    In a script without blank lines it is the whole file.
    """
    first = last = snapshot.line_at(cursor.start)
    if not _is_filled(snapshot, first):
        start = snapshot.line_span(first).start
        return Span(start, start)
    while first and _is_filled(snapshot, first - 1):
        first -= 1
    while last + 1 < len(snapshot.line_starts) and _is_filled(snapshot, last + 1):
        last += 1
    return Span(snapshot.line_span(first).start, snapshot.line_span(last).end)


def excerpt(snapshot: Snapshot, place: Span) -> str:
    """The lines next to a place for new text, which is marked; blank lines are left out."""
    above = [each for each in lf(snapshot.text[: place.start]).split("\n") if each.strip()]
    below = [each for each in lf(snapshot.text[place.end :]).split("\n") if each.strip()]
    near = (
        *(each[-N_EXCERPT_CHARS:] for each in above[-N_LINES_ABOVE:]),
        HERE,
        *(each[:N_EXCERPT_CHARS] for each in below[:N_LINES_BELOW]),
    )
    return "\n".join(near)


def language_at(snapshot: Snapshot, span: Span) -> str:
    """The document's language, or that of the fence around `span` in Markdown."""
    if snapshot.language != "markdown":
        return snapshot.language
    info = fence_around(lf(snapshot.text[: span.start]))
    if info is None or FENCE.search(lf(span.of(snapshot.text)).rstrip("\n")):
        return snapshot.language
    name = (info.split() or [""])[0].lower()
    return FENCED_LANGUAGES.get(name, name) or "plaintext"


def fence_around(before: str) -> str | None:
    """The info string of the fence that is still open behind `before`; None outside fences."""
    marks, info = "", None
    for line in before.split("\n"):
        fence = FENCE.match(line)
        if fence and not marks:
            marks, info = fence["marks"], fence["info"].strip()
        elif fence and fence["marks"].startswith(marks) and not fence["info"].strip():
            marks, info = "", None
    return info


def _is_filled(snapshot: Snapshot, line: int) -> bool:
    return bool(snapshot.line_span(line).of(snapshot.text).strip())
