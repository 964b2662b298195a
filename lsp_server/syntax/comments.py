"""Comments: where they are, what they say without their markers, and how a language marks docs.

Line comments on lines of their own that follow each other are one comment; so is a block
comment, and so is one comment behind code. Without a grammar only lines that begin with the
language's marker are seen.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from lsp_server.syntax.grammars import grammar
from lsp_server.syntax.trees import Tree, parse
from lsp_server.text import LINE_END, Span

if TYPE_CHECKING:
    from tree_sitter import Query

NODE_TYPES = ("comment", "line_comment", "block_comment", "multiline_comment", "html_comment")
BLOCKS = ("/*", "<!--", "{-", "(*", "--[[", "#|", "=begin", "#=")
BLOCK_STARTS = re.compile(r"^(/\*+!?|<!--+|\{-+\|?|\(\*+|--\[=*\[|#\||=begin|#=)|")
BLOCK_ENDS = re.compile(r"(\*+/|--+>|-+\}|\*+\)|\]=*\]|\|#|=end|=#)\s*$")
LINE_MARKER = re.compile(r"(///?!?(?!/)|//+|#+!?|--+\|?|;+|%+|\"|')[ \t]?")
STAR = re.compile(r"[ \t]*\*+(?:[ \t]|$)")
TODO = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?:\([^)\n]*\))?[:：]?[ \t]*")


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment; `text` is what it says, lines joined by LF, without markers and margins."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class DocMarker:
    """How a language writes a doc: `open` and `close` may be empty, `line` starts each line."""

    open: str
    line: str
    close: str


JSDOC = DocMarker("/**", " * ", " */")
LINE_MARKERS = {
    **dict.fromkeys(
        ("python", "ruby", "shellscript", "perl", "yaml", "toml", "r", "julia", "elixir",
         "makefile", "dockerfile", "cmake", "nix", "terraform", "graphql", "fish", "tcl"), "#"
    ),
    **dict.fromkeys(("lua", "haskell", "sql", "elm", "ada", "vhdl"), "--"),
    **dict.fromkeys(("lisp", "clojure", "scheme", "elisp", "emacs-lisp", "ini"), ";"),
    **dict.fromkeys(("latex", "tex", "erlang", "matlab", "prolog"), "%"),
}  # fmt: skip
DOC_MARKERS = {
    "python": DocMarker('"""', "", '"""'),
    "go": DocMarker("", "// ", ""),
    "rust": DocMarker("", "/// ", ""),
    "csharp": DocMarker("", "/// ", ""),
    "swift": DocMarker("", "/// ", ""),
    "dart": DocMarker("", "/// ", ""),
    "zig": DocMarker("", "/// ", ""),
    "lua": DocMarker("", "--- ", ""),
    "html": DocMarker("<!--", "", "-->"),
    "xml": DocMarker("<!--", "", "-->"),
    "markdown": DocMarker("<!--", "", "-->"),
    "ocaml": DocMarker("(**", "", "*)"),
}


def doc_marker(language: str) -> DocMarker:
    """How a docstring or doc comment is written; where nothing is known, as in C."""
    if language in DOC_MARKERS:
        return DOC_MARKERS[language]
    line = LINE_MARKERS.get(language)
    return DocMarker("", f"{line} ", "") if line else JSDOC


def line_marker(language: str) -> str:
    """What begins a line comment."""
    return LINE_MARKERS.get(language, "//")


def at(language: str, text: str, span: Span) -> Comment | None:
    """The comment that `span` touches, or on its first line, or on the line right above it."""
    found = comments(language, text)
    start, end = _line(text, span.start)
    row = bisect_right(found, span.start, key=lambda each: each.span.start) - 1
    for each in found[max(row, 0) : row + 2]:
        if each.span.overlaps(span):
            return each
    for each in found[max(row, 0) : row + 2]:
        if each.span.overlaps(Span(start, end)):
            return each
    return found[row] if row >= 0 and _is_above(text, found[row], start) else None


def todos(language: str, text: str) -> tuple[Comment, ...]:
    """Comments that ask for work; `text` begins behind the word TODO."""
    found = []
    for each in comments(language, text):
        match = TODO.search(each.text)
        if match:
            found.append(Comment(each.text[match.end() :].strip(), each.span))
    return tuple(found)


@lru_cache(maxsize=24)
def comments(language: str, text: str) -> tuple[Comment, ...]:
    """All comments in document order."""
    tree = parse(language, text)
    spans = comment_spans(tree) if tree else _marked_lines(language, text)
    return tuple(Comment(plain(each.of(text)), each) for each in _runs(text, spans))


def comment_spans(tree: Tree, window: Span | None = None) -> tuple[Span, ...]:
    """Each comment node by itself, without the line end that some grammars count in.

    With a window, only those that reach into it.
    """
    query = _query(tree.language)
    if query is None:
        return ()
    from tree_sitter import QueryCursor

    cursor = QueryCursor(query)
    if window is not None:
        cursor.set_byte_range(*tree.byte_range(window))
    found = cursor.captures(tree.root).get("comment", [])
    spans = {_trimmed(tree.text, tree.span(node)) for node in found}
    return tuple(sorted(spans, key=lambda span: (span.start, span.end)))


def plain(comment: str) -> str:
    """What a comment says, without markers; the common margin is dropped, inner indents stay."""
    lines = LINE_END.split(comment)
    if comment.startswith(BLOCKS):
        lines = _inside_block(comment)
    else:
        lines = [LINE_MARKER.sub("", line.lstrip(), count=1) for line in lines]
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def is_block(text: str, start: int) -> bool:
    """Whether a block comment starts here."""
    return text.startswith(BLOCKS, start)


def line_start(text: str, at: int) -> int:
    """The start of the line that holds `at`. CR is looked for in that line only, not to the top."""
    start = text.rfind("\n", 0, at) + 1
    return max(start, text.rfind("\r", start, at) + 1)


def _inside_block(comment: str) -> list[str]:
    body = BLOCK_ENDS.sub("", BLOCK_STARTS.sub("", comment, count=1))
    first, *rest = LINE_END.split(body)
    if rest and all(STAR.match(line) or not line.strip() for line in rest):
        rest = [STAR.sub("", line, count=1) for line in rest]
    else:
        rest = [line.strip() for line in rest]
    return [first.strip(), *rest]


@cache
def _query(language: str) -> "Query | None":
    """Grammars call comments differently; only names that the grammar has may be asked for."""
    found = grammar(language)
    if found is None:
        return None
    from tree_sitter import Query

    known = [name for name in NODE_TYPES if found.id_for_node_kind(name, True)]
    return Query(found, "\n".join(f"({name}) @comment" for name in known)) if known else None


def _marked_lines(language: str, text: str) -> tuple[Span, ...]:
    pattern = re.compile(rf"^[ \t]*({re.escape(line_marker(language))}[^\r\n]*)", re.MULTILINE)
    return tuple(Span(*match.span(1)) for match in pattern.finditer(text))


def _runs(text: str, spans: tuple[Span, ...]) -> list[Span]:
    """Line comments that follow each other, joined."""
    runs: list[Span] = []
    for span in spans:
        if runs and _continues(text, runs[-1], span):
            runs[-1] = Span(runs[-1].start, span.end)
        else:
            runs.append(span)
    return runs


def _continues(text: str, before: Span, span: Span) -> bool:
    if is_block(text, before.start) or is_block(text, span.start):
        return False
    between = text[before.end : span.start]
    return not between.strip() and len(LINE_END.findall(between)) == 1 and _alone(text, before)


def _alone(text: str, span: Span) -> bool:
    return not text[line_start(text, span.start) : span.start].strip()


def _is_above(text: str, comment: Comment, line_start: int) -> bool:
    between = text[comment.span.end : line_start]
    return (
        not between.strip() and len(LINE_END.findall(between)) == 1 and _alone(text, comment.span)
    )


def _line(text: str, at: int) -> tuple[int, int]:
    """The line that holds `at`, without its terminator."""
    end = LINE_END.search(text, at)
    return line_start(text, at), end.start() if end else len(text)


def _trimmed(text: str, span: Span) -> Span:
    return Span(span.start, span.start + len(span.of(text).rstrip()))
