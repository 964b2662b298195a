"""Python docstrings in the three styles in use: Google, NumPy and Sphinx.

Each takes a `Doc` and a width and gives lines without margin or quotes. Sections with nothing to
say are left out; blank lines stand between sections, none at the end.

Sources: the Google Python Style Guide 3.8, numpydoc's format guide, Sphinx's Python domain.
"""

import textwrap
from collections.abc import Iterable

from lsp_server.actions.docs.content import Doc, Field

_INDENT = "    "


def google(doc: Doc, width: int) -> list[str]:
    """`Args:` with types only where the signature does not state them."""
    sections = (
        ("Args:", [_google_field(field, doc, width) for field in told(doc.parameters)]),
        ("Attributes:", [_google_field(field, doc, width) for field in doc.attributes]),
        ("Returns:", [_google_result(field, width) for field in _one(doc.returns)]),
        ("Yields:", [_google_result(field, width) for field in _one(doc.yields)]),
        ("Raises:", [_google_field(field, doc, width) for field in doc.raises]),
    )
    return _joined(wrapped(doc.summary, width), [_under(title, body) for title, body in sections])


def told(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """All of them, or none where nothing is known of any: a bare list of names is noise."""
    return fields if any(each.text or each.default for each in fields) else ()


def numpy(doc: Doc, width: int) -> list[str]:
    """Underlined sections; types and defaults stand behind the name."""
    sections = (
        ("Parameters", [_numpy_field(field, width) for field in doc.parameters]),
        ("Attributes", [_numpy_field(field, width) for field in doc.attributes]),
        ("Returns", [_numpy_result(field, width) for field in _one(doc.returns)]),
        ("Yields", [_numpy_result(field, width) for field in _one(doc.yields)]),
        ("Raises", [_numpy_raise(field, width) for field in doc.raises]),
    )
    underlined = [_under(f"{title}\n{'-' * len(title)}", body) for title, body in sections]
    return _joined(wrapped(doc.summary, width), underlined)


def sphinx(doc: Doc, width: int) -> list[str]:
    """A field list; `:type:` only where the signature does not state the type."""
    fields: list[str] = []
    for parameter in doc.parameters:
        name = parameter.name.lstrip("*")
        fields += _hanging(f":param {name}:", _with_default(parameter, doc), width)
        if parameter.type and not parameter.stated:
            fields += [f":type {name}: {parameter.type}"]
    for attribute in doc.attributes:
        fields += _hanging(f":ivar {attribute.name}:", attribute.text, width)
    for result in _one(doc.returns):
        fields += _hanging(":returns:", result.text or _type(result), width)
    for result in _one(doc.yields):
        fields += _hanging(":yields:", result.text or _type(result), width)
    for error in doc.raises:
        fields += _hanging(f":raises {error.name}:", error.text, width)
    return _joined(wrapped(doc.summary, width), [fields])


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """`text` in lines of at most `width`, words whole; one longer than that stands alone."""
    return textwrap.wrap(
        text,
        max(width, len(indent) + 20),
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _google_field(field: Field, doc: Doc, width: int) -> list[str]:
    kind = f" ({field.type})" if field.type and not field.stated else ""
    return _hanging(f"{_INDENT}{field.name}{kind}:", _with_default(field, doc), width)


def _google_result(field: Field, width: int) -> list[str]:
    if field.text:
        return wrapped(field.text, width, _INDENT)
    return wrapped(f"{_type(field)}.", width, _INDENT) if field.type else []


def _numpy_field(field: Field, width: int) -> list[str]:
    default = f"default {field.default}" if field.default else ""
    kind = ", ".join(filter(None, (field.type or (default and "optional"), default)))
    head = f"{field.name} : {kind}" if kind else field.name
    return [head, *wrapped(field.text, width, _INDENT)]


def _numpy_result(field: Field, width: int) -> list[str]:
    if field.type:
        return [field.type, *wrapped(field.text, width, _INDENT)]
    return [field.name, *wrapped(field.text, width, _INDENT)] if field.name else []


def _numpy_raise(field: Field, width: int) -> list[str]:
    return [field.name, *wrapped(field.text, width, _INDENT)]


def _type(field: Field) -> str:
    return f"`{field.type}`" if field.type else ""


def _with_default(field: Field, doc: Doc) -> str:
    if not field.default:
        return field.text or (f"`{field.type}`." if field.type else "")
    if doc.language == "zh":
        return f"{field.text}默认为 {field.default}。"
    return f"{field.text} Defaults to {field.default}.".lstrip()


def _hanging(head: str, text: str, width: int) -> list[str]:
    """`head text`, further lines one step deeper than the head."""
    margin = head[: len(head) - len(head.lstrip())]
    first, *rest = wrapped(f"{head.strip()} {text}".rstrip(), width, margin)
    return [first, *wrapped(" ".join(line.strip() for line in rest), width, margin + _INDENT)]


def _one(field: Field | None) -> tuple[Field, ...]:
    return () if field is None else (field,)


def _under(title: str, body: Iterable[list[str]]) -> list[str]:
    lines = [line for entry in body for line in entry]
    return [*title.split("\n"), *lines] if lines else []


def _joined(summary: list[str], sections: Iterable[list[str]]) -> list[str]:
    lines = list(summary)
    for section in sections:
        lines += ["", *section] if section else []
    return lines
