"""What a doc can say about a parameter: how the body uses it.

At most two sentences, the most telling first. A stub says nothing: it has no body to read.
"""

import re
from collections.abc import Iterable

from lsp_server.actions.flow import listed, quoted
from lsp_server.syntax.shape import Parameter, Symbol
from lsp_server.syntax.uses import Use, UseKind, uses

_MOST_SENTENCES = 2
_MOST_NAMES = 3
_EMPTY_BODY = re.compile(r"(\s|pass\b|\.\.\.|raise NotImplementedError\b.*|[{}])*")
# Passing a thing to one of these tells nothing about it.
_TELL_NOTHING = {
    "len",
    "isinstance",
    "print",
    "str",
    "repr",
    "type",
    "bool",
    "hash",
    "id",
    "callable",
}
_TELL_NOTHING |= {"hasattr", "getattr", "list", "tuple", "iter", "console.log", "println", "Ok"}

_SENTENCES: tuple[tuple[tuple[UseKind, ...], str, str], ...] = (
    (("stored",), "Stored as {}.", "存为 {}。"),
    (("called",), "Called with {}.", "以 {} 调用。"),
    (("changed",), "Its {} is set.", "其 {} 会被设置。"),
    (("passed",), "Passed to {}.", "传给 {}。"),
    (("looped",), "Iterated over.", "会被迭代。"),
    (("sought",), "Looked up in {}.", "在 {} 中查找。"),
    (("compared",), "Compared with {}.", "与 {} 比较。"),
    (("method", "attribute"), "Its {} is used.", "会用到其 {}。"),
    (("returned",), "Returned.", "会被返回。"),
    (("within",), "Used in {}.", "用于 {}。"),
    (("index",), "Indexed.", "会被索引。"),
    (("tested",), "Tested for truth.", "会检验其真假。"),
    (("member",), "Searched.", "会在其中查找。"),
)


def parameter_text(
    language: str, text: str, symbol: Symbol, parameter: Parameter, voice: str
) -> str:
    """Sentences, or "" where the body tells nothing. `voice` is "en" or "zh"."""
    stored = _stored_by_signature(language, symbol.signature_span.of(text), parameter.name)
    if stored:
        return (f"存为 {quoted(stored)}。") if voice == "zh" else f"Stored as {quoted(stored)}."
    body = symbol.body_span.of(text)
    if symbol.doc_span:
        body = body.replace(symbol.doc_span.of(text), "")
    if _EMPTY_BODY.fullmatch(body):
        return ""
    if not re.search(rf"(?<!\w){re.escape(parameter.name)}(?!\w)", body):
        return "未使用。" if voice == "zh" else "Not used."
    found = uses(language, text, symbol, parameter.name)
    telling = tuple(use for use in found if _tells(use))
    return ("" if voice == "zh" else " ").join(_sentences(telling or found, voice))


def _sentences(found: tuple[Use, ...], voice: str) -> Iterable[str]:
    n_said = 0
    for kinds, english, chinese in _SENTENCES:
        details = [use.detail for use in found if use.kind in kinds]
        # What only tests or quotes is said where there is nothing better.
        is_weak = kinds[0] in ("within", "index", "tested", "member", "returned")
        if not details or (n_said and is_weak):
            continue
        sentence = chinese if voice == "zh" else english
        named = list(dict.fromkeys(filter(None, details)))[:_MOST_NAMES]
        if len(named) > 1 and voice == "en":
            sentence = sentence.replace("} is", "} are")
        yield sentence.format(listed(map(quoted, named), voice)) if named else sentence
        n_said += 1
        if n_said == _MOST_SENTENCES:
            return


def _tells(use: Use) -> bool:
    is_error = use.detail.endswith(("Error", "Exception"))
    return use.kind != "passed" or not (is_error or use.detail in _TELL_NOTHING)


def _stored_by_signature(language: str, signature: str, name: str) -> str:
    """TypeScript's `private name` and the initializers of C++ store a parameter without a body."""
    if language.startswith("typescript"):
        found = re.search(rf"\b(?:private|public|protected|readonly)\s+{name}\b", signature)
        return f"this.{name}" if found else ""
    found = re.search(rf"[:,]\s*(\w+)[({{]{name}[)}}]", signature) if language == "cpp" else None
    return found[1] if found else ""
