"""Doc comments of the other languages: JSDoc, Javadoc, Doxygen, GoDoc and rustdoc.

Each takes a `Doc` and a width and gives lines without margin or comment markers. A tag with
nothing behind its name is left out in Go and Rust, which document in prose, and kept in the
others, whose tools list parameters by their tags.

Sources: the TSDoc and JSDoc tag references, Oracle's "How to Write Doc Comments", Doxygen's list
of commands, "Go Doc Comments" (go.dev), the rustdoc book and RFC 1574.
"""

from collections.abc import Iterable

from lsp_server.actions.docs.content import Doc, Field
from lsp_server.actions.docs.python_styles import told, wrapped

_CONTINUED = "  "


def jsdoc(doc: Doc, width: int) -> list[str]:
    """`@param {type} [name=default] text`; in TypeScript no types, the signature has them."""
    tags: list[list[str]] = []
    for field in told(doc.parameters):
        name = _jsdoc_name(field)
        tags += [_tag("@param", f"{_braced(field)}{name}", field.text, width)]
    tags += [_tag("@returns", _braced(each), each.text, width) for each in _known(doc.returns)]
    tags += [_tag("@yields", _braced(each), each.text, width) for each in _known(doc.yields)]
    tags += [_tag("@throws", f"{{{each.name}}}", each.text, width) for each in doc.raises]
    return _with_tags(doc.summary, tags, width)


def tsdoc(doc: Doc, width: int) -> list[str]:
    """`@param name - text`, as TypeScript's own tools read it."""
    tags = [_dashed(field, width) for field in told(doc.parameters)]
    tags += [_tag("@returns", "", each.text, width) for each in _known(doc.returns) if each.text]
    tags += [_tag("@throws", f"{{@link {each.name}}}", each.text, width) for each in doc.raises]
    return _with_tags(doc.summary, tags, width)


def javadoc(doc: Doc, width: int) -> list[str]:
    """`@param`, `@return`, `@throws`, in that order."""
    tags = [_tag("@param", field.name, field.text, width) for field in told(doc.parameters)]
    tags += [_tag("@return", "", each.text, width) for each in _known(doc.returns) if each.text]
    tags += [_tag("@throws", each.name, each.text, width) for each in doc.raises]
    return _with_tags(doc.summary, tags, width)


def doxygen(doc: Doc, width: int) -> list[str]:
    """`@brief`, `@param`, `@return`, `@throws`."""
    tags = [_tag("@param", field.name, field.text, width) for field in told(doc.parameters)]
    tags += [_tag("@return", "", each.text, width) for each in _known(doc.returns) if each.text]
    tags += [_tag("@throws", each.name, each.text, width) for each in doc.raises]
    return _with_tags(f"@brief {doc.summary}", tags, width)


def godoc(doc: Doc, width: int) -> list[str]:
    """Prose that begins with the name; what is returned and when it panics, as sentences."""
    sentences = [_sentence("It panics", each.text) for each in doc.raises if each.text]
    paragraphs = [doc.summary, " ".join(dict.fromkeys(sentences))]
    return _paragraphs(paragraphs, width)


def rustdoc(doc: Doc, width: int) -> list[str]:
    """Prose, then `# Errors` and `# Panics` where the body shows them."""
    lines = wrapped(doc.summary, width)
    for title, found in (
        ("# Errors", [each for each in doc.raises if each.name == "Err"]),
        ("# Panics", [each for each in doc.raises if each.name != "Err"]),
    ):
        if found:
            texts = dict.fromkeys(each.text for each in found)
            lines += ["", title, ""]
            lines += [line for text in texts for line in wrapped(text, width)]
    return lines


def _jsdoc_name(field: Field) -> str:
    name = field.name.lstrip(".*")
    return f"[{name}={field.default}]" if field.default else name


def _braced(field: Field) -> str:
    return f"{{{field.type}}} " if field.type else ""


def _dashed(field: Field, width: int) -> list[str]:
    name = field.name.lstrip(".*")
    text = f"- {field.text}" if field.text else ""
    return _tag("@param", name, text, width)


def _tag(tag: str, name: str, text: str, width: int) -> list[str]:
    words = " ".join(filter(None, (tag, name.strip(), text)))
    first, *rest = wrapped(words, width)
    continued = wrapped(" ".join(rest), width, _CONTINUED) if rest else []
    return [first, *continued]


def _known(field: Field | None) -> Iterable[Field]:
    return () if field is None else (field,)


def _sentence(start: str, text: str) -> str:
    return f"{start} {text[0].lower()}{text[1:]}"


def _with_tags(summary: str, tags: list[list[str]], width: int) -> list[str]:
    lines = wrapped(summary, width)
    flat = [line for tag in tags for line in tag]
    return [*lines, "", *flat] if flat else lines


def _paragraphs(texts: Iterable[str], width: int) -> list[str]:
    lines: list[str] = []
    for text in filter(None, texts):
        lines += [""] if lines else []
        lines += wrapped(text, width)
    return lines
