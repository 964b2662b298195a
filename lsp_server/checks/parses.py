"""A result has no parse error that was not there before.

Errors that the document already had do not count, wherever they moved. Python that compiled is
compiled again: its grammar here is more tolerant than Python. A language without a grammar
passes; `unchecked` has the sentence that says so.
"""

from bisect import bisect_right

from lsp_server.checks.python_tree import syntax_error
from lsp_server.syntax.grammars import grammar, missing
from lsp_server.syntax.trees import error_spans
from lsp_server.text import Snapshot, Span, difference, line_starts


def parses(before: Snapshot, after: str) -> str | None:
    """A sentence that names the first line that no longer parses."""
    if before.language == "python":
        found = _python(before.text, after)
        if found is not None:
            return found
    old, new = error_spans(before.language, before.text), error_spans(before.language, after)
    if old is None or new is None:
        return None
    error = _new_error(before.text, after, old, new)
    return None if error is None else _sentence(after, error)


def unchecked(language: str) -> str | None:
    """Why nothing can be said about this language, or None if it can be parsed."""
    return None if grammar(language) else missing(language)


def _python(before: str, after: str) -> str | None:
    error = syntax_error(after)
    if error is None or syntax_error(before) is not None:
        return None
    return f"Line {error.lineno or 1} of the result is not valid Python: {error.msg}."


def _new_error(
    before: str, after: str, old: tuple[Span, ...], new: tuple[Span, ...]
) -> Span | None:
    """An error in what was written, where none was before; or one more than there were."""
    edit = difference(before, after)
    moved = {edit.shift(span) for span in old}
    fresh = [span for span in new if span not in moved]
    if not fresh or len(new) < len(old):
        return None
    written = [span for span in fresh if edit.result.overlaps(span)]
    if len(new) > len(old):
        return (written or fresh)[0]
    was_broken = any(edit.span.overlaps(span) for span in old)
    return written[0] if written and not was_broken else None


def _sentence(text: str, error: Span) -> str:
    line = bisect_right(line_starts(text), error.start)
    shown = error.of(text).strip().splitlines()
    where = f" near `{shown[0].strip()[:60]}`" if shown else ""
    return f"Line {line} of the result does not parse{where}."
